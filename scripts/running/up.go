//go:build unix

// Package running is a system that `azulejo up` runs, for programs that look at
// azulejo from outside: how it is generated, started and stopped, which processes
// it has, and whether any was left behind.
//
// It reads what azulejo prints and knows nothing of how it works; what the
// services answer is its users' business.
package running

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Apply generates the system of a spec into a folder.
func Apply(ctx context.Context, out *Screen, azulejo, spec, dir string) error {
	args := []string{"apply", "-f", spec, "--out", dir, "-y"}
	out.Title("azulejo %s", strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, azulejo, args...)
	cmd.WaitDelay = time.Second
	text, err := cmd.CombinedOutput()
	out.Print("%s", string(text))
	if err != nil {
		return fmt.Errorf("azulejo apply: %w", err)
	}
	return nil
}

// Options of Start.
type Options struct {
	Azulejo, Dir string
	Args         []string     // of `azulejo up`, besides the folder
	Env          []string     // NAME=value, besides this program's own
	Log          func(string) // sees each line of a service, "NAME | text"
	Message      func(string) // sees each line of azulejo itself
}

// Up is the running `azulejo up`.
type Up struct {
	Table   Table  // valid after AwaitReady, like Gateway
	Gateway string // its URL, "" without one

	cmd   *exec.Cmd
	done  chan struct{} // closed when it has ended
	err   error         // how; valid once done is closed
	ready chan struct{} // closed when it has said that all are ready
}

// Start gives azulejo a process group of its own, so that a Ctrl-C on the
// terminal reaches this program alone.
func Start(o Options) (*Up, error) {
	u := &Up{Table: Table{}, done: make(chan struct{}), ready: make(chan struct{})}
	u.cmd = exec.Command(o.Azulejo, append([]string{"up", "-C", o.Dir}, o.Args...)...)
	u.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	u.cmd.Env = append(os.Environ(), o.Env...)
	logs, err := u.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	messages, err := u.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := u.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting azulejo up: %w", err)
	}
	var streams sync.WaitGroup
	streams.Go(func() { each(logs, o.Log) })
	streams.Go(func() { each(messages, func(line string) { o.Message(line); u.see(line) }) })
	go func() {
		streams.Wait()
		u.err = u.cmd.Wait()
		close(u.done)
	}()
	return u, nil
}

// see reads the table and the line that ends it.
func (u *Up) see(line string) {
	select {
	case <-u.ready:
		return
	default:
	}
	if line == "ready" || strings.HasPrefix(line, "ready: ") {
		u.Gateway = strings.TrimPrefix(strings.TrimPrefix(line, "ready"), ": ")
		close(u.ready)
		return
	}
	u.Table.add(line)
}

// AwaitReady waits until all services are ready.
func (u *Up) AwaitReady(ctx context.Context) error {
	select {
	case <-u.ready:
		return nil
	case <-u.done:
		return fmt.Errorf("azulejo up ended before it was ready: %w", u.status())
	case <-ctx.Done():
		return fmt.Errorf("azulejo up is not ready: %w", ctx.Err())
	}
}

func (u *Up) status() error {
	if u.err == nil {
		return errors.New("exit status 0")
	}
	return u.err
}

// PID is azulejo's own process.
func (u *Up) PID() int { return u.cmd.Process.Pid }

// Done is closed when azulejo has ended.
func (u *Up) Done() <-chan struct{} { return u.done }

const stopLimit = 20 * time.Second

// Interrupt is Ctrl-C.
func (u *Up) Interrupt() error {
	_ = u.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-u.done:
	case <-time.After(stopLimit):
		return fmt.Errorf("azulejo up did not end within %s of Ctrl-C", stopLimit)
	}
	if u.err != nil {
		return fmt.Errorf("azulejo up, after Ctrl-C: %w", u.err)
	}
	return nil
}

// End leaves nothing behind, whatever happened before.
func (u *Up) End() {
	if !u.ended() {
		_ = u.Interrupt()
	}
	if u.ended() {
		return
	}
	running := processes() // before azulejo goes: afterwards nobody knows whose they are
	for pid, p := range running {
		if running.descends(pid, u.PID()) && p.live() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	_ = syscall.Kill(-u.PID(), syscall.SIGKILL)
	<-u.done
}

func (u *Up) ended() bool {
	select {
	case <-u.done:
		return true
	default:
		return false
	}
}

// Owns wants a process to be a live one of azulejo's and of this service.
func (u *Up) Owns(s *Service, pid int) error {
	running := processes()
	switch {
	case !slices.Contains(s.PIDs, pid):
		return fmt.Errorf("%s says that it is process %d, azulejo says %s", s.Name, pid, s.PIDList())
	case !running[pid].live() || !running.descends(pid, u.PID()):
		return fmt.Errorf("%s says that it is process %d, which is no live child of azulejo", s.Name, pid)
	}
	return nil
}

// NothingLeft checks, once azulejo has ended, that no service lives and that
// their ports can be had.
func (u *Up) NothingLeft() error {
	urls := []string{u.Gateway}
	for _, s := range u.Table {
		urls = append(urls, s.URL)
		for _, pid := range s.PIDs {
			if Live(pid) {
				return fmt.Errorf("azulejo has ended, but process %d of %s is still there", pid, s.Name)
			}
		}
	}
	for _, text := range urls {
		address, err := url.Parse(text)
		if err != nil {
			return err
		}
		if err := Free(address.Host); err != nil {
			return fmt.Errorf("azulejo has ended, but %s is still in use: %w", address.Host, err)
		}
	}
	return nil
}

// Free wants nobody to listen on an address, host:port; "" is no address.
func Free(address string) error {
	if address == "" {
		return nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return l.Close()
}
