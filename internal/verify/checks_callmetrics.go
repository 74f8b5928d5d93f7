package verify

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

const (
	clientDuration = "http_client_request_duration_seconds"
	breakerState   = "circuit_breaker_state"
	breakerTotal   = "circuit_breaker_calls_total"
	retriesTotal   = "http_client_retries_total"
)

var (
	clientLabels  = []string{"error_type", "http_request_method", "http_response_status_code", "server_address", "server_port"}
	breakerStates = []string{"closed", "half_open", "open"}
)

// clientHistogram is C32.
func clientHistogram(ctx context.Context, b *bench) (string, error) {
	c, err := b.caller(ctx, map[string]string{"RETRIES": "1", "ATTEMPT_TIMEOUT_MS": "800"})
	if err != nil {
		return "", err
	}
	defer c.leave()
	if err := c.allKinds(ctx); err != nil {
		return "", err
	}
	e, err := c.scrape(ctx)
	if err != nil {
		return "", err
	}
	var f findings
	f.want(e.types[clientDuration] == "histogram", "%s is a %q, want a histogram", clientDuration, e.types[clientDuration])
	f.labelled(e.named(clientDuration+"_count"), clientLabels)
	f.labelled(e.named(clientDuration+"_bucket"), clientLabels, "le")
	host, port, _ := net.SplitHostPort(c.up.addr)
	callee := []string{"http_request_method", "GET", "server_address", host, "server_port", port}
	for _, row := range []struct {
		status, failure string
		want            float64
	}{
		{"200", "", 3}, {"404", "", 1}, {"503", "503", 2}, {"", "timeout", 2}, {"", "connect", 2},
	} {
		labels := slices.Concat(callee, []string{"http_response_status_code", row.status, "error_type", row.failure})
		got := e.sum(clientDuration+"_count", labels...)
		f.want(got == row.want, "%s_count%q is %v, want %v: one sample an attempt", clientDuration, labels, got, row.want)
	}
	good := slices.Concat(callee, []string{"http_response_status_code", "200", "error_type", ""})
	sum := e.sum(clientDuration+"_sum", good...)
	f.want(sum >= 3*0.039 && sum < 3*2, "3 calls of 40 ms have the sum %v, want seconds", sum)
	f.buckets(e.named(clientDuration+"_bucket", good...), e.sum(clientDuration+"_count", good...))
	return "10 attempts: one sample each, by status and error_type", f.err()
}

// allKinds makes calls that end in each way there is.
func (c *caller) allKinds(ctx context.Context) error {
	for _, step := range []struct {
		reply reply
		n     int
	}{
		{reply{status: 200, delay: 40 * time.Millisecond}, 3}, {reply{status: 404}, 1}, {reply{status: 503}, 1}, {never, 1},
	} {
		c.up.always(step.reply)
		for range step.n {
			if _, err := c.ask(ctx, "/x"); err != nil {
				return err
			}
		}
	}
	c.up.down()
	_, err := c.ask(ctx, "/x")
	return err
}

// stateMetric is C33.
func stateMetric(ctx context.Context, b *bench) (string, error) {
	const openFor = 1500 * time.Millisecond
	c, err := b.caller(ctx, breakerSettings("5", millis(openFor)))
	if err != nil {
		return "", err
	}
	defer c.leave()
	var f findings
	if _, err := c.ask(ctx, "/x"); err != nil {
		return "", err
	}
	f.state(ctx, c, "closed")
	if _, err := c.open(ctx); err != nil {
		return "", err
	}
	f.state(ctx, c, "open")
	pause(ctx, openFor+200*time.Millisecond)
	c.up.always(reply{status: http.StatusOK, delay: 1200 * time.Millisecond})
	probe := make(chan error, 1)
	go func() {
		_, err := c.ask(ctx, "/x")
		probe <- err
	}()
	f.state(ctx, c, "half_open")
	if err := <-probe; err != nil {
		return "", err
	}
	f.state(ctx, c, "closed")
	return "closed, open, half_open, closed: 1 for the state, 0 for the others", f.err()
}

