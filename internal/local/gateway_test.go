package local

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

func TestTable(t *testing.T) {
	t.Parallel()
	sys := &spec.System{
		Externals: []*spec.External{{Name: "monolith", URL: "http://legacy:8080", Routes: []spec.Route{{Path: "/"}}}},
		Services: []*spec.Service{
			{Name: "orders", Language: "go", Port: 8101, Routes: []spec.Route{{Path: "/orders", To: "/api"}, {Path: "/carts", To: "/x"}}},
			{Name: "billing", Image: "i", Port: 80, LocalPort: 4567, Routes: []spec.Route{{Path: "/billing"}}},
			{Name: "hidden", Language: "go", Port: 8102},
		},
	}
	want := []Route{
		{Path: "/", Name: "monolith", External: true, Backends: []Backend{{Name: "monolith", URL: "http://legacy:8080"}}},
		{Path: "/billing", Name: "billing", Backends: []Backend{{Name: "billing", URL: "http://127.0.0.1:4567"}}},
		{Path: "/carts", To: "/x", Name: "orders", Backends: []Backend{{Name: "orders", URL: "http://127.0.0.1:8101"}}},
		{Path: "/orders", To: "/api", Name: "orders", Backends: []Backend{{Name: "orders", URL: "http://127.0.0.1:8101"}}},
	}
	if diff := cmp.Diff(want, Table(sys)); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

// echo answers with its name, and with the method and path as they arrived.
func echo(t *testing.T, name string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s%s", name, r.Method, r.RequestURI, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func serve(t *testing.T, routes ...Route) string {
	s := httptest.NewServer(NewGateway(routes))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// raw sends a path exactly as it is, which no client library does.
func raw(t *testing.T, address, path string) (status int, kind, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", path)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Content-Type"), string(text)
}

func TestGatewayRoutes(t *testing.T) {
	t.Parallel()
	a := serve(t,
		Route{Path: "/productpage", To: "/api", Name: "productpage", Backends: one("productpage", echo(t, "productpage"))},
		Route{Path: "/productpage/deep", To: "/", Name: "deep", Backends: one("deep", echo(t, "deep"))},
		Route{Path: "/billing", Name: "billing", Backends: one("billing", echo(t, "billing"))},
		Route{Path: "/legacy", Name: "old", External: true, Backends: one("old", echo(t, "old")+"/base/")},
		Route{Path: "/ext", To: "/", Name: "ext", External: true, Backends: one("ext", echo(t, "ext"))},
		Route{Path: "/trailing/", To: "/t/", Name: "trailing", Backends: one("trailing", echo(t, "trailing"))},
	)
	for path, want := range map[string]string{
		"/productpage":               "productpage GET /api/",
		"/productpage/":              "productpage GET /api/",
		"/productpage/x/y/":          "productpage GET /api/x/y/",
		"/productpage?a=1;b&c=%zz":   "productpage GET /api/?a=1;b&c=%zz",
		"/product%70age/x":           "productpage GET /api/x",
		"/productpage/a%2Fb%20c":     "productpage GET /api/a%2Fb%20c",
		"/productpage/%252e%252e/m":  "productpage GET /api/%252e%252e/m",
		"/productpage/..x/...":       "productpage GET /api/..x/...",
		"/productpage/metrics":       "productpage GET /api/metrics",
		"/productpage/%0a":           "productpage GET /api/%0a",
		"/productpage/deep":          "deep GET /",
		"/productpage/deep/x":        "deep GET /x",
		"/productpage/deepX":         "productpage GET /api/deepX",
		"/billing":                   "billing GET /billing",
		"/billing/7?x":               "billing GET /billing/7?x",
		"/legacy/metrics":            "old GET /base/legacy/metrics",
		"/ext/metrics":               "ext GET /metrics",
		"/trailing/x":                "trailing GET /t/x",
		"http://other/productpage/x": "productpage GET /api/x",
	} {
		if status, _, body := raw(t, a, path); status != 200 || body != want {
			t.Errorf("%s: %d %q, want %q", path, status, body, want)
		}
	}
}

func TestGatewayHides(t *testing.T) {
	t.Parallel()
	a := serve(t,
		Route{Path: "/productpage", To: "/api", Name: "productpage", Backends: one("productpage", echo(t, "leak"))},
		Route{Path: "/top", To: "/", Name: "root", Backends: one("root", echo(t, "leak"))},
		Route{Path: "/billing", Name: "billing", Backends: one("billing", echo(t, "leak"))},
	)
	for _, path := range []string{
		"/", "/x", "/metrics", "/livez", "/readyz", "/_contract/echo", "/productpageX", "/Productpage", "/productpage%2fx",
		"/productpage/../metrics", "/productpage/%2e%2e/metrics", "/productpage/.%2E/metrics", "/productpage/..%2fmetrics",
		"/productpage/%2e%2e%2f%2e%2e%2fmetrics", "/productpage/..;/metrics", "/productpage/..;a=b/metrics", "/productpage/%2e%2e%3b/metrics",
		`/productpage/..\metrics`, "/productpage/%5c..%5cmetrics", "/productpage/x/..%5c..%5cmetrics", "/productpage/..", "/productpage/.",
		"/productpage//metrics", "//productpage", "//metrics", "/productpage/%2f/metrics", "/productpage/./x", "/./productpage", "/x/../productpage",
		"/top/metrics", "/top/metrics/", "/top/livez", "/top/readyz", "/top/_contract", "/top/_contract/config/PATH", "/top/%6detrics",
		"/top/metrics;x=1", "/top/_contract%2fecho", "/top/%2fmetrics", "/top//metrics", "/top/%5cmetrics", "/top/metrics%5cx",
		"/billing/../metrics", "/billing/%2e%2e/metrics", "/billing/..;/metrics",
	} {
		status, kind, body := raw(t, a, path)
		if status != 404 || kind != "application/problem+json" || strings.Contains(body, "leak") {
			t.Errorf("%s: %d %s %s", path, status, kind, body)
		}
	}
}

func TestGatewayHeaders(t *testing.T) {
	t.Parallel()
	seen := make(chan *http.Request, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r }))
	defer s.Close()
	a := serve(t, Route{Path: "/x", Name: "x", Backends: one("x", s.URL)})
	req, _ := http.NewRequest(http.MethodGet, "http://"+a+"/x", nil)
	req.Host = "shop.example"
	req.Header.Set("X-Forwarded-For", "6.6.6.6")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	got := <-seen
	want := map[string]string{"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "shop.example", "X-Forwarded-Proto": "http"}
	for name, value := range want {
		if got.Header.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), value)
		}
	}
	if "http://"+got.Host != s.URL {
		t.Errorf("Host is %s, want the backend's", got.Host)
	}
}

