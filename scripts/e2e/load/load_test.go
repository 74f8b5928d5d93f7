package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// run loads a server until it has seen n requests of each kind.
func run(t *testing.T, c *Client, h http.HandlerFunc, n int) *Report {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	c.URLs = []string{s.URL}
	if c.Workers == nil {
		c.Workers = map[Kind]int{Get: 2, Post: 2, PostIdle: 2}
	}
	c.Idle = time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		for ctx.Err() == nil && (c.Sent(Get) < n || c.Sent(Post) < n || c.Sent(PostIdle) < n) {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	return c.Run(ctx)
}

func TestNothingLost(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	r := run(t, &Client{}, func(http.ResponseWriter, *http.Request) { served.Add(1) }, 50)
	total := 0
	for _, k := range Kinds() {
		s := r.Summary(k)
		total += s.Sent
		if s.Sent < 50 || s.Failed != 0 {
			t.Error(s)
		}
		if reuse := k != Post; (s.Reused > s.Sent/2) != reuse || !reuse && s.Reused > 0 {
			t.Errorf("%s: %d of %d on a used connection", k, s.Reused, s.Sent)
		}
	}
	if int64(total) != served.Load() {
		t.Errorf("%d results for %d requests", total, served.Load())
	}
}

// A connection that breaks in the middle of an answer, before the answer, or
// before the request was read must each be counted as a loss, exactly.
func TestCountsDroppedConnections(t *testing.T) {
	t.Parallel()
	var dropped [2]atomic.Int64
	var n atomic.Int64
	r := run(t, &Client{}, func(w http.ResponseWriter, q *http.Request) {
		if q.Method != http.MethodPost || n.Add(1)%5 != 0 {
			return
		}
		how := n.Load() % 2
		dropped[how].Add(1)
		if how == 1 {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
		}
		panic(http.ErrAbortHandler)
	}, 100)
	lost := r.Summary(Post).Failed + r.Summary(PostIdle).Failed
	if want := int(dropped[0].Load() + dropped[1].Load()); lost != want || want < 20 {
		t.Errorf("%d lost, %d were dropped", lost, want)
	}
	if s := r.Summary(Get); s.Failed != 0 {
		t.Error(s)
	}
	for text := range r.Summary(Post).Errors {
		if strings.Contains(text, "127.0.0.1") {
			t.Errorf("error texts with addresses cannot be counted: %s", text)
		}
	}
}

// A POST that found its connection closed was lost; Go's client repeats a GET.
func TestIdleConnectionsThatClose(t *testing.T) {
	t.Parallel()
	var posts, sent atomic.Int64
	r := run(t, &Client{}, func(_ http.ResponseWriter, q *http.Request) {
		if q.Method == http.MethodPost {
			posts.Add(1)
		}
		if sent.Add(1)%3 == 0 {
			panic(http.ErrAbortHandler)
		}
	}, 50)
	if s := r.Summary(Get); s.Retried == 0 {
		t.Errorf("no GET was retried: %s", s)
	}
	for _, k := range []Kind{Post, PostIdle} {
		if s := r.Summary(k); s.Retried != 0 || s.Failed == 0 {
			t.Errorf("%s; %d retried", s, s.Retried)
		}
	}
	if got := r.Summary(Post).Sent + r.Summary(PostIdle).Sent; int64(got) != posts.Load() {
		t.Errorf("%d POSTs arrived, %d were sent", posts.Load(), got)
	}
}

func TestAnswersThatAreWrong(t *testing.T) {
	t.Parallel()
	c := &Client{
		Answered: func(status int, body []byte) error {
			if status != 200 || !strings.HasPrefix(string(body), "right") {
				return errors.New("wrong")
			}
			return nil
		},
		By: func(h http.Header, _ []byte) string { return h.Get("By") },
	}
	var n atomic.Int64
	r := run(t, c, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("By", "me")
		fmt.Fprint(w, []string{"right", "wrong"}[n.Add(1)%2])
	}, 50)
	failed, by := 0, 0
	for _, k := range Kinds() {
		s := r.Summary(k)
		failed, by = failed+s.Errors["wrong"], by+s.By["me"]
	}
	if failed != int(n.Load())/2+int(n.Load())%2 || by != int(n.Load())/2 {
		t.Errorf("%d wrong and %d right of %d", failed, by, n.Load())
	}
}

// The end of the load loses nothing that is under way.
func TestStopsGently(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(200 * time.Millisecond) }))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := (&Client{URLs: []string{s.URL}, Workers: map[Kind]int{Get: 1, Post: 1, PostIdle: 1}}).Run(ctx)
	for _, k := range Kinds() {
		if sum := r.Summary(k); sum.Sent != 1 || sum.Failed != 0 || sum.Slowest < 200*time.Millisecond {
			t.Error(sum)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := (&Client{URLs: []string{s.URL}, Workers: map[Kind]int{Post: 1}, Pause: time.Millisecond}).Run(ctx)
	if sum := r.Summary(Post); sum.Sent == 0 || sum.Failed != sum.Sent || len(sum.Errors) != 1 {
		t.Error(sum)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer s.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	r := (&Client{URLs: []string{s.URL}, Workers: map[Kind]int{Get: 1}, Timeout: 50 * time.Millisecond}).Run(ctx)
	if sum := r.Summary(Get); sum.Sent != 1 || sum.Failed != 1 {
		t.Error(sum)
	}
}

func TestJSONL(t *testing.T) {
	t.Parallel()
	r := run(t, &Client{}, func(http.ResponseWriter, *http.Request) {}, 10)
	var b bytes.Buffer
	if err := r.WriteJSONL(&b); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(&b)
	n := 0
	var last time.Time
	for ; d.More(); n++ {
		var one Result
		if err := d.Decode(&one); err != nil {
			t.Fatal(err)
		}
		if one.Start.Before(last) || one.Status != 200 || one.Latency <= 0 {
			t.Errorf("%+v", one)
		}
		last = one.Start
	}
	if n != len(r.Results) {
		t.Errorf("%d lines for %d results", n, len(r.Results))
	}
}
