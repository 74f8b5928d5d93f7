package verify

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// ownAtOnce is how many processes of their own the checks have at one time: more
// would only make each other slow.
const ownAtOnce = 4

// own starts a process for one check. The check calls leave when it is done.
func (b *bench) own(ctx context.Context, settings map[string]string) (in *instance, leave func(), err error) {
	select {
	case b.room <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	release := sync.OnceFunc(func() { <-b.room })
	if in, err = b.launch(settings); err == nil {
		if err = in.awaitReady(ctx, b.opts.StartLimit); err != nil {
			in.kill()
		}
	}
	if err != nil {
		release()
		return nil, nil, notRun("the process for it did not start (see C01): %s", clip(err.Error(), 200))
	}
	return in, func() { in.kill(); release() }, nil
}

// caller is a process of which every call goes to one upstream, for one check.
type caller struct {
	*instance
	up    *upstream
	name  string // of the call that is asked for
	leave func()
}

// caller starts one with these settings of its calls (RETRIES and so on).
func (b *bench) caller(ctx context.Context, call map[string]string) (*caller, error) {
	up, err := startUpstream()
	if err != nil {
		return nil, err
	}
	up.always(reply{status: http.StatusOK})
	settings := b.common(up)
	all := map[string]string{"ATTEMPT_TIMEOUT_MS": "2000", "DEADLINE_MS": "4000"}
	maps.Copy(all, call)
	b.eachCall(settings, all)
	in, leave, err := b.own(ctx, settings)
	if err != nil {
		up.down()
		return nil, err
	}
	return &caller{in, up, b.target.Launch.Calls[0], func() { up.down(); leave() }}, nil
}

// ask makes the service call; path may carry more of the probe's parameters.
func (c *caller) ask(ctx context.Context, path string, header ...string) (answer, error) {
	return c.get(ctx, "/_contract/call/"+url.PathEscape(c.name)+"?path="+path, header...)
}

// hits asks once and returns how many requests the upstream got by it.
func (c *caller) hits(ctx context.Context, path string, header ...string) (int, answer, error) {
	before := c.up.calls()
	a, err := c.ask(ctx, path, header...)
	return c.up.calls() - before, a, err
}

// rejected asks once and reports whether the breaker refused: by what the caller
// is told, or because nothing came of it. Which of these is right is for C55 and C57.
func (c *caller) rejected(ctx context.Context) (bool, error) {
	n, a, err := c.hits(ctx, "/r")
	return n == 0 || a.status == http.StatusServiceUnavailable, err
}

// rejections asks n times.
func (c *caller) rejections(ctx context.Context, n int) (int, error) {
	refused := 0
	for range n {
		r, err := c.rejected(ctx)
		if err != nil {
			return refused, err
		}
		if r {
			refused++
		}
	}
	return refused, nil
}

// breakerSettings are those of a breaker that opens soon, and stays so.
func breakerSettings(minCalls, openMS string) map[string]string {
	return map[string]string{
		"RETRIES": "0", "BREAKER_WINDOW_MS": "10000", "BREAKER_MIN_CALLS": minCalls, "BREAKER_FAILURE_PERCENT": "50", "BREAKER_OPEN_MS": openMS,
	}
}

// open makes the upstream fail until the breaker refuses, and returns after how many
// failures it did.
func (c *caller) open(ctx context.Context) (int, error) {
	c.up.always(reply{status: http.StatusInternalServerError})
	for n := range 40 {
		if refused, err := c.rejected(ctx); err != nil || refused {
			return n, err
		}
	}
	return 0, notRun("the breaker stays closed: see C54")
}

// never is an upstream that does not answer in time.
var never = reply{status: http.StatusOK, delay: time.Minute}
