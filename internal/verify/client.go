package verify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	answerLimit = 10 * time.Second
	maxAnswer   = 4 << 20
	maxWire     = 64 << 20 // bytes read from one connection: a head may be endless
	echoPath    = "/_contract/echo"
)

// answer is a response with its body read (up to maxAnswer).
type answer struct {
	status  int
	header  http.Header
	body    []byte
	closing bool // the response said Connection: close
	took    time.Duration
}

func (a answer) json() map[string]any {
	var m map[string]any
	if json.Unmarshal(a.body, &m) != nil {
		return nil
	}
	return m
}

func (a answer) mediaType() string {
	t, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// newClient opens a connection for each request, follows nothing, uses no proxy.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       answerLimit,
		Transport:     &http.Transport{DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (in *instance) get(ctx context.Context, target string, header ...string) (answer, error) {
	return in.send(ctx, "GET", target, nil, header...)
}

// send makes one request; header is name, value, name, value.
func (in *instance) send(ctx context.Context, method, target string, body io.Reader, header ...string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, in.base+target, body)
	if err != nil {
		return answer{}, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	began := time.Now()
	resp, err := in.http.Do(req)
	if err != nil {
		return answer{took: time.Since(began)}, in.explain(err)
	}
	return readAnswer(resp, began)
}

// explain adds that the process is gone, which is what a refused connection
// mostly means.
func (in *instance) explain(err error) error {
	if in.ended() {
		return fmt.Errorf("%w (%s)", err, in.obituary())
	}
	return err
}

func readAnswer(resp *http.Response, began time.Time) (answer, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	a := answer{status: resp.StatusCode, header: resp.Header, body: body, closing: resp.Close, took: time.Since(began)}
	return a, err
}

// wire is one connection, for what net/http would hide: reuse, halves of a
// request, a close.
type wire struct {
	net.Conn
	r    *bufio.Reader
	stop func() bool
}

func dial(ctx context.Context, addr string) (*wire, error) {
	d := net.Dialer{Timeout: 2 * time.Second}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { c.Close() }) // a read knows no context
	return &wire{c, bufio.NewReader(io.LimitReader(c, maxWire)), stop}, nil
}

// Close hangs up; there is nothing to lose.
func (w *wire) Close() {
	w.stop()
	_ = w.Conn.Close()
}

// get asks on the connection and leaves it open.
func (w *wire) get(target string) (answer, error) { return w.ask("GET", target) }

func (w *wire) ask(method, target string) (answer, error) {
	if _, err := fmt.Fprintf(w, "%s %s HTTP/1.1\r\nHost: verify\r\n\r\n", method, target); err != nil {
		return answer{}, err
	}
	return w.read(answerLimit)
}

// burst makes n requests on as few connections as the service allows and
// returns how many were answered.
func (in *instance) burst(ctx context.Context, n int, request func(i int) (method, target string)) int {
	var w *wire
	answered := 0
	for i := range n {
		if w == nil {
			var err error
			if w, err = dial(ctx, in.addr); err != nil {
				return answered
			}
		}
		a, err := w.ask(request(i))
		if err == nil {
			answered++
		}
		if err != nil || a.closing {
			w.Close()
			w = nil
		}
	}
	if w != nil {
		w.Close()
	}
	return answered
}

// post sends a JSON body and listens at the same time: a server may answer and
// close before it has read all.
func (w *wire) post(target, body string, chunked bool) (answer, error) {
	head := fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))
	if chunked {
		head = "Transfer-Encoding: chunked\r\n\r\n"
		half := len(body) / 2
		body = fmt.Sprintf("%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, body[:half], len(body)-half, body[half:])
	}
	go func() { // ends at the latest when the connection is closed
		_, _ = fmt.Fprintf(w, "POST %s HTTP/1.1\r\nHost: verify\r\nContent-Type: application/json\r\n%s%s", target, head, body)
	}()
	return w.read(answerLimit)
}

func (w *wire) read(limit time.Duration) (answer, error) {
	began := time.Now()
	if err := w.SetReadDeadline(began.Add(limit)); err != nil {
		return answer{}, err
	}
	resp, err := http.ReadResponse(w.r, nil)
	if err != nil {
		return answer{}, err
	}
	return readAnswer(resp, began)
}

// getFresh asks on a connection of its own without saying that it will close.
func (in *instance) getFresh(ctx context.Context, target string) (answer, error) {
	w, err := dial(ctx, in.addr)
	if err != nil {
		return answer{}, err
	}
	defer w.Close()
	return w.get(target)
}

// postFresh posts JSON on a connection of its own.
func (in *instance) postFresh(ctx context.Context, target, body string, chunked bool) (answer, error) {
	w, err := dial(ctx, in.addr)
	if err != nil {
		return answer{}, err
	}
	defer w.Close()
	return w.post(target, body, chunked)
}

// awaitClose returns how long after began the other side closed, false if it did
// not within the limit. An answer before the close (408) is read over.
func (w *wire) awaitClose(began time.Time, limit time.Duration) (time.Duration, bool) {
	_ = w.SetReadDeadline(time.Now().Add(limit)) // a failure shows in the read
	_, err := io.Copy(io.Discard, io.LimitReader(w.r, maxAnswer))
	took := time.Since(began)
	var timeout net.Error
	ours := asTimeout(err, &timeout) || errors.Is(err, net.ErrClosed)
	return took, !ours
}

func asTimeout(err error, target *net.Error) bool {
	return errors.As(err, target) && (*target).Timeout()
}
