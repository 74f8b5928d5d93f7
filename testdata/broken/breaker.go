package main

import (
	"sync"
	"time"
)

type breakerConfig struct {
	window, open time.Duration
	calls        int
	percent      int
}

// breaker is Hystrix's: closed, open, half_open.
type breaker struct {
	cfg breakerConfig

	mu     sync.Mutex
	state  string
	since  time.Time // of the state
	events []event
}

type event struct {
	at  time.Time
	bad bool
}

func newBreaker(cfg breakerConfig) *breaker { return &breaker{cfg: cfg, state: "closed"} }

func (b *breaker) is(state string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state == state
}

func (b *breaker) turn(state string) {
	b.state, b.since, b.events = state, time.Now(), nil
}

// allow lets one call through when it becomes half-open, and none until that ended.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == "open" && time.Since(b.since) >= b.cfg.open {
		b.turn("half_open")
		return true
	}
	return b.state == "closed" || b.state == "half_open" && breaks("C56")
}

func (b *breaker) done(bad bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.state == "half_open" && bad && !breaks("C54-probe"):
		b.turn("open")
	case b.state == "half_open":
		b.turn("closed")
	case b.state == "closed":
		b.events = append(b.events, event{time.Now(), bad})
		if b.trips() {
			b.turn("open")
		}
	}
}

func (b *breaker) trips() bool {
	for len(b.events) > 0 && time.Since(b.events[0].at) > b.cfg.window && !breaks("C54-window") {
		b.events = b.events[1:]
	}
	bad := 0
	for _, e := range b.events {
		if e.bad {
			bad++
		}
	}
	n := len(b.events)
	enough := n >= b.cfg.calls
	if breaks("C54") {
		enough = n > b.cfg.calls
	}
	half := bad*100 >= n*b.cfg.percent
	if breaks("C54-percent") {
		half = bad*100 > n*b.cfg.percent
	}
	return enough && half
}
