package local

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// pool sends requests to the backends of one service in turn. It is the
// RoundTripper of a proxy.
type pool struct {
	name      string
	backends  []backend
	next      atomic.Uint64
	transport *http.Transport
}

type backend struct {
	Backend
	url *url.URL
	err error // of the URL
}

func newPool(name string, backends []Backend, transport *http.Transport) *pool {
	p := &pool{name: name, transport: transport}
	for _, b := range backends {
		u, err := url.Parse(b.URL)
		p.backends = append(p.backends, backend{Backend: b, url: u, err: err})
	}
	return p
}

// RoundTrip tries the next backend only where the last one was never reached, so
// that no request is sent twice.
func (p *pool) RoundTrip(r *http.Request) (*http.Response, error) {
	err := fmt.Errorf("%s is not running, or not ready yet", p.name)
	turn := int(p.next.Add(1) % uint64(max(len(p.backends), 1)))
	for i := range p.backends {
		b := p.backends[(turn+i)%len(p.backends)]
		if b.Ready != nil && !b.Ready() {
			continue
		}
		if b.err != nil {
			err = b.err
			continue
		}
		res, failed := p.transport.RoundTrip(aimed(r, b.url))
		if failed == nil {
			return res, nil
		}
		err = fmt.Errorf("%s does not answer on %s: %w", b.Name, b.URL, failed)
		if !unreached(failed) {
			break
		}
	}
	return nil, err
}

// aimed is the request with the backend's address before its path, and with a
// body that survives an attempt which did not get as far as reading it.
func aimed(r *http.Request, base *url.URL) *http.Request {
	out, u := r.WithContext(r.Context()), *r.URL
	u.Scheme, u.Host = base.Scheme, base.Host
	if base.Path != "" && base.Path != "/" {
		prefix := &url.URL{Path: strings.TrimRight(base.Path, "/")}
		u.Path, u.RawPath = prefix.Path+r.URL.Path, prefix.EscapedPath()+r.URL.EscapedPath()
	}
	out.URL = &u
	if r.Body != nil {
		out.Body = io.NopCloser(r.Body) // the proxy closes it
	}
	return out
}

// unreached says whether no connection could be made at all.
func unreached(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
