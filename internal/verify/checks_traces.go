package verify

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/azulejo-dev/azulejo/internal/otlp"
)

// exportDelay is how long the SDK may gather spans before it sends them.
const exportDelay = 100 * time.Millisecond

// traced is a process that exports to a sink, with an upstream for its calls. The
// checks that use it tell their requests apart by their trace ids.
type traced struct {
	*instance
	sink *sink
	up   *upstream
	call string // the probe of its first call, "" if it has none
}

func (b *bench) startTraced() (*traced, error) {
	t := &traced{}
	var err error
	if t.sink, err = startSink(); err != nil {
		return nil, err
	}
	if t.up, err = startUpstream(); err != nil {
		return nil, err
	}
	b.keep(t.sink)
	b.keep(t.up)
	t.instance, err = b.once(laneOwn, "the traced process", b.tracedSettings(t.sink.url(), t.up))()
	if len(b.target.Launch.Calls) > 0 {
		t.call = "/_contract/call/" + b.target.Launch.Calls[0] + "?path=/traced"
	}
	return t, err
}

func (b *bench) tracedSettings(endpoint string, up *upstream) map[string]string {
	s := b.common(up)
	s["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
	s["OTEL_BSP_SCHEDULE_DELAY"] = millis(exportDelay)
	return s
}

// keep has a fake stopped at the end of the run.
func (b *bench) keep(f interface{ down() }) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fakes = append(b.fakes, f)
}

func (b *bench) needTraced() (*traced, error) {
	t, err := b.traces()
	if err != nil {
		return nil, notRun("the traced process did not start (see C01): %s", clip(err.Error(), 200))
	}
	return t, nil
}

// parent is a trace context that verify sends.
type parent struct{ trace, span string }

func newParent() parent {
	// never zero: the top bit is set
	return parent{fmt.Sprintf("%016x%016x", rand.Uint64()|1<<63, rand.Uint64()), fmt.Sprintf("%016x", rand.Uint64()|1<<63)}
}

func (p parent) header(flags string) string { return "00-" + p.trace + "-" + p.span + "-" + flags }

