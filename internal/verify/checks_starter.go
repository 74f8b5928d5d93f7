package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// called returns what the starter's answer says about a call.
func called(a answer, name string) map[string]any {
	calls, _ := a.json()["calls"].(map[string]any)
	one, _ := calls[name].(map[string]any)
	return one
}

// starterAnswer is S01.
func starterAnswer(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	var f findings
	var shown string
	for _, path := range []string{"/api/", "/api"} {
		a, err := in.get(ctx, path)
		if err != nil {
			return "", fmt.Errorf("GET %s: %w", path, err)
		}
		f.want(a.status == 200 && a.mediaType() == jsonType, "GET %s: %d as %q, want 200 as %s", path, a.status, a.mediaType(), jsonType)
		if a.status == 200 {
			f.starter(b, in, a)
		}
		shown = clip(string(a.body), 200)
	}
	return shown, f.err()
}

func (f *findings) starter(b *bench, in *instance, a answer) {
	m := a.json()
	pid := in.pid
	if in.box != nil {
		pid = 1 // a container's first process is the service itself
	}
	f.want(m["process_id"] == float64(pid), "process_id %v, the process is %d", m["process_id"], pid)
	for _, name := range []string{"name", "language", "runtime", "host"} {
		text, _ := m[name].(string)
		f.want(text != "", "no %s in %s", name, clip(string(a.body), 200))
	}
	if name := b.target.Launch.Service; name != "" {
		f.want(m["name"] == name, "name %v, want %q", m["name"], name)
	}
	calls, _ := m["calls"].(map[string]any)
	want := slices.Sorted(slices.Values(b.target.Launch.Calls))
	f.want(slices.Equal(sortedKeys(calls), want), "calls %v, want %v", sortedKeys(calls), want)
	_, there := m["calls"]
	f.want(there == (len(want) > 0), "calls is there: %t, want %t", there, len(want) > 0)
	var upstream any
	_ = json.Unmarshal([]byte(upstreamAnswer), &upstream) // a constant
	for _, name := range want {
		one := called(a, name)
		f.want(one["status"] == 200.0 && reflect.DeepEqual(one["answer"], upstream), "calls.%s: %v, want status 200 and the callee's answer", name, one)
	}
}

// deadDependency is S02.
func deadDependency(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	var f findings
	for _, row := range []struct {
		what   string
		mode   mode
		status any    // of the call, nil if absent
		error  string // "" for any
		probe  int    // the client probe's status
	}{
		{"a callee that answers", well, 200.0, "", 200},
		{"a callee that answers 503", failing, 503.0, "status", 502},
		{"a callee that answers 404", missing, 404.0, "status", 200},
		{"a callee that answers no JSON", garbage, 200.0, "not_json", 0},
		{"a callee that answers 1 MiB", huge, nil, "", 0},
		{"a silent callee", silent, nil, "timeout", 504},
	} {
		b.moody.set(row.mode)
		f.starterCall(ctx, b, in, row.what, row.mode != well, row.status, row.error)
		if row.probe != 0 {
			f.clientProbe(ctx, b, in, row.what, row.probe)
		}
	}
	f.sideBySide(ctx, b, in)
	b.moody.set(well)
	b.moody.down()
	f.starterCall(ctx, b, in, "a dead callee", true, nil, "connect")
	f.clientProbe(ctx, b, in, "a dead callee", 502)
	if err := b.moody.up(); err != nil {
		return "", err
	}
	if plain, err := b.plain(); err == nil {
		f.starterCall(ctx, b, plain, "CALL_..._URL unset", true, nil, "not_configured")
	}
	return "status, not_json, too big, timeout, connect and not_configured are reported, the answer is 200", f.err()
}

// starterCall wants 200 and, for each call, this status and error.
func (f *findings) starterCall(ctx context.Context, b *bench, in *instance, what string, fails bool, status any, reason string) {
	a, err := in.get(ctx, "/api/", budgetHeader, "900")
	if err != nil || a.status != 200 {
		f.want(false, "%s: GET /api/: %d %v, want 200", what, a.status, err)
		return
	}
	for _, name := range b.target.Launch.Calls {
		one := called(a, name)
		got, there := one["error"].(string)
		f.want(there == fails && (reason == "" || got == reason), "%s: calls.%s %s, want error %q", what, name, clip(fmt.Sprint(one), 120), reason)
		f.want(status == nil || one["status"] == status, "%s: calls.%s.status %v, want %v", what, name, one["status"], status)
	}
}

// sideBySide wants the calls to a silent upstream to run at once: one after the
// other, the later ones would get what little time the first has left.
func (f *findings) sideBySide(ctx context.Context, b *bench, in *instance) {
	n := len(b.target.Launch.Calls)
	before := b.moody.calls()
	_, err := in.get(ctx, "/api/", budgetHeader, "900")
	f.want(err == nil && b.moody.calls() == before+n, "a silent upstream: %d calls %v, want %d", b.moody.calls()-before, err, n)
	for _, c := range b.moody.newest(n) {
		ms, _ := strconv.Atoi(c.budget) // 0 if it is not there: too little
		f.want(n == 1 || ms >= 300, "%d calls to a silent upstream, one of them with %q ms of 900: not side by side", n, c.budget)
	}
}

