package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc, the same on all machines.
const tick = 10 * time.Millisecond

// stat is what /proc/PID/stat says.
type stat struct {
	parent int
	cpu    time.Duration // its own, and that of the children it has waited for
}

// parseStat reads the numbers behind the name, which stands in parentheses and
// may hold anything, even a ")".
func parseStat(text string) (s stat, err error) {
	f := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(f) < 15 {
		return s, fmt.Errorf("no line of /proc/PID/stat: %q", text)
	}
	if s.parent, err = strconv.Atoi(f[1]); err != nil {
		return s, err
	}
	for _, ticks := range f[11:15] { // utime, stime, cutime, cstime
		n, err := strconv.ParseInt(ticks, 10, 64)
		if err != nil {
			return s, err
		}
		s.cpu += time.Duration(n) * tick
	}
	return s, nil
}

// parseRSS finds the resident size in MiB in the text of /proc/PID/status.
func parseRSS(text string) (float64, error) {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kib / 1024, err
		}
	}
	return 0, errors.New("no VmRSS: the process has ended")
}

type processTable map[int]stat

func processes() (processTable, error) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is a good one
	if len(files) == 0 {
		return nil, errors.New("no processes below /proc: this needs Linux")
	}
	t := processTable{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // ended meanwhile
		}
		s, err := parseStat(string(text))
		if err != nil {
			return nil, err
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return nil, err
		}
		t[pid] = s
	}
	return t, nil
}

// tree is a process and all below it.
func (t processTable) tree(root int) []int {
	pids := []int{root}
	for i := 0; i < len(pids); i++ {
		for pid, s := range t {
			if s.parent == pids[i] {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// cpu is what a process and all below it have used up to now.
func (t processTable) cpu(root int) (sum time.Duration) {
	for _, pid := range t.tree(root) {
		sum += t[pid].cpu
	}
	return sum
}

// memory is the resident size of a process and all below it, in MiB.
func memory(root int) (sum float64, err error) {
	t, err := processes()
	if err != nil {
		return 0, err
	}
	for _, pid := range t.tree(root) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return 0, err
		}
		mib, err := parseRSS(string(text))
		if err != nil {
			return 0, err
		}
		sum += mib
	}
	return sum, nil
}
