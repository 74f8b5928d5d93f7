package load

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Kind is how a request is sent.
type Kind string

// The kinds.
const (
	Get      Kind = "GET"
	Post     Kind = "POST on a new connection"
	PostIdle Kind = "POST on an idle connection"
)

// Kinds lists all of them in the order of a summary.
func Kinds() []Kind { return []Kind{Get, Post, PostIdle} }

// Client is a load. Its zero values are a timeout of 30 s, no pause, and an idle
// connection that is used again after 50 ms.
type Client struct {
	URLs    []string     // asked in turn
	Workers map[Kind]int // how many send requests of each kind at the same time
	Pause   time.Duration
	Idle    time.Duration // how long a connection rests before the next POST on it
	Timeout time.Duration // of one request

	// Answered says what is wrong with an answer; nil expects status 200.
	Answered func(status int, body []byte) error
	// By says who answered; nil leaves it out.
	By func(header http.Header, body []byte) string

	sent [3]atomic.Int64
}

// Result is one request and what became of it.
type Result struct {
	Start   time.Time     `json:"start"`
	Kind    Kind          `json:"kind"`
	URL     string        `json:"url"`
	Status  int           `json:"status,omitempty"`
	Error   string        `json:"error,omitempty"` // "" if it was answered
	Latency time.Duration `json:"latency_ns"`
	By      string        `json:"by,omitempty"`
	Reused  bool          `json:"reused,omitempty"`  // of the connection that it was sent on last
	Retries int           `json:"retries,omitempty"` // by Go's client, below this one
}

// Sent says how many requests of a kind have come to an end, also while Run runs.
func (c *Client) Sent(k Kind) int { return int(c.sent[index(k)].Load()) }

// Run sends requests until the context ends, lets those that are under way come
// to their own end, and returns all results.
func (c *Client) Run(ctx context.Context) *Report {
	var workers sync.WaitGroup
	var mu sync.Mutex
	report := &Report{}
	for _, k := range Kinds() {
		for i := range c.Workers[k] {
			workers.Go(func() {
				results := c.work(ctx, k, i)
				mu.Lock()
				defer mu.Unlock()
				report.Results = append(report.Results, results...)
			})
		}
	}
	workers.Wait()
	report.sort()
	return report
}

// work is one worker: its connections are its own, so that a POST finds the idle
// one that it left.
func (c *Client) work(ctx context.Context, k Kind, turn int) []Result {
	transport := &http.Transport{DisableKeepAlives: k == Post, DisableCompression: true, MaxIdleConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	var results []Result
	for ; ctx.Err() == nil; turn++ {
		results = append(results, c.send(transport, k, c.URLs[turn%len(c.URLs)]))
		c.sent[index(k)].Add(1)
		rest(ctx, c.pause(k))
	}
	return results
}

func (c *Client) pause(k Kind) time.Duration {
	switch {
	case k != PostIdle:
		return c.Pause
	case c.Idle != 0:
		return c.Idle
	default:
		return 50 * time.Millisecond
	}
}

func (c *Client) check(status int, body []byte) error {
	if c.Answered != nil {
		return c.Answered(status, body)
	}
	if status != http.StatusOK {
		return fmt.Errorf("status %d", status)
	}
	return nil
}

func index(k Kind) int {
	for i, kind := range Kinds() {
		if kind == k {
			return i
		}
	}
	panic("load: no such kind: " + string(k))
}

func rest(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
