package verify

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const jsonType = "application/json"

// request is one line of the tables below.
type request struct {
	method, target, mediaType, body string
	want                            int
}

func (r request) String() string {
	s := r.method + " " + r.target
	if r.mediaType != "" {
		s += fmt.Sprintf(" %s %q", r.mediaType, clip(r.body, 40))
	}
	return s
}

func (r request) do(ctx context.Context, in *instance) (answer, error) {
	if r.want == http.StatusRequestEntityTooLarge {
		return in.postFresh(ctx, r.target, r.body, false)
	}
	var header []string
	if r.mediaType != "" {
		header = []string{"Content-Type", r.mediaType}
	}
	a, err := in.send(ctx, r.method, r.target, strings.NewReader(r.body), header...)
	if err != nil {
		err = fmt.Errorf("%s: %w", r, err)
	}
	return a, err
}

// problemBodies is C20. Which code an error has is for the other clauses.
func problemBodies(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	requests, missing := b.errorRequests(ctx, in)
	var f findings
	for _, r := range requests {
		a, err := r.do(ctx, in)
		f.want(err == nil, "%v", err)
		if err == nil && (missing == nil || a.status >= 400) { // a service's own path may be what C21 judges
			f.problem(r, a)
		}
	}
	return f.partly(fmt.Sprintf("%d kinds of error, all problems", len(requests)), missing)
}

// errorRequests provoke one error of each kind. The error says why some are missing.
func (b *bench) errorRequests(ctx context.Context, in *instance) ([]request, error) {
	missing := b.probes()
	if missing == nil && b.target.URL != "" {
		missing = notRun("413 and 503 need limits that verify sets, and a URL was given")
	}
	if missing != nil {
		return b.someErrors(ctx, in), missing
	}
	return []request{
		{"GET", "/nope", "", "", 404},
		{"DELETE", "/_contract/slow", "", "", 405},
		{"POST", echoPath, jsonType, "{bad", 400},
		{"POST", echoPath, jsonType, `{"message":"` + strings.Repeat("x", maxBody) + `"}`, 413},
		{"POST", echoPath, "text/plain", "hello", 415},
		{"POST", echoPath, jsonType, `{"message":""}`, 422},
		{"GET", "/_contract/boom", "", "", 500},
		{"GET", "/_contract/slow?ms=20000", "", "", 503},
	}, nil
}

// someErrors are those that can be had on a service's own paths.
func (b *bench) someErrors(ctx context.Context, in *instance) []request {
	requests := []request{{"GET", "/nope", "", "", 404}}
	if wrong, err := b.wrongMethods(ctx, in); err == nil {
		requests = append(requests, wrong[0].request)
	}
	if path, err := b.post(in); err == nil {
		requests = append(requests, request{"POST", path, jsonType, "{bad", 400}, request{"POST", path, "text/plain", "hello", 415})
	}
	return requests
}

func (f *findings) problem(r request, a answer) {
	if a.status < 400 {
		f.want(false, "%s: %d, want %d", r, a.status, r.want)
		return
	}
	f.want(a.mediaType() == "application/problem+json", "%s: %d as %q, want application/problem+json", r, a.status, a.mediaType())
	p := a.json()
	_, hasType := p["type"].(string)
	title, _ := p["title"].(string)
	f.want(hasType && title != "", "%s: type and title are wanted in %s", r, clip(string(a.body), 120))
	f.want(p["status"] == float64(a.status), "%s: status member %v, want %d", r, p["status"], a.status)
	path, _, _ := strings.Cut(r.target, "?")
	f.want(p["instance"] == path, "%s: instance %v, want %s", r, p["instance"], path)
}

// unknownRoutes is C21.
func unknownRoutes(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	rows := []routeRow{
		{request{"GET", "/nope", "", "", 404}, ""},
		{request{"POST", "/_contract/nope", jsonType, "{}", 404}, ""},
	}
	if api := strings.TrimSuffix(in.paths.API, "/"); api != "" {
		rows = append(rows, routeRow{request{"GET", "/" + api + "/", "", "", 404}, ""}, routeRow{request{"GET", api + "%2F", "", "", 404}, ""})
	}
	rows = append(rows, routeRow{request{"GET", in.paths.Live + "/", "", "", 404}, ""})
	more, missing := b.wrongMethods(ctx, in)
	var f findings
	for _, r := range append(rows, more...) {
		f.route(ctx, in, r)
	}
	return f.partly("404, and 405 with Allow", missing)
}

