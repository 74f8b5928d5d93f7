package local

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"time"
)

// progress writes messages, whole lines only, and says what is going on: on a
// terminal in one line that changes each second, elsewhere in a line now and then.
type progress struct {
	mu      sync.Mutex
	out     io.Writer
	tty     bool
	width   int
	running map[string]time.Time
	shown   bool // the changing line stands on the terminal
}

func newProgress(o *Options, width int) *progress {
	return &progress{out: o.Stderr, tty: o.TTY, width: width, running: map[string]time.Time{}}
}

const (
	liveEvery  = time.Second
	quietEvery = 10 * time.Second
	clearLine  = "\r\x1b[K"
)

func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write(strings.TrimRight(fmt.Sprintf(format, args...), "\n") + "\n")
}

// write puts text in the place of the changing line.
func (p *progress) write(text string) {
	if p.shown {
		text = clearLine + text
		p.shown = false
	}
	_, _ = io.WriteString(p.out, text)
}

// step says what happens to a service: `orders  install  done 3.2s`.
func (p *progress) step(service, phase, what string) {
	p.say("%-*s  %-7s  %s", p.width, service, phase, what)
}

// begin marks a phase of a service as running until the returned function is called.
func (p *progress) begin(service, phase string) (end func() time.Duration) {
	key, start := service+" "+phase, time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running[key] = start
	return func() time.Duration {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.running, key)
		return time.Since(start)
	}
}

// follow reports what is running until stop is called.
func (p *progress) follow() (stop func()) {
	every := quietEvery
	if p.tty {
		every = liveEvery
	}
	ticker, done := time.NewTicker(every), make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				p.remind()
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		p.clear()
	}
}

func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		p.write("")
	}
}

func (p *progress) remind() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.running) == 0 {
		return
	}
	items := make([]string, 0, len(p.running))
	for key, start := range p.running {
		items = append(items, fmt.Sprintf("%s %.0fs", key, time.Since(start).Seconds()))
	}
	sort.Strings(items)
	text := "running: " + strings.Join(items, ", ")
	if !p.tty {
		p.write(text + "\n")
		return
	}
	p.write("")
	if len(text) > 78 { // a line that wraps could not be taken back
		text = text[:75] + "..."
	}
	_, _ = io.WriteString(p.out, text)
	p.shown = true
}
