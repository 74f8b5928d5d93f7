package main

import (
	"fmt"
	"io"
)

// attemptKey is one attempt of a call; failure is its error_type.
type attemptKey struct{ method, host, port, status, failure string }

func (m *metrics) called(key attemptKey, seconds float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	note(m.attempts, key, seconds)
}

func (m *metrics) breakerCall(name, outcome string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !breaks("C34") || outcome != "rejected" {
		m.outcomes[[2]string{name, outcome}]++
	}
}

func (m *metrics) retry(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.retries[name]++
	if breaks("C35") {
		m.retries[name]++
	}
}

// scrapeCalls writes C32 to C35; the lock is held.
func (s *service) scrapeCalls(w io.Writer) {
	const d, state, calls, retries = "http_client_request_duration_seconds", "circuit_breaker_state", "circuit_breaker_calls_total", "http_client_retries_total"
	fmt.Fprintf(w, "# TYPE %s histogram\n# TYPE %s gauge\n# TYPE %s counter\n# TYPE %s counter\n", d, state, calls, retries)
	for k, h := range s.metrics.attempts {
		labels := fmt.Sprintf(`http_request_method=%q,server_address=%q,server_port=%q,http_response_status_code=%q`, k.method, k.host, k.port, k.status)
		if !breaks("C32-label") {
			labels += fmt.Sprintf(",error_type=%q", k.failure)
		}
		h.write(w, d, labels, false)
	}
	for _, name := range callNames {
		for _, one := range []string{"closed", "open", "half_open"} {
			value := 0
			if s.callers[name].breaker.is(one) && (!breaks("C33") || one != "half_open") {
				value = 1
			}
			fmt.Fprintf(w, "%s{name=%q,state=%q} %d\n", state, name, one, value)
		}
	}
	for k, n := range s.metrics.outcomes {
		fmt.Fprintf(w, "%s{name=%q,outcome=%q} %d\n", calls, k[0], k[1], n)
	}
	for name, n := range s.metrics.retries {
		fmt.Fprintf(w, "%s{name=%q} %d\n", retries, name, n)
	}
}
