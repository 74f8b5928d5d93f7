package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Target is the service to be judged.
type Target struct {
	Launch  spec.Launch       // Service, Dir, Run, Env, Port, Calls, Discovery and Config are read
	Image   string            // run in a container instead of Launch.Run, by docker, on the machine's network
	URL     string            // a service that runs already; of Launch only Service is then read
	Paths   Paths             // where it has what the contract asks for
	Foreign bool              // azulejo did not generate it: what it lacks is found out
	Environ []string          // the caller's environment (PATH, HOME, values of secrets); variables of the contract in it are dropped
	Waivers map[string]string // clause -> reason
}

// Options are the caller's wishes. The zero value is fine.
type Options struct {
	Only       []string      // clauses to run; empty means all
	Level      int           // without Only: clauses up to this level; 0 means all, the starter's too
	StartLimit time.Duration // from start to ready, and from start to the end for a bad configuration; 0 means 20 s
	Progress   func(Result)  // called as results come in, one at a time
}

// Outcome is the verdict on one clause.
type Outcome string

// The outcomes. NotRun is no verdict: Evidence says what was missing.
// NotApplicable is for a clause that the service has no use for.
const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"
	Waived        Outcome = "waived"
	NotApplicable Outcome = "not_applicable"
	NotRun        Outcome = "not_run"
)

// Result is the verdict on one clause with what was seen.
type Result struct {
	Clause   string
	Outcome  Outcome
	Evidence string   // of a failure: one violation a line
	Log      []string // of a failure: what the process wrote meanwhile, where only this check used it; no access lines
	Duration time.Duration
}

// Report holds one result for each check, in the order of the table.
type Report struct {
	Service  string
	Results  []Result
	Duration time.Duration
}

// Count returns how many results have the outcome.
func (r Report) Count(o Outcome) int {
	n := 0
	for _, res := range r.Results {
		if res.Outcome == o {
			n++
		}
	}
	return n
}

const (
	defaultStartLimit = 20 * time.Second
	checkLimit        = 30 * time.Second // beyond the start
	runLimit          = 38 * time.Second // of all checks, beyond the start
)

// Run judges the target. The error is about the caller's own doing (no command,
// unknown clause, cancelled), or an *UnreachableError; a service that does not
// even start is a report in which C01 fails. What could not be judged within the
// start limit and 38 s (of an image 114 s) is not run.
func Run(ctx context.Context, target Target, opts Options) (Report, error) {
	return run(ctx, target, opts, Table())
}