// clientProbe asks the chassis' client directly.
func (f *findings) clientProbe(ctx context.Context, b *bench, in *instance, what string, want int) {
	target := "/_contract/call/" + url.PathEscape(b.target.Launch.Calls[0])
	a, err := in.get(ctx, target+"?path=/verify/x", budgetHeader, "900")
	f.want(err == nil && a.status == want, "%s: GET %s: %d %v, want %d", what, target, a.status, err, want)
	if want == 200 {
		f.want(b.moody.newest(1)[0].path == "/verify/x", "%s: the client asked for %q, want /verify/x", what, b.moody.newest(1)[0].path)
	}
	unknown, err := in.get(ctx, "/_contract/call/verify-unknown")
	f.want(err == nil && unknown.status == 404, "GET /_contract/call/verify-unknown: %d %v, want 404", unknown.status, err)
}

// timeBudget is S03.
func timeBudget(ctx context.Context, b *bench) (string, error) {
	alone, err := need(b.alone)
	if err != nil {
		return "", err
	}
	shared, err := need(b.shared)
	if err != nil {
		return "", err
	}
	var f findings
	for _, row := range []struct {
		in       *instance
		up       *upstream
		given    string
		min, max int
		why      string
	}{
		{alone, b.moody, "", aloneAttemptMS - 100, aloneAttemptMS, "the attempt timeout"},
		{alone, b.moody, "1500", 900, 1350, "nine tenths of what the caller gives"},
		{alone, b.moody, "60000", aloneAttemptMS - 100, aloneAttemptMS, "the attempt timeout"},
		{alone, b.moody, "soon", aloneAttemptMS - 100, aloneAttemptMS, "the attempt timeout"},
		{alone, b.moody, "-5", aloneAttemptMS - 100, aloneAttemptMS, "the attempt timeout"},
		{shared, b.steady, "", sharedCallMS - 100, sharedCallMS, "the call's deadline"},
	} {
		err := tries(func() error { return passesOn(ctx, row.in, row.up, row.given, row.min, row.max) })
		f.want(err == nil, "%v (%s)", err, row.why)
	}
	err = tries(func() error { return ownLimit(ctx, alone) })
	f.want(err == nil, "%v", err)
	b.moody.set(silent)
	defer b.moody.set(well)
	err = tries(func() error { return givesUpFirst(ctx, b, alone) })
	f.want(err == nil, "%v", err)
	return "a hop gets the smallest of attempt, deadline and 0.9 of what is left; a silent callee is reported in time", f.err()
}

func passesOn(ctx context.Context, in *instance, up *upstream, given string, least, most int) error {
	var header []string
	if given != "" {
		header = []string{budgetHeader, given}
	}
	before := up.calls()
	a, err := in.get(ctx, "/api/", header...)
	if err != nil || up.calls() == before {
		return fmt.Errorf("GET /api/: %d %v, and %d calls", a.status, err, up.calls()-before)
	}
	got, err := strconv.Atoi(up.newest(1)[0].budget)
	if err != nil || got < least || got > most {
		return fmt.Errorf("%s %q in, %q out, want %d to %d", budgetHeader, given, up.newest(1)[0].budget, least, most)
	}
	return nil
}

// ownLimit wants a request to end with its caller's patience.
func ownLimit(ctx context.Context, in *instance) error {
	const limit = 300
	a, err := in.get(ctx, "/_contract/slow?ms=20000", budgetHeader, strconv.Itoa(limit))
	if err != nil {
		return fmt.Errorf("%s %d: %w", budgetHeader, limit, err)
	}
	if err := within(a, limit); err != nil {
		return fmt.Errorf("%s %d: %w", budgetHeader, limit, err)
	}
	return nil
}

// givesUpFirst wants the answer while the caller still waits.
func givesUpFirst(ctx context.Context, b *bench, in *instance) error {
	const limit = 1800 * time.Millisecond // a tenth of it is for the way back, also on a busy machine
	a, err := in.get(ctx, "/api/", budgetHeader, strconv.Itoa(int(limit.Milliseconds())))
	if err != nil || a.status != 200 || a.took > limit {
		return fmt.Errorf("a silent callee, caller waits %s: %d %v after %s, want 200 before", limit, a.status, err, a.took.Round(time.Millisecond))
	}
	for _, name := range b.target.Launch.Calls {
		if e := called(a, name)["error"]; e != "timeout" {
			return fmt.Errorf("a silent callee: calls.%s.error %v, want timeout", name, e)
		}
	}
	return nil
}
