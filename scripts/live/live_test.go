//go:build unix

package main

import (
	"io"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/otlp"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/scripts/e2e/load"
	"github.com/azulejo-dev/azulejo/scripts/running"
)

func goodTrace() []otlp.Span {
	span := func(service, id, parent string, kind otlp.Kind) otlp.Span {
		return otlp.Span{Trace: "t", ID: id, Parent: parent, Name: "GET", Kind: kind, Resource: map[string]string{"service.name": service}}
	}
	return []otlp.Span{
		span("page", "1", "caller", otlp.Server), span("page", "2", "1", otlp.Client), span("details", "3", "2", otlp.Server),
		span("page", "4", "1", otlp.Client), span("reviews", "5", "4", otlp.Server),
	}
}

var pageEdges = map[edge]bool{{"page", "details"}: true, {"page", "reviews"}: true}

func TestOneTree(t *testing.T) {
	if picture, err := oneTree(pageEdges, "caller", goodTrace()); err != nil || strings.Count(picture, "\n") != 5 {
		t.Errorf("%v\n%s", err, picture)
	}
	for what, spoil := range map[string]func(s []otlp.Span) []otlp.Span{
		"nothing":                func([]otlp.Span) []otlp.Span { return nil },
		"an id twice":            func(s []otlp.Span) []otlp.Span { s[4].ID = "3"; return s },
		"two roots":              func(s []otlp.Span) []otlp.Span { s[2].Parent = "caller"; return s },
		"another parent":         func(s []otlp.Span) []otlp.Span { s[0].Parent = "other"; return s },
		"a lost parent":          func(s []otlp.Span) []otlp.Span { s[2].Parent = "9"; return s },
		"server below server":    func(s []otlp.Span) []otlp.Span { s[2].Parent = "1"; return s },
		"client of another":      func(s []otlp.Span) []otlp.Span { s[3].Parent = "3"; return s },
		"a call less":            func(s []otlp.Span) []otlp.Span { return s[:4] },
		"a call that nobody has": func(s []otlp.Span) []otlp.Span { s[4].Resource["service.name"] = "ratings"; return s },
		"a circle":               func(s []otlp.Span) []otlp.Span { s[3].Parent = "4"; return s },
	} {
		if _, err := oneTree(pageEdges, "caller", spoil(goodTrace())); err == nil {
			t.Errorf("%s is taken for a tree", what)
		}
	}
}

func TestSpoiledTracesAreRefused(t *testing.T) {
	all := spoil(goodTrace())
	if len(all) != 3 {
		t.Errorf("%d spoiled traces", len(all))
	}
	for _, bad := range all {
		if _, err := oneTree(pageEdges, "caller", bad.spans); err == nil {
			t.Errorf("%s is taken for a tree", bad.what)
		}
	}
	if _, err := oneTree(pageEdges, "caller", goodTrace()); err != nil {
		t.Error(err)
	}
}

func TestOneID(t *testing.T) {
	one := parseLine(`a   | {"trace_id":"` + strings.Repeat("a", 32) + `","span_id":"` + strings.Repeat("1", 16) + `"}`)
	two := one
	two.service = "b"
	id, err := oneID([]string{"a", "b"}, []line{one, two, one})
	if err != nil || id != strings.Repeat("a", 32) {
		t.Errorf("%s %v", id, err)
	}
	other := parseLine(strings.ReplaceAll("b | "+one.text, "aaa", "bbb"))
	for what, lines := range map[string][]line{
		"two ids": {one, other}, "silence of b": {one, one}, "no id": {one, two, parseLine("b | {}")}, "no JSON": {one, two, parseLine("b | at line 7")},
		"no span": {one, two, parseLine(`b | {"trace_id":"` + id + `"}`)}, "nothing": nil,
	} {
		if _, err := oneID([]string{"a", "b"}, lines); err == nil {
			t.Errorf("%s is taken for one request", what)
		}
	}
}

