package verify

import (
	"context"
	"fmt"
	"slices"
)

// livez is C10.
func livez(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	var f findings
	before := b.moody.calls()
	for range 5 {
		a, err := in.get(ctx, in.paths.Live)
		f.want(err == nil && a.status == 200, "GET %s: %s, want 200%s", in.paths.Live, came(a, err), in.elsewhere("live", a))
	}
	f.want(b.moody.calls() == before, "5 × GET %s made %d calls to a dependency", in.paths.Live, b.moody.calls()-before)
	if err := f.err(); err != nil {
		return "", err
	}
	down, err := b.needShutdown()
	if err != nil {
		return "", err
	}
	n := f.drainProbe(down, in.paths.Live, 200)
	return fmt.Sprintf("200 before and %d × 200 while draining, no dependency called", n), f.err()
}

// readyz is C11.
func readyz(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	var f findings
	a, err := in.get(ctx, in.paths.Ready)
	f.want(err == nil && a.status == 200, "GET %s: %s, want 200%s", in.paths.Ready, came(a, err), in.elsewhere("ready", a))
	if len(b.target.Launch.Calls) > 0 {
		if err := f.readyWithoutUpstream(ctx, b, in); err != nil {
			return "", err
		}
	}
	if err := f.err(); err != nil {
		return "", err
	}
	down, err := b.needShutdown()
	if err != nil {
		return "", err
	}
	n := f.drainProbe(down, in.paths.Ready, 503)
	return fmt.Sprintf("200 when ready, also with a dead dependency, %d × 503 while draining", n), f.err()
}

func (f *findings) readyWithoutUpstream(ctx context.Context, b *bench, in *instance) error {
	b.moody.down()
	_, _ = in.get(ctx, in.paths.API) // lets the service notice; its answer is S02's business
	for range 3 {
		a, err := in.get(ctx, in.paths.Ready)
		f.want(err == nil && a.status == 200, "GET %s with a dead dependency: %s, want 200", in.paths.Ready, came(a, err))
	}
	return b.moody.up()
}

// probeBodies is C12.
func probeBodies(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	var f findings
	for _, probe := range [][2]string{{"live", in.paths.Live}, {"ready", in.paths.Ready}} {
		key, path := probe[0], probe[1]
		if key == "ready" && path == in.paths.Live {
			continue // mapped to the same path
		}
		a, err := in.get(ctx, path)
		if err != nil {
			return "", fmt.Errorf("GET %s: %w", path, err)
		}
		if hint := in.elsewhere(key, a); hint != "" {
			f.want(false, "GET %s: 404, want a probe%s", path, hint)
			continue
		}
		_, isText := a.json()["status"].(string)
		f.want(isText, "GET %s: body %q, want JSON with a status string", path, clip(string(a.body), 80))
		f.want(slices.Contains(tokens(a.header.Values("Cache-Control")), "no-store"),
			"GET %s: Cache-Control %q, want no-store", path, a.header.Get("Cache-Control"))
	}
	return "JSON with status and no-store on both", f.err()
}

// probesUncounted is C13.
func probesUncounted(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	const count = "http_server_request_duration_seconds_count"
	before, err := in.scrape(ctx)
	if err != nil {
		return "", err
	}
	paths := []string{in.paths.Live, in.paths.Ready, in.paths.Metrics}
	if n := in.burst(ctx, 50, func(i int) (string, string) { return "GET", paths[i%len(paths)] }); n != 50 {
		return "", fmt.Errorf("%d of 50 probes and scrapes were answered", n)
	}
	after, err := in.scrape(ctx)
	if err != nil {
		return "", err
	}
	var f findings
	f.want(after.sum(count) == before.sum(count), "50 probes and scrapes raised %s by %v", count, after.sum(count)-before.sum(count))
	in.settle(ctx)
	logged := filter(in.stdout.since(0), func(e entry) bool {
		return slices.ContainsFunc(paths, e.access)
	})
	f.want(len(logged) == 0, "%d access lines for probes and scrapes", len(logged))
	return "50 probes and scrapes: no sample, no access line", f.err()
}

// settle waits until the access line of a last request is there: what was
// logged before it has then arrived too.
func (in *instance) settle(ctx context.Context) {
	mark := in.stdout.mark()
	if _, err := in.get(ctx, "/verify/settle"); err != nil {
		return // the check that follows will say so
	}
	in.stdout.await(ctx, mark, 1, func(e entry) bool { return e.access("/verify/settle") })
}
