package verify

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
)

// loopback is a server of verify's own. It keeps its address when it goes down and
// comes up again.
type loopback struct {
	handler http.Handler
	addr    string

	lock   sync.Mutex
	server *http.Server
}

// start comes up for the first time, on a port that nobody else is given while it
// is down.
func (l *loopback) start(handler http.Handler) error {
	l.handler = handler
	var err error
	for range 5 { // another program may be quicker
		var port int
		if port, err = freePort(); err != nil {
			return err
		}
		l.addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if err = l.up(); err == nil {
			return nil
		}
	}
	return err
}

func (l *loopback) url() string { return "http://" + l.addr }

func (l *loopback) up() error {
	listener, err := net.Listen("tcp", l.addr)
	if err != nil {
		return fmt.Errorf("starting a server on loopback: %w", err)
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	l.server = &http.Server{Handler: l.handler}
	go l.server.Serve(listener) //nolint:errcheck // it ends with down
	return nil
}

// down refuses connections and drops those it has.
func (l *loopback) down() {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.server != nil {
		_ = l.server.Close() // nothing to lose
	}
}