var traceparent = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$`)

// readParent takes a traceparent apart; flags is -1 if it is not valid.
func readParent(text string) (p parent, flags int) {
	m := traceparent.FindStringSubmatch(text)
	if m == nil || strings.Trim(m[1], "0") == "" || strings.Trim(m[2], "0") == "" {
		return parent{}, -1
	}
	n, err := strconv.ParseInt(m[3], 16, 32)
	if err != nil {
		return parent{}, -1
	}
	return parent{m[1], m[2]}, int(n)
}

// passed makes the service call and returns the headers that its callee got. Checks
// call side by side: the callee's path tells whose it is.
func (t *traced) passed(ctx context.Context, header ...string) (http.Header, error) {
	path := "/" + newParent().trace
	if _, err := t.get(ctx, t.call+path, header...); err != nil {
		return nil, err
	}
	for _, c := range t.up.since(0) {
		if strings.HasSuffix(c.path, path) {
			return c.header, nil
		}
	}
	return nil, fmt.Errorf("GET %s: the callee was not called", t.call)
}

// traceIDs is C46.
func traceIDs(ctx context.Context, b *bench) (string, error) {
	t, err := b.needTraced()
	if err != nil {
		return "", err
	}
	var f findings
	p := newParent()
	body, err := t.get(ctx, "/verify/trace", "traceparent", p.header("01"))
	f.want(err == nil && body.json()["trace_id"] == p.trace, "traceparent %s: trace_id of the error body %v %v, want its trace id", p.header("01"), body.json()["trace_id"], err)
	if t.call != "" {
		f.sameTrace(ctx, t)
	}
	zero := strings.Repeat("0", 32)
	for _, bad := range []string{
		"", "garbage", "00-" + p.trace + "-" + p.span, "ff-" + p.trace + "-" + p.span + "-01", "00-" + zero + "-" + p.span + "-01",
		"00-" + p.trace + "-" + zero[:16] + "-01", "00-" + strings.ToUpper(p.trace) + "g-" + p.span + "-01", "00-" + p.trace + "-" + p.span + "-01-more",
	} {
		f.newTrace(ctx, t, bad)
	}
	f.idsWithoutCollector(ctx, b)
	return "one trace id in error bodies and calls, with tracestate and baggage; a new one for 8 bad traceparents", f.err()
}

func (f *findings) sameTrace(ctx context.Context, t *traced) {
	p := newParent()
	got, err := t.passed(ctx, "traceparent", p.header("01"), "tracestate", "verify=7391", "baggage", "verify="+p.span)
	if err != nil {
		f.want(false, "%v", err)
		return
	}
	out, flags := readParent(got.Get("traceparent"))
	f.want(flags >= 0 && out.trace == p.trace && out.span != p.span, "traceparent %s in, %q out, want the trace id with a new parent id", p.header("01"), got.Get("traceparent"))
	f.want(strings.Contains(got.Get("tracestate"), "verify=7391"), "tracestate verify=7391 in, %q out", got.Get("tracestate"))
	f.want(strings.Contains(got.Get("baggage"), "verify="+p.span), "baggage verify=%s in, %q out", p.span, got.Get("baggage"))
}

// newTrace wants a bad traceparent to be as good as none.
func (f *findings) newTrace(ctx context.Context, t *traced, bad string) {
	a, err := t.get(ctx, "/verify/trace", "traceparent", bad)
	id, _ := a.json()["trace_id"].(string)
	_, flags := readParent("00-" + id + "-0000000000000001-01")
	f.want(err == nil && flags >= 0 && !strings.Contains(bad, id), "traceparent %q: trace_id of the error body %q %v, want a new one", bad, id, err)
	if t.call == "" {
		return
	}
	got, err := t.passed(ctx, "traceparent", bad)
	if err != nil {
		f.want(false, "%v", err)
		return
	}
	out, flags := readParent(got.Get("traceparent"))
	f.want(flags >= 0 && !strings.Contains(bad, out.trace), "traceparent %q in, %q out, want a new trace", bad, got.Get("traceparent"))
}

// idsWithoutCollector wants trace ids where OTEL_EXPORTER_OTLP_ENDPOINT is unset.
func (f *findings) idsWithoutCollector(ctx context.Context, b *bench) {
	plain, err := b.plain()
	if err != nil {
		return // C01
	}
	p := newParent()
	a, err := plain.get(ctx, "/verify/trace", "traceparent", p.header("01"))
	f.want(err == nil && a.json()["trace_id"] == p.trace, "without a collector: trace_id of the error body %v %v, want %s", a.json()["trace_id"], err, p.trace)
}

// logIDs is C41. Which trace id is right is for C46; here it is one.
func logIDs(ctx context.Context, b *bench) (string, error) {
	t, err := b.needTraced()
	if err != nil {
		return "", err
	}
	p := newParent()
	mark := t.stdout.mark()
	a, err := t.get(ctx, "/_contract/boom", "traceparent", p.header("01"))
	if err != nil {
		return "", fmt.Errorf("GET /_contract/boom: %w", err)
	}
	told, _ := a.json()["trace_id"].(string)
	lines := t.stdout.await(ctx, mark, 2, func(e entry) bool {
		return e.access("/_contract/boom") || e.text("error_message") != ""
	})
	var f findings
	f.want(len(lines) >= 2, "a crash wrote %d lines, want an access line and an error", len(lines))
	for _, e := range lines {
		trace, shown := e.text("trace_id"), clip(e.raw, 200)
		f.want(trace != "" && (trace == p.trace || trace == told), "trace_id %q, the request has %s: %s", trace, p.trace, shown)
		_, flags := readParent("00-" + trace + "-" + e.text("span_id") + "-01")
		f.want(flags >= 0, "trace_id %q and span_id %q are not 32 and 16 hex digits: %s", trace, e.text("span_id"), shown)
	}
	return "the access line and the error have the request's trace_id and a span_id", f.err()
}

// traceFlags is C47: only bit 0 is judged.
func traceFlags(ctx context.Context, b *bench) (string, error) {
	t, err := b.needTraced()
	if err != nil {
		return "", err
	}
	var f findings
	for _, given := range []string{"00", "01", "03", "02"} {
		if t.call == "" {
			break
		}
		got, err := t.passed(ctx, "traceparent", newParent().header(given))
		if err != nil {
			return "", err
		}
		_, flags := readParent(got.Get("traceparent"))
		f.want(flags >= 0 && flags&1 == int(given[1]-'0')&1, "flags %s in, %q out, want the same bit 0", given, got.Get("traceparent"))
	}
	quiet, loud := newParent(), newParent()
	for _, h := range []string{quiet.header("00"), loud.header("01")} {
		if _, err := t.get(ctx, "/_contract/slow?ms=0", "traceparent", h); err != nil {
			return "", err
		}
	}
	f.want(len(t.sink.Await(ctx, 1, loud.trace)) > 0, "flags 01: no span was exported")
	f.want(len(t.sink.Of(quiet.trace)) == 0, "flags 00: %d spans were exported", len(t.sink.Of(quiet.trace)))
	return "bit 0 goes on as it came; what is not sampled is not exported", f.err()
}

// exports is C48.
func exports(ctx context.Context, b *bench) (string, error) {
	t, err := b.needTraced()
	if err != nil {
		return "", err
	}
	var f findings
	for _, row := range []struct {
		path, name string
		failed     bool
	}{
		{"/_contract/slow?ms=0&a=b", "GET /_contract/slow", false},
		{"/_contract/config/verify.unset", "GET /_contract/config/{}", false},
		{"/verify/unknown", "GET", false},
		{"/_contract/boom", "GET /_contract/boom", true},
	} {
		p := newParent()
		if _, err := t.get(ctx, row.path, "traceparent", p.header("01")); err != nil {
			return "", fmt.Errorf("GET %s: %w", row.path, err)
		}
		f.serverSpan(b, row.path, row.name, row.failed, p, t.sink.Await(ctx, 1, p.trace))
	}
	if t.call != "" {
		f.clientSpan(ctx, t)
	}
	f.flush(ctx, b)
	f.want(len(t.sink.Refused()) == 0, "the collector refused: %s", strings.Join(t.sink.Refused(), "; "))
	for _, probe := range []string{"livez", "readyz", "metrics"} {
		f.want(len(t.sink.Named(probe)) == 0, "GET /%s makes spans", probe)
	}
	return "spans of requests and calls with names, parents and the service's resource", f.err()
}

// flush wants what was gathered to be sent before the end.
func (f *findings) flush(ctx context.Context, b *bench) {
	if !signalsWork {
		return
	}
	sink, err := startSink()
	if err != nil {
		f.want(false, "%v", err)
		return
	}
	defer sink.down()
	s := b.tracedSettings(sink.url(), b.steady)
	s["OTEL_BSP_SCHEDULE_DELAY"] = "60000"
	in, leave, err := b.own(ctx, s)
	if err != nil {
		return // C01
	}
	defer leave()
	p := newParent()
	_, err = in.get(ctx, "/_contract/slow?ms=0", "traceparent", p.header("01"))
	f.want(err == nil, "%v", err)
	if err := in.terminate(); err != nil || !in.awaitEnd(ctx, 10*time.Second) {
		return // C63
	}
	f.want(len(sink.Of(p.trace)) > 0, "SIGTERM before OTEL_BSP_SCHEDULE_DELAY was over: the request's span was never sent")
}

// serverSpan wants one for the request. The names of a route's keys are the
// service's own business.
func (f *findings) serverSpan(b *bench, path, name string, failed bool, p parent, all []otlp.Span) {
	all = slices.DeleteFunc(all, func(s otlp.Span) bool { return s.Kind != otlp.Server })
	f.want(len(all) == 1, "GET %s: %d server spans reached the collector, want 1", path, len(all))
	if len(all) == 0 {
		return
	}
	s := all[0]
	f.want(s.Parent == p.span, "GET %s: the span's parent is %q, want %s of traceparent", path, s.Parent, p.span)
	got := keyOfRoute.ReplaceAllString(s.Name, "{}")
	f.want(got == name, "GET %s: the span's name is %q, want %q", path, s.Name, name)
	f.want(!failed || s.Failed, "GET %s: the span's status is not ERROR", path)
	service := b.target.Launch.Service
	f.want(s.Resource["service.name"] != "" && (service == "" || s.Resource["service.name"] == service), "service.name %q, want %q", s.Resource["service.name"], service)
	f.want(s.Resource["service.version"] == serviceVersion, "service.version %q, want %q", s.Resource["service.version"], serviceVersion)
}

var keyOfRoute = regexp.MustCompile(`\{[^}]*\}|:[a-zA-Z]+`)

// clientSpan wants the callee's parent to be a client span below the server's.
func (f *findings) clientSpan(ctx context.Context, t *traced) {
	p := newParent()
	got, err := t.passed(ctx, "traceparent", p.header("01"))
	if err != nil {
		f.want(false, "%v", err)
		return
	}
	out, _ := readParent(got.Get("traceparent"))
	all := t.sink.Await(ctx, 2, p.trace, out.trace)
	client := slices.IndexFunc(all, func(s otlp.Span) bool { return s.Kind == otlp.Client && s.ID == out.span })
	if client < 0 {
		f.want(false, "the callee's parent %q is none of the %d spans that reached the collector as a client span", out.span, len(all))
		return
	}
	server := slices.ContainsFunc(all, func(s otlp.Span) bool { return s.Kind == otlp.Server && s.ID == all[client].Parent })
	f.want(server || all[client].Trace != p.trace, "the client span's parent %q is not the request's span", all[client].Parent)
}

// sampling is C49.
func sampling(ctx context.Context, b *bench) (string, error) {
	t, err := b.needTraced()
	if err != nil {
		return "", err
	}
	const n = 20
	var traces []string
	for range n {
		a, err := t.get(ctx, "/verify/root")
		if err != nil {
			return "", err
		}
		id, _ := a.json()["trace_id"].(string)
		traces = append(traces, id)
	}
	var f findings
	got := len(t.sink.Await(ctx, n, traces...))
	f.want(got >= n || !slices.ContainsFunc(traces, func(id string) bool { return id != "" }), "%d requests without a parent: %d spans, want all", n, got)
	worst, err := b.deadCollector(ctx)
	f.want(err == nil, "%v", err)
	return fmt.Sprintf("%d of %d roots; a hanging collector: requests in %s", got, n, worst.Round(time.Millisecond)), f.err()
}

// deadCollector wants one that takes connections and never answers, and one that
// refuses, to be without consequence.
func (b *bench) deadCollector(ctx context.Context) (time.Duration, error) {
	hanging := &loopback{}
	if err := hanging.start(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })); err != nil {
		return 0, err
	}
	defer hanging.down()
	in, leave, err := b.own(ctx, b.tracedSettings(hanging.url(), b.steady))
	if err != nil {
		return 0, err
	}
	defer leave()
	var f findings
	var took []time.Duration
	for i := range 60 {
		if i == 30 {
			hanging.down()
		}
		a, err := in.get(ctx, "/_contract/slow?ms=0")
		f.want(err == nil && a.status == 200, "a dead collector: %d %v, want 200", a.status, err)
		took = append(took, a.took)
		pause(ctx, 15*time.Millisecond)
	}
	pause(ctx, 500*time.Millisecond) // for one more export to fail
	f.want(median(took) < 100*time.Millisecond, "a dead collector: half of the requests took %s or more", median(took))
	loud := filter(in.stdout.all(), func(e entry) bool { return e.text("level") == "warn" || e.text("level") == "error" })
	f.want(len(loud) <= 1, "a dead collector: %d lines of warn or error within seconds, want one a minute: %s", len(loud), in.lastLines())
	return median(took), f.err()
}
