package verify

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// bodyLimit is C23.
func bodyLimit(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	rows := []struct {
		size    int
		chunked bool
		want    int
	}{
		{maxBody, false, 200},
		{maxBody, true, 200},
		{maxBody + 1, false, 413},
		{maxBody + 1, true, 413},
		{2 * maxBody, false, 413},
		{2 * maxBody, true, 413},
	}
	var f findings
	for _, row := range rows {
		a, err := in.postFresh(ctx, padded(row.size), row.chunked)
		f.want(err == nil && a.status == row.want, "%d bytes, chunked %t, MAX_BODY_BYTES=%d: %d %v, want %d",
			row.size, row.chunked, maxBody, a.status, err, row.want)
	}
	return fmt.Sprintf("%d bytes pass, one more is 413, both ways", maxBody), f.err()
}

// padded is a good body of exactly that size: white space is not content.
func padded(size int) string {
	const head, foot = `{"message":"x"`, `}`
	return head + strings.Repeat(" ", size-len(head)-len(foot)) + foot
}

// headLimit is C24.
func headLimit(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	small, err := in.get(ctx, "/livez", "X-Verify", strings.Repeat("a", 8<<10))
	if err != nil || small.status != 200 {
		return "", fmt.Errorf("a head of 8 KiB: %d %v, want 200", small.status, err)
	}
	var big answer
	err = tries(func() error { // a server that closes at once may cut off its own answer
		big, err = in.get(ctx, "/livez", "X-Verify", strings.Repeat("a", 40<<10))
		if err != nil || (big.status != 431 && big.status != 400) {
			return fmt.Errorf("a head of 40 KiB: %d %v, want 431", big.status, err)
		}
		return nil
	})
	return fmt.Sprintf("8 KiB: 200, 40 KiB: %d", big.status), err
}

// slowClients is C27.
func slowClients(ctx context.Context, b *bench) (string, error) {
	in, err := need(b.shared)
	if err != nil {
		return "", err
	}
	proofs := []func(context.Context, *instance) (string, error){halfHead, drippingHead, idleConnection}
	said, errs := make([]string, len(proofs)), make([]error, len(proofs))
	var wg sync.WaitGroup
	for i, proof := range proofs {
		wg.Go(func() {
			errs[i] = tries(func() (err error) {
				said[i], err = proof(ctx, in)
				return err
			})
		})
	}
	wg.Wait()
	var f findings
	for _, err := range errs {
		f.want(err == nil, "%v", err)
	}
	return strings.Join(said, "; "), f.err()
}

const (
	headerSlack = 1500 * time.Millisecond // servers look at their clocks now and then
	idleSlack   = 2500 * time.Millisecond
)

func halfHead(ctx context.Context, in *instance) (string, error) {
	began := time.Now()
	w, err := dial(ctx, in.addr)
	if err != nil {
		return "", err
	}
	defer w.Close()
	fmt.Fprint(w, "GET /livez HTTP/1.1\r\nHost: verify\r\n")
	limit := sharedHeaderMS * time.Millisecond
	took, closed := w.awaitClose(began, limit+headerSlack)
	if !closed || took < limit-200*time.Millisecond {
		return "", fmt.Errorf("half a head, HEADER_TIMEOUT_MS=%d: closed %t after %d ms", sharedHeaderMS, closed, took.Milliseconds())
	}
	return fmt.Sprintf("half a head cut off after %d ms of %d", took.Milliseconds(), sharedHeaderMS), nil
}

// drippingHead sends a byte now and then: each alone is in time.
func drippingHead(ctx context.Context, in *instance) (string, error) {
	began := time.Now()
	w, err := dial(ctx, in.addr)
	if err != nil {
		return "", err
	}
	defer w.Close()
	fmt.Fprint(w, "GET /livez HTTP/1.1\r\nHost: verify\r\nX-Drip: ")
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for t := time.Tick(150 * time.Millisecond); ; {
			select {
			case <-stop:
				return
			case <-t:
				fmt.Fprint(w, "a") // an error means that it was cut off, which the reader sees
			}
		}
	}()
	took, closed := w.awaitClose(began, sharedHeaderMS*time.Millisecond+headerSlack)
	if !closed {
		return "", fmt.Errorf("a dripping head, HEADER_TIMEOUT_MS=%d: still open after %d ms", sharedHeaderMS, took.Milliseconds())
	}
	return fmt.Sprintf("a dripping one after %d ms", took.Milliseconds()), nil
}

// idleConnection is idle for longer than the header timeout, which is none of
// its business, and then for good.
func idleConnection(ctx context.Context, in *instance) (string, error) {
	w, err := dial(ctx, in.addr)
	if err != nil {
		return "", err
	}
	defer w.Close()
	if _, err := w.get("/livez"); err != nil {
		return "", fmt.Errorf("first request of a connection: %w", err)
	}
	pause(ctx, (sharedHeaderMS+300)*time.Millisecond)
	began := time.Now()
	if _, err := w.get("/livez"); err != nil {
		return "", fmt.Errorf("KEEP_ALIVE_MS=%d: closed within %d ms of idling (%v)", sharedIdleMS, sharedHeaderMS+300, err)
	}
	limit := sharedIdleMS * time.Millisecond
	took, closed := w.awaitClose(began, limit+idleSlack)
	if !closed || took < limit-200*time.Millisecond {
		return "", fmt.Errorf("an idle connection, KEEP_ALIVE_MS=%d: closed %t after %d ms", sharedIdleMS, closed, took.Milliseconds())
	}
	return fmt.Sprintf("an idle connection closed after %d ms of %d", took.Milliseconds(), sharedIdleMS), nil
}