func TestGatewayTriesTheNextBackend(t *testing.T) {
	t.Parallel()
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	closed.Close()
	dead := "http://" + closed.Addr().String()
	var resting atomic.Bool
	resting.Store(true)
	a := serve(t,
		Route{Path: "/some", Name: "some", Backends: []Backend{
			{Name: "some.1", URL: dead}, {Name: "some.2", URL: echo(t, "two")},
			{Name: "some.3", URL: echo(t, "resting"), Ready: func() bool { return !resting.Load() }},
		}},
		Route{Path: "/none", Name: "none", Backends: one("none", dead)},
		Route{Path: "/nobody", Name: "nobody"},
	)
	for range 9 {
		res, err := http.Post("http://"+a+"/some", "text/plain", strings.NewReader(" the whole body"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if got := string(body); got != "two POST /some the whole body" {
			t.Errorf("got %q", got)
		}
	}
	for path, service := range map[string]string{"/none/x": "none", "/nobody": "nobody"} {
		status, kind, body := raw(t, a, path)
		if status != 502 || kind != "application/problem+json" || !strings.Contains(body, `"service":"`+service+`"`) {
			t.Errorf("%s: %d %s %s", path, status, kind, body)
		}
	}
}

// A request that may have arrived is not sent to another instance.
func TestGatewaySendsOnce(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	broken := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		hits.Add(1)
		panic(http.ErrAbortHandler)
	}))
	defer broken.Close()
	a := serve(t, Route{Path: "/x", Name: "x", Backends: []Backend{{Name: "x.1", URL: broken.URL}, {Name: "x.2", URL: broken.URL}}})
	res, err := http.Post("http://"+a+"/x", "text/plain", strings.NewReader("pay"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 502 || hits.Load() != 1 {
		t.Errorf("%d, after %d attempts", res.StatusCode, hits.Load())
	}
}

func TestBalancerChangesNothing(t *testing.T) {
	t.Parallel()
	seen := make(chan *http.Request, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r }))
	defer s.Close()
	b := httptest.NewServer(newBalancer("x", one("x", s.URL), newTransport()))
	defer b.Close()
	req, _ := http.NewRequest(http.MethodGet, b.URL+"/metrics/../a%2fb?x=1;y", nil)
	req.Host = "orders"
	req.Header.Set("X-Forwarded-For", "6.6.6.6")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	got := <-seen
	if got.RequestURI != "/metrics/../a%2fb?x=1;y" || got.Host != "orders" || got.Header.Get("X-Forwarded-For") != "6.6.6.6" {
		t.Errorf("arrived as %s, Host %s, X-Forwarded-For %s", got.RequestURI, got.Host, got.Header.Get("X-Forwarded-For"))
	}
}