const exposed = `# TYPE target_info gauge
target_info{service_name="orders",service_version="1"} 1
# TYPE http_server_active_requests gauge
http_server_active_requests{http_request_method="GET"} 0
# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_bucket{http_response_status_code="200",http_route="/api/",le="0.075"} 2
http_server_request_duration_seconds_bucket{http_response_status_code="200",http_route="/api/",le="+Inf"} 3
http_server_request_duration_seconds_sum{http_response_status_code="200",http_route="/api/"} 0.5
http_server_request_duration_seconds_count{http_response_status_code="200",http_route="/api/"} 3
http_server_request_duration_seconds_bucket{http_response_status_code="404",http_route="",le="0.075"} 4
http_server_request_duration_seconds_bucket{http_response_status_code="404",http_route="",le="+Inf"} 4
http_server_request_duration_seconds_sum{http_response_status_code="404",http_route=""} 0.1
http_server_request_duration_seconds_count{http_response_status_code="404",http_route=""} 4
`

func TestQueries(t *testing.T) {
	texts := map[string]string{"a": exposed, "b": strings.ReplaceAll(exposed, "orders", "billing")}
	all, err := parseAll(texts)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"orders 200": 3, "orders 404": 4, "billing 200": 3, "billing 404": 4}
	if got := all.requests(); !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got := all.requests("http_route", "/api/"); !maps.Equal(got, map[string]float64{"orders 200": 3, "billing 200": 3}) {
		t.Errorf("%v", got)
	}
	table := running.Table{"a": {Name: "a"}, "b": {Name: "b"}}
	if n, err := alikeForms(table, all); err != nil || n != len(always) {
		t.Errorf("%d forms, %v", n, err)
	}
	for what, change := range map[string][2]string{
		"another label": {"http_route=", "route="}, "another bucket": {`le="0.075"`, `le="0.08"`}, "a missing series": {"active_requests", "active"},
		"a label more": {`{http_request_method="GET"}`, `{http_request_method="GET",host="h"}`},
	} {
		bad := maps.Clone(texts)
		bad["b"] = strings.ReplaceAll(exposed, change[0], change[1])
		all, err := parseAll(bad)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := alikeForms(table, all); err == nil {
			t.Errorf("%s is taken for alike", what)
		}
	}
	if _, err := parseMetrics("a", "no metrics {"); err == nil {
		t.Error("what is no exposition is taken for one")
	}
}

func TestSameCounts(t *testing.T) {
	before, want := map[string]float64{"a 200": 2}, map[string]float64{"a 200": 3, "b 404": 1}
	if err := sameCounts(want, before, map[string]float64{"a 200": 5, "b 404": 1}); err != nil {
		t.Error(err)
	}
	for _, after := range []map[string]float64{{"a 200": 6, "b 404": 1}, {"a 200": 5}, {"a 200": 5, "b 404": 1, "a 500": 1}} {
		if sameCounts(want, before, after) == nil {
			t.Errorf("%v is taken for right", after)
		}
	}
}

func TestStoryIsJudged(t *testing.T) {
	good := story{service: "a", openedAt: 20, rejected: 3, probing: "half_open", probes: 1, afterFailed: "open", afterGood: "closed", flows: 5}
	if err := good.judge(); err != nil {
		t.Error(err)
	}
	for what, spoil := range map[string]func(*story){
		"late": func(s *story) { s.openedAt = 21 }, "never": func(s *story) { s.openedAt = 0 }, "leaky": func(s *story) { s.whileOpen = 1 },
		"no rejection": func(s *story) { s.rejected = 2 }, "no half-open": func(s *story) { s.probing = "open" }, "two probes": func(s *story) { s.probes = 2 },
		"no probe": func(s *story) { s.probes = 0 }, "closed by a failure": func(s *story) { s.afterFailed = "closed" },
		"stays open": func(s *story) { s.afterGood = "open" }, "says closed": func(s *story) { s.flows = 0 },
	} {
		bad := good
		spoil(&bad)
		if bad.judge() == nil {
			t.Errorf("%s is taken for good", what)
		}
	}
}

