// Command broken is a specimen for internal/verify: a small service that honours
// every clause which verify checks. BREAK=C13 makes it violate exactly that
// clause; some clauses have a second way to be broken, such as C13-log.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

var broken = os.Getenv("BREAK")

// breaks reports whether this way to violate a clause was asked for.
func breaks(what string) bool { return broken == what }

const (
	exitOK     = 0
	exitError  = 1
	exitConfig = 78
)

func main() { os.Exit(run()) }

func run() int {
	cfg, bad := load()
	log := &logger{cfg: cfg}
	if len(bad) > 0 {
		log.write("error", "bad configuration: "+joined(bad), nil)
		return exitConfig
	}
	if breaks("C40") {
		fmt.Println("*** welcome ***")
	}
	s := newService(cfg, log)
	if breaks("C70-early") {
		s.lease.start()
		time.Sleep(100 * time.Millisecond)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(cfg.host, cfg.port))
	if err != nil {
		log.write("error", "cannot listen", fields{"error_message": err.Error(), "error_type": "listen"})
		return exitError
	}
	if breaks("C06") {
		extra, _ := net.Listen("tcp", "127.0.0.1:0")
		defer extra.Close()
	}
	server := s.server()
	go server.Serve(l)
	if !breaks("C70-early") {
		s.lease.start()
	}
	log.write("info", "ready", fields{"process_id": os.Getpid()})
	return s.untilSignal(server)
}

// untilSignal is C60 to C64.
func (s *service) untilSignal(server *http.Server) int {
	signals := make(chan os.Signal, 2)
	if breaks("C64-drain") {
		signal.Notify(signals, syscall.SIGTERM)
	} else {
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	}
	<-signals
	go func() {
		if <-signals; !breaks("C64") {
			os.Exit(exitError)
		}
	}()
	if breaks("C73-ready") {
		s.lease.end()
	}
	s.draining.Store(true)
	s.log.write("info", "draining", nil)
	if !breaks("C73-ready") && !breaks("C73-late") {
		s.lease.end()
	}
	wait := s.cfg.drain
	if breaks("C60-early") {
		wait -= 400 * time.Millisecond
	}
	time.Sleep(wait)
	if breaks("C60-late") && s.cfg.drain > 0 {
		time.Sleep(1500 * time.Millisecond)
	}
	if breaks("C73-late") {
		s.lease.end()
	}
	s.end(server)
	if !breaks("C48-flush") {
		s.exporter.flush()
	}
	s.log.write("info", "stopped", nil)
	if breaks("C63-slow") {
		time.Sleep(3 * time.Second)
	}
	if breaks("C63") {
		return exitError
	}
	return exitOK
}

func (s *service) end(server *http.Server) {
	if breaks("C62") {
		server.Close()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.grace)
	defer cancel()
	if err := server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
		server.Close()
	}
}

// service is the running program.
type service struct {
	cfg      config
	log      *logger
	metrics  *metrics
	client   *http.Client
	callers  map[string]*caller
	exporter *exporter
	lease    *lease
	draining atomic.Bool
}

func newService(cfg config, log *logger) *service {
	s := &service{
		cfg: cfg, log: log, metrics: newMetrics(), client: &http.Client{}, callers: map[string]*caller{},
		exporter: newExporter(cfg, log), lease: newLease(cfg, log),
	}
	for _, name := range callNames {
		s.callers[name] = newCaller(s, name)
	}
	return s
}

func (s *service) server() *http.Server {
	const goAddsToTheHead = 4096
	server := &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: s.cfg.headerTimeout,
		IdleTimeout:       s.cfg.keepAlive,
		MaxHeaderBytes:    16<<10 - goAddsToTheHead,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, reusedKey{}, new(atomic.Int32))
		},
	}
	switch {
	case breaks("C24"):
		server.MaxHeaderBytes = 1 << 20
	case breaks("C27"):
		server.ReadHeaderTimeout = time.Hour
	case breaks("C27-idle"):
		server.IdleTimeout = s.cfg.headerTimeout
	}
	return server
}

// reusedKey counts the requests of a connection, for C61.
type reusedKey struct{}

func reused(r *http.Request) bool {
	return r.Context().Value(reusedKey{}).(*atomic.Int32).Add(1) > 1
}

func language() string { return "go" }

func runtimeVersion() string { return runtime.Version() }
