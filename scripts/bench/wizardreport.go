package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// row is a line of the table: one kind of number of the wizard beside the bare
// program's. A budget of 0 is none.
type row struct {
	name, program, kind string
	budget              float64
	note                string
}

var wizardRows = []row{
	{"cpu to first frame, ms", "wizard", "cpu", 20, ""},
	{"exec to first frame, ms", "wizard", "wall", 22, "the fastest peer"},
	{"the same, mute: cpu, ms", "wizard", "mute cpu", 20, "a terminal that never answers"},
	{"the same, mute: exec, ms", "wizard", "mute wall", 22, ""},
	{"key to first byte, ms", "wizard", "key", 0, "a frame at 60 Hz is 16.7"},
	{"idle, % of a core", "wizard", "idle", 2, ""},
	{"resident, MiB", "wizard", "rss", 0, ""},
	{"binary, MiB", "wizard", "size", 0, ""},
	{"100 services: cpu, ms", "wizard, 100", "cpu", 0, "to first frame"},
	{"100 services: exec, ms", "wizard, 100", "wall", 0, ""},
	{"100 services: key, ms", "wizard, 100", "key", 0, ""},
}

func (w wizard) report(s samples) {
	fmt.Printf("\nthe wizard in a system of 10 services, 120x35; %d runs each, alternating; idle: %d of %v; median (minimum)\n\n", w.runs, idleRounds, w.idle)
	fmt.Printf("%-26s %18s %18s %7s  %s\n", "", "wizard", "bare", "x bare", "budget, of the median")
	for _, r := range wizardRows {
		own, base := s[r.program][r.kind], s["bare"][r.kind]
		if len(own) == 0 || len(base) == 0 { // no ps here
			fmt.Printf("%-26s %18s %18s\n", r.name, "-", "-")
			continue
		}
		m, least := spread(own)
		bm, bleast := spread(base)
		line := fmt.Sprintf("%-26s %9.2f (%6.2f) %9.2f (%6.2f) %7.2f  %s", r.name, m, least, bm, bleast, m/bm, verdict(m, r.budget, r.note))
		fmt.Println(strings.TrimRight(line, " "))
	}
}

func verdict(v, budget float64, note string) string {
	var parts []string
	if budget > 0 {
		word := "ok"
		if v > budget {
			word = "over"
		}
		parts = append(parts, fmt.Sprintf("<= %g %s", budget, word))
	}
	if note != "" {
		parts = append(parts, note)
	}
	return strings.Join(parts, "; ")
}

// keyBudget is for one key with no process and no terminal, in ms.
const keyBudget = 5

// A key's benchmarks are those whose names begin so.
const keyBenchmark = "BenchmarkKey"

var benchmarkLine = regexp.MustCompile(`(?m)^(Benchmark\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op`)

// inProcess runs the Go benchmarks of the wizard's package and prints their time.
func inProcess() error {
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", ".", "./internal/wizard")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go test -bench . ./internal/wizard: %w\n%s", err, out)
	}
	fmt.Printf("\nthe wizard in process, ms for each\n\n")
	found := benchmarkLine.FindAllStringSubmatch(string(out), -1)
	if len(found) == 0 {
		return fmt.Errorf("internal/wizard has no benchmarks:\n%s", out)
	}
	for _, m := range found {
		ns, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return fmt.Errorf("reading %q: %w", m[0], err)
		}
		budget := 0.0
		if strings.HasPrefix(m[1], keyBenchmark) {
			budget = keyBudget
		}
		line := fmt.Sprintf("%-26s %9.3f  %s", strings.TrimPrefix(m[1], "Benchmark"), ns/1e6, verdict(ns/1e6, budget, ""))
		fmt.Println(strings.TrimRight(line, " "))
	}
	return nil
}
