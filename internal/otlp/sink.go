package otlp

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	jsonType  = "application/json"
	maxExport = 8 << 20
	maxSpans  = 20_000
)

// Sink plays a collector: OTLP over HTTP, protobuf and JSON, gzip or not. Its zero
// value is ready for use.
type Sink struct {
	mu      sync.Mutex
	spans   []Span
	strange []string // what no collector would take
}

// ServeHTTP takes an export, or refuses what is none.
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	spans, err := readExport(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if len(s.strange) < 8 {
			text := err.Error()
			s.strange = append(s.strange, text[:min(len(text), 200)])
		}
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if len(s.spans) < maxSpans {
		s.spans = append(s.spans, spans...)
	}
	w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
	if strings.HasPrefix(r.Header.Get("Content-Type"), jsonType) {
		fmt.Fprint(w, "{}")
	}
}

func readExport(r *http.Request) ([]Span, error) {
	if r.Method != http.MethodPost || r.URL.Path != "/v1/traces" {
		return nil, fmt.Errorf("%s %s, want POST /v1/traces", r.Method, r.URL.Path)
	}
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		body = unzipped
	}
	text, err := io.ReadAll(io.LimitReader(body, maxExport))
	if err != nil {
		return nil, fmt.Errorf("reading the export: %w", err)
	}
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.TrimSpace(mediaType) {
	case jsonType:
		return spansOfJSON(text)
	case "application/x-protobuf":
		return spansOfProto(text)
	}
	return nil, fmt.Errorf("media type %q, want application/x-protobuf or %s", mediaType, jsonType)
}

// Of returns the spans of these traces that came so far.
func (s *Sink) Of(traces ...string) []Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Span
	for _, one := range s.spans {
		for _, trace := range traces {
			if one.Trace == trace {
				out = append(out, one)
			}
		}
	}
	return out
}

// Await waits, 5 s at most, until n spans of the traces have come, and returns what has.
func (s *Sink) Await(ctx context.Context, n int, traces ...string) []Span {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for {
		if spans := s.Of(traces...); len(spans) >= n || ctx.Err() != nil {
			return spans
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Refused returns what the service sent that is no export.
func (s *Sink) Refused() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.strange...)
}

// Named returns all spans with a part of that name.
func (s *Sink) Named(part string) []Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Span
	for _, one := range s.spans {
		if strings.Contains(one.Name, part) {
			out = append(out, one)
		}
	}
	return out
}
