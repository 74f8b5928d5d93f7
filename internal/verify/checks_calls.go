package verify

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

const (
	ownAttempt  = 300 * time.Millisecond
	ownDeadline = 1200 * time.Millisecond
	callSlack   = 400 * time.Millisecond // of a busy machine
	retryHeader = "X-Retry-Attempt"
)

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// callTimes is C50.
func callTimes(ctx context.Context, b *bench) (string, error) {
	c, err := b.caller(ctx, map[string]string{
		"ATTEMPT_TIMEOUT_MS": millis(ownAttempt), "DEADLINE_MS": millis(ownDeadline), "RETRIES": "5",
	})
	if err != nil {
		return "", err
	}
	defer c.leave()
	c.up.always(never)
	var evidence string
	err = tries(func() error {
		var f findings
		evidence = f.callTimes(ctx, c)
		return f.err()
	})
	return evidence, err
}

func (f *findings) callTimes(ctx context.Context, c *caller) string {
	before := c.up.calls()
	a, err := c.ask(ctx, "/silent")
	f.want(err == nil && a.took <= ownDeadline+callSlack, "a silent callee, deadline %s: answered after %s %v", ownDeadline, a.took, err)
	pause(ctx, 50*time.Millisecond) // for the upstream to see the last one go
	attempts := c.up.since(before)
	if len(attempts) == 0 {
		f.want(false, "the callee was not called")
		return ""
	}
	var longest time.Duration // one that comes late on a busy machine is short
	for _, one := range attempts {
		longest = max(longest, one.end.Sub(one.at))
	}
	f.want(longest <= ownAttempt+callSlack && longest >= ownAttempt-100*time.Millisecond, "attempt timeout %s: the longest attempt was given up after %s", ownAttempt, longest)
	const patience = 500 * time.Millisecond
	inbound, err := c.ask(ctx, "/silent", budgetHeader, millis(patience))
	f.want(err == nil && inbound.took <= patience+callSlack, "a silent callee, the caller waits %s: answered after %s %v", patience, inbound.took, err)
	return fmt.Sprintf("%d attempts, the longest for %d ms, all for %d ms", len(attempts), longest.Milliseconds(), a.took.Milliseconds())
}

// whatIsRetried is C51. A retry is a second request to the upstream.
func whatIsRetried(ctx context.Context, b *bench) (string, error) {
	c, err := b.caller(ctx, map[string]string{"ATTEMPT_TIMEOUT_MS": "400", "DEADLINE_MS": "3000", "RETRIES": "1"})
	if err != nil {
		return "", err
	}
	defer c.leave()
	var f findings
	for _, row := range []struct {
		method string
		what   string
		reply  reply
		hits   int
	}{
		{"GET", "503", reply{status: 503}, 2},
		{"GET", "502", reply{status: 502}, 2},
		{"GET", "504", reply{status: 504}, 2},
		{"GET", "429", reply{status: 429}, 2},
		{"GET", "no answer", never, 2},
		{"PUT", "503", reply{status: 503}, 2},
		{"DELETE", "503", reply{status: 503}, 2},
		{"GET", "500", reply{status: 500}, 1},
		{"GET", "404", reply{status: 404}, 1},
		{"POST", "503", reply{status: 503}, 1},
		{"PATCH", "503", reply{status: 503}, 1},
		{"POST", "a closed connection", reply{hangUp: true}, 1},
		{"POST", "no answer", never, 1},
	} {
		c.up.always(row.reply)
		n, _, err := c.hits(ctx, "/x&method="+row.method)
		got := c.up.newest(1)[0].method
		f.want(err == nil && n == row.hits, "%s answered with %s and RETRIES=1: %d requests %v, want %d", row.method, row.what, n, err, row.hits)
		f.want(n == 0 || got == row.method, "method=%s: the callee got %s", row.method, got)
	}
	f.retryAfter(ctx, c)
	return "GET, PUT and DELETE again after 502, 503, 504, 429 and a timeout; POST and PATCH never; Retry-After is kept", f.err()
}

// retryAfter wants the callee's wish to be kept if there is time, and no retry if not.
func (f *findings) retryAfter(ctx context.Context, c *caller) {
	before := c.up.calls()
	c.up.always(reply{status: http.StatusServiceUnavailable, retryAfter: "1"})
	_, err := c.ask(ctx, "/later")
	seen := c.up.since(before)
	f.want(err == nil && len(seen) == 2, "Retry-After: 1 with 3 s left: %d requests %v, want 2", len(seen), err)
	if len(seen) == 2 {
		gap := seen[1].at.Sub(seen[0].at)
		f.want(gap >= 950*time.Millisecond, "Retry-After: 1, and the next attempt came after %s", gap)
	}
	c.up.always(reply{status: http.StatusServiceUnavailable, retryAfter: "60"})
	n, a, err := c.hits(ctx, "/much-later")
	f.want(err == nil && n == 1 && a.took < 2*time.Second, "Retry-After: 60 with 3 s left: %d requests in %s %v, want 1 at once", n, a.took, err)
}

