//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/azulejo-dev/azulejo/scripts/running"
)

const (
	counted = "http_server_request_duration_seconds_count"
	query   = `sum by (service_name, http_response_status_code) (` + counted + ` * on (instance) group_left(service_name) target_info)`
)

// requests answers the query: "orders 200" is the number of those, over all time.
// The labels, name and value in turn, narrow it down.
func (v vector) requests(labels ...string) map[string]float64 {
	return v.named(counted, labels...).join("service_name", v.named("target_info")).sumBy("service_name", "http_response_status_code")
}

// metrics is the stage.
func (l *live) metrics(ctx context.Context, s *session) error {
	before, _, err := scrapeAll(ctx, s.Table)
	if err != nil {
		return err
	}
	answered, unknown, err := l.someRequests(ctx, s)
	if err != nil {
		return err
	}
	after, texts, err := scrapeAll(ctx, s.Table)
	if err != nil {
		return err
	}
	all := maps.Clone(answered)
	maps.Copy(all, unknown)
	if err := sameCounts(all, before.requests(), after.requests()); err != nil {
		return err
	}
	if err := sameCounts(answered, before.requests("http_route", "/api/"), after.requests("http_route", "/api/")); err != nil {
		return fmt.Errorf(`of http_route="/api/": %w`, err)
	}
	forms, err := alikeForms(s.Table, after)
	if err != nil {
		return err
	}
	l.held("metrics", "%s: what was asked of %d services; %d series in %d forms, alike in all", query, len(s.Table), len(after), forms)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		l.out.Print("  %-24s %3.0f", key, all[key])
	}
	return l.metricsControls(ctx, s, answered, before, texts)
}

// someRequests makes a different number of requests for each service, and says
// who answered how many with what.
func (l *live) someRequests(ctx context.Context, s *session) (answered, unknown map[string]float64, err error) {
	answered, unknown = map[string]float64{}, map[string]float64{}
	for i, name := range slices.Sorted(maps.Keys(s.Table)) {
		for range 3 + i {
			answer, _, err := running.Get(ctx, s.Table[name].URL+"/api/")
			if err != nil {
				return nil, nil, err
			}
			for _, p := range answer.Walk() {
				if p.ProcessID != 0 {
					answered[p.Answer.Name+" 200"]++
				}
			}
		}
		for range 2 + i {
			status, err := statusOf(ctx, s.Table[name].URL+fmt.Sprintf("/no/such/%d", i))
			if err != nil || status != http.StatusNotFound {
				return nil, nil, fmt.Errorf("an unknown path of %s: %d %w", name, status, err)
			}
			unknown[name+" 404"]++
		}
	}
	return answered, unknown, nil
}

func statusOf(ctx context.Context, url string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

func scrapeAll(ctx context.Context, t running.Table) (all vector, texts map[string]string, err error) {
	texts = map[string]string{}
	for name, s := range t {
		if texts[name], err = scrape(ctx, s.URL); err != nil {
			return nil, nil, err
		}
	}
	all, err = parseAll(texts)
	return all, texts, err
}

func parseAll(texts map[string]string) (all vector, err error) {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		v, err := parseMetrics(name, texts[name])
		if err != nil {
			return nil, err
		}
		all = append(all, v...)
	}
	return all, nil
}

// sameCounts wants the increase to be what was asked, no more and no less.
func sameCounts(want, before, after map[string]float64) error {
	var errs []error
	for key := range after {
		if got := after[key] - before[key]; got != want[key] {
			errs = append(errs, fmt.Errorf("%q rose by %v, want %v", key, got, want[key]))
		}
	}
	for key := range want {
		if _, ok := after[key]; !ok {
			errs = append(errs, fmt.Errorf("%q is not there, want %v", key, want[key]))
		}
	}
	return errors.Join(errs...)
}

// The series that a service must have; those of calls only if it makes some.
var (
	always = []string{counted, "http_server_request_duration_seconds_bucket", "http_server_active_requests", "target_info"}
	ofCall = []string{
		"http_client_request_duration_seconds_count", "http_client_request_duration_seconds_bucket", "http_client_retries_total",
		"circuit_breaker_state", "circuit_breaker_calls_total",
	}
)

// alikeForms wants each of the contract's series to have the same labels and the
// same buckets in every service, and returns how many forms there are.
func alikeForms(t running.Table, all vector) (int, error) {
	forms, of := map[string]string{}, map[string]string{}
	var errs []error
	for name, s := range t {
		own := all.forms(name)
		for _, series := range wanted(s) {
			switch {
			case own[series] == "":
				errs = append(errs, fmt.Errorf("%s has no series %s", name, series))
			case forms[series] == "":
				forms[series], of[series] = own[series], name
			case own[series] != forms[series]:
				errs = append(errs, fmt.Errorf("%s: %s has %s, %s has %s", series, name, own[series], of[series], forms[series]))
			}
		}
	}
	return len(forms), errors.Join(errs...)
}

func wanted(s *running.Service) []string {
	if len(s.Calls) == 0 {
		return always
	}
	return slices.Concat(always, ofCall)
}

// forms has the label names and buckets of an instance's series, in words.
func (v vector) forms(instance string) map[string]string {
	found := map[string]map[string]bool{}
	for _, s := range v {
		if s.labels["instance"] != instance {
			continue
		}
		if found[s.name] == nil {
			found[s.name] = map[string]bool{}
		}
		labels := slices.Sorted(maps.Keys(s.labels))
		found[s.name][strings.Join(slices.DeleteFunc(labels, func(l string) bool { return l == "instance" }), ",")] = true
		if le, ok := s.labels["le"]; ok {
			found[s.name]["le="+le] = true
		}
	}
	out := map[string]string{}
	for name, words := range found {
		out[name] = strings.Join(slices.Sorted(maps.Keys(words)), " ")
	}
	return out
}

func (l *live) metricsControls(ctx context.Context, s *session, answered map[string]float64, before vector, texts map[string]string) error {
	victim := slices.Sorted(maps.Keys(texts))[0]
	if _, err := statusOf(ctx, s.Table[victim].URL+"/api/"); err != nil {
		return err
	}
	more, _, err := scrapeAll(ctx, s.Table)
	if err != nil {
		return err
	}
	judgement := sameCounts(answered, before.requests("http_route", "/api/"), more.requests("http_route", "/api/"))
	if err := l.refused("metrics", "a request that nobody counted on", judgement); err != nil {
		return err
	}
	for _, change := range []struct{ what, old, replacement string }{
		{"another name of a label in one service", "http_route=", "route="},
		{"another bucket in one service", `le="0.075"`, `le="0.08"`},
	} {
		bad := maps.Clone(texts)
		bad[victim] = strings.ReplaceAll(bad[victim], change.old, change.replacement)
		all, err := parseAll(bad)
		if err != nil {
			return err
		}
		_, judgement := alikeForms(s.Table, all)
		if err := l.refused("metrics", change.what, judgement); err != nil {
			return err
		}
	}
	return nil
}
