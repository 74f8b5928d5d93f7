package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Up installs, builds and runs the services until ctx is cancelled. It returns
//
//   - nil when ctx was cancelled once all were ready, and all stopped when asked;
//   - an error that wraps context.Canceled when it was interrupted before that,
//     or ended at once through Options.Kill;
//   - a *ServiceError when a step or a service failed before all were ready, or
//     when the last service ended by itself;
//   - an error with a *ToolsError in it when a tool is missing or too old;
//   - another error when nothing could be started, or something had to be forced.
//
// A service that ends later is reported; the others go on. Whatever it returns,
// no process is left.
func Up(ctx context.Context, o Options) error {
	o = o.withDefaults()
	p, err := makePlan(ctx, &o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-o.Kill:
			cancel()
		case <-ctx.Done():
		}
	}()
	r := newRunner(&o, p)
	defer r.spawn.close()
	err = r.run(ctx)
	return errors.Join(err, r.stop())
}

// runner is one system while it runs.
type runner struct {
	*plan
	o         *Options
	spawn     *spawner
	logs      *logs
	progress  *progress
	prober    *prober
	transport *http.Transport
	servers   []*http.Server
	playing   *http.Server // the registry and config server, nil if none is played
	serving   sync.WaitGroup
	exits     chan *instance // each one that ends by itself
}

func newRunner(o *Options, p *plan) *runner {
	count, width := 0, 0
	for _, s := range p.services {
		count += len(s.instances)
		for _, in := range s.instances {
			width = max(width, len(in.name))
		}
	}
	return &runner{
		plan: p, o: o, spawn: newSpawner(), prober: newProber(), transport: newTransport(),
		logs: &logs{out: o.Stdout, width: width, color: o.Color}, progress: newProgress(o, width),
		exits: make(chan *instance, count),
	}
}

func (r *runner) run(ctx context.Context) error {
	r.serve()
	b := &builder{o: r.o, spawn: r.spawn, progress: r.progress}
	if err := b.all(ctx, r.services); err != nil {
		return interrupted(err, "while installing and building")
	}
	for _, platform := range []bool{true, false} {
		if err := r.start(platform); err != nil {
			return err
		}
		if err := r.awaitAll(ctx, platform); err != nil {
			return interrupted(err, "before all services were ready")
		}
	}
	if err := r.awaitRegistered(ctx); err != nil {
		return interrupted(err, "before all services were registered")
	}
	r.report()
	return r.supervise(ctx)
}

func interrupted(err error, when string) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted %s: %w", when, err)
	}
	return err
}

// serve opens the gateway and the balancers at once: until a service is ready
// they say so.
func (r *runner) serve() {
	if r.played != nil {
		r.playing = r.listen(&r.played, play(r.o.ConfigDir))
	}
	if r.gateway != nil {
		r.listen(&r.gateway, newGateway(r.routes, r.transport))
	}
	for _, s := range r.services {
		if s.balancer != nil {
			r.listen(&s.balancer, newBalancer(s.name(), s.backends(), r.transport))
		}
	}
}

// listen hands a held port over to a server.
func (r *runner) listen(l *net.Listener, h http.Handler) *http.Server {
	server, held := newServer(h), *l
	*l = nil
	r.servers = append(r.servers, server)
	r.serving.Go(func() { _ = server.Serve(held) })
	return server
}

// start starts every instance of the platform, or of all else; none waits for another.
func (r *runner) start(platform bool) error {
	for number, s := range r.services {
		if s.platform() != platform {
			continue
		}
		for _, in := range s.instances {
			if err := r.startOne(in, number); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *runner) startOne(in *instance, number int) error {
	l := in.service.launch
	closeListener(&in.held)
	p, err := r.spawn.run(command{dir: l.Dir, argv: l.Run, env: in.env, line: r.logs.writer(in.name, number)})
	if err != nil {
		return &ServiceError{Service: in.name, Phase: "run", Argv: l.Run, ExitCode: -1, Err: fmt.Errorf("could not start (%w)", err)}
	}
	in.proc = p
	go func() {
		<-p.done
		in.setReady(false)
		r.exits <- in
	}()
	return nil
}

// verdict is what became of the wait for one instance.
type verdict struct {
	in  *instance
	err error // nil: ready
}

// awaitAll returns when all that start started are ready or one of them cannot be.
func (r *runner) awaitAll(ctx context.Context, platform bool) error {
	limited, cancel := context.WithTimeout(ctx, r.o.ReadyTimeout)
	defer cancel()
	instances := slices.DeleteFunc(r.all(), func(in *instance) bool { return in.service.platform() != platform })
	verdicts := make(chan verdict, len(instances))
	for _, in := range instances {
		go func() { verdicts <- verdict{in, r.prober.await(limited, in)} }()
	}
	for range instances {
		select {
		case in := <-r.exits:
			return failure(in.name, "run", in.proc, whenStarting)
		case v := <-verdicts:
			if err := r.accept(ctx, v); err != nil {
				return err
			}
		}
	}
	return nil
}

const whenStarting = " before all services were ready"

func (r *runner) accept(ctx context.Context, v verdict) error {
	if v.err == nil {
		v.in.setReady(true)
		if len(v.in.service.instances) > 1 {
			go r.prober.watch(ctx, v.in)
		}
		return nil
	}
	p := v.in.proc
	if p.ended() {
		return failure(v.in.name, "run", p, whenStarting)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return &ServiceError{
		Service: v.in.name, Phase: "run", Argv: p.argv, ExitCode: -1, LastLines: p.tail.lines(),
		Err: fmt.Errorf("was not ready within %s (%w)", r.o.ReadyTimeout, v.err),
	}
}

func (r *runner) all() (list []*instance) {
	for _, s := range r.services {
		list = append(list, s.instances...)
	}
	return list
}

// supervise reports services that end until it is told to stop or none is left.
func (r *runner) supervise(ctx context.Context) error {
	left := len(r.all())
	for {
		select {
		case <-ctx.Done():
			r.progress.say("stopping")
			return nil
		case in := <-r.exits:
			err := failure(in.name, "run", in.proc, "")
			if left--; left == 0 {
				return err
			}
			r.progress.say("%v\n%s is down; the others go on (Ctrl-C stops them)", err, in.name)
		}
	}
}

// stop ends everything: new requests first, then the services, then what is left.
func (r *runner) stop() error {
	r.release()
	ctx, cancel := context.WithTimeout(context.Background(), r.o.StopTimeout)
	defer cancel()
	for _, s := range r.servers {
		if s != r.playing { // services that stop tell the registry
			go func() { _ = s.Shutdown(ctx) }()
		}
	}
	forced := r.stopAll()
	for _, s := range r.servers {
		_ = s.Close()
	}
	r.serving.Wait() // the ports are free
	r.transport.CloseIdleConnections()
	select {
	case <-r.o.Kill:
		return fmt.Errorf("ended at once: %w", context.Canceled)
	default:
	}
	if len(forced) > 0 {
		return fmt.Errorf("not stopped within %s of SIGTERM, and killed: %s", r.o.StopTimeout, strings.Join(forced, ", "))
	}
	return nil
}

// stopAll returns the names of those that did not stop when asked.
func (r *runner) stopAll() (forced []string) {
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, in := range r.all() {
		if in.proc == nil {
			continue
		}
		wait.Go(func() {
			if in.proc.stop(r.o.StopTimeout, r.o.Kill) {
				mu.Lock()
				defer mu.Unlock()
				forced = append(forced, in.name)
			}
		})
	}
	wait.Wait()
	return forced
}
