package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// What the processes are started with. Waits are shortened through the
// contract's own variables.
const (
	serviceVersion  = "9.8.7"
	maxBody         = 65536
	sharedRequestMS = 1000
	sharedHeaderMS  = 800
	sharedIdleMS    = 1600
	sharedCallMS    = 400 // the call's deadline, below its attempt
	aloneRequestMS  = 3000
	aloneAttemptMS  = 2000
	drainMS         = 2000
	canary          = "canary7391value"
)

// bench holds what the checks of one run share.
type bench struct {
	ctx    context.Context
	stop   context.CancelFunc
	target Target
	opts   Options

	steady *upstream // always well
	moody  *upstream // changed by the checks of laneAlone

	plain, shared, alone, draining func() (*instance, error)
	shutdown                       func() (*shutdown, error)
	probes                         func() error
	traces                         func() (*traced, error)
	leases                         func() (*lease, error)
	room                           chan struct{} // for processes that one check has to itself

	mu      sync.Mutex
	started []*instance
	fakes   []interface{ down() }
	running map[lane]*instance // of the lanes that have a process
	hostile window             // lines of alone that C45 provoked: C40 leaves them to it
}

func newBench(ctx context.Context, target Target, opts Options) (*bench, error) {
	b := &bench{target: target, opts: opts, room: make(chan struct{}, ownAtOnce), running: map[lane]*instance{}}
	b.ctx, b.stop = context.WithCancel(ctx)
	var err error
	if b.steady, err = startUpstream(); err == nil {
		b.moody, err = startUpstream()
	}
	if err != nil {
		b.close()
		return nil, fmt.Errorf("verify: %w", err)
	}
	b.plain = b.once(laneStarts, "only PORT", nil)
	b.shared = b.once(laneShared, "the shared process", b.sharedSettings())
	b.alone = b.once(laneAlone, "the process for counting", b.aloneSettings())
	b.draining = b.once(laneDrain, "the process to be shut down", b.drainSettings())
	if target.URL != "" {
		b.shared = sync.OnceValues(b.outside)
	}
	b.shutdown = sync.OnceValues(b.watchShutdown)
	b.probes = sync.OnceValue(b.findProbes)
	b.traces = sync.OnceValues(b.startTraced)
	b.leases = sync.OnceValues(b.watchLease)
	return b, nil
}

