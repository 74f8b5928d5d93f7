// Command test is `make test`: the tests of Go, then those of every pack with
// its own toolchain. It ends with what was skipped and why, how long each stage
// took, and one line of totals.
//
// With AZULEJO_SKIPS=forbidden, as in CI, a skip is a failure.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	t := &totals{}
	t.stage("go", t.goTests)
	t.stage("packs", t.packs)
	os.Exit(t.finish())
}

type totals struct {
	passed, failed int
	skipped        []string
	stages         []string
	broken         []string // stages that could not be run to their end
}

func (t *totals) stage(name string, run func() error) {
	began := time.Now()
	if err := run(); err != nil {
		t.broken = append(t.broken, fmt.Sprintf("%s: %v", name, err))
	}
	t.stages = append(t.stages, fmt.Sprintf("%-8s %5.0f s", name, time.Since(began).Seconds()))
}

// event is a line of go test -json.
type event struct {
	Action, Package, Test, Output string
}

func (t *totals) goTests() error {
	// Compile first: some tests are about milliseconds, and a compiler beside them
	// takes the cores.
	build := exec.Command("go", "test", "-run", "^$", "./...")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	cmd := exec.Command("go", "test", "-json", "-timeout", "30m", "./...")
	cmd.Env = append(os.Environ(), "AZULEJO_FULL=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	said := map[string]string{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			t.goEvent(e, said)
		}
	}
	if err := cmd.Wait(); err != nil && t.failed == 0 {
		return err
	}
	return nil
}

// goEvent counts tests without children of their own names and shows what a
// failed one said.
func (t *totals) goEvent(e event, said map[string]string) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		said[key] += e.Output
	case "pass":
		if e.Test != "" {
			t.passed++
		} else {
			fmt.Printf("ok    %s\n", e.Package)
		}
	case "fail":
		fmt.Printf("FAIL  %s\n%s", key, said[key])
		t.failed++
	case "skip":
		if e.Test != "" {
			t.skipped = append(t.skipped, fmt.Sprintf("%s: %s", key, reason(said[key])))
		}
	}
}

// reason is what a skipped test said last.
func reason(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for _, l := range lines {
		if _, after, ok := strings.Cut(l, ".go:"); ok {
			return after
		}
	}
	return lines[len(lines)-1]
}

// packs runs pack test with a Node that is new enough.
func (t *totals) packs() error {
	dir, err := output("scripts/node.sh")
	if err != nil {
		return err
	}
	packs, err := packFolders()
	if err != nil || len(packs) == 0 {
		return errors.Join(errors.New("no packs below templates/"), err)
	}
	args := []string{"pack", "test", "--golden", "testdata/golden", "--case", "testdata/specs/valid/bookinfo.hcl", "--work", "build/pack-test", "--json"}
	cmd := exec.Command("build/azulejo", append(args, packs...)...)
	cmd.Env = append(os.Environ(), "PATH="+strings.TrimSpace(dir)+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stderr = os.Stderr
	var out bytes.Buffer
	cmd.Stdout = &out
	runErr := cmd.Run()
	return errors.Join(t.packResults(out.Bytes()), unlessCounted(runErr))
}

func packFolders() (list []string, err error) {
	err = filepath.WalkDir("templates", func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Name() == "pack.hcl" {
			list = append(list, filepath.Dir(path))
		}
		return err
	})
	return list, err
}

func output(name string) (string, error) {
	cmd := exec.Command(name)
	cmd.Stderr = os.Stderr
	b, err := cmd.Output()
	return string(b), err
}

// unlessCounted drops the exit codes that the results say already: 1 for a
// failed stage, 4 for one that could not be run.
func unlessCounted(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && (exit.ExitCode() == 1 || exit.ExitCode() == 4) {
		return nil
	}
	return err
}

func (t *totals) packResults(b []byte) error {
	var report struct {
		Results []struct {
			Case, Service, Stage, Outcome, Detail string
			Seconds                               float64
		}
	}
	if err := json.Unmarshal(b, &report); err != nil || len(report.Results) == 0 {
		return fmt.Errorf("pack test said nothing that can be read: %s", b)
	}
	for _, r := range report.Results {
		name := strings.Join(strings.Fields(r.Case+" "+r.Service+" "+r.Stage), " ")
		fmt.Printf("%-8s %-44s %6.1f s\n", r.Outcome, name, r.Seconds)
		switch r.Outcome {
		case "passed":
			t.passed++
		case "skipped":
			t.skipped = append(t.skipped, name+": "+r.Detail)
		default:
			t.failed++
			fmt.Println(r.Detail)
		}
	}
	return nil
}

func (t *totals) finish() int {
	fmt.Println("\nstages:")
	for _, s := range t.stages {
		fmt.Println("  " + s)
	}
	for _, b := range t.broken {
		fmt.Println("could not be run: " + b)
	}
	if len(t.skipped) == 0 {
		fmt.Println("skipped: nothing")
	}
	for _, s := range t.skipped {
		fmt.Println("skipped: " + s)
	}
	forbidden := os.Getenv("AZULEJO_SKIPS") == "forbidden" && len(t.skipped) > 0
	if forbidden {
		fmt.Println("skips are forbidden here")
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed+len(t.broken), len(t.skipped))
	if t.failed > 0 || len(t.broken) > 0 || forbidden {
		return 1
	}
	return 0
}
