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
	Launch  spec.Launch       // Service, Dir, Run, Env, Port and Calls are read
	Environ []string          // the caller's environment (PATH, HOME, values of secrets); variables of the contract in it are dropped
	Waivers map[string]string // clause -> reason
}

// Options are the caller's wishes. The zero value is fine.
type Options struct {
	Only       []string      // clauses to run; empty means all
	StartLimit time.Duration // from start to ready, and from start to the end for a bad configuration; 0 means 20 s
	Progress   func(Result)  // called as results come in, one at a time
}

// Outcome is the verdict on one clause.
type Outcome string

// The outcomes. NotRun is no verdict: Evidence says what was missing.
const (
	Pass   Outcome = "pass"
	Fail   Outcome = "fail"
	Waived Outcome = "waived"
	NotRun Outcome = "not_run"
)

// Result is the verdict on one clause with what was seen.
type Result struct {
	Clause   string
	Outcome  Outcome
	Evidence string
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
)

// Run judges the target. The error is about the caller's own doing (no command,
// unknown clause, cancelled); a service that does not even start is a report in
// which C01 fails.
func Run(ctx context.Context, target Target, opts Options) (Report, error) {
	began := time.Now()
	chosen, err := choose(opts.Only)
	if err != nil {
		return Report{}, err
	}
	if len(target.Launch.Run) == 0 {
		return Report{}, errors.New("verify: the service has no run command")
	}
	if opts.StartLimit <= 0 {
		opts.StartLimit = defaultStartLimit
	}
	b, err := newBench(ctx, target, opts)
	if err != nil {
		return Report{}, err
	}
	defer b.close()
	results := b.runAll(chosen)
	if ctx.Err() != nil {
		return Report{}, fmt.Errorf("verifying %s: %w", target.Launch.Service, ctx.Err())
	}
	return Report{Service: target.Launch.Service, Results: results, Duration: time.Since(began)}, nil
}

func choose(only []string) ([]Check, error) {
	all := Table()
	for _, clause := range only {
		if !slices.ContainsFunc(all, func(c Check) bool { return c.Clause == clause }) {
			return nil, fmt.Errorf("verify: no check for clause %q", clause)
		}
	}
	if len(only) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(c Check) bool { return !slices.Contains(only, c.Clause) }), nil
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
	ctx, cancel := context.WithTimeout(b.ctx, b.opts.StartLimit+checkLimit)
	defer cancel()
	evidence, err := b.prove(ctx, c)
	res.Duration = time.Since(began)
	var missing *notRunError
	switch {
	case errors.As(err, &missing):
		res.Outcome, res.Evidence = NotRun, missing.reason
	case err != nil:
		res.Outcome, res.Evidence = Fail, clip(err.Error(), 900)
	default:
		res.Evidence = evidence
	}
	return res
}

func (b *bench) prove(ctx context.Context, c Check) (string, error) {
	if c.Needs&NeedsCalls != 0 && len(b.target.Launch.Calls) == 0 {
		return "", notRun("the service calls nothing")
	}
	if c.Needs&NeedsProbes != 0 {
		if err := b.needProbes(ctx); err != nil {
			return "", err
		}
	}
	return c.probe(ctx, b)
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
type notRunError struct{ reason string }

func (e *notRunError) Error() string { return e.reason }

func notRun(format string, args ...any) error {
	return &notRunError{fmt.Sprintf(format, args...)}
}
