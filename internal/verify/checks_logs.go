package verify

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var utcMillis = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// logLines is C40. It reads what all processes of the run wrote.
func logLines(_ context.Context, b *bench) (string, error) {
	var f findings
	total := 0
	for _, start := range []func() (*instance, error){b.plain, b.shared, b.alone, b.draining} {
		in, err := start()
		if err != nil {
			continue // C01
		}
		f.want(!in.stdout.flooded(), "a process wrote more than %d lines or %d MiB", maxRows, maxLog>>20)
		alone, _ := b.alone()
		for i, e := range in.stdout.all() {
			if in != alone || !b.hostile.holds(i) {
				total++
				f.logLine(e, b.target.Launch.Service)
			}
		}
	}
	if total == 0 {
		return "", notRun("no line was logged")
	}
	return fmt.Sprintf("%d of %d lines", total, total), f.err()
}

func (f *findings) logLine(e entry, service string) {
	shown := clip(e.raw, 120)
	if e.fields == nil {
		f.want(false, "not a JSON object: %s", shown)
		return
	}
	f.want(utcMillis.MatchString(e.text("timestamp")), "timestamp %q, want RFC 3339, UTC, ms, Z: %s", e.text("timestamp"), shown)
	f.want(slices.Contains([]string{"debug", "info", "warn", "error"}, e.text("level")), "level %q: %s", e.text("level"), shown)
	for _, name := range []string{"message", "service_name", "service_version"} {
		f.want(e.text(name) != "", "no %s: %s", name, shown)
	}
	if service != "" {
		f.want(e.text("service_name") == service, "service_name %q, want %q", e.text("service_name"), service)
	}
}

// accessLog is C42.
func accessLog(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	rows := []struct {
		path, query, route string
		status, n          int
	}{
		{"/_contract/slow", "?ms=40", "/_contract/slow", 200, 3},
		{"/verify/access", "?a=b", "", 404, 2},
	}
	var f findings
	for _, row := range rows {
		mark := in.stdout.mark()
		for range row.n {
			if _, err := in.get(ctx, row.path+row.query); err != nil {
				return "", err
			}
		}
		lines := in.stdout.await(ctx, mark, row.n, func(e entry) bool { return e.access(row.path) })
		f.want(len(lines) == row.n, "%d requests to %s wrote %d access lines", row.n, row.path, len(lines))
		for _, e := range lines {
			f.accessLine(e, row.route, row.status)
		}
	}
	return "3 + 2 requests, 5 lines with all members", f.err()
}

func (f *findings) accessLine(e entry, route string, status int) {
	shown := clip(e.raw, 250)
	f.want(e.text("http_request_method") == "GET", "http_request_method is not GET: %s", shown)
	got, isText := e.fields["http_route"].(string)
	f.want(isText && got == route, "http_route %v, want %q: %s", e.fields["http_route"], route, shown)
	f.want(e.fields["http_response_status_code"] == float64(status), "http_response_status_code, want the number %d: %s", status, shown)
	ms, isNumber := e.fields["duration_ms"].(float64)
	f.want(isNumber && ms >= 0, "duration_ms is no number: %s", shown)
	if isNumber && status == 200 {
		f.want(ms >= 39 && ms < 5000, "duration_ms %v for a request of 40 ms", ms)
	}
}

// errorLog is C43.
func errorLog(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	mark := in.stdout.mark()
	if _, err := in.get(ctx, "/_contract/boom"); err != nil {
		return "", fmt.Errorf("GET /_contract/boom: %w", err)
	}
	isError := func(e entry) bool { return e.text("level") == "error" && e.text("message") != "http request" }
	lines := in.stdout.await(ctx, mark, 1, isError)
	if len(lines) == 0 {
		lines = filter(in.stdout.since(mark), func(e entry) bool { return e.text("level") == "error" })
	}
	if len(lines) == 0 {
		return "", fmt.Errorf("no line with level=error after a crash")
	}
	var f findings
	for _, name := range []string{"error_message", "error_type", "error_stack"} {
		_, isText := lines[0].fields[name].(string)
		f.want(isText && lines[0].text(name) != "", "no string %s: %s", name, clip(lines[0].raw, 200))
	}
	f.want(len(lines) == 1, "a crash wrote %d lines with level=error, want 1", len(lines))
	return "one error line: " + clip(lines[0].text("error_type")+": "+lines[0].text("error_message"), 100), f.err()
}

