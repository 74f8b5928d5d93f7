package load

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	timeout   = 30 * time.Second
	sizeLimit = 1 << 20
)

// send does not take the load's own context: a request that was begun is never
// given up because the load ends, and so never counted as lost for that.
func (c *Client) send(transport http.RoundTripper, k Kind, address string) Result {
	limit := c.Timeout
	if limit == 0 {
		limit = timeout
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var connections atomic.Int64
	var reused atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		connections.Add(1)
		reused.Store(i.Reused)
	}})
	r := Result{Start: time.Now(), Kind: k, URL: address}
	header, body, err := exchange(ctx, transport, k, &r)
	r.Latency = time.Since(r.Start)
	r.Reused, r.Retries = reused.Load(), int(max(connections.Load()-1, 0))
	if err == nil {
		err = c.check(r.Status, body)
	}
	if err != nil {
		r.Error = cause(err)
	}
	if c.By != nil && header != nil {
		r.By = c.By(header, body)
	}
	return r
}

func exchange(ctx context.Context, transport http.RoundTripper, k Kind, r *Result) (http.Header, []byte, error) {
	req, err := request(ctx, k, r.URL)
	if err != nil {
		return nil, nil, err
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	r.Status = res.StatusCode
	body, err := io.ReadAll(io.LimitReader(res.Body, sizeLimit))
	return res.Header, body, err
}

func request(ctx context.Context, k Kind, address string) (*http.Request, error) {
	if k == Get {
		return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
	if err == nil {
		req.GetBody = nil // without it Go's client sends no POST twice
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}

// cause is an error without the addresses of its connection, which differ from
// one request to the next.
func cause(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Op + ": " + op.Err.Error()
	}
	return err.Error()
}