// The numbers of the retry budget.
const (
	budgetTokens  = 10
	budgetPerCall = 0.2
	budgetCalls   = 30
)

// backoff is C52: how long before a retry, and how many in all.
func backoff(ctx context.Context, b *bench) (string, error) {
	var evidence string
	err := tries(func() error {
		c, err := b.caller(ctx, map[string]string{"RETRIES": "5", "DEADLINE_MS": "8000"})
		if err != nil {
			return err
		}
		defer c.leave()
		var f findings
		evidence, err = f.backoff(ctx, c)
		if err != nil {
			return err
		}
		return f.err()
	})
	return evidence, err
}

func (f *findings) backoff(ctx context.Context, c *caller) (string, error) {
	c.up.always(reply{status: http.StatusServiceUnavailable})
	var longest time.Duration
	least := 1.0 // of its bound
	allowed := int(math.Floor(budgetTokens + budgetPerCall*budgetCalls))
	for i := range budgetCalls {
		if more := c.up.calls() - i; more > allowed {
			return "", fmt.Errorf("%d failing calls were retried %d times, want at most %d in %d", i, more, allowed, budgetCalls)
		}
		before := c.up.calls()
		if _, err := c.ask(ctx, "/again"); err != nil {
			return "", err
		}
		attempts := c.up.since(before)
		f.want(i > 0 || len(attempts) == 6, "RETRIES=5 and a full budget: %d requests, want 6", len(attempts))
		for n := 1; n < len(attempts); n++ {
			gap, bound := attempts[n].at.Sub(attempts[n-1].end), time.Duration(min(500, 50<<(n-1)))*time.Millisecond
			f.want(gap <= bound+callSlack, "the wait before retry %d was %s, want at most %s", n, gap, bound)
			longest, least = max(longest, gap), min(least, gap.Seconds()/bound.Seconds())
		}
	}
	retries := c.up.calls() - budgetCalls
	f.want(retries >= budgetTokens-1, "%d failing calls were retried %d times, want the %d of the full bucket at least", budgetCalls, retries, budgetTokens)
	f.want(retries <= allowed, "%d failing calls were retried %d times, want at most %d", budgetCalls, retries, allowed)
	f.want(longest >= 80*time.Millisecond, "the longest of %d waits was %s, want up to 500 ms", retries, longest)
	f.want(least < 0.7, "none of %d waits was below %.2f of its bound, want full jitter", retries, least)
	return fmt.Sprintf("%d calls, %d retries, waits from %.2f of the bound to %d ms", budgetCalls, retries, least, longest.Milliseconds()), nil
}

// retriesOfRetries is C53.
func retriesOfRetries(ctx context.Context, b *bench) (string, error) {
	c, err := b.caller(ctx, map[string]string{"RETRIES": "2"})
	if err != nil {
		return "", err
	}
	defer c.leave()
	c.up.always(reply{status: http.StatusServiceUnavailable})
	var f findings
	n, _, err := c.hits(ctx, "/first")
	f.want(err == nil && n == 3, "RETRIES=2 and a failing callee: %d requests %v, want 3", n, err)
	for i, seen := range c.up.newest(n) {
		got := seen.header.Get(retryHeader)
		f.want(got == strconv.Itoa(i) || i == 0 && got == "", "attempt %d carries %s %q, want %d", i, retryHeader, got, i)
	}
	n, _, err = c.hits(ctx, "/second", retryHeader, "1")
	f.want(err == nil && n == 1, "a request with %s: 1 made %d calls %v, want 1", retryHeader, n, err)
	return "retries carry their number; a request that is a retry is not retried further", f.err()
}

// callerStatus is C57.
func callerStatus(ctx context.Context, b *bench) (string, error) {
	settings := breakerSettings("10", "20000")
	settings["ATTEMPT_TIMEOUT_MS"], settings["DEADLINE_MS"] = "300", "300"
	c, err := b.caller(ctx, settings)
	if err != nil {
		return "", err
	}
	defer c.leave()
	var f findings
	for _, row := range []struct {
		what  string
		reply reply
		want  int
	}{
		{"200", reply{status: 200}, 200},
		{"404", reply{status: 404}, 200}, // the callee is well: what it says is the caller's to read
		{"500", reply{status: 500}, 502},
		{"504", reply{status: 504}, 502},
		{"a closed connection", reply{hangUp: true}, 502},
		{"no answer", never, 504},
	} {
		c.up.always(row.reply)
		a, err := c.ask(ctx, "/x")
		f.want(err == nil && a.status == row.want, "a callee that answers with %s: %d %v, want %d", row.what, a.status, err, row.want)
	}
	if _, err := c.open(ctx); err != nil {
		return "", err
	}
	a, err := c.ask(ctx, "/x")
	f.want(err == nil && a.status == http.StatusServiceUnavailable, "the breaker is open: %d %v, want 503", a.status, err)
	return "502 failed, 503 open, 504 out of time", f.err()
}
