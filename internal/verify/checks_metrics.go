package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	duration = "http_server_request_duration_seconds"
	active   = "http_server_active_requests"
	info     = "target_info"
)

var (
	buckets        = []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, math.Inf(1)}
	durationLabels = []string{"http_request_method", "http_response_status_code", "http_route", "url_scheme"}
	activeLabels   = []string{"http_request_method", "url_scheme"}
	infoLabels     = []string{"service_name", "service_version", "telemetry_sdk_language"}
	knownMethods   = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "_OTHER"}
)

// labelled wants each series to carry exactly these labels; allow comes on top.
func (f *findings) labelled(all []series, labels []string, allow ...string) {
	for _, s := range all {
		got := slices.DeleteFunc(sortedKeys(s.labels), func(l string) bool { return slices.Contains(allow, l) })
		f.want(slices.Equal(got, labels), "%s has the labels %v, want %v", s.name, got, labels)
	}
}

// durationHistogram is C30.
func durationHistogram(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	const n = 5
	before, err := in.scrape(ctx)
	if err != nil {
		return "", err
	}
	for range n {
		if _, err := in.get(ctx, "/_contract/slow?ms=40&token=x"); err != nil {
			return "", err
		}
	}
	after, err := in.scrape(ctx)
	if err != nil {
		return "", err
	}
	mine := []string{"http_request_method", "GET", "http_route", "/_contract/slow", "http_response_status_code", "200", "url_scheme", "http"}
	rise := func(suffix string) float64 {
		return after.sum(duration+suffix, mine...) - before.sum(duration+suffix, mine...)
	}
	var f findings
	f.want(after.types[duration] == "histogram", "%s is a %q, want a histogram", duration, after.types[duration])
	f.want(rise("_count") == n, "%d requests raised %s_count{http_route=\"/_contract/slow\",...} by %v", n, duration, rise("_count"))
	f.want(rise("_sum") >= n*0.039 && rise("_sum") < n*5, "%d requests of 40 ms raised %s_sum by %v, want seconds", n, duration, rise("_sum"))
	f.labelled(after.named(duration+"_count"), durationLabels)
	f.labelled(after.named(duration+"_bucket"), durationLabels, "le")
	f.buckets(after.named(duration+"_bucket", mine...), after.sum(duration+"_count", mine...))
	return fmt.Sprintf("%d requests: _count +%d, _sum +%.3f s, %d buckets", n, n, rise("_sum"), len(buckets)), f.err()
}

// buckets wants the contract's bounds, and counts that never fall.
func (f *findings) buckets(all []series, count float64) {
	byBound := map[float64]float64{}
	for _, s := range all {
		le, err := strconv.ParseFloat(s.labels["le"], 64)
		f.want(err == nil, "le=%q is no number", s.labels["le"])
		byBound[le] = s.value
	}
	bounds := slices.Sorted(maps.Keys(byBound))
	f.want(slices.Equal(bounds, buckets), "buckets %v, want %v", bounds, buckets)
	last := 0.0
	for _, le := range bounds {
		f.want(byBound[le] >= last, "the bucket le=%v is smaller than the one before it", le)
		last = byBound[le]
	}
	f.want(last == count, "the bucket +Inf holds %v, _count is %v", last, count)
	f.want(byBound[.025] < last, "requests of 40 ms are in the bucket of 0.025 s")
}

// activeGauge is C31.
func activeGauge(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	var f findings
	var during float64
	var e exposition
	err = tries(func() error {
		call, end := context.WithCancel(ctx)
		go func() {
			defer end()
			_, _ = in.get(ctx, "/_contract/slow?ms=700") // if it fails, the gauge shows it
		}()
		if during, e = in.awaitActive(call, 1, 5*time.Second); during != 1 {
			return errors.New("not seen")
		}
		<-call.Done()
		return nil
	})
	after, _ := in.awaitActive(ctx, 0, time.Second)
	f.want(err == nil, "%s during a call: %v, want 1", active, during)
	f.want(after == 0, "%s after it: %v, want 0", active, after)
	f.want(e.types[active] == "gauge", "%s is a %q, want a gauge", active, e.types[active])
	f.labelled(e.named(active), activeLabels)
	return "1 during a call, 0 after it", f.err()
}

