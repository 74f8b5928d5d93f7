//go:build unix

package main

import (
	"fmt"
	"strings"
	"time"
)

// system is one that this program writes: the same service in each language, and
// two controls in the first of them.
type system struct {
	text     string
	upstream int      // the port of what the services call
	services []string // "caller-LANGUAGE", which are judged
	controls []string
}

const (
	callName  = "upstream"
	openFor   = 2 * time.Second // long enough to look at an open breaker on a busy machine
	minCalls  = 20              // the contract's
	lateCalls = 25
)

// The controls' breakers: one opens too late, one never.
const (
	lateControl  = "control-late"
	neverControl = "control-never"
)

func (l *live) alike() *system {
	s := &system{upstream: l.port + 50, controls: []string{lateControl, neverControl}}
	var b strings.Builder
	fmt.Fprintf(&b, "system \"alike\" {\n  namespace = \"example.com/alike\"\n  gateway %q {\n    port = %d\n  }\n%s\n}\n\n", l.gateway, l.port, l.blocks)
	fmt.Fprintf(&b, "external %q {\n  url = \"http://127.0.0.1:%d\"\n}\n", callName, s.upstream)
	port := l.port
	add := func(name, language, minCalls string) {
		port++
		fmt.Fprintf(&b, "\nservice %q {\n  language = %q\n  port = %d\n  route \"/%s\" {}\n  call %q {\n    breaker {\n      open = %q\n%s    }\n  }\n}\n",
			name, language, port, name, callName, openFor, minCalls)
	}
	for _, language := range l.languages {
		name := "caller-" + language
		s.services = append(s.services, name)
		add(name, language, "")
	}
	add(lateControl, l.languages[0], fmt.Sprintf("      min_calls = %d\n", lateCalls))
	add(neverControl, l.languages[0], "      min_calls = 1000000\n")
	s.text = b.String()
	return s
}

// patient is for a busy machine: no call is to fail there for being late.
func patient() []string {
	return []string{"REQUEST_TIMEOUT_MS=20000", "CALL_UPSTREAM_ATTEMPT_TIMEOUT_MS=5000", "CALL_UPSTREAM_DEADLINE_MS=15000"}
}

func language(service string) string { return strings.TrimPrefix(service, "caller-") }
