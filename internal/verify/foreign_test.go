package verify

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var hints = regexp.MustCompile(`--map [a-z]+`)

func TestParsePaths(t *testing.T) {
	got, err := ParsePaths([]string{"ready=/health", "live=/healthz", "metrics=/prometheus", "api=/", "post=/orders"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Paths{"/health", "/healthz", "/prometheus", "/", "/orders"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Paths{"/readyz", "/livez", "/metrics", "/api/", ""}, Paths{}.orContract()); diff != "" {
		t.Errorf("the contract's (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", "ready", "ready=", "ready=health", "raedy=/x", "live=/a b", "live=/a?b", "live=/a\r\nX: y", "live=/é"} {
		if p, err := ParsePaths([]string{bad}); err == nil {
			t.Errorf("%q was taken as %+v", bad, p)
		}
	}
	if _, err := ParsePaths([]string{"live=/a", "live=/b"}); err == nil {
		t.Error("a key twice was taken")
	}
}

func TestCheckURL(t *testing.T) {
	for text, good := range map[string]bool{
		"http://127.0.0.1:8080": true, "https://shop.example/base/": true,
		"ftp://h": false, "http://": false, "http://h/?a=b": false, "http://h/#a": false, "http://[": false,
	} {
		if err := CheckURL(text); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestLevels: a level holds those below it; the starter's clauses are in none.
func TestLevels(t *testing.T) {
	names := func(o Options, target Target) []string {
		checks, err := choose(Table(), target, o)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, c := range checks {
			out = append(out, c.Clause)
		}
		return out
	}
	all, foreign := names(Options{}, Target{}), names(Options{}, Target{Foreign: true})
	if len(all) != len(Table()) || !slices.Contains(all, "S01") || slices.Contains(foreign, "S01") || len(foreign) >= len(all) {
		t.Errorf("all: %v\nforeign: %v", all, foreign)
	}
	last := 0
	for level := 1; level <= MaxLevel; level++ {
		got := names(Options{Level: level}, Target{})
		if len(got) < last || slices.Contains(got, "S01") || slices.Contains(got, "C30") != (level > 1) {
			t.Errorf("level %d: %v", level, got)
		}
		last = len(got)
	}
	if last != len(foreign) {
		t.Errorf("%d clauses in the highest level, %d in all", last, len(foreign))
	}
	if _, err := choose(Table(), Target{}, Options{Level: MaxLevel + 1}); err == nil {
		t.Error("a level too high was taken")
	}
}

// TestStock: a server that knows nothing of the contract gets right verdicts.
func TestStock(t *testing.T) {
	t.Parallel()
	target, pids := troubled(t, "stock")
	target.Foreign, target.Paths = true, Paths{Ready: "/health", Live: "/health", API: "/", Post: "/orders"}
	r, err := Run(t.Context(), target, Options{Level: 1, StartLimit: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	wantGone(t, pids)
	verdicts := map[Outcome][]string{}
	said := map[string]string{}
	for _, res := range r.Results {
		verdicts[res.Outcome] = append(verdicts[res.Outcome], res.Clause)
		said[res.Clause] = res.Evidence
	}
	want := map[Outcome][]string{
		Pass:   {"C01", "C21", "C63"},
		Fail:   {"C02", "C05", "C06", "C10", "C11", "C12", "C20", "C22", "C23", "C24", "C27", "C46", "C60", "C61", "C64"},
		NotRun: {"C25", "C26", "C28", "C62"},
	}
	if diff := cmp.Diff(want, verdicts); diff != "" {
		t.Errorf("(-want +got):\n%s\n%v", diff, said)
	}
	for clause, part := range map[string]string{
		"C10": "SIGTERM is to begin a drain",
		"C12": `GET /health: Cache-Control "", want no-store`,
		"C20": `GET /nope: 404 as "text/plain", want application/problem+json`,
		"C22": `POST /orders application/json "{bad": 200, want 400`,
		"C23": "POST /orders, 65537 bytes, chunked true, MAX_BODY_BYTES=65536: 200, want 413",
		"C24": "GET /health with a head of 40 KiB: 200, want 431",
		"C25": "serve them (docs/contract.md#contract-probes)",
	} {
		if !strings.Contains(said[clause], part) {
			t.Errorf("%s: %q lacks %q", clause, said[clause], part)
		}
	}
}

// TestUnmapped: what is not where the contract has it is told with the way out,
// and nothing is posted to a path that nobody named.
func TestUnmapped(t *testing.T) {
	t.Parallel()
	target, _ := troubled(t, "stock")
	target.Foreign = true
	r, err := Run(t.Context(), target, Options{Only: []string{"C01", "C10", "C11", "C12", "C23", "C24", "C36", "C60", "S01"}})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, res := range r.Results {
		got += res.Clause + " " + string(res.Outcome) + " " + strings.Join(hints.FindAllString(res.Evidence, -1), " ") + "\n"
	}
	const want = `C01 pass 
C10 fail --map live
C11 fail --map ready
C12 fail --map live --map ready
C23 not_run --map post
C24 not_run --map live
C36 fail --map metrics
C60 not_run --map api
S01 not_applicable 
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// hostile answers one connection and returns how.
func hostile(t *testing.T, answer func(c net.Conn, r *http.Request)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					answer(c, r)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// pouring answers with the head and then 1 GiB, and counts what was taken.
func pouring(head string, taken *atomic.Int64) func(net.Conn, *http.Request) {
	return func(c net.Conn, _ *http.Request) {
		fmt.Fprint(c, head)
		chunk := bytes.Repeat([]byte("a"), 1<<16)
		for range 1 << 14 {
			n, err := c.Write(chunk)
			taken.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
}

// TestWireIsBounded: net/http would read a head of any length from a connection.
func TestWireIsBounded(t *testing.T) {
	t.Parallel()
	var taken atomic.Int64
	w, err := dial(t.Context(), strings.TrimPrefix(hostile(t, pouring("HTTP/1.1 200 OK\r\nX-Long: ", &taken)), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.get("/")
	w.Close()
	if err == nil || taken.Load() > 2*maxWire {
		t.Errorf("%d bytes were taken: %v", taken.Load(), err)
	}
}

// TestHostileURL: whatever answers, there is a verdict within bounds.
func TestHostileURL(t *testing.T) {
	t.Parallel()
	free, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	var poured atomic.Int64
	pour := func(head string) func(net.Conn, *http.Request) { return pouring(head, &poured) }
	for _, row := range []struct{ what, url, unreachable, c12 string }{
		{"nobody listens", fmt.Sprintf("http://127.0.0.1:%d", free), "nobody listens", ""},
		{"no answer", hostile(t, func(c net.Conn, _ *http.Request) { _, _ = io.Copy(io.Discard, c) }), "no answer that is HTTP", ""},
		{"garbage", hostile(t, func(c net.Conn, _ *http.Request) { fmt.Fprint(c, "\x00\x01\x1b[31mgarbage\r\n\r\n") }), "malformed", ""},
		{"closed at once", hostile(t, func(net.Conn, *http.Request) {}), "EOF", ""},
		{"closed half-way", hostile(t, func(c net.Conn, _ *http.Request) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		}), "unexpected EOF", ""},
		{"a head of 1 GiB", hostile(t, pour("HTTP/1.1 200 OK\r\nX-Long: ")), "no answer that is HTTP", ""},
		{"a body of 1 GiB", hostile(t, pour("HTTP/1.1 200 OK\r\n\r\n")), "", "want JSON with a status string"},
		{"redirects for ever", hostile(t, func(c net.Conn, r *http.Request) {
			fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: %sx\r\nContent-Length: 0\r\n\r\n", r.URL.Path)
		}), "", "want JSON with a status string"},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			r, err := Run(t.Context(), Target{URL: row.url}, Options{})
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %s", took)
			}
			var unreachable *UnreachableError
			if errors.As(err, &unreachable) != (row.unreachable != "") || err != nil && !strings.Contains(err.Error(), row.unreachable) {
				t.Fatalf("error %v, want %q", err, row.unreachable)
			}
			for _, res := range r.Results {
				if res.Clause == "C12" && (res.Outcome != Fail || !strings.Contains(res.Evidence, row.c12)) {
					t.Errorf("C12 %s: %s", res.Outcome, res.Evidence)
				}
			}
			if n := poured.Load(); n > 512<<20 {
				t.Errorf("%d bytes were read", n)
			}
		})
	}
}

// TestRunningService: of the specimen as it runs, what shows from outside passes
// and the rest is not run.
func TestRunningService(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the specimen")
	}
	t.Parallel()
	b, err := newBench(t.Context(), broken(buildSpecimen(t), ""), Options{StartLimit: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	b.target.Paths = Paths{}.orContract()
	in, err := b.shared()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), Target{URL: in.base + "/"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var passed []string
	for _, res := range r.Results {
		if res.Outcome == Pass {
			passed = append(passed, res.Clause)
		} else if res.Outcome != NotRun && res.Outcome != NotApplicable {
			t.Errorf("%s %s: %s", res.Clause, res.Outcome, res.Evidence)
		}
	}
	if diff := cmp.Diff([]string{"C12", "C21", "C22", "C24", "C26", "C36"}, passed); diff != "" {
		t.Errorf("passed (-want +got):\n%s", diff)
	}
}

// TestParent: the port may be a child's, and the child ends with it.
func TestParent(t *testing.T) {
	t.Parallel()
	target, pids := troubled(t, "parent")
	target.Foreign, target.Paths.Ready = true, "/health"
	r, err := Run(t.Context(), target, Options{Only: []string{"C05", "C06"}})
	if err != nil {
		t.Fatal(err)
	}
	wantGone(t, pids)
	if said := r.Results[0].Evidence; runtime.GOOS == "linux" && !strings.Contains(said, "port open: true") {
		t.Errorf("C05: %s", said)
	}
	if said := r.Results[1].Evidence; strings.Contains(said, "want only") {
		t.Errorf("C06: %s", said)
	}
}
