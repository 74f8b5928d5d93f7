package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// route is one path with the methods it knows.
type route struct {
	template string
	probe    bool // only with CONTRACT_PROBES=true
	methods  map[string]func(*service, http.ResponseWriter, *http.Request)
}

func find(path string) (route, bool) {
	i := slices.IndexFunc(routes, func(r route) bool {
		head, isPrefix := strings.CutSuffix(r.template, "{key}")
		return path == r.template || isPrefix && strings.HasPrefix(path, head)
	})
	if i < 0 {
		return route{}, false
	}
	return routes[i], true
}

// recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	again := reused(r)
	if s.draining.Load() {
		if again && breaks("C61") {
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
			return
		}
		if !breaks("C60") {
			w.Header().Set("Connection", "close")
		}
	}
	if breaks("C48-probes") {
		s.exporter.end(serverSpan(r, "GET "+r.URL.Path))
	}
	switch r.URL.Path {
	case "/livez":
		s.livez(w, r)
	case "/readyz":
		s.readyz(w)
	case "/metrics":
		s.scrape(w)
	default:
		s.observe(w, r)
	}
}

// observe is logging, metrics, limits and the crash net around a handler.
func (s *service) observe(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	rt, known := find(asked(r))
	known = known && (!rt.probe || s.cfg.probes)
	if !known {
		rt = route{}
	}
	rec := &recorder{w, http.StatusOK}
	s.metrics.enter(method(r))
	traced := serverSpan(r, spanName(r, rt.template))
	r = r.WithContext(context.WithValue(r.Context(), spanKey{}, traced))
	defer func() {
		traced.failed = rec.status >= 500
		s.exporter.end(traced)
		s.metrics.leave(method(r))
		s.metrics.observe(metricKey{method(r), metricRoute(rt.template, r), rec.status}, time.Since(began).Seconds())
		s.access(r, rt.template, rec.status, time.Since(began))
	}()
	defer s.recoverCrash(rec, r)
	ctx, cancel := context.WithTimeout(r.Context(), s.limit(r))
	defer cancel()
	r = r.WithContext(ctx)
	r.Body = s.limited(rec, r)
	handler, ok := rt.methods[r.Method]
	switch {
	case !known:
		s.problem(rec, r, http.StatusNotFound)
	case !ok:
		s.notAllowed(rec, r, rt)
	default:
		handler(s, rec, r)
	}
}

func spanName(r *http.Request, template string) string {
	if breaks("C48") {
		template = r.URL.Path
	}
	return strings.TrimSpace(method(r) + " " + template)
}

// asked is the path as it was sent: no other path may answer for it.
func asked(r *http.Request) string {
	if breaks("C21-clean") {
		return r.URL.Path
	}
	return r.URL.EscapedPath()
}

const budget = "X-Envoy-Expected-Rq-Timeout-Ms"

// limit is the smaller of the service's and the caller's.
func (s *service) limit(r *http.Request) time.Duration {
	limit := s.cfg.requestTimeout
	given, err := strconv.Atoi(r.Header.Get(budget))
	if err == nil && given > 0 && !breaks("S03-own") {
		limit = min(limit, time.Duration(given)*time.Millisecond)
	}
	if breaks("C25") && limit == s.cfg.requestTimeout {
		limit += 1500 * time.Millisecond
	}
	return limit
}

func (s *service) notAllowed(w http.ResponseWriter, r *http.Request, rt route) {
	if !breaks("C21") {
		for m := range rt.methods {
			w.Header().Add("Allow", m)
		}
	}
	s.problem(w, r, http.StatusMethodNotAllowed)
}

func (s *service) recoverCrash(w http.ResponseWriter, r *http.Request) {
	crash := recover()
	if crash == nil {
		return
	}
	f := fields{"error_message": fmt.Sprint(crash), "error_type": fmt.Sprintf("%T", crash)}
	if !breaks("C43") {
		f["error_stack"] = string(debug.Stack())
	}
	s.log.write("error", "crash", withTrace(r.Context(), f))
	if breaks("C26") {
		s.problemWith(w, r, http.StatusInternalServerError, map[string]any{"detail": fmt.Sprint(crash)})
		return
	}
	s.problem(w, r, http.StatusInternalServerError)
}

func (s *service) problem(w http.ResponseWriter, r *http.Request, status int) {
	s.problemWith(w, r, status, map[string]any{})
}

func (s *service) problemWith(w http.ResponseWriter, r *http.Request, status int, p map[string]any) {
	p["type"], p["title"], p["status"], p["instance"] = "about:blank", http.StatusText(status), status, r.URL.Path
	if traced := spanOf(r.Context()); traced != nil && !breaks("C46-body") {
		p["trace_id"] = traced.trace
	}
	if breaks("C20") {
		delete(p, "instance")
	}
	if status == http.StatusServiceUnavailable && !breaks("C28") && len(w.Header()["Retry-After"]) == 0 {
		w.Header().Set("Retry-After", "1")
	}
	mediaType := "application/problem+json"
	if breaks("C20-type") && status == http.StatusNotFound {
		mediaType = "application/json"
	}
	answer(w, status, mediaType, p)
}

func answer(w http.ResponseWriter, status int, mediaType string, body any) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func (s *service) limited(w http.ResponseWriter, r *http.Request) (body bodyReader) {
	if breaks("C23") && r.ContentLength < 0 {
		return r.Body
	}
	return http.MaxBytesReader(w, r.Body, s.cfg.maxBody)
}

type bodyReader interface {
	Read([]byte) (int, error)
	Close() error
}

func tooLarge(err error) bool {
	var e *http.MaxBytesError
	return errors.As(err, &e)
}

// probe answers livez and readyz.
func (s *service) probe(w http.ResponseWriter, status int) {
	if !breaks("C12") {
		w.Header().Set("Cache-Control", "no-store")
	}
	text := map[bool]string{true: "pass", false: "fail"}[status == http.StatusOK]
	answer(w, status, "application/json", map[string]string{"status": text})
}

func (s *service) livez(w http.ResponseWriter, r *http.Request) {
	if breaks("C13") {
		s.metrics.observe(metricKey{"GET", "/livez", 200}, 0)
	}
	if breaks("C13-log") {
		s.access(r, "/livez", 200, 0)
	}
	if breaks("C10-call") {
		s.touches("ratings")
	}
	if breaks("C10") && s.draining.Load() {
		s.probe(w, http.StatusServiceUnavailable)
		return
	}
	s.probe(w, http.StatusOK)
}

func (s *service) readyz(w http.ResponseWriter) {
	status := http.StatusOK
	if breaks("C11") && !s.touches("ratings") {
		status = http.StatusServiceUnavailable
	}
	if breaks("C72-ready") && s.lease.failed.Load() {
		status = http.StatusServiceUnavailable
	}
	if s.draining.Load() && !breaks("C11-drain") {
		status = http.StatusServiceUnavailable
	}
	s.probe(w, status)
}

// touches asks a dependency past the client: this is about probes, not calls.
func (s *service) touches(name string) bool {
	url := s.cfg.calls[name].url
	if url == "" {
		return true
	}
	resp, err := s.client.Get(url)
	if err == nil {
		resp.Body.Close()
	}
	return err == nil
}
