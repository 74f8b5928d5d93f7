package local

import (
	"io"
	"path/filepath"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Options is everything that Up works with.
type Options struct {
	System   *spec.System
	Launches []spec.Launch  // one per generated service
	Platform []spec.Launch  // the system's own registry, config server and gateway; without, azulejo plays them
	Scale    map[string]int // instances by service; 0 leaves a service to its developer
	Environ  []string       // the caller's environment, "NAME=value"

	Stdout io.Writer // the services' logs, each line with its service's name before it
	Stderr io.Writer // progress and messages
	Color  bool      // colour the names on Stdout
	TTY    bool      // Stderr is a terminal: progress is one line that changes

	ConfigDir    string                          // what a config server that azulejo plays reads
	GatewayPort  int                             // 0: the spec's
	PlatformPort int                             // of registry and config server; 0: 8761
	CacheDir     func(launch spec.Launch) string // nil: .azulejo/cache in the service's folder

	ReadyTimeout time.Duration // until a service must be ready; 0: 60 s
	StopTimeout  time.Duration // from SIGTERM to SIGKILL; 0: 6 s

	// Kill ends everything at once when it is closed: the second Ctrl-C. It may be nil.
	Kill <-chan struct{}
}

const (
	readyTimeout = 60 * time.Second
	// The longest that a well-behaved service takes, drain and in-flight
	// requests together, and one second more.
	stopTimeout = (drainMS+shutdownMS)*time.Millisecond + time.Second

	drainMS    = 2000 // several instances: as long as it takes to notice that one is leaving
	shutdownMS = 3000
)

func (o Options) withDefaults() Options {
	if o.System == nil {
		o.System = &spec.System{}
	}
	if o.CacheDir == nil {
		o.CacheDir = func(l spec.Launch) string { return filepath.Join(l.Dir, ".azulejo", "cache") }
	}
	if o.ReadyTimeout == 0 {
		o.ReadyTimeout = readyTimeout
	}
	if o.StopTimeout == 0 {
		o.StopTimeout = stopTimeout
	}
	if o.Stdout == nil {
		o.Stdout = io.Discard
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	return o
}
