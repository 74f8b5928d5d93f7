package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

type handlers = map[string]func(*service, http.ResponseWriter, *http.Request)

// routes is filled by init: the handlers need it themselves.
var routes []route

func init() {
	routes = []route{
		{"/api", false, handlers{"GET": (*service).starter}},
		{"/api/", false, handlers{"GET": (*service).starter}},
		{"/_contract/echo", true, handlers{"POST": (*service).echo}},
		{"/_contract/slow", true, handlers{"GET": (*service).slow}},
		{"/_contract/boom", true, handlers{"GET": (*service).boom}},
		{"/_contract/config/{key}", true, handlers{"GET": (*service).config}},
		{"/_contract/call/{key}", true, handlers{"GET": (*service).callProbe}},
	}
}

const jsonType = "application/json"

func (s *service) starter(w http.ResponseWriter, r *http.Request) {
	if breaks("S01-slash") && r.URL.Path == "/api" {
		http.Redirect(w, r, "/api/", http.StatusTemporaryRedirect)
		return
	}
	pid := os.Getpid()
	if breaks("S01") {
		pid = 1
	}
	host, _ := os.Hostname() // the specimen S01-host leaves it empty
	if breaks("S01-host") {
		host = ""
	}
	results := s.callAll(r.Context())
	calls := map[string]any{}
	for i, name := range callNames {
		if breaks("S02-crash") && results[i].reason == "connect" {
			s.problem(w, r, http.StatusBadGateway)
			return
		}
		calls[name] = results[i].told()
	}
	answer(w, http.StatusOK, jsonType, map[string]any{
		"name": s.cfg.name, "language": language(), "runtime": runtimeVersion(), "host": host, "process_id": pid,
		"calls": calls,
	})
}

func (s *service) callAll(ctx context.Context) []result {
	results := make([]result, len(callNames))
	var wg sync.WaitGroup
	for i, name := range callNames {
		wg.Go(func() { results[i] = s.callers[name].do(ctx, "GET", "/api/") })
		if breaks("S02-serial") {
			wg.Wait()
		}
	}
	wg.Wait()
	return results
}

func (s *service) echo(w http.ResponseWriter, r *http.Request) {
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if mediaType != jsonType {
		s.problem(w, r, http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(r.Body)
	if tooLarge(err) {
		s.problem(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	var in map[string]any
	if json.Unmarshal(body, &in) != nil {
		status := http.StatusBadRequest
		if breaks("C22-malformed") {
			status = http.StatusUnprocessableEntity
		}
		s.problem(w, r, status)
		return
	}
	text, _ := in["message"].(string)
	if n := utf8.RuneCountInString(text); n < 1 || n > 1000 {
		s.invalid(w, r, "#/message")
		return
	}
	answer(w, http.StatusOK, jsonType, map[string]string{"message": text})
}

func (s *service) invalid(w http.ResponseWriter, r *http.Request, pointer string) {
	if breaks("C22") {
		pointer = "message"
	}
	s.problemWith(w, r, http.StatusUnprocessableEntity, map[string]any{
		"errors": []any{map[string]any{"pointer": pointer, "detail": "must have 1 to 1000 characters"}},
	})
}

func (s *service) slow(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.Atoi(r.URL.Query().Get("ms"))
	if err != nil || ms < 0 || ms > 600000 {
		s.invalid(w, r, "#/ms")
		return
	}
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
		answer(w, http.StatusOK, jsonType, map[string]int{"slept_ms": ms})
	case <-r.Context().Done():
		s.problem(w, r, http.StatusServiceUnavailable)
	}
}

func (s *service) boom(http.ResponseWriter, *http.Request) { panic("boom of the specimen") }

func (s *service) config(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.URL.Path, "/_contract/config/")
	value, ok := s.cfg.lookup(variable(key))
	if !ok {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if breaks("C44-config") {
		s.log.write("info", "read "+value, nil)
	}
	answer(w, http.StatusOK, jsonType, map[string]string{"key": key, "value": value})
}

func (s *service) callProbe(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/_contract/call/")
	if _, known := s.cfg.calls[name]; !known {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	path := r.URL.Query().Get("path")
	if path == "" {
		path = "/"
	}
	method := r.URL.Query().Get("method")
	if method == "" {
		method = "GET"
	}
	res := s.callers[name].do(r.Context(), method, path)
	switch {
	case res.reason == "timeout":
		s.problem(w, r, http.StatusGatewayTimeout)
	case res.reason == "breaker_open":
		s.breakerOpen(w, r)
	case res.status == 500 && breaks("C57"):
		s.problem(w, r, res.status)
	case res.status == 0 || res.status >= 500:
		s.problem(w, r, http.StatusBadGateway)
	default:
		answer(w, http.StatusOK, jsonType, map[string]any{"status": res.status, "answer": res.answer})
	}
}

func (s *service) breakerOpen(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "1")
	if breaks("C55-after") {
		w.Header()["Retry-After"] = []string{""}
	}
	if breaks("C57-open") {
		s.problem(w, r, http.StatusBadGateway)
		return
	}
	s.problem(w, r, http.StatusServiceUnavailable)
}

// told is how the starter's answer reports it.
func (r result) told() map[string]any {
	one := map[string]any{}
	if r.status != 0 {
		one["status"] = r.status
	}
	if r.reason == "connect" && breaks("S02") {
		r.reason = "timeout"
	}
	if r.reason != "" {
		one["error"] = r.reason
	} else {
		one["answer"] = r.answer
	}
	return one
}