func (b *bench) close() {
	b.stop()
	for _, in := range b.started {
		in.kill()
	}
	for _, in := range b.started {
		in.awaitEnd(context.Background(), 3*time.Second) // killed: it takes no time, but the pipes may
	}
	for _, u := range []*upstream{b.steady, b.moody} {
		if u != nil {
			u.down()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.fakes {
		f.down()
	}
}

// once returns a function that starts an instance at its first call.
func (b *bench) once(l lane, what string, settings map[string]string) func() (*instance, error) {
	return sync.OnceValues(func() (*instance, error) {
		in, err := b.launch(settings)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		b.mu.Lock()
		b.running[l] = in
		b.mu.Unlock()
		if err := in.awaitReady(b.ctx, b.opts.StartLimit); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		return in, nil
	})
}

// need returns a started instance; where there is none the check is not run,
// because the start itself is C01's business.
func need(start func() (*instance, error)) (*instance, error) {
	in, err := start()
	if err != nil {
		return nil, notRun("the process for it did not start: see C01")
	}
	return in, nil
}

// launch starts one process. A PORT among the settings wins over a free one.
func (b *bench) launch(settings map[string]string) (*instance, error) {
	env := cleanEnviron(b.target.Environ)
	for _, k := range sortedKeys(b.target.Launch.Env) {
		env = append(env, k+"="+b.target.Launch.Env[k])
	}
	all := maps.Clone(settings)
	if all == nil {
		all = map[string]string{}
	}
	if all["PORT"] == "" {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		all["PORT"] = strconv.Itoa(port)
	}
	for _, k := range sortedKeys(all) {
		env = append(env, k+"="+all[k])
	}
	l, box := b.target.Launch, (*container)(nil)
	if b.target.Image != "" {
		names := slices.Concat(sortedKeys(l.Env), sortedKeys(all), l.Secrets)
		box, l.Run = runImage(b.target.Image, names, b.target.Environ)
	}
	in, err := startInstance(l, box, env, all["PORT"])
	if err != nil {
		return nil, err
	}
	in.paths, in.lenient = b.target.Paths, b.foreign()
	b.mu.Lock()
	b.started = append(b.started, in)
	b.mu.Unlock()
	return in, nil
}

func (b *bench) sharedSettings() map[string]string {
	s := b.common(b.steady)
	s["MAX_BODY_BYTES"] = strconv.Itoa(maxBody)
	s["REQUEST_TIMEOUT_MS"] = strconv.Itoa(sharedRequestMS)
	s["HEADER_TIMEOUT_MS"] = strconv.Itoa(sharedHeaderMS)
	s["KEEP_ALIVE_MS"] = strconv.Itoa(sharedIdleMS)
	b.callLimits(s, 5000, sharedCallMS)
	return s
}

func (b *bench) aloneSettings() map[string]string {
	s := b.common(b.moody)
	s["REQUEST_TIMEOUT_MS"] = strconv.Itoa(aloneRequestMS)
	s["VERIFY_CANARY"] = canary
	b.callLimits(s, aloneAttemptMS, 2500)
	return s
}

func (b *bench) drainSettings() map[string]string {
	s := b.common(b.steady)
	s["LOG_LEVEL"] = "warn"
	s["SHUTDOWN_DRAIN_MS"] = strconv.Itoa(drainMS)
	s["SHUTDOWN_TIMEOUT_MS"] = "5000"
	return s
}

func (b *bench) common(calls *upstream) map[string]string {
	s := map[string]string{
		"HOST": "127.0.0.1", "CONTRACT_PROBES": "true", "SERVICE_VERSION": serviceVersion,
		"SHUTDOWN_DRAIN_MS": "0", "SHUTDOWN_TIMEOUT_MS": "3000",
	}
	// one call, one request: retries and breakers have processes of their own
	b.eachCall(s, map[string]string{"URL": calls.url(), "RETRIES": "0", "BREAKER_MIN_CALLS": "1000000"})
	return s
}

func (b *bench) callLimits(s map[string]string, attemptMS, deadlineMS int) {
	b.eachCall(s, map[string]string{"ATTEMPT_TIMEOUT_MS": strconv.Itoa(attemptMS), "DEADLINE_MS": strconv.Itoa(deadlineMS)})
}

// eachCall sets CALL_<NAME>_... for every call of the service.
func (b *bench) eachCall(s, call map[string]string) {
	for _, name := range b.target.Launch.Calls {
		for setting, value := range call {
			s["CALL_"+spec.EnvName(name)+"_"+setting] = value
		}
	}
}

func (b *bench) needProbes(context.Context) error { return b.probes() }

func (b *bench) findProbes() error {
	in, err := need(b.shared)
	if err != nil {
		return err
	}
	a, err := in.get(b.ctx, businessPath)
	isProbe := a.status == 200 && a.mediaType() == jsonType
	if err == nil && (a.status == 404 || b.foreign() && !isProbe) {
		return notRun("needs the contract probes, and %s answers %d with CONTRACT_PROBES=true: serve them (docs/contract.md#contract-probes)", businessPath, a.status)
	}
	return nil // any other trouble is the check's to find
}

// listen returns a function that tells what the lane's process wrote since. Where
// checks run side by side that would be for the most part the others' doing.
func (b *bench) listen(l lane) func() []string {
	if !l.serial() {
		return func() []string { return nil }
	}
	process := func() *instance {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.running[l]
	}
	out, errs := 0, 0
	if in := process(); in != nil {
		out, errs = in.stdout.mark(), in.stderr.mark()
	}
	return func() []string {
		in := process()
		if in == nil {
			return nil
		}
		wrote := append(in.stderr.since(errs), filter(in.stdout.since(out), func(e entry) bool { return e.text("message") != "http request" })...)
		var lines []string
		for _, e := range wrote[max(0, len(wrote)-5):] {
			lines = append(lines, clip(e.raw, 300))
		}
		return lines
	}
}

// contractNames are the variables of the contract, dropped from the caller's
// environment: a service is judged with what verify sets, nothing else.
var contractNames = map[string]bool{
	"PORT": true, "HOST": true, "SERVICE_NAME": true, "SERVICE_VERSION": true, "LOG_LEVEL": true,
	"MAX_BODY_BYTES": true, "REQUEST_TIMEOUT_MS": true, "HEADER_TIMEOUT_MS": true, "KEEP_ALIVE_MS": true,
	"SHUTDOWN_DRAIN_MS": true, "SHUTDOWN_TIMEOUT_MS": true, "CONTRACT_PROBES": true,
	"EUREKA_URL": true, "ADVERTISE_HOST": true, "CONFIG_URL": true, "PROFILE": true, "TRUST_PROXY": true,
}

func cleanEnviron(environ []string) []string {
	var out []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		foreign := !contractNames[name]
		for _, prefix := range []string{"CALL_", "CLIENT_", "BREAKER_", "OTEL_"} {
			foreign = foreign && !strings.HasPrefix(name, prefix)
		}
		if foreign {
			out = append(out, kv)
		}
	}
	return out
}
