package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"example.com/case/wired/internal/chassis"
)

// callResult is the answer of a called service, or why there is none.
type callResult struct {
	Status int             `json:"status,omitempty"`
	Answer json.RawMessage `json:"answer,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// callAll asks all called services side by side. One that fails is reported: it
// does not fail this service. The query's via lists who was asked before, so that
// services which call each other in a circle come to an end.
func (a *app) callAll(r *http.Request) map[string]callResult {
	via, self := r.URL.Query().Get("via"), a.svc.Config.ServiceName
	circle := slices.Contains(strings.Split(via, ","), self)
	path := "/api/?via=" + url.QueryEscape(strings.TrimPrefix(via+","+self, ","))
	names := a.svc.Client.Names()
	results := make([]callResult, len(names))
	var calls sync.WaitGroup
	for i, name := range names {
		if circle {
			results[i] = callResult{Error: "circle"}
			continue
		}
		calls.Go(func() { results[i] = a.call(r.Context(), name, path) })
	}
	calls.Wait()
	byName := make(map[string]callResult, len(names))
	for i, name := range names {
		byName[name] = results[i]
	}
	return byName
}

func (a *app) call(ctx context.Context, name, path string) callResult {
	answer, err := a.svc.Client.Get(ctx, name, path)
	var failed *chassis.CallError
	switch {
	case errors.As(err, &failed):
		return callResult{Error: failed.Code}
	case answer.Status >= http.StatusBadRequest:
		return callResult{Status: answer.Status, Error: "status"}
	case !utf8.Valid(answer.Body) || !json.Valid(answer.Body):
		return callResult{Status: answer.Status, Error: "not_json"}
	}
	return callResult{Status: answer.Status, Answer: answer.Body}
}
