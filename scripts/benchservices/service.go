package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// patience is how long a service may take to start.
const patience = time.Minute

// launch is how a program is started, and which path says that it is there.
type launch struct {
	dir, ready string
	argv, env  []string
}

// process is a program that runs and was ready.
type process struct {
	cmd     *exec.Cmd
	address string
	started time.Duration // from exec to the first 200
	said    *bytes.Buffer // on stderr; to be read when it has ended
	ended   chan struct{}
}

// start returns when the program is ready.
func (l launch) start(ctx context.Context) (*process, error) {
	address, port, err := freePort()
	if err != nil {
		return nil, err
	}
	argv := l.argv
	if strings.Contains(argv[0], "/") { // relative to its folder
		argv = append([]string{filepath.Join(l.dir, argv[0])}, argv[1:]...)
	}
	p := &process{cmd: exec.CommandContext(ctx, argv[0], argv[1:]...), address: address, said: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stderr = l.dir, p.said
	p.cmd.Env = append(environment(), "HOST=127.0.0.1", "PORT="+port, "SERVICE_NAME="+serviceName)
	p.cmd.Env = append(p.cmd.Env, l.env...)
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is told by what it said
		close(p.ended)
	}()
	if err := p.await(l.ready); err != nil {
		p.stop()
		return nil, fmt.Errorf("%v: %w\n%s", argv, err, p.said)
	}
	p.started = time.Since(began)
	return p, nil
}

// environment leaves out whatever would configure a service.
func environment() (env []string) {
	for _, name := range []string{"PATH", "HOME", "JAVA_HOME"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func freePort() (address, port string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer l.Close()
	address = l.Addr().String()
	_, port, err = net.SplitHostPort(address)
	return address, port, err
}

func (p *process) await(path string) error {
	err := errors.New("never asked")
	for began := time.Now(); time.Since(began) < patience; time.Sleep(time.Millisecond) {
		select {
		case <-p.ended:
			return errors.New("it ended")
		default:
		}
		if _, err = get(p.address, path); err == nil {
			return nil
		}
	}
	return fmt.Errorf("it is not ready after %v: %w", patience, err)
}

// stop ends the program and its children at once: its shutdown is not measured.
func (p *process) stop() {
	if table, err := processes(); err == nil {
		for _, pid := range table.tree(p.pid()) {
			if child, err := os.FindProcess(pid); err == nil {
				_ = child.Kill() // it may be gone
			}
		}
	}
	<-p.ended
}
