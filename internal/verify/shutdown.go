package verify

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// shutdown is what was seen of one SIGTERM. Times count from the signal.
type shutdown struct {
	business string   // the path of business requests, "" if there is none
	samples  []sample // probes and business requests while draining
	before   int      // load: requests before and after the signal, and what failed
	after    int
	failed   []string
	late     sample        // sent just before the end of the drain
	refused  time.Duration // when connections were first refused, 0 if never
	exited   bool
	exitAt   time.Duration
	code     int
}

// sample is one request and its answer.
type sample struct {
	path string
	at   time.Duration // before the connection was made
	end  time.Duration // after the answer
	answer
	err error
}

const (
	businessPath = "/_contract/slow?ms=0"
	latePath     = "/_contract/slow?ms=1800"
	lateAt       = (drainMS - 500) * time.Millisecond
	drain        = drainMS * time.Millisecond
	noticeLimit  = 500 * time.Millisecond // for a signal to arrive
	closeSlack   = time.Second
	loadClients  = 4
)

func (b *bench) needShutdown() (*shutdown, error) {
	if !signalsWork {
		return nil, notRun("this system has no signals")
	}
	s, err := b.shutdown()
	if err != nil {
		return nil, notRun("no shutdown to watch: %s", clip(err.Error(), 200))
	}
	return s, nil
}

// watchShutdown sends SIGTERM under load and watches until the end.
func (b *bench) watchShutdown() (*shutdown, error) {
	in, err := b.draining()
	if err != nil {
		return nil, err
	}
	w := &watcher{in: in, ctx: b.ctx, out: &shutdown{business: b.business(b.ctx, in)}, gatewayKnows: make(chan struct{})}
	var load sync.WaitGroup
	if w.out.business != "" {
		for range loadClients {
			load.Go(w.load)
		}
		w.awaitLoad()
	}
	w.mu.Lock()
	w.signalled = time.Now()
	w.mu.Unlock()
	if err := in.terminate(); err != nil {
		return nil, err
	}
	var rest sync.WaitGroup
	for _, part := range []func(){w.sampleAll, w.sendLate, w.awaitRefusal, w.awaitExit} {
		rest.Go(part)
	}
	rest.Wait()
	load.Wait()
	return w.out, b.ctx.Err()
}

// watcher gathers a shutdown; its parts run side by side.
type watcher struct {
	in           *instance
	ctx          context.Context
	gatewayKnows chan struct{} // closed a moment after /readyz turned

	mu        sync.Mutex
	signalled time.Time
	out       *shutdown
}

// awaitLoad waits until connections are in use again and again.
func (w *watcher) awaitLoad() {
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && w.ctx.Err() == nil; pause(w.ctx, 20*time.Millisecond) {
		w.mu.Lock()
		n := w.out.before
		w.mu.Unlock()
		if n >= 5*loadClients {
			return
		}
	}
}

// since is the time from the signal, negative before it.
func (w *watcher) since() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.signalled.IsZero() {
		return -1
	}
	return time.Since(w.signalled)
}

// load is one client of a gateway: it reuses its connection until told not to.
func (w *watcher) load() {
	var conn *wire
	for {
		select {
		case <-w.gatewayKnows:
			if conn != nil {
				conn.Close()
			}
			return
		case <-w.ctx.Done():
			return
		default:
		}
		conn = w.loadOnce(conn)
		pause(w.ctx, 15*time.Millisecond)
	}
}

func (w *watcher) loadOnce(conn *wire) *wire {
	var err error
	if conn == nil {
		if conn, err = dial(w.ctx, w.in.addr); err != nil {
			w.count(answer{}, err)
			return nil
		}
	}
	a, err := conn.get(w.out.business)
	w.count(a, err)
	if err != nil || a.closing {
		conn.Close()
		return nil
	}
	return conn
}

func (w *watcher) count(a answer, err error) {
	at := w.since()
	w.mu.Lock()
	defer w.mu.Unlock()
	if at < 0 {
		w.out.before++
	} else {
		w.out.after++
	}
	if err != nil {
		w.out.failed = append(w.out.failed, clip(err.Error(), 100))
	} else if a.status != 200 {
		w.out.failed = append(w.out.failed, "status "+string(rune('0'+a.status/100))+"xx")
	}
}

// sampleAll asks on connections of their own until shortly before the drain's end.
func (w *watcher) sampleAll() {
	turned := time.Duration(0)
	told := false
	tell := func() {
		if !told {
			told = true
			close(w.gatewayKnows)
		}
	}
	defer tell()
	for w.since() < drain-300*time.Millisecond && w.ctx.Err() == nil && !w.in.ended() {
		for _, path := range []string{w.in.paths.Ready, w.in.paths.Live, w.out.business} {
			if path == "" {
				continue
			}
			s := w.sample(path)
			if path == w.in.paths.Ready && turned == 0 && s.err == nil && s.status != 200 {
				turned = s.at
			}
		}
		if turned > 0 && w.since() > turned+300*time.Millisecond {
			tell()
		}
		pause(w.ctx, 80*time.Millisecond)
	}
}

func (w *watcher) sample(path string) sample {
	s := sample{path: path, at: w.since()}
	s.answer, s.err = w.in.getFresh(w.ctx, path)
	s.end = w.since()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.samples = append(w.out.samples, s)
	return s
}

func (w *watcher) sendLate() {
	pause(w.ctx, lateAt-w.since())
	s := sample{path: latePath, at: w.since()}
	s.answer, s.err = w.in.getFresh(w.ctx, latePath)
	s.end = w.since()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.late = s
}

// awaitRefusal dials until it is refused, also during the drain: to stop
// accepting too early is as wrong as too late.
func (w *watcher) awaitRefusal() {
	for w.since() < drain+6*time.Second && w.ctx.Err() == nil {
		conn, err := net.DialTimeout("tcp", w.in.addr, time.Second)
		if err == nil {
			conn.Close()
		} else if isRefused(err) {
			w.mu.Lock()
			w.out.refused = time.Since(w.signalled)
			w.mu.Unlock()
			return
		}
		pause(w.ctx, 25*time.Millisecond)
	}
}

func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || strings.Contains(err.Error(), "refused")
}

func (w *watcher) awaitExit() {
	exited := w.in.awaitEnd(w.ctx, drain+9*time.Second)
	at := w.since()
	w.in.kill()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.exited, w.out.exitAt = exited, at
	if exited {
		w.out.code = w.in.exitCode()
	}
}
