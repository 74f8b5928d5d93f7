package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// hangs is how long an answer may take, far more than any does.
const hangs = 10 * time.Second

// client is a connection with one request at a time. It knows of HTTP only what
// it takes to find the end of an answer: a real client would cost as much as what
// is measured.
type client struct {
	conn    net.Conn
	request []byte
	buf     []byte
}

func dial(address, path string, until time.Time) (*client, error) {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(until); err != nil {
		conn.Close()
		return nil, err
	}
	return &client{conn, []byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n"), make([]byte, 16<<10)}, nil
}

// ask returns the whole answer. Anything but 200 is an error.
func (c *client) ask() ([]byte, error) {
	if _, err := c.conn.Write(c.request); err != nil {
		return nil, err
	}
	for n := 0; n < len(c.buf); {
		m, err := c.conn.Read(c.buf[n:])
		if err != nil {
			return nil, fmt.Errorf("after %q: %w", c.buf[:n], err)
		}
		n += m
		if whole, err := complete(c.buf[:n]); whole || err != nil {
			return c.buf[:n], err
		}
	}
	return nil, errors.New("the answer is too long")
}

// get is one request on a connection of its own; it returns the body.
func get(address, path string) ([]byte, error) {
	c, err := dial(address, path, time.Now().Add(time.Second))
	if err != nil {
		return nil, err
	}
	defer c.conn.Close()
	answer, err := c.ask()
	_, body, _ := bytes.Cut(answer, []byte("\r\n\r\n"))
	return body, err
}

var (
	okLine    = []byte("HTTP/1.1 200")
	headEnd   = []byte("\r\n\r\n")
	lineEnd   = []byte("\r\n")
	lastChunk = []byte("\r\n0\r\n\r\n")
	length    = []byte("content-length:")
)

// complete says whether an answer has come to its end: by its length, or else by
// its last chunk.
func complete(answer []byte) (bool, error) {
	head, body, found := bytes.Cut(answer, headEnd)
	if !found {
		return false, nil
	}
	status, fields, _ := bytes.Cut(head, lineEnd)
	if !bytes.HasPrefix(status, okLine) {
		return true, fmt.Errorf("answered %q", status)
	}
	for len(fields) > 0 {
		var field []byte
		field, fields, _ = bytes.Cut(fields, lineEnd)
		if len(field) > len(length) && bytes.EqualFold(field[:len(length)], length) {
			n, err := strconv.Atoi(string(bytes.TrimSpace(field[len(length):])))
			return len(body) >= n, err
		}
	}
	return bytes.HasSuffix(answer, lastChunk), nil
}

// load keeps so many connections busy for a time and returns how long each
// request took. One that fails fails the run.
func load(ctx context.Context, address string, connections int, d time.Duration) ([]time.Duration, error) {
	end := time.Now().Add(d)
	took := make([][]time.Duration, connections)
	errs := make([]error, connections)
	var wait sync.WaitGroup
	for i := range connections {
		wait.Go(func() { took[i], errs[i] = keepAsking(ctx, address, end) })
	}
	wait.Wait()
	// Of many that fail alike one is told; an interruption also ends the service.
	for _, err := range append([]error{ctx.Err()}, errs...) {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(took...), nil
}

func keepAsking(ctx context.Context, address string, end time.Time) (took []time.Duration, err error) {
	c, err := dial(address, "/api/", end.Add(hangs))
	if err != nil {
		return nil, err
	}
	defer c.conn.Close()
	for began := time.Now(); began.Before(end) && ctx.Err() == nil; {
		if _, err := c.ask(); err != nil {
			return took, err
		}
		now := time.Now()
		took = append(took, now.Sub(began))
		began = now
	}
	return took, nil
}
