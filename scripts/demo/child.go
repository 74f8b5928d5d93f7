//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// screen is written to by several goroutines, whole lines at a time.
type screen struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *screen) print(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.w, strings.TrimRight(format, "\n")+"\n")
}

func (s *screen) title(format string, args ...any) {
	s.print("%s", "\n== "+fmt.Sprintf(format, args...))
}

// each prints the lines of r as they come, and shows them to see.
func (s *screen) each(r io.Reader, see func(string)) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			s.print("%s", line)
			see(strings.TrimRight(line, "\n"))
		}
		if err != nil {
			return
		}
	}
}

func apply(ctx context.Context, out *screen, o options) error {
	args := []string{"apply", "-f", o.spec, "--out", o.dir, "-y"}
	out.title("azulejo %s", strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, o.azulejo, args...)
	cmd.WaitDelay = time.Second
	text, err := cmd.CombinedOutput()
	out.print("%s", string(text))
	if err != nil {
		return fmt.Errorf("azulejo apply: %w", err)
	}
	return nil
}

// child is the running `azulejo up`.
type child struct {
	cmd     *exec.Cmd
	done    chan struct{} // closed when it has ended
	err     error         // how; valid once done is closed
	ready   chan struct{} // closed when it has said that all are ready
	table   table         // valid once ready is closed, like gateway
	gateway string        // its URL, "" without one
}

// startUp gives azulejo a process group of its own, so that a Ctrl-C on the
// terminal reaches this program alone.
func startUp(o options, out *screen) (*child, error) {
	c := &child{done: make(chan struct{}), ready: make(chan struct{}), table: table{}}
	c.cmd = exec.Command(o.azulejo, "up", "-C", o.dir)
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	logs, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	messages, err := c.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting azulejo up: %w", err)
	}
	var streams sync.WaitGroup
	streams.Go(func() { out.each(logs, func(string) {}) })
	streams.Go(func() { out.each(messages, c.see) })
	go func() {
		streams.Wait()
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	return c, nil
}

// see reads the table and the line that ends it.
func (c *child) see(line string) {
	select {
	case <-c.ready:
		return
	default:
	}
	if line == "ready" || strings.HasPrefix(line, "ready: ") {
		c.gateway = strings.TrimPrefix(strings.TrimPrefix(line, "ready"), ": ")
		close(c.ready)
		return
	}
	c.table.add(line)
}

func (c *child) awaitReady(ctx context.Context) error {
	select {
	case <-c.ready:
		return nil
	case <-c.done:
		return fmt.Errorf("azulejo up ended before it was ready: %w", c.status())
	case <-ctx.Done():
		return fmt.Errorf("azulejo up is not ready: %w", ctx.Err())
	}
}

func (c *child) status() error {
	if c.err == nil {
		return errors.New("exit status 0")
	}
	return c.err
}

const stopLimit = 20 * time.Second

// interrupt is Ctrl-C.
func (c *child) interrupt() error {
	_ = c.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-c.done:
	case <-time.After(stopLimit):
		return fmt.Errorf("azulejo up did not end within %s of Ctrl-C", stopLimit)
	}
	if c.err != nil {
		return fmt.Errorf("azulejo up, after Ctrl-C: %w", c.err)
	}
	return nil
}

// end leaves nothing behind, whatever happened before.
func (c *child) end() {
	select {
	case <-c.done:
	default:
		_ = c.interrupt()
	}
	select {
	case <-c.done:
		return
	default:
	}
	running := processes() // before azulejo goes: afterwards nobody knows whose they are
	for pid, p := range running {
		if running.descends(pid, c.cmd.Process.Pid) && p.live() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	<-c.done
}

// checkProcesses compares the process ids of an answer with azulejo's children.
func (c *child) checkProcesses(parts []part) error {
	running, owner := processes(), map[int]string{}
	for _, p := range parts {
		s := c.table[p.name]
		if s == nil || p.failed != "" {
			continue
		}
		pid := p.ProcessID
		switch other := owner[pid]; {
		case other != "" && other != p.name:
			return fmt.Errorf("%s and %s both say that they are process %d", other, p.name, pid)
		case !slices.Contains(s.pids, pid):
			return fmt.Errorf("%s says that it is process %d, azulejo says %s", p.name, pid, s.pidList())
		case !running[pid].live() || !running.descends(pid, c.cmd.Process.Pid):
			return fmt.Errorf("%s says that it is process %d, which is no live child of azulejo", p.name, pid)
		}
		owner[pid] = p.name
	}
	return nil
}

// nothingLeft checks that no service lives and that their ports can be had.
func (c *child) nothingLeft() error {
	running, urls := processes(), []string{c.gateway}
	for _, s := range c.table {
		urls = append(urls, s.url)
		for _, pid := range s.pids {
			if running[pid].live() {
				return fmt.Errorf("azulejo has ended, but process %d of %s is still there", pid, s.name)
			}
		}
	}
	for _, text := range urls {
		u, err := url.Parse(text)
		if err != nil {
			return err
		}
		l, err := net.Listen("tcp", u.Host)
		if err != nil {
			return fmt.Errorf("azulejo has ended, but %s is still in use: %w", u.Host, err)
		}
		_ = l.Close()
	}
	return nil
}
