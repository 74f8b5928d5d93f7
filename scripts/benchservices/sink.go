package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
)

// sink takes what a service exports, and drops it.
type sink struct {
	url      string
	server   *http.Server
	received atomic.Int64 // bytes, as they were sent
}

func openSink() (*sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{url: "http://" + listener.Addr().String()}
	s.server = &http.Server{Handler: s}
	go func() { _ = s.server.Serve(listener) }() // its error is that it was closed
	return s, nil
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, _ := io.Copy(io.Discard, r.Body) // what a client did not finish does not count for more
	s.received.Add(n)
	w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
	if r.Header.Get("Content-Type") == "application/json" {
		fmt.Fprint(w, "{}")
	}
}

func (s *sink) close() { _ = s.server.Shutdown(context.Background()) }
