package local

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"time"
)

// gateway is the development gateway: it stands where Caddy or Spring Cloud
// Gateway stand elsewhere, and routes by the same table.
type gateway struct {
	entries []*entry // longest prefix first
}

type entry struct {
	Route
	elements []string
	proxy    http.Handler
}

// NewGateway answers requests by the table: the longest prefix wins, on segment
// boundaries, and what is not routed is 404. A backend is tried only while it is
// ready, and another one if it refuses the connection; with none left it answers 502.
func NewGateway(routes []Route) http.Handler { return newGateway(routes, newTransport()) }

func newGateway(routes []Route, transport *http.Transport) *gateway {
	g := &gateway{}
	pools := map[string]*pool{} // routes of one service take its backends in one turn
	for _, r := range routes {
		if pools[r.Name] == nil {
			pools[r.Name] = newPool(r.Name, r.Backends, transport)
		}
		g.entries = append(g.entries, &entry{
			Route: r, elements: splitRoute(r.Path), proxy: newProxy(pools[r.Name], forward),
		})
	}
	slices.SortStableFunc(g.entries, func(a, b *entry) int { return cmp.Compare(len(b.elements), len(a.elements)) })
	return g
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sent, ok := elements(r.URL)
	if !ok {
		problem(w, r, http.StatusNotFound, "A path with empty or dot segments is not routed.", "")
		return
	}
	for _, e := range g.entries {
		if rest, ok := under(sent, e.elements); ok {
			e.serve(w, r, rest)
			return
		}
	}
	problem(w, r, http.StatusNotFound, "No route begins like this path. "+g.known(), "")
}

func (e *entry) serve(w http.ResponseWriter, r *http.Request, rest []string) {
	raw := e.target(r.URL.EscapedPath(), rest)
	path, err := url.PathUnescape(raw)
	if err != nil || !e.External && hidden(path) {
		problem(w, r, http.StatusNotFound, "Probes, metrics and contract probes are not routed.", "")
		return
	}
	out, u := r.WithContext(r.Context()), *r.URL
	u.Path, u.RawPath = path, raw
	out.URL = &u
	e.proxy.ServeHTTP(w, out)
}

// known lists the first routes for the person who mistyped one.
func (g *gateway) known() string {
	const most = 20
	var paths []string
	for _, e := range g.entries {
		paths = append(paths, e.Path)
	}
	slices.Sort(paths)
	if len(paths) > most {
		paths = append(paths[:most], "…")
	}
	return "Routes: " + strings.Join(paths, ", ")
}

// newBalancer spreads the calls to a service over its instances and changes
// nothing else about them.
func newBalancer(name string, backends []Backend, transport *http.Transport) http.Handler {
	return newProxy(newPool(name, backends, transport), transparent)
}

func newProxy(p *pool, rewrite func(*httputil.ProxyRequest)) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: rewrite, Transport: p, FlushInterval: -1, ErrorLog: noLog,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() != nil { // the client has gone
				return
			}
			problem(w, r, http.StatusBadGateway, err.Error(), p.name)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A backend may answer before it has read the body. Without this the server
		// here takes what is left of it from the proxy, which then cuts the answer off.
		_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/2 needs none
		proxy.ServeHTTP(w, r)
	})
}

func forward(r *httputil.ProxyRequest) {
	r.SetXForwarded()
	r.Out.Host = "" // the backend's own; X-Forwarded-Host has the client's
	r.Out.URL.RawQuery = r.In.URL.RawQuery
}

func transparent(r *httputil.ProxyRequest) {
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values, ok := r.In.Header[name]; ok {
			r.Out.Header[name] = values
		}
	}
}

var noLog = log.New(io.Discard, "", 0)

// newTransport closes idle connections before the services do (KEEP_ALIVE_MS is
// 75 s): a request on a connection that is just being closed would be lost.
func newTransport() *http.Transport {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		IdleConnTimeout:     60 * time.Second,
		MaxIdleConnsPerHost: 64,
		DisableCompression:  true,
	}
}

func newServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 120 * time.Second, ErrorLog: noLog}
}

// problem answers with an error as RFC 9457 has it.
func problem(w http.ResponseWriter, r *http.Request, status int, detail, service string) {
	path, _, _ := strings.Cut(r.RequestURI, "?") // what the client sent, before any rewriting
	body, err := json.Marshal(struct {
		Type     string `json:"type"`
		Title    string `json:"title"`
		Status   int    `json:"status"`
		Detail   string `json:"detail"`
		Instance string `json:"instance"`
		Service  string `json:"service,omitempty"`
	}{"about:blank", http.StatusText(status), status, detail, path, service})
	if err != nil {
		body = fmt.Appendf(nil, `{"type":"about:blank","status":%d}`, status)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
