package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const breakerCalls = 20 // the least that it judges by

// breakerNumbers is C54: three stories side by side.
func breakerNumbers(ctx context.Context, b *bench) (string, error) {
	stories := []func(context.Context, *bench) error{opensAtTwenty, opensAtHalf, forgets}
	errs := make([]error, len(stories))
	var wg sync.WaitGroup
	for i, tell := range stories {
		wg.Go(func() { errs[i] = tell(ctx, b) })
	}
	wg.Wait()
	for _, err := range errs {
		var missing *notRunError
		if errors.As(err, &missing) {
			return "", err
		}
	}
	return "opens at call 20 and at 50 %, forgets after its window, closes after one good probe; 4xx is no failure", errors.Join(errs...)
}

// opensAtTwenty wants 5 good and 15 bad calls, retries counted, to open it.
func opensAtTwenty(ctx context.Context, b *bench) error {
	settings := breakerSettings("20", "20000")
	settings["RETRIES"] = "2"
	c, err := b.caller(ctx, settings)
	if err != nil {
		return err
	}
	defer c.leave()
	const good = 5
	var f findings
	refused, err := c.rejections(ctx, good)
	f.want(err == nil && refused == 0, "%d good calls: %d rejected %v", good, refused, err)
	c.up.always(reply{status: http.StatusServiceUnavailable})
	bad := 0
	for range 2 * breakerCalls {
		n, a, err := c.hits(ctx, "/bad")
		if err != nil {
			return err
		}
		if n == 0 || n > 0 && a.status == http.StatusServiceUnavailable {
			break
		}
		bad += n
	}
	f.want(good+bad == breakerCalls, "after %d good calls it opened with %d bad attempts, want %d", good, bad, breakerCalls-good)
	return f.err()
}

// opensAtHalf wants less than half to be tolerated, and follows a failed and a good probe.
func opensAtHalf(ctx context.Context, b *bench) error {
	const openFor = 700 * time.Millisecond
	c, err := b.caller(ctx, breakerSettings("20", millis(openFor)))
	if err != nil {
		return err
	}
	defer c.leave()
	var f findings
	step := func(what string, status, n, wantRefused int) {
		c.up.always(reply{status: status})
		refused, err := c.rejections(ctx, n)
		f.want(err == nil && refused == wantRefused, "%s: %d of %d rejected %v, want %d", what, refused, n, err, wantRefused)
	}
	step("25 answers of 404", 404, 25, 0)
	step("13 good calls", 200, 13, 0)
	step("37 bad among 75 calls", 500, 37, 0)
	step("the 38th of 76", 500, 1, 0)
	step("half have failed", 500, 1, 1)
	pause(ctx, openFor+200*time.Millisecond)
	step("the first call after BREAKER_OPEN_MS", 500, 1, 0)
	step("after a failed probe", 500, 1, 1)
	pause(ctx, openFor+200*time.Millisecond)
	step("a good probe, and what follows", 200, 5, 0)
	return f.err()
}

// forgets wants what is older than the window to count no more.
func forgets(ctx context.Context, b *bench) error {
	const window = 2 * time.Second
	settings := breakerSettings("20", "20000")
	settings["BREAKER_WINDOW_MS"] = millis(window)
	c, err := b.caller(ctx, settings)
	if err != nil {
		return err
	}
	defer c.leave()
	c.up.always(reply{status: http.StatusInternalServerError})
	before, err := c.rejections(ctx, breakerCalls-1)
	if err != nil {
		return err
	}
	pause(ctx, window*5/4) // a window of ten buckets may be a tenth late
	after, err := c.rejections(ctx, breakerCalls-1)
	if err != nil {
		return err
	}
	if before+after > 0 {
		return fmt.Errorf("19 bad calls, a pause longer than the window, 19 more: %d and %d rejected, want none", before, after)
	}
	return nil
}

// openBreaker is C55.
func openBreaker(ctx context.Context, b *bench) (string, error) {
	c, err := b.caller(ctx, breakerSettings("5", "60000"))
	if err != nil {
		return "", err
	}
	defer c.leave()
	if _, err := c.open(ctx); err != nil {
		return "", err
	}
	var f findings
	var usual, took []time.Duration
	before := c.up.calls()
	for range 20 {
		idle, err := c.get(ctx, "/_contract/slow?ms=0")
		f.want(err == nil, "%v", err)
		a, err := c.ask(ctx, "/x")
		f.want(err == nil && a.header.Get("Retry-After") != "", "the breaker is open: %d without Retry-After %v", a.status, err)
		usual, took = append(usual, idle.took), append(took, a.took)
	}
	f.want(c.up.calls() == before, "the breaker is open, and %d of 20 requests reached the callee", c.up.calls()-before)
	limit := max(50*time.Millisecond, 3*median(usual)) // a busy machine is slow in everything
	f.want(median(took) < limit, "half of 20 rejections took %s or more, want under %s", median(took), limit)
	return fmt.Sprintf("20 rejections with Retry-After, half of them within %s, no call", median(took).Round(10*time.Microsecond)), f.err()
}

func median(all []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(all))[len(all)/2]
}

// halfOpen is C56.
func halfOpen(ctx context.Context, b *bench) (string, error) {
	const openFor, parallel = 600 * time.Millisecond, 10
	c, err := b.caller(ctx, breakerSettings("5", millis(openFor)))
	if err != nil {
		return "", err
	}
	defer c.leave()
	err = tries(func() error {
		if _, err := c.open(ctx); err != nil {
			return err
		}
		pause(ctx, openFor+300*time.Millisecond)
		c.up.always(reply{status: http.StatusOK, delay: time.Second})
		before := c.up.calls()
		var good atomic.Int32
		var wg sync.WaitGroup
		for range parallel {
			wg.Go(func() {
				if a, err := c.ask(ctx, "/x"); err == nil && a.status == http.StatusOK {
					good.Add(1)
				}
			})
		}
		wg.Wait()
		if n := c.up.calls() - before; n != 1 || good.Load() != 1 {
			return fmt.Errorf("half-open, %d requests at once: %d reached the callee and %d went well, want 1", parallel, n, good.Load())
		}
		return nil
	})
	return "1 of 10 went through", err
}
