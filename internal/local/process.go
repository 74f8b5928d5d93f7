package local

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// spawner starts all children from one OS thread that lives as long as it does:
// on Linux a child with a parent-death signal dies with the thread that started
// it, not with the process.
type spawner struct{ jobs chan func() }

func newSpawner() *spawner {
	s := &spawner{jobs: make(chan func())}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this function
		for job := range s.jobs {
			job()
		}
	}()
	return s
}

func (s *spawner) close() { close(s.jobs) }

func (s *spawner) start(cmd *exec.Cmd) error {
	result := make(chan error)
	s.jobs <- func() { result <- cmd.Start() }
	return <-result
}

// command is what to run, where, and who gets its output line by line.
type command struct {
	dir  string
	argv []string
	env  []string
	line func([]byte) // may be nil
}

// process is one running child and the group that it leads.
type process struct {
	argv []string
	os   *os.Process
	tail *tail
	done chan struct{} // closed when it has ended and its output is read
	err  error         // how it ended; valid once done is closed
}

// drainLimit bounds the wait for output that a detached grandchild holds open.
const drainLimit = time.Second

func (s *spawner) run(c command) (*process, error) {
	path, err := lookPath(c.argv[0], c.dir, c.env)
	if err != nil {
		return nil, err
	}
	p := &process{argv: c.argv, tail: &tail{}, done: make(chan struct{})}
	out, err := p.capture(c.line)
	if err != nil {
		return nil, err
	}
	errs, err := p.capture(c.line)
	if err != nil {
		out.abandon()
		return nil, err
	}
	cmd := &exec.Cmd{
		Path: path, Args: append([]string{path}, c.argv[1:]...), Dir: c.dir, Env: c.env,
		Stdout: out.write, Stderr: errs.write, SysProcAttr: attributes(),
	}
	if err := s.start(cmd); err != nil {
		out.abandon()
		errs.abandon()
		return nil, err
	}
	p.os = cmd.Process
	out.begin()
	errs.begin()
	go p.wait(cmd, out, errs)
	return p, nil
}

// wait reaps the process, then ends what is left of its group.
func (p *process) wait(cmd *exec.Cmd, outputs ...*output) {
	p.err = cmd.Wait()
	killGroup(p.os)
	for _, o := range outputs {
		o.finish()
	}
	close(p.done)
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop ends the process: asked first, and forced after the grace or when kill is
// closed. It says whether it had to be forced.
func (p *process) stop(grace time.Duration, kill <-chan struct{}) (forced bool) {
	terminate(p.os)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return false
	case <-timer.C:
	case <-kill:
	}
	killGroup(p.os)
	select {
	case <-p.done:
	case <-time.After(2 * drainLimit): // stuck in the kernel: nobody can do more
	}
	return true
}

// output is one stream of a child. A pipe of our own, not exec's: a grandchild
// that keeps it open must not keep us from seeing that the child has ended.
type output struct {
	read, write *os.File
	emit        func([]byte)
	done        chan struct{}
}

func (p *process) capture(line func([]byte)) (*output, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("opening a pipe: %w", err)
	}
	return &output{read: r, write: w, done: make(chan struct{}), emit: func(b []byte) {
		p.tail.add(b)
		if line != nil {
			line(b)
		}
	}}, nil
}

func (o *output) begin() {
	_ = o.write.Close()
	go func() {
		defer close(o.done)
		readLines(o.read, maxLine, o.emit)
	}()
}

func (o *output) finish() {
	_ = o.read.SetReadDeadline(time.Now().Add(drainLimit))
	select {
	case <-o.done:
	case <-time.After(drainLimit + drainLimit/2): // nobody reads our Stdout
	}
	_ = o.read.Close()
}

func (o *output) abandon() {
	_ = o.read.Close()
	_ = o.write.Close()
}

// lookPath finds a program as the child's environment says, not as ours does: a
// name with a slash is relative to dir, others are looked up in PATH.
func lookPath(name, dir string, environ []string) (string, error) {
	if strings.ContainsRune(name, '/') || filepath.IsAbs(name) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, filepath.FromSlash(name))
		}
		return name, executable(name)
	}
	for _, folder := range filepath.SplitList(lookup(environ, "PATH")) {
		path := filepath.Join(folder, name)
		if filepath.IsAbs(path) && executable(path) == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not in PATH", name)
}

func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return fmt.Errorf("%s cannot be executed", path)
	}
	return nil
}

// tail keeps the last lines of a process.
type tail struct {
	mu   sync.Mutex
	last []string
}

const (
	tailLines = 20
	tailWidth = 2000 // bytes of a line
)

func (t *tail) add(line []byte) {
	if len(line) > tailWidth {
		line = line[:tailWidth]
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.last) == tailLines {
		t.last = append(t.last[:0], t.last[1:]...)
	}
	t.last = append(t.last, string(line))
}

func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.last...)
}
