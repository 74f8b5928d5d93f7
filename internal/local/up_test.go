//go:build unix

package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

func TestUpRunsRoutesAndStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "orders child", "pricing")
	orders := w.launch("orders")
	orders.Calls = []string{"pricing", "shop-api", "billing", "unknown"}
	orders.Env = map[string]string{"FROM_SPEC": "spec", "LOG_LEVEL": "info", "SHUTDOWN_DRAIN_MS": "9000"}
	orders.Secrets = []string{"TOKEN"}
	w.o.Environ = append(w.o.Environ, "TOKEN=s3cret", "LOG_LEVEL=debug", "PORT=1", "HOST=10.0.0.1", "CALL_PRICING_URL=x")
	w.o.System.Externals = []*spec.External{{Name: "shop-api", URL: "http://api.example/v1/"}}
	w.o.System.Services = append(w.o.System.Services, &spec.Service{Name: "billing", Image: "reg/billing:4.2", Port: 80, LocalPort: 4567})
	w.start()

	got := w.answer("/orders").Env
	want := map[string]string{
		"FROM_SPEC": "spec", "LOG_LEVEL": "debug", "TOKEN": "s3cret", "SERVICE_NAME": "orders",
		"PORT": fmt.Sprint(orders.Port), "HOST": "127.0.0.1", "PWD": orders.Dir, "PATH": os.Getenv("PATH"),
		"SHUTDOWN_DRAIN_MS": "0", "SHUTDOWN_TIMEOUT_MS": "3000", "GORACE": "atexit_sleep_ms=0",
		"CALL_PRICING_URL":  localURL(w.launch("pricing").Port),
		"CALL_SHOP_API_URL": "http://api.example/v1", "CALL_BILLING_URL": "http://127.0.0.1:4567",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if _, body := w.get("/orders/call?name=pricing"); !strings.Contains(body, `"Name":"pricing"`) {
		t.Errorf("the call to pricing answered %s", body)
	}
	for _, text := range []string{
		"billing is an image: start it yourself on port 4567", "shop-api is external: http://api.example/v1/",
		"orders calls unknown, which is not in this spec: set CALL_UNKNOWN_URL", "\nready: " + w.base + "\n",
	} {
		if !strings.Contains(w.err.String(), text) {
			t.Errorf("stderr does not say %q:\n%s", text, w.err)
		}
	}
	start := time.Now()
	if err := w.stop(); err != nil {
		t.Errorf("Up: %v", err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("stopping took %s", took)
	}
	w.noneLeft()
	if !strings.Contains(w.out.String(), "orders  | stopped\n") {
		t.Errorf("orders was not asked to stop:\n%s", w.out)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(w.base, "http://")); err == nil {
		conn.Close()
		t.Error("the gateway's port is still open")
	}
}

func TestUpReportsTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "b", "a")
	w.launch("b").Calls = []string{"a"}
	w.start()
	a, b := w.answer("/a"), w.answer("/b")
	want := [][]string{
		{"SERVICE", "URL", "PID", "ROUTES", "CALLS"},
		{"a", localURL(w.launch("a").Port), fmt.Sprint(a.PID), "/a", "-"},
		{"b", localURL(w.launch("b").Port), fmt.Sprint(b.PID), "/b", "a"},
		{"ready:", w.base},
	}
	var got [][]string
	for line := range strings.Lines(w.err.String()) {
		got = append(got, strings.Fields(line))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestUpCrashBeforeReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "good", "bad crash")
	w.begin()
	err := w.end()
	var failed *ServiceError
	if !errors.As(err, &failed) {
		t.Fatalf("Up: %v, want a ServiceError", err)
	}
	if failed.Service != "bad" || failed.Phase != "run" || failed.ExitCode != 3 || len(failed.LastLines) != 20 ||
		!slices.Contains(failed.LastLines, "crash line 29") {
		t.Errorf("got %+v", failed)
	}
	for _, text := range []string{"bad: run ended with exit code 3", "service normal crash", "crash line 29"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q: %v", text, err)
		}
	}
	w.noneLeft()
}

func TestUpNeverReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "slow never")
	w.o.ReadyTimeout = time.Second
	w.begin()
	err := w.end()
	if err == nil || !strings.Contains(err.Error(), "slow: run was not ready within 1s (GET") || !strings.Contains(err.Error(), "answers 503") {
		t.Errorf("Up: %v", err)
	}
	w.noneLeft()
}

func TestUpOneDiesLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "orders", "ratings")
	w.start()
	if err := syscall.Kill(w.answer("/ratings").PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	w.wait("the report", func() bool { return strings.Contains(w.err.String(), "ratings is down") })
	if !strings.Contains(w.err.String(), "ratings: run was ended (signal: killed): ") {
		t.Errorf("stderr:\n%s", w.err)
	}
	status, body := w.get("/ratings/x")
	if status != 502 || !strings.Contains(body, `"service":"ratings"`) || !strings.Contains(body, `"instance":"/ratings/x"`) {
		t.Errorf("the route of the dead service answers %d %s", status, body)
	}
	w.answer("/orders")
	if err := w.stop(); err != nil {
		t.Errorf("Up: %v", err)
	}
	w.noneLeft()
}

func TestUpLastOneDies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "orders")
	w.start()
	_, _ = http.Get(w.base + "/orders/exit")
	var failed *ServiceError
	if err := w.end(); !errors.As(err, &failed) || failed.ExitCode != 5 || failed.LastLines[len(failed.LastLines)-1] != "last words" {
		t.Errorf("Up: %v", err)
	}
}

func TestUpStubborn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "deaf stubborn child")
	w.o.StopTimeout = 200 * time.Millisecond
	w.start()
	if err := w.stop(); err == nil || !strings.Contains(err.Error(), "killed: deaf") {
		t.Errorf("Up: %v", err)
	}
	w.noneLeft()
}

func TestUpKill(t *testing.T) {
	t.Parallel()
	kill := make(chan struct{})
	w := newWorld(t, "deaf stubborn child")
	w.o.Kill = kill
	w.start()
	w.cancel()
	w.wait("stopping", func() bool { return strings.Contains(w.err.String(), "stopping") })
	start := time.Now()
	close(kill)
	if err := w.end(); !errors.Is(err, context.Canceled) {
		t.Errorf("Up: %v", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %s", took)
	}
	w.noneLeft()
}

func TestUpScale(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "front", "orders", "mine")
	w.launch("front").Calls = []string{"orders", "mine"}
	w.o.Scale = map[string]int{"orders": 2, "mine": 0}
	w.o.StopTimeout = time.Second
	w.start()
	first, second := w.answer("/orders"), w.answer("/orders")
	if first.PID == second.PID || first.Env["PORT"] == second.Env["PORT"] {
		t.Errorf("two requests in turn reached %d and %d", first.PID, second.PID)
	}
	if first.Env["SHUTDOWN_DRAIN_MS"] != "2000" {
		t.Errorf("an instance of two has SHUTDOWN_DRAIN_MS=%s", first.Env["SHUTDOWN_DRAIN_MS"])
	}
	if got, want := w.answer("/front").Env["CALL_ORDERS_URL"], localURL(w.launch("orders").Port); got != want {
		t.Errorf("front calls orders on %s, want %s", got, want)
	}
	w.seen("/front/call?name=orders", first.PID, second.PID)
	if text := "mine is not started: start it yourself on port 0"; !strings.Contains(w.err.String(), text) {
		t.Errorf("stderr:\n%s", w.err)
	}
	// One that says it is not ready gets nothing more, by either way.
	res, err := http.Get("http://127.0.0.1:" + first.Env["PORT"] + "/api/unready")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	w.only("/orders", second.PID)
	w.only("/front/call?name=orders", second.PID)
	// The only ready one is gone: the answer names the service.
	_ = syscall.Kill(second.PID, syscall.SIGKILL)
	w.wait("502", func() bool {
		status, body := w.get("/orders")
		return status == 502 && strings.Contains(body, "orders")
	})
	if !strings.Contains(w.out.String(), "orders.2 | ") {
		t.Errorf("the instances' lines are not told apart:\n%s", w.out)
	}
	_ = w.stop()
	w.noneLeft()
}

