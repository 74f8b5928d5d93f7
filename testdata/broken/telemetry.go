package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

type fields = map[string]any

type logger struct {
	mu  sync.Mutex
	cfg config
}

func (l *logger) write(level, message string, more fields) {
	if slices.Index(levels, level) < slices.Index(levels, l.cfg.level) && !breaks("C44-level") {
		return
	}
	format := "2006-01-02T15:04:05.000Z"
	if breaks("C40-time") {
		format = time.RFC1123
	}
	line := fields{"timestamp": time.Now().UTC().Format(format), "level": level, "message": message,
		"service_name": l.cfg.name, "service_version": l.cfg.version}
	maps.Copy(line, more)
	text, _ := json.Marshal(line)
	out := string(text)
	if breaks("C45") && message == "http request" {
		out = strings.ReplaceAll(out, `\n`, "\n")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(os.Stdout, out)
}

func (s *service) access(r *http.Request, template string, status int, took time.Duration) {
	f := fields{"http_request_method": r.Method, "url_path": r.URL.Path, "http_route": template,
		"http_response_status_code": status, "duration_ms": took.Milliseconds()}
	f = withTrace(r.Context(), f)
	switch {
	case breaks("C42"):
		f["duration_ms"] = took.Seconds()
	case breaks("C44") && r.URL.RawQuery != "":
		f["url_query"] = r.URL.RawQuery
	case breaks("C42-twice"):
		s.log.write("info", "http request", f)
	}
	s.log.write("info", "http request", f)
}

var bounds = []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}

type metricKey struct {
	method, route string
	status        int
}

type histogram struct {
	counts []int
	count  int
	sum    float64
}

type metrics struct {
	mu       sync.Mutex
	requests map[metricKey]*histogram
	active   map[string]int
	attempts map[attemptKey]*histogram
	outcomes map[[2]string]int // name and outcome
	retries  map[string]int
}

func newMetrics() *metrics {
	return &metrics{requests: map[metricKey]*histogram{}, active: map[string]int{},
		attempts: map[attemptKey]*histogram{}, outcomes: map[[2]string]int{}, retries: map[string]int{}}
}

func (m *metrics) enter(method string) { m.add(method, 1) }
func (m *metrics) leave(method string) { m.add(method, -1) }

func (m *metrics) add(method string, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !breaks("C31") {
		m.active[method] += n
	}
}

func (m *metrics) observe(key metricKey, seconds float64) {
	if breaks("C30-unit") {
		seconds *= 1000
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	note(m.requests, key, seconds)
}

func note[K comparable](all map[K]*histogram, key K, seconds float64) {
	h := all[key]
	if h == nil {
		h = &histogram{counts: make([]int, len(bounds))}
		all[key] = h
	}
	h.count++
	h.sum += seconds
	for i, le := range bounds {
		if seconds <= le {
			h.counts[i]++
		}
	}
}

// method keeps the label's values few.
func method(r *http.Request) string {
	known := []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}
	if slices.Contains(known, r.Method) || breaks("C37-method") {
		return r.Method
	}
	return "_OTHER"
}

func metricRoute(template string, r *http.Request) string {
	if template == "" && breaks("C37") {
		return r.URL.Path
	}
	return template
}

func (s *service) scrape(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	const d, a = "http_server_request_duration_seconds", "http_server_active_requests"
	fmt.Fprintf(w, "# TYPE %s histogram\n# TYPE %s gauge\n# TYPE target_info gauge\n", d, a)
	s.metrics.mu.Lock()
	defer s.metrics.mu.Unlock()
	for k, h := range s.metrics.requests {
		labels := fmt.Sprintf(`http_request_method=%q,http_route=%q,http_response_status_code="%d",url_scheme="http"`, k.method, k.route, k.status)
		if breaks("C30-label") {
			labels += `,server_port="1"`
		}
		h.write(w, d, labels, breaks("C30"))
	}
	for m, n := range s.metrics.active {
		fmt.Fprintf(w, "%s{http_request_method=%q,url_scheme=\"http\"} %d\n", a, m, n)
	}
	sdk := fmt.Sprintf(",telemetry_sdk_language=%q", language())
	if breaks("C36") {
		sdk = ""
	}
	fmt.Fprintf(w, "target_info{service_name=%q,service_version=%q%s} 1\n", s.cfg.name, s.cfg.version, sdk)
	s.scrapeCalls(w)
}

// write leaves a bucket out if gap is set.
func (h *histogram) write(w io.Writer, name, labels string, gap bool) {
	for i, le := range append(bounds, math.Inf(1)) {
		n := h.count
		if i < len(bounds) {
			n = h.counts[i]
		}
		if !gap || le != 7.5 {
			fmt.Fprintf(w, "%s_bucket{%s,le=%q} %d\n", name, labels, strconv.FormatFloat(le, 'g', -1, 64), n)
		}
	}
	fmt.Fprintf(w, "%s_sum{%s} %v\n%s_count{%s} %d\n", name, labels, h.sum, name, labels, h.count)
}
