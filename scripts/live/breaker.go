//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/azulejo-dev/azulejo/scripts/running"
)

const askLimit = 20 * time.Second

// story is what became of one service's breaker.
type story struct {
	service string
	url     string
	up      *upstream

	openedAt    int // the recorded call, 0 for never
	whileOpen   int // requests that reached the callee while it was open
	rejected    int // answers of 503 with Retry-After then
	probing     string
	probes      int    // of ten calls at once when it may try again
	afterFailed string // its state after a probe that failed
	afterGood   string
	flows       int // requests that reach the callee then, of five
}

// What the contract wants of each.
const (
	goodCalls = 5
	asked     = 3 // while it is open
	parallel  = 10
)

func (s *story) judge() error {
	var errs []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	want(s.openedAt == minCalls, "opened at recorded call %d, want %d", s.openedAt, minCalls)
	want(s.whileOpen == 0 && s.rejected == asked, "while open %d calls went through and %d of %d answers were 503 with Retry-After, want 0 and all", s.whileOpen, s.rejected, asked)
	want(s.probing == "half_open", "its state during the probe is %q, want half_open", s.probing)
	want(s.probes == 1, "%d of %d calls at once went through when half-open, want 1", s.probes, parallel)
	want(s.afterFailed == "open", "its state after a failed probe is %q, want open", s.afterFailed)
	want(s.afterGood == "closed" && s.flows == goodCalls, "after a good probe it is %q and %d of %d calls go through, want closed and all", s.afterGood, s.flows, goodCalls)
	if len(errs) > 0 {
		return fmt.Errorf("%s: %w", s.service, errors.Join(errs...))
	}
	return nil
}

