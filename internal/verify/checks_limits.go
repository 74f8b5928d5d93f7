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
	path, err := b.post(in)
	if err != nil {
		return "", err
	}
	small := 200 // from the contract's echo; another path may well find fault with the body
	if path != echoPath {
		small = 0
	}
	rows := []struct {
		size    int
		chunked bool
		want    int
	}{
		{maxBody, false, small},
		{maxBody, true, small},
		{maxBody + 1, false, 413},
		{maxBody + 1, true, 413},
		{2 * maxBody, false, 413},
		{2 * maxBody, true, 413},
	}
	var f findings
	for _, row := range rows {
		a, err := in.postFresh(ctx, path, padded(row.size), row.chunked)
		if row.want == 0 {
			f.want(err == nil && a.status != 413, "POST %s, %d bytes, chunked %t, MAX_BODY_BYTES=%d: %s, want another answer", path, row.size, row.chunked, maxBody, came(a, err))
			continue
		}
		f.want(err == nil && a.status == row.want, "POST %s, %d bytes, chunked %t, MAX_BODY_BYTES=%d: %s, want %d",
			path, row.size, row.chunked, maxBody, came(a, err), row.want)
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
	path, err := b.calm(ctx, in)
	if err != nil {
		return "", err
	}
	small, err := in.get(ctx, path, "X-Verify", strings.Repeat("a", 8<<10))
	if err != nil || small.status != 200 {
		return "", fmt.Errorf("GET %s with a head of 8 KiB: %s, want 200", path, came(small, err))
	}
	var big answer
	err = tries(func() error { // a server that closes at once may cut off its own answer
		big, err = in.get(ctx, path, "X-Verify", strings.Repeat("a", 40<<10))
		if err != nil || (big.status != 431 && big.status != 400) {
			return fmt.Errorf("GET %s with a head of 40 KiB: %s, want 431", path, came(big, err))
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
	path, err := b.calm(ctx, in)
	if err != nil {
		return "", err
	}
	proofs := []func(ctx context.Context, in *instance, path string) (string, error){halfHead, drippingHead, idleConnection}
	said, errs := make([]string, len(proofs)), make([]error, len(proofs))
	var wg sync.WaitGroup
	for i, proof := range proofs {
		wg.Go(func() {
			errs[i] = tries(func() (err error) {
				said[i], err = proof(ctx, in, path)
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

func halfHead(ctx context.Context, in *instance, path string) (string, error) {
	began := time.Now()
	w, err := dial(ctx, in.addr)
	if err != nil {
		return "", err
	}
	defer w.Close()
	fmt.Fprintf(w, "GET %s HTTP/1.1\r\nHost: verify\r\n", path)
	limit := sharedHeaderMS * time.Millisecond
	took, closed := w.awaitClose(began, limit+headerSlack)
	if !closed || took < limit-200*time.Millisecond {
		return "", fmt.Errorf("half a head, HEADER_TIMEOUT_MS=%d: closed %t after %d ms", sharedHeaderMS, closed, took.Milliseconds())
	}
	return fmt.Sprintf("half a head cut off after %d ms of %d", took.Milliseconds(), sharedHeaderMS), nil
}

// drippingHead sends a byte now and then: each alone is in time.
func drippingHead(ctx context.Context, in *instance, path string) (string, error) {
	began := time.Now()
	w, err := dial(ctx, in.addr)
	if err != nil {
		return "", err
	}
	defer w.Close()
	fmt.Fprintf(w, "GET %s HTTP/1.1\r\nHost: verify\r\nX-Drip: ", path)
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
func idleConnection(ctx context.Context, in *instance, path string) (string, error) {
	w, err := dial(ctx, in.addr)
	if err != nil {
		return "", err
	}
	defer w.Close()
	if _, err := w.get(path); err != nil {
		return "", fmt.Errorf("first request of a connection: %w", err)
	}
	pause(ctx, (sharedHeaderMS+300)*time.Millisecond)
	began := time.Now()
	if _, err := w.get(path); err != nil {
		return "", fmt.Errorf("KEEP_ALIVE_MS=%d: closed within %d ms of idling (%v)", sharedIdleMS, sharedHeaderMS+300, err)
	}
	limit := sharedIdleMS * time.Millisecond
	took, closed := w.awaitClose(began, limit+idleSlack)
	if !closed || took < limit-200*time.Millisecond {
		return "", fmt.Errorf("an idle connection, KEEP_ALIVE_MS=%d: closed %t after %d ms", sharedIdleMS, closed, took.Milliseconds())
	}
	return fmt.Sprintf("an idle connection closed after %d ms of %d", took.Milliseconds(), sharedIdleMS), nil
}
