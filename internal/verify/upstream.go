package verify

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
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
type call struct{ path, budget string }

// upstream plays everything that the service calls. It keeps its address when it
// goes down and comes up again.
type upstream struct {
	addr string

	mu     sync.Mutex
	mode   mode
	seen   []call
	total  int
	server *http.Server
}

func startUpstream() (*upstream, error) {
	u := &upstream{addr: "127.0.0.1:0"}
	if err := u.up(); err != nil {
		return nil, err
	}
	return u, nil
}

func (u *upstream) url() string { return "http://" + u.addr }

func (u *upstream) up() error {
	l, err := net.Listen("tcp", u.addr)
	if err != nil {
		return fmt.Errorf("starting the upstream: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.addr, u.server = l.Addr().String(), &http.Server{Handler: u}
	go u.server.Serve(l) //nolint:errcheck // it ends with down
	return nil
}

// down refuses connections and drops those it has.
func (u *upstream) down() {
	u.mu.Lock()
	server := u.server
	u.mu.Unlock()
	_ = server.Close() // nothing to lose
}

func (u *upstream) set(m mode) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mode = m
}

// calls returns how many requests came so far.
func (u *upstream) calls() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.total
}

// newest returns the last n requests; it pads with empty ones.
func (u *upstream) newest(n int) []call {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := make([]call, n)
	copy(out, u.seen[max(0, len(u.seen)-n):])
	return out
}

func (u *upstream) note(r *http.Request) mode {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.total++
	if len(u.seen) == maxSeen {
		u.seen = u.seen[:0]
	}
	u.seen = append(u.seen, call{r.URL.RequestURI(), r.Header.Get(budgetHeader)})
	return u.mode
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := u.note(r)
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
