package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

const retryHeader = "X-Retry-Attempt"

// callConfig is one CALL_<NAME>_...
type callConfig struct {
	url               string
	attempt, deadline time.Duration
	retries           int
	breaker           breakerConfig
}

// caller makes the calls of one name: with a deadline, a budget for retries and a
// breaker.
type caller struct {
	name    string
	cfg     callConfig
	s       *service
	breaker *breaker
	finder  *finder

	mu     sync.Mutex
	tokens float64
}

func newCaller(s *service, name string) *caller {
	cfg := s.cfg.calls[name]
	return &caller{name: name, cfg: cfg, s: s, breaker: newBreaker(cfg.breaker), finder: newFinder(s.cfg, name), tokens: 10}
}

// token adds to the budget, or takes from it if there is enough.
func (c *caller) token(n float64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens+n < 0 && !breaks("C52") {
		return false
	}
	c.tokens = min(10, c.tokens+n)
	return true
}

// result is the end of one call; reason is "" if it went well.
type result struct {
	status     int
	answer     json.RawMessage
	reason     string
	retryAfter string
}

// bad is what the breaker counts.
func (r result) bad() bool {
	return r.status == 0 || r.status >= 500 || breaks("C54-4xx") && r.status >= 400
}

func (c *caller) do(ctx context.Context, method, path string) result {
	if c.cfg.url == "" && (c.s.cfg.eureka == "" || breaks("C77")) {
		return result{reason: "not_configured"}
	}
	whole := c.cfg.deadline
	if breaks("C50-deadline") {
		whole = time.Hour
	}
	if end, ok := ctx.Deadline(); ok && !breaks("S03") {
		whole = min(whole, time.Until(end)*9/10)
	}
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, whole)
	defer cancel()
	c.token(0.2)
	var last result
	for n := 0; ; n++ {
		if !c.breaker.allow() {
			c.s.metrics.breakerCall(c.name, "rejected")
			return c.refused(ctx, method, path, last, n)
		}
		if n > 0 && breaks("C50-inbound") {
			late, cancel := context.WithTimeout(context.WithoutCancel(outer), c.cfg.deadline)
			defer cancel()
			ctx = late
		}
		last = c.once(ctx, method, path, n)
		again := c.again(ctx, method, last, n)
		if !again || !breaks("C54-retry") {
			c.breaker.done(last.bad())
		}
		c.s.metrics.breakerCall(c.name, map[bool]string{true: "failure", false: "success"}[last.bad()])
		if !again || !c.pause(ctx, last, n) {
			return last
		}
		c.s.metrics.retry(c.name)
	}
}

func (c *caller) refused(ctx context.Context, method, path string, last result, n int) result {
	if breaks("C55-slow") {
		time.Sleep(200 * time.Millisecond)
	}
	if breaks("C55") && c.breaker.is("open") {
		c.once(ctx, method, path, n)
	}
	if n > 0 {
		return last
	}
	return result{reason: "breaker_open"}
}

var (
	idempotent = []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
	passing    = []int{0, 429, 502, 503, 504} // 0: no answer
)

// again is C51, C53 and the budget of C52.
func (c *caller) again(ctx context.Context, method string, r result, n int) bool {
	safe := slices.Contains(idempotent, method) || breaks("C51")
	transient := slices.Contains(passing, r.status)
	switch {
	case breaks("C51-429") && r.status == 429:
		transient = false
	case breaks("C51-500") && r.status == 500:
		transient = true
	}
	nested := spanOf(ctx) != nil && spanOf(ctx).retry != "" && !breaks("C53")
	if n >= c.cfg.retries || !safe || !transient || nested || ctx.Err() != nil {
		return false
	}
	return c.token(-1)
}

// pause waits before retry n+1; false if there is no time for it.
func (c *caller) pause(ctx context.Context, r result, n int) bool {
	bound := time.Duration(min(500, 50<<n)) * time.Millisecond
	wait := time.Duration(rand.Float64() * float64(bound))
	switch {
	case breaks("C52-jitter"):
		wait = bound
	case breaks("C52-wait"):
		wait = 0
	}
	if s, err := strconv.Atoi(r.retryAfter); err == nil && !breaks("C51-after") {
		wait = time.Duration(s) * time.Second
	}
	if end, ok := ctx.Deadline(); ok && time.Now().Add(wait).After(end) {
		return false
	}
	time.Sleep(wait)
	return true
}

// once is one attempt.
func (c *caller) once(ctx context.Context, method, path string, n int) result {
	limit := min(c.cfg.attempt, c.cfg.deadline)
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end))
	}
	patience := limit
	if breaks("C50") {
		patience += 800 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	base := c.cfg.url
	if base == "" {
		if base = c.finder.base(ctx); base == "" {
			return result{reason: "no_instance"}
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, nil)
	if err != nil {
		return result{reason: "connect"}
	}
	req.Header.Set(budget, strconv.FormatInt(limit.Milliseconds(), 10))
	if n > 0 && !breaks("C53-header") {
		req.Header.Set(retryHeader, strconv.Itoa(n))
	}
	traced := clientSpan(ctx, method, req.Header)
	began := time.Now()
	r := c.send(req)
	if r.reason == "connect" {
		c.finder.leaveOut(base)
	}
	if traced != nil {
		traced.failed = r.bad()
	}
	c.s.exporter.end(traced)
	if !breaks("C32") || n == 0 {
		c.s.metrics.called(clientKey(req, r), time.Since(began).Seconds())
	}
	return r
}

func (c *caller) send(req *http.Request) result {
	resp, err := c.s.client.Do(req)
	if err != nil {
		return result{reason: reasonOf(err)}
	}
	defer resp.Body.Close()
	r := read(resp)
	r.retryAfter = resp.Header.Get("Retry-After")
	return r
}

func clientKey(req *http.Request, r result) attemptKey {
	u, _ := url.Parse(req.URL.String())
	key := attemptKey{method: req.Method, host: u.Hostname(), port: u.Port()}
	switch {
	case r.status == 0:
		key.failure = r.reason
	case r.status >= 500:
		key.failure = strconv.Itoa(r.status)
	}
	if r.status != 0 {
		key.status = strconv.Itoa(r.status)
	}
	return key
}

func reasonOf(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "timeout"
	}
	return "connect"
}

func read(resp *http.Response) result {
	const most = 1 << 20
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case err != nil:
		return result{reason: reasonOf(err)}
	case resp.StatusCode >= 400:
		return result{status: resp.StatusCode, reason: "status"}
	case len(body) > most:
		return result{status: resp.StatusCode, reason: "too_large"}
	case !json.Valid(body):
		return result{status: resp.StatusCode, reason: "not_json"}
	}
	return result{status: resp.StatusCode, answer: body}
}