// awaitActive scrapes until the gauge of GET has the value, and returns the last one seen.
func (in *instance) awaitActive(ctx context.Context, want float64, limit time.Duration) (float64, exposition) {
	for end := time.Now().Add(limit); ; pause(ctx, 20*time.Millisecond) {
		e, err := in.scrape(ctx)
		got := e.sum(active, "http_request_method", "GET")
		if (err == nil && got == want) || time.Now().After(end) || ctx.Err() != nil {
			return got, e
		}
	}
}

// targetInfo is C36.
func targetInfo(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	e, err := in.scrape(ctx)
	if err != nil {
		return "", err
	}
	all := e.named(info)
	if len(all) != 1 {
		return "", fmt.Errorf("%d series of %s, want 1", len(all), info)
	}
	var f findings
	one := all[0]
	f.want(one.value == 1, "%s is %v, want 1", info, one.value)
	f.want(e.types[info] == "gauge", "%s is a %q, want a gauge", info, e.types[info])
	f.labelled(all, infoLabels)
	f.want(one.labels["service_version"] == serviceVersion, "service_version %q, want %q (SERVICE_VERSION)", one.labels["service_version"], serviceVersion)
	f.want(one.labels["telemetry_sdk_language"] != "", "telemetry_sdk_language is empty")
	if name := b.target.Launch.Service; name != "" {
		f.want(one.labels["service_name"] == name, "service_name %q, want %q", one.labels["service_name"], name)
	}
	return fmt.Sprintf("1 with %v", one.labels), f.err()
}

// cardinality is C37.
func cardinality(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	methods := []string{"PROPFIND", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "REPORT", "PURGE", "NOTIFY", "VRFYA", "VRFYB"}
	var f findings
	for _, load := range []struct {
		what string
		n    int
		more int // series that it may add
		send func(i int) (method, path string)
	}{
		{"unknown paths", 200, 1, func(i int) (string, string) { return "GET", fmt.Sprintf("/vrfy/%d", i) }},
		{"keys of one route", 20, 1, func(i int) (string, string) { return "GET", fmt.Sprintf("/_contract/config/vrfy.%d", i) }},
		// two: a parser may answer 400 to some before the service sees them
		{"odd methods", len(methods), 2, func(i int) (string, string) { return methods[i], "/vrfy/method" }},
	} {
		grown, err := in.growth(ctx, load.n, load.send)
		if err != nil {
			return "", err
		}
		f.want(grown <= load.more, "%d %s added %d series, want at most %d", load.n, load.what, grown, load.more)
	}
	e, err := in.scrape(ctx)
	if err != nil {
		return "", err
	}
	f.rawLabels(e)
	return "200 paths, 20 keys and 12 methods: one series each, no raw label", f.err()
}

func (in *instance) growth(ctx context.Context, n int, send func(int) (method, path string)) (int, error) {
	before, err := in.scrape(ctx)
	if err != nil {
		return 0, err
	}
	if in.burst(ctx, n, send) == 0 {
		return 0, errors.New("no request was answered")
	}
	after, err := in.scrape(ctx)
	return len(after.named(duration+"_count")) - len(before.named(duration+"_count")), err
}

func (f *findings) rawLabels(e exposition) {
	for _, s := range e.series {
		for name, value := range s.labels {
			f.want(!strings.Contains(strings.ToLower(value), "vrfy"), "%s{%s=%q} holds a raw path or method", s.name, name, value)
		}
		if m, ok := s.labels["http_request_method"]; ok {
			f.want(slices.Contains(knownMethods, m), "%s{http_request_method=%q}, want _OTHER", s.name, m)
		}
	}
}