// state wants the metric to come to this state within a second.
func (f *findings) state(ctx context.Context, c *caller, want string) {
	var e exposition
	var err error
	for end := time.Now().Add(time.Second); ; pause(ctx, 30*time.Millisecond) {
		e, err = c.scrape(ctx)
		if err != nil || e.sum(breakerState, "name", c.name, "state", want) == 1 || time.Now().After(end) {
			break
		}
	}
	f.want(err == nil, "%v", err)
	f.want(e.types[breakerState] == "gauge", "%s is a %q, want a gauge", breakerState, e.types[breakerState])
	f.labelled(e.named(breakerState), []string{"name", "state"})
	for _, state := range breakerStates {
		value := 0.0
		if state == want {
			value = 1
		}
		got := e.named(breakerState, "name", c.name, "state", state)
		f.want(len(got) == 1 && got[0].value == value, "the breaker is %s: %s{name=%q,state=%q} is %v, want %v", want, breakerState, c.name, state, values(got), value)
	}
}

func values(all []series) []float64 {
	var out []float64
	for _, s := range all {
		out = append(out, s.value)
	}
	return out
}

// outcomeMetric is C34.
func outcomeMetric(ctx context.Context, b *bench) (string, error) {
	c, err := b.caller(ctx, breakerSettings("5", "60000"))
	if err != nil {
		return "", err
	}
	defer c.leave()
	const good = 3
	if _, err := c.rejections(ctx, good); err != nil {
		return "", err
	}
	bad, err := c.open(ctx)
	if err != nil {
		return "", err
	}
	before, err := c.scrape(ctx)
	if err != nil {
		return "", err
	}
	const more = 4
	if _, err := c.rejections(ctx, more); err != nil {
		return "", err
	}
	after, err := c.scrape(ctx)
	if err != nil {
		return "", err
	}
	total := func(e exposition, outcome string) float64 {
		return e.sum(breakerTotal, "name", c.name, "outcome", outcome)
	}
	var f findings
	f.want(after.types[breakerTotal] == "counter", "%s is a %q, want a counter", breakerTotal, after.types[breakerTotal])
	f.labelled(after.named(breakerTotal), []string{"name", "outcome"})
	f.want(total(before, "success") == good, "%d good calls: outcome=success is %v", good, total(before, "success"))
	f.want(total(before, "failure") == float64(bad), "%d bad calls: outcome=failure is %v", bad, total(before, "failure"))
	rise := total(after, "rejected") - total(before, "rejected")
	f.want(rise == more, "%d rejections raised outcome=rejected by %v", more, rise)
	return fmt.Sprintf("%d success, %d failure, rejected +%d", good, bad, more), f.err()
}

// retryMetric is C35.
func retryMetric(ctx context.Context, b *bench) (string, error) {
	c, err := b.caller(ctx, map[string]string{"RETRIES": "2"})
	if err != nil {
		return "", err
	}
	defer c.leave()
	if _, err := c.ask(ctx, "/x"); err != nil {
		return "", err
	}
	c.up.always(reply{status: http.StatusServiceUnavailable})
	n, _, err := c.hits(ctx, "/x")
	if err != nil {
		return "", err
	}
	e, err := c.scrape(ctx)
	if err != nil {
		return "", err
	}
	var f findings
	got := e.sum(retriesTotal, "name", c.name)
	f.want(e.types[retriesTotal] == "counter", "%s is a %q, want a counter", retriesTotal, e.types[retriesTotal])
	f.labelled(e.named(retriesTotal), []string{"name"})
	f.want(got == float64(n-1) && n > 1, "%d attempts: %s{name=%q} is %v", n, retriesTotal, c.name, got)
	return fmt.Sprintf("%d attempts, %v retries", n, got), f.err()
}
