package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"
)

const (
	maxLog  = 16 << 20 // bytes of one stream; more is a flood
	maxLine = 1 << 20
	maxRows = 100_000
)

// entry is one line of output; fields is nil if it is not a JSON object.
type entry struct {
	raw    string
	fields map[string]any
}

func (e entry) text(name string) string {
	s, _ := e.fields[name].(string)
	return s
}

// access reports whether the entry is the access line of a request to path.
func (e entry) access(path string) bool {
	return e.text("message") == "http request" && e.text("url_path") == path
}

// logbook collects the lines that a process writes. It is bounded: at a flood it
// calls tooMuch once and drops the rest.
type logbook struct {
	tooMuch func()

	mu      sync.Mutex
	entries []entry
	partial []byte
	size    int
	flood   bool
}

func newLogbook(tooMuch func()) *logbook { return &logbook{tooMuch: tooMuch} }

// Write never fails: an error would stop the reading and block the process.
func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flood {
		return len(p), nil
	}
	l.size += len(p)
	l.partial = append(l.partial, p...)
	for {
		line, rest, found := bytes.Cut(l.partial, []byte("\n"))
		if !found {
			break
		}
		l.entries = append(l.entries, parseLine(string(line)))
		l.partial = rest
	}
	if l.size > maxLog || len(l.partial) > maxLine || len(l.entries) > maxRows {
		l.flood, l.partial = true, nil
		l.tooMuch()
	}
	return len(p), nil
}

func parseLine(line string) entry {
	e := entry{raw: line}
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e.fields) != nil {
		e.fields = nil
	}
	return e
}

func (l *logbook) flooded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flood
}

// mark returns a position for since.
func (l *logbook) mark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries)
}

func (l *logbook) since(mark int) []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]entry(nil), l.entries[mark:]...)
}

// all includes a last line without its line end.
func (l *logbook) all() []entry {
	out := l.since(0)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.partial) > 0 {
		out = append(out, parseLine(string(l.partial)))
	}
	return out
}

func (l *logbook) tail(n int) []string {
	all := l.all()
	var out []string
	for _, e := range all[max(0, len(all)-n):] {
		out = append(out, strings.TrimSpace(e.raw))
	}
	return out
}

// await waits until n entries after mark match, and then a moment longer for
// one too many. It returns those that match.
func (l *logbook) await(ctx context.Context, mark, n int, match func(entry) bool) []entry {
	for end := time.Now().Add(3 * time.Second); ; pause(ctx, 10*time.Millisecond) {
		found := filter(l.since(mark), match)
		if len(found) >= n || time.Now().After(end) || ctx.Err() != nil {
			break
		}
	}
	pause(ctx, 100*time.Millisecond)
	return filter(l.since(mark), match)
}

func filter(all []entry, match func(entry) bool) []entry {
	var out []entry
	for _, e := range all {
		if match(e) {
			out = append(out, e)
		}
	}
	return out
}

// window is a range of lines.
type window struct{ from, to int }

func (w window) holds(i int) bool { return w.from <= i && i < w.to }
