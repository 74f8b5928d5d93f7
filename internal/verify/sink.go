package verify

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
	maxExport = 8 << 20
	maxSpans  = 20_000
)

// sink plays a collector: OTLP over HTTP, protobuf and JSON, gzip or not.
type sink struct {
	loopback

	mu      sync.Mutex
	spans   []span
	strange []string // what no collector would take
}

func startSink() (*sink, error) {
	s := &sink{}
	return s, s.start(s)
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	spans, err := readExport(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if len(s.strange) < 8 {
			s.strange = append(s.strange, clip(err.Error(), 200))
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

func readExport(r *http.Request) ([]span, error) {
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

// of returns the spans of these traces that came so far.
func (s *sink) of(traces ...string) []span {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []span
	for _, one := range s.spans {
		for _, trace := range traces {
			if one.trace == trace {
				out = append(out, one)
			}
		}
	}
	return out
}

// await waits until n spans of the traces have come, and returns what has.
func (s *sink) await(ctx context.Context, n int, traces ...string) []span {
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && ctx.Err() == nil; pause(ctx, 20*time.Millisecond) {
		if len(s.of(traces...)) >= n {
			break
		}
	}
	return s.of(traces...)
}

// refused returns what the service sent that is no export.
func (s *sink) refused() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.strange...)
}

// named returns all spans with a part of that name.
func (s *sink) named(part string) []span {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []span
	for _, one := range s.spans {
		if strings.Contains(one.name, part) {
			out = append(out, one)
		}
	}
	return out
}
