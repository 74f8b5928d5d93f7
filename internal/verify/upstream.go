package verify

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// mode is how the upstream answers.
type mode int

const (
	well    mode = iota
	failing      // 503
	missing      // 404
	garbage      // 200, not JSON
	huge         // 200, JSON of more than 1 MiB
	silent       // no answer
)

const (
	upstreamAnswer = `{"upstream":"verify","number":7391}`
	budgetHeader   = "X-Envoy-Expected-Rq-Timeout-Ms"
	maxSeen        = 4096
)

// call is a request that the upstream got.
type call struct {
	method, path, budget string
	header               http.Header
	at                   time.Time
	end                  time.Time // when it was answered or given up, zero before
}

// reply is a scripted answer: a status after a delay, or a connection that is
// closed without one.
type reply struct {
	status     int
	delay      time.Duration
	retryAfter string
	hangUp     bool
}

// upstream plays everything that the service calls.
type upstream struct {
	loopback

	mu     sync.Mutex
	mode   mode
	script func(*http.Request) reply // goes before mode, if there is one
	seen   []*call
	total  int
}

func startUpstream() (*upstream, error) {
	u := &upstream{}
	return u, u.start(u)
}

func (u *upstream) set(m mode) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mode = m
}

// play answers each request with what f says from now on.
func (u *upstream) play(f func(*http.Request) reply) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.script = f
}

// always is play with the same answer for each request.
func (u *upstream) always(r reply) { u.play(func(*http.Request) reply { return r }) }

// calls returns how many requests came so far.
func (u *upstream) calls() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.total
}

// newest returns the last n requests; it pads with empty ones.
func (u *upstream) newest(n int) []call {
	out := u.since(max(0, u.calls()-n))
	return append(out, make([]call, max(0, n-len(out)))...)
}

// since returns the requests that came after the first n.
func (u *upstream) since(n int) []call {
	u.mu.Lock()
	defer u.mu.Unlock()
	var out []call
	for _, c := range u.seen[min(len(u.seen), max(0, len(u.seen)-(u.total-n))):] {
		out = append(out, *c)
	}
	return out
}

func (u *upstream) note(r *http.Request) (*call, mode, func(*http.Request) reply) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.total++
	if len(u.seen) == maxSeen {
		u.seen = u.seen[:0]
	}
	c := &call{method: r.Method, path: r.URL.RequestURI(), budget: r.Header.Get(budgetHeader), header: r.Header.Clone(), at: time.Now()}
	u.seen = append(u.seen, c)
	return c, u.mode, u.script
}

func (u *upstream) ended(c *call) {
	u.mu.Lock()
	defer u.mu.Unlock()
	c.end = time.Now()
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, m, script := u.note(r)
	defer u.ended(c)
	if script != nil {
		script(r).send(w, r)
		return
	}
	status, body := http.StatusOK, upstreamAnswer
	switch m {
	case failing:
		status = http.StatusServiceUnavailable
	case missing:
		status = http.StatusNotFound
	case garbage:
		body = "<html>not json</html>"
	case huge:
		body = `{"text":"` + strings.Repeat("x", 1<<20) + `"}`
	case silent:
		<-r.Context().Done()
		return
	case well:
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

// send closes the connection in any case: a client that finds an idle one closed
// may try again by itself, which would look like a retry.
func (p reply) send(w http.ResponseWriter, r *http.Request) {
	pause(r.Context(), p.delay)
	if p.hangUp {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Type", jsonType)
	if p.retryAfter != "" {
		w.Header().Set("Retry-After", p.retryAfter)
	}
	w.WriteHeader(p.status)
	fmt.Fprint(w, upstreamAnswer)
}