// routeRow is a request that has no route; allow is a method that a 405 must name.
type routeRow struct {
	request
	allow string
}

// wrongMethods are judged on probes, which do nothing. The error says why there are none.
func (b *bench) wrongMethods(ctx context.Context, in *instance) ([]routeRow, error) {
	if b.probes() == nil {
		return []routeRow{
			{request{"DELETE", "/_contract/slow", "", "", 405}, "GET"},
			{request{"GET", echoPath, "", "", 405}, "POST"},
		}, nil
	}
	probe, err := b.answering(ctx, in, in.paths.Live, in.paths.Ready)
	if err != nil {
		return nil, err
	}
	return []routeRow{{request{"DELETE", probe, "", "", 405}, "GET"}}, nil
}

func (f *findings) route(ctx context.Context, in *instance, r routeRow) {
	a, err := r.do(ctx, in)
	f.want(err == nil && a.status == r.want, "%s: %s, want %d", r, came(a, err), r.want)
	if r.allow != "" && err == nil {
		allowed := tokens(a.header.Values("Allow"))
		f.want(slices.Contains(allowed, strings.ToLower(r.allow)), "%s: Allow %q, want %s in it", r, allowed, r.allow)
	}
}

// came is what came back, for a person.
func came(a answer, err error) string {
	if err != nil {
		return cause(err).Error()
	}
	return fmt.Sprint(a.status)
}

// tokens splits list headers, in lower case.
func tokens(values []string) []string {
	var out []string
	for _, v := range strings.Split(strings.Join(values, ","), ",") {
		out = append(out, strings.ToLower(strings.TrimSpace(v)))
	}
	return out
}

// badContent is C22.
func badContent(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	requests, missing := contentRequests(), b.probes()
	if missing != nil {
		path, err := b.post(in)
		if err != nil {
			return "", err
		}
		missing = notRun("200 and 422 are for a body that only the service knows; %v", missing)
		requests = brokenContent(path)
	}
	var f findings
	for _, r := range requests {
		f.content(ctx, in, r)
	}
	return f.partly(fmt.Sprintf("%d bodies judged rightly", len(requests)), missing)
}

// brokenContent is no JSON object, whatever the path takes.
func brokenContent(path string) []request {
	return []request{
		{"POST", path, jsonType, `{bad`, 400},
		{"POST", path, jsonType, ``, 400},
		{"POST", path, "text/plain", `hello`, 415},
	}
}

func contentRequests() []request {
	post := func(mediaType, body string, want int) request {
		return request{"POST", echoPath, mediaType, body, want}
	}
	return []request{
		post(jsonType, `{"message":"héllo"}`, 200),
		post(jsonType+"; charset=utf-8", `{"message":"hello"}`, 200),
		post(jsonType, `{"message":"`+strings.Repeat("é", 1000)+`"}`, 200),
		post(jsonType, `{bad`, 400),
		post(jsonType, ``, 400),
		post(jsonType, `{"message":"a"} trailing`, 400),
		post("text/plain", `hello`, 415),
		post("application/x-www-form-urlencoded", `message=a`, 415),
		post(jsonType, `{"message":""}`, 422),
		post(jsonType, `{}`, 422),
		post(jsonType, `{"message":7}`, 422),
		post(jsonType, `{"message":null}`, 422),
		post(jsonType, `{"message":"`+strings.Repeat("é", 1001)+`"}`, 422),
		{"GET", "/_contract/slow?ms=many", "", "", 422},
	}
}

