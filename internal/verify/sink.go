package verify

import "github.com/azulejo-dev/azulejo/internal/otlp"

// sink is a collector on loopback.
type sink struct {
	loopback
	otlp.Sink
}

func startSink() (*sink, error) {
	s := &sink{}
	return s, s.start(&s.Sink)
}