// Whatever is sent, what arrives stays below the route's target, even at a
// backend that cleans paths in every way known.
func FuzzGatewayStaysBelowTarget(f *testing.F) {
	for _, path := range []string{"/x", "/x/../metrics", "/x/%2e%2e/m", "/x/..;a/m", `/x/..\m`, "/x//m", "/x%2f..", "/x/%zz", "/", "*"} {
		f.Add(path)
	}
	g := newGateway([]Route{{Path: "/x", To: "/api", Name: "x"}}, newTransport())
	f.Fuzz(func(t *testing.T, sent string) {
		u, err := url.ParseRequestURI(sent)
		if err != nil {
			return
		}
		parts, ok := elements(u)
		if !ok {
			return
		}
		rest, ok := under(parts, g.entries[0].elements)
		if !ok {
			return
		}
		raw := g.entries[0].target(u.EscapedPath(), rest)
		plain, err := url.PathUnescape(raw)
		if err != nil {
			t.Fatalf("%q became %q: %v", sent, raw, err)
		}
		var names []string
		for _, part := range strings.Split(strings.ReplaceAll(plain, `\`, "/"), "/") {
			name, _, _ := strings.Cut(part, ";")
			names = append(names, name)
		}
		if clean := path.Clean(strings.Join(names, "/")); clean != "/api" && !strings.HasPrefix(clean, "/api/") {
			t.Errorf("%q arrives as %q, which may be read as %q", sent, raw, clean)
		}
	})
}

// slowWriter is busy for a while after each write.
type slowWriter struct{ net.Conn }

func (c slowWriter) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	time.Sleep(50 * time.Millisecond)
	return n, err
}

// A backend may refuse a request by its head alone. The answer must arrive whole,
// also where the gateway has yet to pass on the body.
func TestGatewayPassesAnEarlyAnswer(t *testing.T) {
	t.Parallel()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.EnableFullDuplex() // or Go's server would wait for the body
		w.Header().Set("Content-Length", "9")
		w.WriteHeader(http.StatusMethodNotAllowed)
		_ = rc.Flush()
		time.Sleep(100 * time.Millisecond)
		_, _ = io.WriteString(w, "not so; a")
	}))
	defer backend.Close()
	transport := newTransport()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return slowWriter{conn}, err
	}
	g := httptest.NewServer(newGateway([]Route{{Path: "/a", To: "/", Name: "a", Backends: one("a", backend.URL)}}, transport))
	defer g.Close()
	res, err := http.Post(g.URL+"/a", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusMethodNotAllowed || string(body) != "not so; a" {
		t.Errorf("%d %q %v", res.StatusCode, body, err)
	}
}
