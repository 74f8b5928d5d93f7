package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestComplete(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer string
		whole  bool
	}{
		{"HTTP/1.1 200 OK\r\nContent-Le", false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", false},
		{"HTTP/1.1 200 OK\r\nDate: x\r\ncontent-length: 2\r\nServer: y\r\n\r\n{}", true},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", false},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", true},
	} {
		if whole, err := complete([]byte(c.answer)); whole != c.whole || err != nil {
			t.Errorf("%q: %v, %v", c.answer, whole, err)
		}
	}
	for _, answer := range []string{"HTTP/1.1 503 no\r\n\r\n", "220 mail\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"} {
		if _, err := complete([]byte(answer)); err == nil {
			t.Errorf("%q is no good answer", answer)
		}
	}
}

// loadOn runs a short load against a handler.
func loadOn(t *testing.T, h http.HandlerFunc) ([]time.Duration, error) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	return load(t.Context(), strings.TrimPrefix(s.URL, "http://"), 4, 50*time.Millisecond)
}

func TestLoadCountsEachRequest(t *testing.T) {
	t.Parallel()
	bodies := map[string]func(http.ResponseWriter){
		"length":  func(w http.ResponseWriter) { fmt.Fprint(w, `{"a": 1}`) },
		"chunked": func(w http.ResponseWriter) { w.(http.Flusher).Flush(); fmt.Fprint(w, `{"a": 1}`) },
		"long":    func(w http.ResponseWriter) { fmt.Fprint(w, strings.Repeat("x", 9000)) },
	}
	for name, answer := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var served atomic.Int64
			took, err := loadOn(t, func(w http.ResponseWriter, _ *http.Request) {
				served.Add(1)
				time.Sleep(time.Millisecond)
				answer(w)
			})
			if err != nil || len(took) < 4 || int64(len(took)) != served.Load() {
				t.Errorf("%d requests told, %d served: %v", len(took), served.Load(), err)
			}
			for _, d := range took {
				if d < time.Millisecond {
					t.Errorf("a request took %v", d)
				}
			}
		})
	}
}

func TestLoadFailsWithOneBadAnswer(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	_, err := loadOn(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 10 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	if err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("error %v", err)
	}
}

func TestLoadFailsWithAClosedConnection(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	_, err := loadOn(t, func(http.ResponseWriter, *http.Request) {
		if n.Add(1) == 10 {
			panic(http.ErrAbortHandler)
		}
	})
	if err == nil {
		t.Error("a connection was closed, and nobody said so")
	}
}

func TestLoadFailsWhenInterrupted(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := load(ctx, strings.TrimPrefix(s.URL, "http://"), 2, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestSinkCounts(t *testing.T) {
	t.Parallel()
	s, err := openSink()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for _, media := range []string{"application/x-protobuf", "application/json"} {
		answer, err := http.Post(s.url+"/v1/traces", media, strings.NewReader("0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != media {
			t.Errorf("%s: %s, %s", media, answer.Status, answer.Header.Get("Content-Type"))
		}
	}
	if n := s.received.Load(); n != 20 {
		t.Errorf("%d bytes counted of 20", n)
	}
}
