//go:build unix

package running

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// process is one line of the machine's process table.
type process struct {
	parent int
	state  string // as ps has it; "" if there is no such process
}

// live does not count a process that has ended and was not waited for.
func (p process) live() bool { return p.state != "" && !strings.HasPrefix(p.state, "Z") }

// Live says whether a process is there and has not ended.
func Live(pid int) bool { return processes()[pid].live() }

type processTable map[int]process

// processes reads /proc, or asks ps where there is none.
func processes() processTable {
	t := processTable{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // ended meanwhile
		}
		// The name stands in parentheses and may hold anything, even a ")".
		line := string(text)
		begin, end := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
		if begin > 0 && end > begin {
			t.add(line[:begin] + line[end+1:])
		}
	}
	if len(t) > 0 {
		return t
	}
	text, _ := exec.Command("ps", "-A", "-o", "pid=,stat=,ppid=").Output()
	for line := range strings.Lines(string(text)) {
		t.add(line)
	}
	return t
}

// add takes "pid state parent".
func (t processTable) add(line string) {
	var pid int
	var p process
	if _, err := fmt.Sscan(line, &pid, &p.state, &p.parent); err == nil {
		t[pid] = p
	}
}

func (t processTable) descends(pid, from int) bool {
	for range len(t) {
		p, ok := t[pid]
		if !ok {
			return false
		}
		if pid = p.parent; pid == from {
			return true
		}
	}
	return false
}