func TestDrainIsJudged(t *testing.T) {
	good := func() *drained {
		return &drained{
			gets: load.Summary{Sent: 60}, posts: load.Summary{Sent: 40}, stress: stress{instances: 2, stopped: 1, least: 100}, victims: []string{"7"},
			earlier: map[string]int{"7": 10, "8": 10}, later: map[string]int{"8": 20},
		}
	}
	if err := good().judge(); err != nil {
		t.Error(err)
	}
	for what, spoil := range map[string]func(*drained){
		"a lost GET": func(d *drained) { d.gets.Failed = 1 }, "a lost POST": func(d *drained) { d.posts.Failed = 1 }, "too few": func(d *drained) { d.gets.Sent = 59 },
		"an idle victim": func(d *drained) { d.earlier = map[string]int{"8": 20} }, "a victim that lives": func(d *drained) { d.later["7"] = 1 },
		"nobody after it": func(d *drained) { d.later = nil },
	} {
		bad := good()
		spoil(bad)
		if bad.judge() == nil {
			t.Errorf("%s is taken for good", what)
		}
	}
}

func TestWhoAnsweredWhen(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	d := &drained{victims: []string{"7"}, asked: at(10), ended: at(20)}
	get := func(s int, by, failed string) load.Result {
		return load.Result{Start: at(s), Kind: load.Get, By: by, Error: failed}
	}
	d.count(&load.Report{Results: []load.Result{get(1, "7", ""), get(2, "8", ""), get(11, "7", ""), get(12, "8", ""), get(13, "", "EOF"), get(21, "8", "")}},
		&load.Report{Results: []load.Result{{Start: at(12), Kind: load.PostIdle, Error: "EOF"}}})
	if d.failed() != 2 || d.firstLost != at(12) || d.whileTheyLeft != 1 || !maps.Equal(d.earlier, map[string]int{"7": 1, "8": 1}) || !maps.Equal(d.later, map[string]int{"8": 1}) {
		t.Errorf("%+v", d)
	}
}

func TestAnswersThatHideALoss(t *testing.T) {
	if err := starterAnswer(200, []byte(`{"calls":{"upstream":{"status":200}}}`)); err != nil {
		t.Error(err)
	}
	for _, body := range []string{`{"calls":{"upstream":{"error":"connect"}}}`, `{"calls":{}}`, `nothing`} {
		if starterAnswer(200, []byte(body)) == nil {
			t.Errorf("%s is taken for whole", body)
		}
	}
	if refusedPost(502, nil) == nil {
		t.Error("a gateway's 502 is taken for the service's answer")
	}
}

// The system that this program writes is a valid one.
func TestAlikeIsASpec(t *testing.T) {
	l := &live{options: options{languages: []string{"go", "java"}, gateway: "caddy", port: 8300, blocks: `discovery "eureka" {}`}}
	sys := l.alike()
	_, diags := spec.Parse([]spec.Text{{Path: "alike.hcl", Bytes: []byte(sys.text)}})
	if diags.HasErrors() {
		t.Errorf("%v\n%s", diags, sys.text)
	}
	if len(sys.services) != 2 || len(sys.controls) != 2 || language(sys.services[1]) != "java" {
		t.Errorf("%+v", sys)
	}
}

func TestParseOptions(t *testing.T) {
	for _, args := range [][]string{{"-only", "traces"}, {"-spec", "/no/such.hcl"}, {"-azulejo", "/no/such"}} {
		if _, err := parse(append([]string{"-azulejo", os.Args[0], "-spec", os.Args[0]}, args...), io.Discard); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
	o, err := parse([]string{"-azulejo", os.Args[0], "-spec", os.Args[0], "-only", "drain,trace", "-languages", "java"}, io.Discard)
	if err != nil || !o.wants("trace") || o.wants("metrics") || o.languages[0] != "java" {
		t.Errorf("%+v %v", o, err)
	}
}