func run(ctx context.Context, target Target, opts Options, checks []Check) (Report, error) {
	began := time.Now()
	chosen, err := choose(checks, target, opts)
	if err != nil {
		return Report{}, err
	}
	if len(target.Launch.Run) == 0 && target.URL == "" && target.Image == "" {
		return Report{}, errors.New("verify: the service has no run command")
	}
	if opts.StartLimit <= 0 {
		opts.StartLimit = defaultStartLimit
	}
	target.Paths = target.Paths.orContract()
	limit := opts.StartLimit + runLimit
	if target.Image != "" {
		limit += 2 * runLimit // each process is a container
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	b, err := newBench(limited, target, opts)
	if err != nil {
		return Report{}, err
	}
	defer b.close()
	if err := b.reach(); err != nil {
		return Report{}, err
	}
	results := b.runAll(chosen)
	if ctx.Err() != nil {
		return Report{}, fmt.Errorf("verifying %s: %w", target.Launch.Service, ctx.Err())
	}
	return Report{Service: target.Launch.Service, Results: results, Duration: time.Since(began)}, nil
}

func choose(all []Check, target Target, opts Options) ([]Check, error) {
	if opts.Level < 0 || opts.Level > MaxLevel {
		return nil, fmt.Errorf("verify: there is no level %d, use 1 to %d", opts.Level, MaxLevel)
	}
	for _, clause := range opts.Only {
		if !slices.ContainsFunc(all, func(c Check) bool { return c.Clause == clause }) {
			return nil, fmt.Errorf("verify: no check for clause %q", clause)
		}
	}
	return slices.DeleteFunc(all, func(c Check) bool { return !opts.wants(c, target.foreign()) }), nil
}

func (o Options) wants(c Check, foreign bool) bool {
	switch {
	case len(o.Only) > 0:
		return slices.Contains(o.Only, c.Clause)
	case c.Level == 0:
		return o.Level == 0 && !foreign
	}
	return o.Level == 0 || c.Level <= o.Level
}

func (t Target) foreign() bool { return t.Foreign || t.URL != "" }

func (b *bench) foreign() bool { return b.target.foreign() }

// reach asks a running service for any answer at all.
func (b *bench) reach() error {
	if b.target.URL == "" {
		return nil
	}
	_, err := b.shared()
	return err
}

// runAll runs the stages one after the other, the lanes of a stage side by side.
func (b *bench) runAll(checks []Check) []Result {
	results := make([]Result, len(checks))
	for _, stage := range stages {
		var wg sync.WaitGroup
		for _, l := range stage {
			wg.Go(func() { b.runLane(l, checks, results) })
		}
		wg.Wait()
	}
	return results
}

// runLane writes each result at its check's index, so no lock is needed.
func (b *bench) runLane(l lane, checks []Check, results []Result) {
	var wg sync.WaitGroup
	for _, late := range []bool{false, true} {
		for i, c := range checks {
			if c.lane != l || c.late != late {
				continue
			}
			one := func() {
				results[i] = b.judge(c)
				b.report(results[i])
			}
			if l.serial() {
				one()
			} else {
				wg.Go(one)
			}
		}
	}
	wg.Wait()
}

func (b *bench) judge(c Check) Result {
	began := time.Now()
	res := Result{Clause: c.Clause, Outcome: Pass}
	if reason, ok := b.target.Waivers[c.Clause]; ok {
		res.Outcome, res.Evidence = Waived, reason
		return res
	}
	if reason := b.useless(c.Needs); reason != "" {
		res.Outcome, res.Evidence = NotApplicable, reason
		return res
	}
	ctx, cancel := context.WithTimeout(b.ctx, b.opts.StartLimit+checkLimit)
	defer cancel()
	wrote := b.listen(c.lane)
	evidence, err := b.prove(ctx, c)
	res.Duration = time.Since(began)
	var unjudged *notRunError
	switch {
	case errors.As(err, &unjudged):
		res.Outcome, res.Evidence = unjudged.outcome, unjudged.reason
	case err != nil && b.ctx.Err() != nil:
		res.Outcome, res.Evidence = NotRun, clip("out of time: "+err.Error(), 900)
	case err != nil:
		res.Outcome, res.Evidence, res.Log = Fail, evidenceOf(err), wrote()
	default:
		res.Evidence = evidence
	}
	return res
}

func (b *bench) prove(ctx context.Context, c Check) (string, error) {
	switch {
	case c.Level == 0 && b.foreign():
		return "", notApplicable("only a service that azulejo generated has it")
	case b.target.URL != "" && !c.outside:
		return "", notRun("needs the process, and a URL was given; azulejo verify -- COMMAND starts one")
	}
	if c.Needs&NeedsProbes != 0 {
		if err := b.needProbes(ctx); err != nil {
			return "", err
		}
	}
	return c.probe(ctx, b)
}

// useless says why the service has no use for a clause, "" if it has.
func (b *bench) useless(n Needs) string {
	switch {
	case n&NeedsCalls != 0 && len(b.target.Launch.Calls) == 0:
		return "the service calls nothing"
	case n&NeedsRegistry != 0 && b.target.Launch.Discovery == "":
		return "the service registers nowhere"
	case n&NeedsConfig != 0 && b.target.Launch.Config == "":
		return "the service reads no config server"
	}
	return ""
}

func (b *bench) report(r Result) {
	if b.opts.Progress == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opts.Progress(r)
}

// notRunError says that a check could not be made, which is not a violation.
type notRunError struct {
	outcome Outcome
	reason  string
}

func (e *notRunError) Error() string { return e.reason }

func notRun(format string, args ...any) error {
	return &notRunError{NotRun, fmt.Sprintf(format, args...)}
}

func notApplicable(reason string) error { return &notRunError{NotApplicable, reason} }
