package verify

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
)

// configSource is one property source: keys with dots to text, numbers or booleans.
type configSource map[string]any

// configServer plays a Spring Config server below /config: GET /{app}/{profile}.
type configServer struct {
	loopback

	mu      sync.Mutex
	status  int
	garbage bool
	delay   time.Duration
	sources []configSource // the first that has a key wins
	asked   []string
}

func startConfigServer(delay time.Duration, sources ...configSource) (*configServer, error) {
	s := &configServer{status: http.StatusOK, delay: delay, sources: sources}
	return s, s.start(s)
}

func (s *configServer) env() string { return s.url() + "/config" }

// paths returns what was asked for.
func (s *configServer) paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *configServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) < maxSeen {
		s.asked = append(s.asked, r.URL.Path)
	}
	pause(r.Context(), s.delay)
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(s.status)
	if s.garbage {
		_, _ = w.Write([]byte("<html>not a configuration</html>")) // who has left misses nothing
		return
	}
	var sources []map[string]any
	for i, source := range s.sources {
		sources = append(sources, map[string]any{"name": "file:source-" + string(rune('1'+i)), "source": source})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{ // the same
		"name": "verify", "profiles": []string{"verify"}, "label": nil, "version": nil, "state": nil, "propertySources": sources,
	})
}
