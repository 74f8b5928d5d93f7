//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/local"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/scripts/running"
)

// The test binary is also azulejo, and the services that it runs. breakVar says
// what is wrong with them.
const breakVar = "DEMO_TEST_BREAK"

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "apply":
		os.Exit(map[string]int{"apply": 1}[os.Getenv(breakVar)])
	case len(os.Args) > 1 && os.Args[1] == "up":
		os.Exit(fakeUp())
	case len(os.Args) > 1 && os.Args[1] == "service":
		fakeService()
	}
	os.Exit(m.Run())
}

// fakeUp is the real engine with Bookinfo's four services.
func fakeUp() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	sys := &spec.System{Name: "bookinfo", Gateway: &spec.Provider{Name: "caddy", Port: freePort()}}
	var launches []spec.Launch
	for name, calls := range map[string][]string{"productpage": {"details", "reviews"}, "reviews": {"ratings"}, "details": nil, "ratings": nil} {
		launches = append(launches, spec.Launch{Service: name, Dir: ".", Run: []string{os.Args[0], "service"}, Calls: calls})
		svc := &spec.Service{Name: name, Language: "go", Routes: []spec.Route{{Path: "/" + name, To: "/api"}}}
		sys.Services = append(sys.Services, svc)
	}
	if os.Getenv(breakVar) == "start" {
		launches[0].Run = []string{"./nothing"}
	}
	err := local.Up(ctx, local.Options{
		System: sys, Launches: launches, Environ: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "fake azulejo:", err)
		return 1
	}
	return map[string]int{"status": 3}[os.Getenv(breakVar)]
}

func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

var speaks = map[string]string{"productpage": "python", "details": "go", "reviews": "node", "ratings": "go"}

func fakeService() {
	name, broken := os.Getenv("SERVICE_NAME"), os.Getenv(breakVar)
	mux := http.NewServeMux()
	mux.HandleFunc("/readyz", func(http.ResponseWriter, *http.Request) {})
	cached := map[string]running.Call{}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		a := running.Answer{Name: name, Language: speaks[name], Runtime: "1", ProcessID: os.Getpid(), Calls: map[string]running.Call{}}
		if broken == "same-process" {
			a.ProcessID = os.Getppid()
		}
		for _, pair := range os.Environ() {
			url, ok := strings.CutPrefix(pair, "CALL_")
			if !ok || broken == "missing" && name == "reviews" {
				continue
			}
			callee, url, _ := strings.Cut(url, "_URL=")
			callee = strings.ToLower(callee)
			if old, ok := cached[callee]; ok && broken == "hidden" {
				a.Calls[callee] = old
				continue
			}
			cached[callee] = fakeCall(url)
			a.Calls[callee] = cached[callee]
		}
		_ = json.NewEncoder(w).Encode(a)
	})
	go func() {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		<-stop
		os.Exit(0)
	}()
	_ = http.ListenAndServe(os.Getenv("HOST")+":"+os.Getenv("PORT"), mux)
	os.Exit(1)
}

func fakeCall(url string) running.Call {
	client := &http.Client{Timeout: 5 * time.Second}
	res, err := client.Get(url + "/api/")
	if err != nil {
		return running.Call{Error: "connect"}
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return running.Call{Status: res.StatusCode, Answer: body}
}

func runDemo(t *testing.T, broken string) (string, error) {
	t.Helper()
	t.Setenv(breakVar, broken)
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	file := filepath.Join(t.TempDir(), "bookinfo.hcl")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := run(t.Context(), []string{"-azulejo", os.Args[0], "-spec", file, "-dir", t.TempDir(), "-ready", "20s"}, &out)
	for _, s := range running.Read(out.String()) {
		for _, pid := range s.PIDs {
			if running.Live(pid) {
				t.Errorf("process %d of %s is still there", pid, s.Name)
			}
		}
	}
	return out.String(), err
}

func TestDemo(t *testing.T) {
	out, err := runDemo(t, "")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(running.Read(out)) != 4 {
		t.Errorf("the table has %d services", len(running.Read(out)))
	}
	for _, text := range []string{
		"/productpage\n", "that answer passed through 4 services in 3 languages", "productpage   python", "    ratings   go",
		"(ratings)\n", "reviews reports ratings: failed, connect (was: ok)", "details answers as before",
		"ended with status 0", "everything held",
	} {
		if !strings.Contains(out, text) {
			t.Errorf("the demo does not say %q", text)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// Every check of the demo fails when what it checks is not so.
func TestDemoFails(t *testing.T) {
	for broken, want := range map[string]string{
		"apply":        "azulejo apply: exit status 1",
		"start":        "azulejo up ended before it was ready: exit status 1",
		"same-process": "azulejo says",
		"missing":      "ratings is called on the way, but is not in the answer",
		"status":       "azulejo up, after Ctrl-C: exit status 3",
	} {
		t.Run(broken, func(t *testing.T) {
			out, err := runDemo(t, broken)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s\n%s", err, want, out)
			}
		})
	}
}

func TestDemoSeesAHiddenFailure(t *testing.T) {
	defer func(old time.Duration) { changeLimit = old }(changeLimit)
	changeLimit = 300 * time.Millisecond
	_, err := runDemo(t, "hidden")
	if want := "was killed, but the answer did not report it"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestParse(t *testing.T) {
	if _, err := parse([]string{"-azulejo", os.Args[0], "-spec", "/no/such.hcl"}, io.Discard); err == nil || !strings.Contains(err.Error(), "-spec") {
		t.Errorf("got %v", err)
	}
}
