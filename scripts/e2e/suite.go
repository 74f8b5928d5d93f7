package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// suite is one run: where it works, with which environment, and how it goes.
type suite struct {
	repo, dir string // absolute
	azulejo   string
	only      string
	env       []string
	log       *os.File
	times     []string
	undo      []func()
}

func newSuite(azulejo, dir, only string) (*suite, error) {
	repo, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	s := &suite{repo: repo, only: only, env: os.Environ()}
	if s.dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if s.azulejo, err = filepath.Abs(azulejo); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, err
	}
	// A module of its own: what a removed service leaves is no package of azulejo's.
	if err := os.WriteFile(filepath.Join(s.dir, "go.mod"), []byte("module e2e\n"), 0o644); err != nil {
		return nil, err
	}
	s.log, err = os.Create(filepath.Join(s.dir, "e2e.log"))
	return s, err
}

// onClose registers what has to be undone, last first, however the suite ends.
func (s *suite) onClose(undo func()) { s.undo = append(s.undo, undo) }

func (s *suite) close() {
	for _, undo := range slices.Backward(s.undo) {
		undo()
	}
	_ = s.log.Close() // only a log
}

func (s *suite) setenv(name, value string) { s.env = append(s.env, name+"="+value) }

// step runs one named step and says how it went and how long it took.
func (s *suite) step(name string, do func() error) error {
	if s.only != "" && !strings.Contains(name, s.only) {
		return nil
	}
	return s.always(name, do)
}

// always is a step that others need.
func (s *suite) always(name string, do func() error) error {
	fmt.Printf("--- %s\n", name)
	fmt.Fprintf(s.log, "\n--- %s\n", name)
	began := time.Now()
	err := do()
	took := time.Since(began).Seconds()
	s.times = append(s.times, fmt.Sprintf("%6.1f s  %s", took, name))
	if err != nil {
		fmt.Printf("    FAILED after %.1f s\n", took)
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Printf("    ok, %.1f s\n", took)
	return nil
}

func (s *suite) note(format string, args ...any) {
	fmt.Printf("    "+format+"\n", args...)
	fmt.Fprintf(s.log, format+"\n", args...)
}

// exit is a command that ended with another code than 0.
type exit struct {
	code int
	text string
}

func (e *exit) Error() string { return e.text }

// sh runs a command in a folder and returns what it printed on stdout.
func (s *suite) sh(ctx context.Context, dir string, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, s.env
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	fmt.Fprintf(s.log, "$ %s\n", strings.Join(argv, " "))
	err := cmd.Run()
	_, _ = s.log.WriteString(out.String() + messages.String()) // only a log
	if err != nil {
		text := fmt.Sprintf("%s: %v\n%s", strings.Join(argv, " "), err, tail(out.String()+messages.String(), 20))
		return out.String(), &exit{cmd.ProcessState.ExitCode(), text}
	}
	return out.String(), nil
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return "    " + strings.Join(all[max(0, len(all)-lines):], "\n    ")
}

// source takes up the environment that a program's output sets, as
// eval "$(program)" does. The output goes through a file: a daemon that the
// program leaves behind would keep a pipe open.
func (s *suite) source(ctx context.Context, argv ...string) error {
	out := filepath.Join(s.dir, filepath.Base(argv[0])+".out")
	cmd := exec.CommandContext(ctx, "bash", append([]string{"-c", `set -e; "$@" >"$0"; eval "$(cat "$0")"; env -0 >"$0"`, out}, argv...)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.repo, s.env, s.log, s.log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w, see %s", strings.Join(argv, " "), err, s.log.Name())
	}
	b, err := os.ReadFile(out)
	s.env = strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
	return err
}
