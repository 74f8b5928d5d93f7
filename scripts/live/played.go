//go:build unix

package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/otlp"
)

// collector is where the spans go.
type collector struct {
	otlp.Sink
	*played
}

func startCollector() (*collector, error) {
	c := &collector{}
	var err error
	c.played, err = play("127.0.0.1:0", &c.Sink)
	return c, err
}

// played is a server that this program is.
type played struct {
	server  *http.Server
	address string
}

func play(address string, h http.Handler) (*played, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	p := &played{server: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}, address: l.Addr().String()}
	go func() { _ = p.server.Serve(l) }()
	return p, nil
}

func (p *played) url() string { return "http://" + p.address }
func (p *played) close()      { _ = p.server.Close() }

// upstream is what the services call. Each asks under a path of its own, and is
// answered as was last said for it.
type upstream struct {
	*played
	mu      sync.Mutex
	replies map[string]reply
	hits    map[string]int
}

type reply struct {
	status int
	delay  time.Duration
}

func startUpstream(port int) (*upstream, error) {
	u := &upstream{replies: map[string]reply{}, hits: map[string]int{}}
	var err error
	u.played, err = play(fmt.Sprintf("127.0.0.1:%d", port), u)
	return u, err
}

// always is how the path of that name is answered from now on; "" is every other.
func (u *upstream) always(name string, r reply) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.replies[name] = r
}

// seen says how many requests the path of that name got.
func (u *upstream) seen(name string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.hits[name]
}

func (u *upstream) take(name string) reply {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.hits[name]++
	if r, ok := u.replies[name]; ok {
		return r
	}
	return u.replies[""]
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply := u.take(strings.Trim(r.URL.Path, "/"))
	time.Sleep(reply.delay)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(reply.status)
	fmt.Fprint(w, `{"upstream":"live"}`)
}