// breaker is the stage.
func (l *live) breaker(ctx context.Context, sys *system, dir string, up *upstream) error {
	up.always("", reply{status: http.StatusOK})
	env := append(patient(), "CONTRACT_PROBES=true")
	return l.session(ctx, "breaker", dir, env, nil, func(ctx context.Context, s *session) error {
		stories, err := tellAll(ctx, s.Table, append(sys.services, sys.controls...), up)
		if err != nil {
			return err
		}
		l.held("breaker", "the breakers' lives:\n%s", tabulate(stories))
		var errs []error
		for _, name := range sys.services {
			errs = append(errs, stories[name].judge())
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
		for _, name := range sys.controls {
			if err := l.refused("breaker", name, stories[name].judge()); err != nil {
				return err
			}
		}
		return nil
	})
}

func tellAll(ctx context.Context, t running.Table, names []string, up *upstream) (map[string]*story, error) {
	var wg sync.WaitGroup
	errs := make([]error, len(names))
	stories := map[string]*story{}
	for i, name := range names {
		s := &story{service: name, url: t[name].URL, up: up}
		stories[name] = s
		wg.Go(func() {
			if err := s.tell(ctx); err != nil {
				errs[i] = fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	wg.Wait()
	return stories, errors.Join(errs...)
}

func (s *story) tell(ctx context.Context) error {
	for _, chapter := range []func(context.Context) error{s.opens, s.staysOpen, s.probeFails, s.probeSucceeds} {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	return nil
}

// opens lets calls fail until the breaker opens or has long been expected to.
func (s *story) opens(ctx context.Context) error {
	s.up.always(s.service, reply{status: http.StatusOK})
	for range goodCalls {
		if status, _, err := s.ask(ctx); err != nil || status != http.StatusOK {
			return fmt.Errorf("a good call: %d %w", status, err)
		}
	}
	s.up.always(s.service, reply{status: http.StatusServiceUnavailable})
	for recorded := 0; recorded < 2*minCalls; {
		if _, _, err := s.ask(ctx); err != nil {
			return err
		}
		state, n, err := s.metrics(ctx)
		if err != nil {
			return err
		}
		if recorded = n; state == "open" {
			s.openedAt = n
			break
		}
	}
	return nil
}

func (s *story) staysOpen(ctx context.Context) error {
	before := s.up.seen(s.service)
	for range asked {
		status, header, err := s.ask(ctx)
		if err != nil {
			return err
		}
		if status == http.StatusServiceUnavailable && header.Get("Retry-After") != "" {
			s.rejected++
		}
	}
	s.whileOpen = s.up.seen(s.service) - before
	return nil
}

// A probe takes so long that all parallel calls come while it is under way.
const probeTakes = 700 * time.Millisecond

// probeFails answers 500, which is not retried.
func (s *story) probeFails(ctx context.Context) (err error) {
	pause(ctx, openFor+300*time.Millisecond)
	s.up.always(s.service, reply{http.StatusInternalServerError, probeTakes})
	before := s.up.seen(s.service)
	all := make(chan error)
	go func() { all <- s.atOnce(ctx) }()
	for done := false; !done; {
		select {
		case err = <-all:
			done = true
		default:
			if state, _, err := s.metrics(ctx); err == nil && s.probing != "half_open" {
				s.probing = state
			}
			pause(ctx, 50*time.Millisecond)
		}
	}
	if err != nil {
		return err
	}
	s.probes = s.up.seen(s.service) - before
	s.afterFailed, _, err = s.metrics(ctx)
	return err
}

func (s *story) atOnce(ctx context.Context) error {
	errs := make([]error, parallel)
	var wg sync.WaitGroup
	for i := range parallel {
		wg.Go(func() { _, _, errs[i] = s.ask(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (s *story) probeSucceeds(ctx context.Context) (err error) {
	pause(ctx, openFor+300*time.Millisecond)
	s.up.always(s.service, reply{status: http.StatusOK})
	if _, _, err := s.ask(ctx); err != nil {
		return err
	}
	if s.afterGood, _, err = s.metrics(ctx); err != nil {
		return err
	}
	before := s.up.seen(s.service)
	for range goodCalls {
		if _, _, err := s.ask(ctx); err != nil {
			return err
		}
	}
	s.flows = s.up.seen(s.service) - before
	return nil
}

// ask has the service call, by its contract probe.
func (s *story) ask(ctx context.Context) (int, http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	url := s.url + "/_contract/call/" + callName + "?path=/" + s.service
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotFound {
		return 0, nil, fmt.Errorf("GET %s: %s: it has no contract probes", url, res.Status)
	}
	return res.StatusCode, res.Header, nil
}

// metrics reads the state of the breaker and how many calls it has recorded.
func (s *story) metrics(ctx context.Context) (state string, recorded int, err error) {
	text, err := scrape(ctx, s.url)
	if err != nil {
		return "", 0, err
	}
	v, err := parseMetrics(s.service, text)
	if err != nil {
		return "", 0, err
	}
	var states []string
	for _, one := range v.named("circuit_breaker_state", "name", callName) {
		if one.value == 1 {
			states = append(states, one.labels["state"])
		}
	}
	good := v.named("circuit_breaker_calls_total", "name", callName, "outcome", "success")
	bad := v.named("circuit_breaker_calls_total", "name", callName, "outcome", "failure")
	return strings.Join(states, "+"), int(append(good, bad...).sum()), nil
}

func tabulate(stories map[string]*story) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  \tOPENED AT\tCALLS WHILE OPEN\tSTATE IN PROBE\tPROBES OF 10\tFAILED PROBE\tGOOD PROBE")
	for _, name := range sortedKeys(stories) {
		s := stories[name]
		at := fmt.Sprintf("call %d", s.openedAt)
		if s.openedAt == 0 {
			at = "never"
		}
		fmt.Fprintf(w, "  %s\t%s\t%d\t%s\t%d\t%s\t%s\n", name, at, s.whileOpen, s.probing, s.probes, s.afterFailed, s.afterGood)
	}
	_ = w.Flush()
	return strings.TrimRight(b.String(), "\n")
}
