package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// span is one piece of work; state and baggage go on as they came.
type span struct {
	trace, id, parent, name string
	kind                    int
	sampled, failed         bool
	state, baggage          string
	retry                   string // X-Retry-Attempt of the request
}

const (
	kindInternal = 1
	kindServer   = 2
	kindClient   = 3
)

type spanKey struct{}

func spanOf(ctx context.Context) *span {
	s, _ := ctx.Value(spanKey{}).(*span)
	return s
}

var traceparent = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$`)

func newID() string { return fmt.Sprintf("%016x", rand.Uint64()|1) }

var roots atomic.Int64

// serverSpan begins or goes on with a trace.
func serverSpan(r *http.Request, name string) *span {
	s := &span{trace: newID() + newID(), id: newID(), name: name, kind: kindServer, sampled: true, retry: r.Header.Get(retryHeader)}
	if breaks("C48-kind") {
		s.kind = kindInternal
	}
	m := traceparent.FindStringSubmatch(r.Header.Get("traceparent"))
	zero := func(id string) bool { return strings.Trim(id, "0") == "" }
	if m == nil || zero(m[1]) && !breaks("C46-zero") || zero(m[2]) {
		s.sampled = !breaks("C49") || roots.Add(1)%10 == 0
		return s
	}
	flags, _ := strconv.ParseInt(m[3], 16, 32)
	s.trace, s.parent, s.sampled = m[1], m[2], flags&1 == 1
	s.state, s.baggage = r.Header.Get("tracestate"), r.Header.Get("baggage")
	return s
}

// clientSpan is one attempt; its header is what the callee gets.
func clientSpan(ctx context.Context, method string, header http.Header) *span {
	up := spanOf(ctx)
	if up == nil {
		return nil
	}
	s := &span{trace: up.trace, id: newID(), parent: up.id, name: method, kind: kindClient, sampled: up.sampled, state: up.state, baggage: up.baggage}
	if breaks("C46") {
		s.trace = newID() + newID()
	}
	flags := map[bool]string{true: "01", false: "00"}[s.sampled || breaks("C47")]
	header.Set("traceparent", "00-"+s.trace+"-"+s.id+"-"+flags)
	for name, value := range map[string]string{"tracestate": s.state, "baggage": s.baggage} {
		if value != "" && !breaks("C46-"+name) {
			header.Set(name, value)
		}
	}
	return s
}

// exporter sends spans as OTLP JSON, some at a time.
type exporter struct {
	cfg    config
	log    *logger
	client *http.Client

	mu     sync.Mutex
	queue  []*span
	warned time.Time
}

func newExporter(cfg config, log *logger) *exporter {
	e := &exporter{cfg: cfg, log: log, client: &http.Client{Timeout: time.Second}}
	if cfg.collector != "" {
		go func() {
			for range time.Tick(cfg.exportDelay) {
				e.flush()
			}
		}()
	}
	return e
}

func (e *exporter) end(s *span) {
	if s == nil || e.cfg.collector == "" || !s.sampled && !breaks("C47-export") || s.kind == kindClient && breaks("C48-client") {
		return
	}
	e.mu.Lock()
	if len(e.queue) < 2048 {
		e.queue = append(e.queue, s)
	}
	e.mu.Unlock()
	if breaks("C49-slow") {
		e.flush()
	}
}

func (e *exporter) flush() {
	e.mu.Lock()
	spans := e.queue
	e.queue = nil
	e.mu.Unlock()
	if len(spans) == 0 {
		return
	}
	resp, err := e.client.Post(e.cfg.collector+"/v1/traces", jsonType, bytes.NewReader(e.render(spans)))
	if err == nil {
		resp.Body.Close()
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Since(e.warned) > time.Minute || breaks("C49-noise") {
		e.warned = time.Now()
		e.log.write("warn", "spans are lost", fields{"error_message": err.Error(), "error_type": "export"})
	}
}

func (e *exporter) render(spans []*span) []byte {
	var out []any
	for _, s := range spans {
		status := map[string]int{"code": map[bool]int{true: 2}[s.failed && !breaks("C48-error")]}
		out = append(out, map[string]any{"traceId": s.trace, "spanId": s.id, "parentSpanId": s.parent, "name": s.name, "kind": s.kind, "status": status})
	}
	attributes := []any{attribute("service.name", e.cfg.name)}
	if !breaks("C48-version") {
		attributes = append(attributes, attribute("service.version", e.cfg.version))
	}
	text, _ := json.Marshal(map[string]any{"resourceSpans": []any{map[string]any{
		"resource": map[string]any{"attributes": attributes}, "scopeSpans": []any{map[string]any{"spans": out}},
	}}})
	return text
}

func attribute(key, value string) any {
	return map[string]any{"key": key, "value": map[string]string{"stringValue": value}}
}

// withTrace adds the ids of the request to a log line.
func withTrace(ctx context.Context, f fields) fields {
	s := spanOf(ctx)
	if s == nil {
		return f
	}
	_, isError := f["error_message"]
	if !breaks("C41-access") || isError {
		f["trace_id"] = s.trace
	}
	if !breaks("C41") || !isError {
		f["span_id"] = s.id
	}
	return f
}