// seen waits until all of the processes have answered.
func (w *world) seen(path string, all ...int) {
	w.t.Helper()
	left := map[int]bool{}
	for _, pid := range all {
		left[pid] = true
	}
	w.wait("an answer of each", func() bool { delete(left, w.answer(path).PID); return len(left) == 0 })
}

// only waits until one process has given six answers in turn.
func (w *world) only(path string, pid int) {
	w.t.Helper()
	turns := 0
	w.wait(fmt.Sprintf("answers of %d alone", pid), func() bool {
		if turns++; w.answer(path).PID != pid {
			turns = 0
		}
		return turns == 6
	})
}

func TestUpLogs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "orders long", "x")
	w.o.Color = true
	w.start()
	w.get("/x/say?text=hello")
	cyan, yellow := "\x1b[36morders | \x1b[0m", "\x1b[33mx      | \x1b[0m"
	w.wait("the lines", func() bool {
		return strings.Contains(w.out.String(), yellow+"hello\n") && strings.Contains(w.out.String(), cutMark)
	})
	for line := range strings.Lines(w.out.String()) {
		if !strings.HasPrefix(line, cyan) && !strings.HasPrefix(line, yellow) {
			t.Errorf("a line without its service: %.80q", line)
		}
		if len(line) > maxLine+100 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestUpRefusesBeforeStarting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "orders", "same", "folder")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w.o.GatewayPort = portOf(l)
	w.launch("same").Port = w.launch("orders").Port
	w.launch("folder").Dir = filepath.Join(t.TempDir(), "gone")
	w.launch("folder").Run = nil
	w.launch("orders").Secrets = []string{"DATABASE_URL"}
	w.launch("orders").Requires = []spec.Tool{{Name: "cobol", Minimum: "3", Version: []string{"cobc", "--version"}, Get: "apt-get install gnucobol"}}
	w.o.Scale = map[string]int{"nobody": 2, "same": -1}
	w.launch("orders").Install = spec.Command{Steps: [][]string{{os.Args[0], "step", "write", "ran"}}}
	w.begin()
	text := fmt.Sprint(w.end())
	for _, want := range []string{
		fmt.Sprintf("the gateway cannot have port %d: another program uses it", portOf(l)),
		fmt.Sprintf("port %d is wanted by", w.launch("orders").Port),
		"folder: its folder is missing", "folder: its pack does not say how to run it",
		"orders: the secret DATABASE_URL is not set",
		"orders: cobol is missing (cobc is not in PATH); get it: apt-get install gnucobol",
		"cannot scale nobody", "cannot scale same to -1",
	} {
		if want == fmt.Sprintf("port %d is wanted by", w.launch("orders").Port) {
			continue // same is scaled away
		}
		if !strings.Contains(text, want) {
			t.Errorf("the error does not say %q:\n%s", want, text)
		}
	}
	if missing(w.launch("orders").Dir, []string{"ran"}) == "" || w.out.String() != "" {
		t.Error("something was run")
	}
}

func TestUpTwoWantOnePort(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", "b")
	w.launch("b").Port = w.launch("a").Port
	w.begin()
	want := fmt.Sprintf("port %d is wanted by a and by b", w.launch("a").Port)
	if err := w.end(); err == nil || err.Error() != want {
		t.Errorf("Up: %v, want %s", err, want)
	}
}

func TestUpCannotStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", "b")
	w.launch("b").Run = []string{".venv/bin/python", "-m", "b"}
	w.begin()
	err := w.end()
	if err == nil || !strings.Contains(err.Error(), "b: run could not start (stat ") || !strings.Contains(err.Error(), ".venv/bin/python -m b") {
		t.Errorf("Up: %v", err)
	}
}

func TestUpWithoutGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alone")
	w.o.System = nil
	w.begin()
	w.wait("ready", func() bool { return strings.HasSuffix(w.err.String(), "\nready\n") })
	if err := w.stop(); err != nil {
		t.Errorf("Up: %v", err)
	}
}
