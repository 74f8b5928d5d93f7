package local

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

const (
	firstPoll = 20 * time.Millisecond
	pollEvery = 250 * time.Millisecond
	pollLimit = time.Second // of one question
)

// prober asks instances whether they are ready. It keeps no connections: an open
// one would be something that a service has to wait for when it stops.
type prober struct{ client *http.Client }

func newProber() *prober {
	return &prober{client: &http.Client{
		Timeout:       pollLimit,
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// ask returns nil if the instance is ready, and answered if it said something.
func (p *prober) ask(ctx context.Context, in *instance) (answered bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, in.probe(), nil)
	if err != nil {
		return false, err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return unreached(err), err
	}
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		return true, fmt.Errorf("GET %s answers %d", in.probe(), res.StatusCode)
	}
	return true, nil
}

func (in *instance) probe() string {
	path := in.service.launch.ReadyPath
	if path == "" {
		path = spec.DefaultReadyPath
	}
	return localURL(in.port) + path
}

// await asks until the instance is ready, less and less often. Its error is what
// the instance said last, not that the time was up.
func (p *prober) await(ctx context.Context, in *instance) (last error) {
	pause := firstPoll
	for {
		_, err := p.ask(ctx, in)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return last
		case <-in.proc.done:
			return last // its end is reported elsewhere
		case <-time.After(pause):
		}
		pause = min(pause*3/2, pollEvery)
	}
}

// watch keeps the readiness of one of several instances up to date, so that one
// that is leaving gets no new requests.
func (p *prober) watch(ctx context.Context, in *instance) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-in.proc.done:
			return
		case <-tick.C:
		}
		// One that is too busy to answer in time keeps the state it had.
		if answered, err := p.ask(ctx, in); err == nil || answered {
			in.setReady(err == nil)
		}
	}
}

// setReady never brings back an instance that has ended.
func (in *instance) setReady(ready bool) {
	in.ready.Store(ready)
	if in.proc.ended() {
		in.ready.Store(false)
	}
}