// secretsUnlogged is C44.
func secretsUnlogged(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	const query, bearer, cookie = "query7391secret", "bearer7391secret", "cookie7391secret"
	mark := in.stdout.mark()
	if err := b.sendSecrets(ctx, in, query, "Authorization", "Bearer "+bearer, "Cookie", "session="+cookie); err != nil {
		return "", err
	}
	in.settle(ctx)
	var f findings
	for _, secret := range []string{query, bearer, cookie, canary} {
		for _, e := range append(in.stdout.all(), in.stderr.all()...) {
			f.want(!strings.Contains(e.raw, secret), "%s is logged: %s", secret, clip(e.raw, 300))
		}
	}
	info := filter(in.stdout.since(mark), func(e entry) bool { return e.text("level") == "info" })
	f.want(len(info) > 0, "LOG_LEVEL=info: no info line for %d requests", 5)
	if _, err := b.needShutdown(); err != nil {
		return "", err
	}
	quiet, err := need(b.draining)
	if err != nil {
		return "", err
	}
	loud := filter(quiet.stdout.all(), func(e entry) bool { return e.text("level") == "info" || e.text("level") == "debug" })
	f.want(len(loud) == 0, "LOG_LEVEL=warn: %d lines below it", len(loud))
	return "no secret in the log; LOG_LEVEL=warn is obeyed", f.err()
}

// sendSecrets makes requests that go well, fail, crash, and call a dead
// dependency: error paths are where secrets get out.
func (b *bench) sendSecrets(ctx context.Context, in *instance, query string, header ...string) error {
	targets := []string{"/verify/secret?token=", "/_contract/slow?ms=0&token=", "/_contract/slow?ms=", "/_contract/boom?token=", "/_contract/config/verify.canary?token="}
	if len(b.target.Launch.Calls) > 0 {
		targets = append(targets, "/_contract/call/"+b.target.Launch.Calls[0]+"?path=/x%3Ftoken=")
		b.moody.down()
	}
	for _, target := range targets {
		if _, err := in.get(ctx, target+query, header...); err != nil {
			return fmt.Errorf("GET %s: %w", target, err)
		}
	}
	if len(b.target.Launch.Calls) > 0 {
		return b.moody.up()
	}
	return nil
}

// lineBreaks is C45.
func lineBreaks(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	in.settle(ctx)
	from := in.stdout.mark()
	paths := []string{
		"/verify%0aforged%0d%0aforged", "/verify%1b[31m", "/verify%00", "/verify%e2%80%a8x%c2%85", "/verify%ff%fe",
		`/verify%22%0a%7b%22level%22:%22error%22,%22message%22:%22forged%22%7d`, "/_contract/config/a%0ab",
	}
	for _, p := range paths {
		_, _ = in.get(ctx, p) // a server may well refuse some of these
	}
	in.settle(ctx)
	lines := in.stdout.since(from)
	b.hostile = window{from, from + len(lines)}
	var f findings
	for _, e := range lines {
		f.want(e.fields != nil, "a broken line: %s", clip(e.raw, 120))
		f.want(!strings.HasPrefix(e.text("message"), "forged"), "a forged line: %s", clip(e.raw, 120))
	}
	path, err := b.calm(ctx, in)
	if err != nil {
		return "", err
	}
	alive, err := in.get(ctx, path)
	f.want(err == nil && alive.status == 200, "after it GET %s: %s", path, came(alive, err))
	return fmt.Sprintf("%d hostile paths, %d lines, all whole", len(paths), len(lines)), f.err()
}
