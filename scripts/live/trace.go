//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/otlp"
	"github.com/azulejo-dev/azulejo/scripts/running"
)

// route is the way through the most services.
type route struct {
	url      string
	services []string
	edges    map[edge]bool // who calls whom on it
}

type edge struct{ caller, callee string }

func (e edge) String() string { return e.caller + " > " + e.callee }

func widest(s *session) (*route, error) {
	root, path := s.Table.Widest()
	if root == nil || s.Gateway == "" {
		return nil, errors.New("this spec has no gateway with a route: there is nothing to ask")
	}
	r := &route{url: s.Gateway + path, services: s.Table.Reach(root), edges: map[edge]bool{}}
	for _, name := range r.services {
		for _, callee := range s.Table[name].Calls {
			if s.Table[callee] != nil {
				r.edges[edge{name, callee}] = true
			}
		}
	}
	return r, nil
}

// warm asks until no call on the way fails: the first in a new process can take
// longer than a call may.
func (r *route) warm(ctx context.Context, t running.Table) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		answer, _, err := running.Get(ctx, r.url)
		if err == nil {
			if failed := t.Failed(answer.Walk()); failed == "" {
				return nil
			} else {
				err = errors.New(failed)
			}
		}
		if ctx.Err() != nil {
			return err
		}
		pause(ctx, 200*time.Millisecond)
	}
}

// traceContext is what a caller sends; its zero value sends nothing.
type traceContext struct{ trace, span, flags string }

func newTraceContext(flags string) traceContext {
	// never zero: the top bit is set
	return traceContext{fmt.Sprintf("%016x%016x", rand.Uint64()|1<<63, rand.Uint64()), fmt.Sprintf("%016x", rand.Uint64()|1<<63), flags}
}

// ask makes one request through the gateway.
func (r *route) ask(ctx context.Context, c traceContext) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return err
	}
	if c.trace != "" {
		req.Header.Set("traceparent", "00-"+c.trace+"-"+c.span+"-"+c.flags)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s %v", r.url, res.Status, err)
	}
	return nil
}

// linesOf makes requests at the same time and returns all that was logged meanwhile.
// Nobody else asks: every line belongs to them.
func (r *route) linesOf(ctx context.Context, s *session, asked ...traceContext) ([]line, error) {
	s.log.quiet(ctx)
	mark := s.log.mark()
	errs := make([]error, len(asked))
	var wg sync.WaitGroup
	for i, c := range asked {
		wg.Go(func() { errs[i] = r.ask(ctx, c) })
	}
	wg.Wait()
	s.log.quiet(ctx)
	return s.log.since(mark), errors.Join(errs...)
}

func missing(services []string, lines []line) (names []string) {
	logged := map[string]bool{}
	for _, l := range lines {
		logged[l.service] = true
	}
	for _, name := range services {
		if !logged[name] {
			names = append(names, name)
		}
	}
	return names
}

// oneID wants all lines to carry the same trace id and every service to have one.
func oneID(services []string, lines []line) (string, error) {
	id := ""
	for _, l := range lines {
		got := l.str("trace_id")
		switch {
		case len(got) != 32:
			return "", fmt.Errorf("a line of %s carries no trace id: %s", l.service, l.text)
		case id != "" && got != id:
			return "", fmt.Errorf("lines of one request carry the trace ids %s and %s (%s)", id, got, l.service)
		case len(l.str("span_id")) != 16:
			return "", fmt.Errorf("a line of %s carries no span id: %s", l.service, l.text)
		}
		id = got
	}
	if names := missing(services, lines); len(names) > 0 {
		return "", fmt.Errorf("nothing was logged by %s", strings.Join(names, ", "))
	}
	return id, nil
}

// trace is the stage.
func (l *live) trace(ctx context.Context, s *session, sink *collector) error {
	r, err := widest(s)
	if err != nil {
		return err
	}
	if err := r.warm(ctx, s.Table); err != nil {
		return err
	}
	sent := newTraceContext("01")
	spans, err := l.follow(ctx, s, sink, r, "a request with traceparent", sent)
	if err != nil {
		return err
	}
	if _, err := l.follow(ctx, s, sink, r, "a request without", traceContext{}); err != nil {
		return err
	}
	if refused := sink.Refused(); len(refused) > 0 {
		return fmt.Errorf("the collector refused: %s", strings.Join(refused, "; "))
	}
	return l.traceControls(ctx, s, sink, r, sent, spans)
}

// follow makes one request and judges its lines and its spans.
func (l *live) follow(ctx context.Context, s *session, sink *collector, r *route, what string, sent traceContext) ([]otlp.Span, error) {
	lines, err := r.linesOf(ctx, s, sent)
	if err != nil {
		return nil, err
	}
	id, err := oneID(r.services, lines)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if sent.trace != "" && id != sent.trace {
		return nil, fmt.Errorf("%s: the lines carry the trace id %s, want %s", what, id, sent.trace)
	}
	spans := sink.Await(ctx, 1+2*len(r.edges), id)
	tree, err := oneTree(r.edges, sent.span, spans)
	if err != nil {
		return nil, fmt.Errorf("%s, trace %s: %w", what, id, err)
	}
	l.held("trace", "%s: %d log lines of %d services with the id %s; %d spans in one tree", what, len(lines), len(r.services), id, len(spans))
	l.out.Print("%s", tree)
	return spans, nil
}

func (l *live) traceControls(ctx context.Context, s *session, sink *collector, r *route, sent traceContext, good []otlp.Span) error {
	lines, err := r.linesOf(ctx, s, traceContext{}, traceContext{})
	if err != nil {
		return err
	}
	_, judgement := oneID(r.services, lines)
	if err := l.refused("trace", "two requests taken for one", judgement); err != nil {
		return err
	}
	quiet := newTraceContext("00")
	if _, err := r.linesOf(ctx, s, quiet); err != nil {
		return err
	}
	_, judgement = oneTree(r.edges, quiet.span, sink.Of(quiet.trace))
	if err := l.refused("trace", "a request that is not sampled", judgement); err != nil {
		return err
	}
	for _, bad := range spoil(good) {
		_, judgement := oneTree(r.edges, sent.span, bad.spans)
		if err := l.refused("trace", bad.what, judgement); err != nil {
			return err
		}
	}
	return nil
}
