package verify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// instance is one started process of the service.
type instance struct {
	cmd    *exec.Cmd
	pid    int
	addr   string // 127.0.0.1:port
	base   string // its URL, without a slash at the end
	paths  Paths
	port   int // 0 if PORT was no number
	stdout *logbook
	stderr *logbook
	http   *http.Client
	box    *container    // in which it runs, nil for a plain process
	done   chan struct{} // closed when the process has ended
	once   sync.Once

	lenient bool // any answer that is no 5xx counts as ready
}

func startInstance(l spec.Launch, box *container, env []string, port string) (*instance, error) {
	argv0 := l.Run[0]
	if strings.ContainsRune(argv0, '/') && !filepath.IsAbs(argv0) {
		argv0 = filepath.Join(l.Dir, argv0)
	}
	in := &instance{box: box, done: make(chan struct{}), http: newClient(), addr: net.JoinHostPort("127.0.0.1", port)}
	in.base = "http://" + in.addr
	in.port, _ = strconv.Atoi(port)
	in.stdout, in.stderr = newLogbook(in.kill), newLogbook(in.kill)
	in.cmd = exec.Command(argv0, l.Run[1:]...)
	in.cmd.Dir, in.cmd.Env = l.Dir, env
	in.cmd.Stdout, in.cmd.Stderr = in.stdout, in.stderr
	in.cmd.WaitDelay = 500 * time.Millisecond // a grandchild may hold the pipes
	ownGroup(in.cmd)
	if err := in.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %q: %w", l.Run, err)
	}
	in.pid = in.cmd.Process.Pid
	go in.wait()
	return in, nil
}

func (in *instance) wait() {
	_ = in.cmd.Wait()             // the state says it all
	killGroup(in.cmd.Process.Pid) // whatever it left behind
	if in.box != nil {
		in.box.remove()
	}
	close(in.done)
}

// kill ends the whole process group; it may be called at any time, also from
// the goroutine that copies the output, so it does not wait.
func (in *instance) kill() {
	in.once.Do(func() {
		if !in.ended() && in.cmd.Process != nil {
			killGroup(in.cmd.Process.Pid) // of a container this is docker: wait removes what it ran
		}
	})
}

func (in *instance) ended() bool {
	select {
	case <-in.done:
		return true
	default:
		return false
	}
}

// awaitEnd reports whether the process ended within the limit.
func (in *instance) awaitEnd(ctx context.Context, limit time.Duration) bool {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-in.done:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	return in.ended()
}

// exitCode follows the shell: 128 + n for signal n. Only after the end.
func (in *instance) exitCode() int { return exitCode(in.cmd.ProcessState) }

func (in *instance) awaitReady(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	last, answered := "nothing answered", 0
	for ctx.Err() == nil {
		if in.ended() {
			return errors.New(in.obituary())
		}
		one, stop := context.WithTimeout(ctx, 2*time.Second)
		a, err := in.get(one, in.paths.Ready)
		stop()
		if err == nil && a.status < http.StatusInternalServerError {
			answered++
		}
		switch {
		case err == nil && a.status == http.StatusOK, in.lenient && answered > lenientAnswers:
			in.lookInside()
			return nil
		case err == nil:
			last = fmt.Sprintf("%s answered %d", in.paths.Ready, a.status)
		case !strings.Contains(err.Error(), "refused") && ctx.Err() == nil:
			last = clip(err.Error(), 200)
		}
		pause(ctx, 20*time.Millisecond)
	}
	last += in.otherPort()
	in.kill()
	return fmt.Errorf("not ready within %s: %s; last lines: %s", limit, last, in.lastLines())
}

// lookInside finds the process in a container, where this machine shows it.
func (in *instance) lookInside() {
	if in.box != nil {
		in.pid = in.box.pid()
	}
}

// lenientAnswers are enough to believe that a path which is not 200 stays so.
const lenientAnswers = 20

// otherPort tells where a process listens that does not read PORT.
func (in *instance) otherPort() string {
	ports, _ := listening(in.pid)
	if len(ports) == 0 || slices.Contains(ports, in.port) {
		return ""
	}
	return fmt.Sprintf(" (PORT=%d, and it listens on %v)", in.port, ports)
}

func (in *instance) obituary() string {
	if in.stdout.flooded() || in.stderr.flooded() {
		return "stopped, because it flooded its log; last lines: " + in.lastLines()
	}
	return fmt.Sprintf("the process ended with %d; last lines: %s", in.exitCode(), in.lastLines())
}

func (in *instance) lastLines() string {
	return clip(strings.Join(append(in.stderr.tail(3), in.stdout.tail(3)...), " | "), 500)
}

var ports = struct {
	sync.Mutex
	next int
}{next: 15000 + rand.IntN(15000)}

// freePort looks below the range from which the kernel serves outgoing
// connections, and never hands out a port twice in a row: between here and the
// service's bind nobody else gets it.
func freePort() (int, error) {
	ports.Lock()
	defer ports.Unlock()
	for range 2000 {
		ports.next++
		if ports.next >= 32000 {
			ports.next = 15000
		}
		l, err := net.Listen("tcp4", ":"+strconv.Itoa(ports.next))
		if err == nil {
			return ports.next, l.Close()
		}
	}
	return 0, errors.New("no free port between 15000 and 32000")
}

// pause waits or returns early when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
