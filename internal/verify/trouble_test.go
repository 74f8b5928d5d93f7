package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// The test binary plays the services that are too broken to be specimens.
const (
	troubleVar = "VERIFY_TEST_TROUBLE"
	pidsVar    = "VERIFY_TEST_PIDS" // a file to which each process adds its pid
)

func TestMain(m *testing.M) {
	if what := os.Getenv(troubleVar); what != "" {
		os.Exit(trouble(what))
	}
	os.Exit(m.Run())
}

func trouble(what string) int {
	notePid(os.Getpid())
	switch what {
	case "exits":
		fmt.Println("no way")
		return 3
	case "floods":
		for line := []byte(strings.Repeat("x", 100) + "\n"); ; {
			os.Stdout.Write(line)
		}
	case "owner": // as azulejo verify, until it is killed
		in, err := startInstance(spec.Launch{Dir: os.TempDir(), Run: []string{"sleep", "600"}}, nil, os.Environ(), "1")
		if err == nil {
			fmt.Println(in.pid)
			select {}
		}
		return 1
	case "parent": // as npm start does it
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), troubleVar+"=stock")
		_ = child.Run()
		return 1
	case "silent":
		child := exec.Command("sleep", "600") // left behind, with the pipes
		child.Stdout = os.Stdout
		if child.Start() == nil {
			notePid(child.Process.Pid)
		}
		l, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
		for err == nil {
			_, err = l.Accept()
		}
	}
	if handler := playedBy(what); handler != nil {
		fmt.Println(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), handler))
		return 1
	}
	time.Sleep(time.Minute)
	return 0
}

// playedBy returns the handler of those that are servers, or nil.
func playedBy(what string) http.Handler {
	mux := http.NewServeMux()
	switch what {
	case "unready":
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	case "deaf":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
		mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	case "pours":
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 1<<16); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		})
	case "stock": // what anybody would write first
		mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") })
		mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
		mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	default:
		return nil
	}
	return mux
}

func notePid(pid int) {
	f, err := os.OpenFile(os.Getenv(pidsVar), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		fmt.Fprintln(f, pid)
		f.Close()
	}
}

func troubled(t *testing.T, what string) (Target, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pids := t.TempDir() + "/pids"
	l := spec.Launch{Dir: t.TempDir(), Run: []string{self}, Env: map[string]string{troubleVar: what, pidsVar: pids}}
	return Target{Launch: l, Environ: os.Environ()}, pids
}

// wantGone fails if one of the noted processes lives on.
func wantGone(t *testing.T, pids string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Log("processes are looked up in /proc only")
		return
	}
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatalf("no process was started: %v", err)
	}
	for _, pid := range strings.Fields(string(text)) {
		for end := time.Now().Add(2 * time.Second); lives(pid); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Errorf("process %s was left behind", pid)
				break
			}
		}
	}
}

// lives is false for a zombie: whose it is, is not our business.
func lives(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what, clause, want string
		limit              time.Duration
	}{
		{"exits", "C01", "ended with 3; last lines: no way", 20 * time.Second},
		{"silent", "C01", "not ready within 2s", 2 * time.Second},
		{"silent", "C02", "still running", 2 * time.Second},
		{"floods", "C01", "flooded its log", 20 * time.Second},
		{"floods", "C06", "see C01", 20 * time.Second},
		{"unready", "C01", "/readyz answered 503", 2 * time.Second},
		{"pours", "C12", "want JSON with a status string", 20 * time.Second},
		{"deaf", "C63", "it did not end after a drain", 20 * time.Second},
		{"deaf", "C64", "it did not drain", 20 * time.Second},
	} {
		t.Run(row.what+row.clause, func(t *testing.T) {
			t.Parallel()
			target, pids := troubled(t, row.what)
			began := time.Now()
			target.Foreign = row.what == "deaf" || row.what == "pours"
			r, err := Run(t.Context(), target, Options{Only: []string{row.clause}, StartLimit: row.limit})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Results[0]
			wantOutcome := Fail
			if row.clause == "C06" {
				wantOutcome = NotRun
			}
			if got.Outcome != wantOutcome || !strings.Contains(got.Evidence, row.want) {
				t.Errorf("%s %s: %s, want %s with %q", got.Clause, got.Outcome, got.Evidence, wantOutcome, row.want)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
			wantGone(t, pids)
		})
	}
}

func TestNoCommand(t *testing.T) {
	t.Parallel()
	missing := Target{Launch: spec.Launch{Dir: t.TempDir(), Run: []string{"./missing"}}}
	r, err := Run(t.Context(), missing, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Results[0].Outcome != Fail || r.Count(Pass) > 0 {
		t.Errorf("C01 %s, %d pass", r.Results[0].Outcome, r.Count(Pass))
	}
	if _, err := Run(t.Context(), Target{}, Options{}); err == nil {
		t.Error("no command at all: want an error")
	}
	if _, err := Run(t.Context(), missing, Options{Only: []string{"C99"}}); err == nil {
		t.Error("unknown clause: want an error")
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	target, pids := troubled(t, "silent")
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	began := time.Now()
	_, err := Run(ctx, target, Options{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	wantGone(t, pids)
}

// TestWaiversAndNeeds: a waiver is reported with its reason, and a check whose
// needs are not met is not run.
func TestWaiversAndNeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the specimen")
	}
	t.Parallel()
	target := broken(buildSpecimen(t), "C12")
	target.Launch.Calls = nil
	target.Waivers = map[string]string{"C12": "probes are cached on purpose"}
	r, err := Run(t.Context(), target, Options{Only: []string{"C12", "C36", "S02", "S03"}})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, res := range r.Results {
		got += res.Clause + " " + string(res.Outcome) + " " + strconv.FormatBool(res.Evidence != "") + "\n"
	}
	const want = "C12 waived true\nC36 pass true\nS02 not_applicable true\nS03 not_applicable true\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	target.Launch.Discovery, target.Launch.Config = "", ""
	r, err = run(t.Context(), target, Options{}, slices.DeleteFunc(Table(), func(c Check) bool {
		return c.Needs&(NeedsCalls|NeedsConfig|NeedsRegistry) == 0
	}))
	if err != nil {
		t.Fatal(err)
	}
	if n := r.Count(NotApplicable); n != len(r.Results) || n < 15 {
		t.Errorf("%d of %d are not applicable to a service that calls, registers and reads nothing", n, len(r.Results))
	}
}