func (f *findings) content(ctx context.Context, in *instance, r request) {
	a, err := r.do(ctx, in)
	f.want(err == nil && a.status == r.want, "%s: %s, want %d", r, came(a, err), r.want)
	if r.want == 422 && r.method == "POST" && a.status == 422 {
		f.want(pointsAt(a, "#/message"), `%s: want errors with pointer "#/message" and a detail in %s`, r, clip(string(a.body), 160))
	}
	if r.want == 200 && a.status == 200 {
		f.want(a.json()["message"] != nil, "%s: answered %s, want the message back", r, clip(string(a.body), 80))
	}
}

func pointsAt(a answer, pointer string) bool {
	errors, _ := a.json()["errors"].([]any)
	return slices.ContainsFunc(errors, func(e any) bool {
		m, _ := e.(map[string]any)
		detail, _ := m["detail"].(string)
		return m["pointer"] == pointer && detail != ""
	})
}

// crash is C26.
func crash(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	mark := in.stdout.mark()
	a, err := in.get(ctx, "/_contract/boom")
	if err != nil {
		return "", fmt.Errorf("GET /_contract/boom: %w", err)
	}
	var f findings
	f.want(a.status == 500, "GET /_contract/boom: %d, want 500", a.status)
	rest := a.json()
	delete(rest, "title")
	shown := fmt.Sprint(rest)
	telltale := []string{"Traceback", "goroutine ", ".go:", ".py\"", ".js:", ".ts:", ".java:", "node_modules", "panic:", "Exception"}
	for _, e := range in.stdout.await(ctx, mark, 1, func(e entry) bool { return e.text("error_message") != "" }) {
		telltale = append(telltale, e.text("error_message"))
		if name := e.text("error_type"); len(name) > len("Error") {
			telltale = append(telltale, name)
		}
	}
	for _, t := range telltale {
		f.want(!strings.Contains(shown, t), "the body shows %q: %s", clip(t, 60), clip(string(a.body), 200))
	}
	after, err := in.get(ctx, in.paths.Live)
	f.want(err == nil && after.status == 200, "after the crash GET %s: %s, want 200", in.paths.Live, came(after, err))
	return "500 without message, class or stack; alive after it", f.err()
}

// requestTimeout is C25.
func requestTimeout(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	var evidence string
	err = tries(func() error {
		for _, header := range [][]string{nil, {budgetHeader, "60000"}} {
			a, err := in.get(ctx, "/_contract/slow?ms=20000", header...)
			if err != nil {
				return fmt.Errorf("REQUEST_TIMEOUT_MS=%d: %w", sharedRequestMS, err)
			}
			if err := within(a, sharedRequestMS); err != nil {
				return fmt.Errorf("REQUEST_TIMEOUT_MS=%d %v: %w", sharedRequestMS, header, err)
			}
			evidence = fmt.Sprintf("503 after %d ms of %d", a.took.Milliseconds(), sharedRequestMS)
		}
		return nil
	})
	return evidence, err
}

// within wants a 503 at the limit, at most 0.5 s late.
func within(a answer, limitMS int) error {
	limit := time.Duration(limitMS) * time.Millisecond
	if a.status != http.StatusServiceUnavailable || a.took < limit-100*time.Millisecond || a.took > limit+500*time.Millisecond {
		return fmt.Errorf("%d after %d ms, want 503 after %d to %d ms", a.status, a.took.Milliseconds(), limitMS, limitMS+500)
	}
	return nil
}

// retryAfter is C28.
func retryAfter(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	a, err := in.get(ctx, "/_contract/slow?ms=20000")
	if err != nil {
		return "", fmt.Errorf("provoking a 503: %w", err)
	}
	if a.status != http.StatusServiceUnavailable {
		return "", notRun("no 503 could be provoked (%d), see C25", a.status)
	}
	value := a.header.Get("Retry-After")
	if !isRetryAfter(value) {
		return "", fmt.Errorf("503 with Retry-After %q, want whole seconds or a date", value)
	}
	return "503 with Retry-After: " + value, nil
}

func isRetryAfter(value string) bool {
	if _, err := http.ParseTime(value); err == nil {
		return true
	}
	return value != "" && strings.Trim(value, "0123456789") == ""
}
