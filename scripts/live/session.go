//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/scripts/running"
)

// generate writes a system, and takes one that is there to the binary's packs.
func (l *live) generate(ctx context.Context, spec, dir string) error {
	if err := portsFree(spec); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "azulejo.hcl")); err == nil {
		cmd := exec.CommandContext(ctx, l.azulejo, "update", "-C", dir, "-y")
		cmd.WaitDelay = time.Second
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("azulejo update -C %s: %w\n%s", dir, err, text)
		}
	}
	var quiet bytes.Buffer
	if err := running.Apply(ctx, running.NewScreen(&quiet), l.azulejo, spec, dir); err != nil {
		return fmt.Errorf("%w\n%s", err, quiet.String())
	}
	return nil
}

var portInSpec = regexp.MustCompile(`(?m)\bport\s*=\s*(\d+)`)

// portsFree tells before minutes of building what `azulejo up` would tell after.
func portsFree(spec string) error {
	text, err := os.ReadFile(spec)
	if err != nil {
		return err
	}
	var taken []error
	for _, m := range portInSpec.FindAllSubmatch(text, -1) {
		if err := running.Free("127.0.0.1:" + string(m[1])); err != nil {
			taken = append(taken, fmt.Errorf("port %s of %s is in use: %w", m[1], spec, err))
		}
	}
	return errors.Join(taken...)
}

// session is a running system and what it has printed.
type session struct {
	*running.Up
	log *logbook
}

// session runs a system for as long as do takes, and wants nothing to be left of
// it. It ends do when azulejo ends.
func (l *live) session(ctx context.Context, name, dir string, env, args []string, do func(context.Context, *session) error) error {
	book, err := newLogbook(filepath.Join(l.dir, name+".log"))
	if err != nil {
		return err
	}
	defer book.close()
	began := time.Now()
	up, err := running.Start(running.Options{Azulejo: l.azulejo, Dir: dir, Args: args, Env: env, Log: book.add, Message: book.message})
	if err != nil {
		return err
	}
	defer up.End()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err = l.ready(ctx, up)
	if err == nil {
		l.out.Title("azulejo up -C %s %s: ready after %.1f s", dir, strings.Join(args, " "), time.Since(began).Seconds())
		go func() {
			select {
			case <-up.Done():
				cancel(errors.New("azulejo up ended"))
			case <-ctx.Done():
			}
		}()
		err = do(ctx, &session{up, book})
	}
	if err != nil {
		return fmt.Errorf("%w\nfrom %s:\n%s", errors.Join(err, context.Cause(ctx)), book.file.Name(), book.tail())
	}
	if err := up.Interrupt(); err != nil {
		return err
	}
	return up.NothingLeft()
}

func (l *live) ready(ctx context.Context, up *running.Up) error {
	ctx, cancel := context.WithTimeout(ctx, l.options.ready)
	defer cancel()
	return up.AwaitReady(ctx)
}

// line is one that a service has logged.
type line struct {
	service string
	text    string
	fields  map[string]any // nil if it is no JSON object
}

func (l line) str(field string) string {
	s, _ := l.fields[field].(string)
	return s
}

// logbook keeps all that a running system prints, also as a file.
type logbook struct {
	mu    sync.Mutex
	file  *os.File
	lines []string // of services
	last  []string // of azulejo, and of services what is no ordinary line
}

func newLogbook(path string) (*logbook, error) {
	file, err := os.Create(path)
	return &logbook{file: file}, err
}

func (b *logbook) close() { _ = b.file.Close() } // only a log

func (b *logbook) add(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, text)
	fmt.Fprintln(b.file, text)
	if level := parseLine(text).str("level"); level != "info" && level != "debug" {
		b.keep(text)
	}
}

func (b *logbook) message(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fmt.Fprintln(b.file, text)
	b.keep(text)
}

const tailLines = 25

func (b *logbook) keep(text string) {
	b.last = append(b.last[max(0, len(b.last)-tailLines+1):], text)
}

func (b *logbook) tail() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.last, "\n")
}

// mark is a place in the log: what comes after it is since(mark).
func (b *logbook) mark() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.lines)
}

// quiet waits until nothing has come for a while, 10 s at most: what a service
// logs of a request comes after the answer.
func (b *logbook) quiet(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for before := -1; before != b.mark() && ctx.Err() == nil; {
		before = b.mark()
		pause(ctx, 500*time.Millisecond)
	}
}

func (b *logbook) since(mark int) (lines []line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, text := range b.lines[mark:] {
		lines = append(lines, parseLine(text))
	}
	return lines
}

// parseLine takes "NAME | text" apart.
func parseLine(text string) line {
	name, rest, _ := strings.Cut(text, " | ")
	l := line{service: strings.TrimSpace(name), text: rest}
	if json.Unmarshal([]byte(rest), &l.fields) != nil {
		l.fields = nil
	}
	return l
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
