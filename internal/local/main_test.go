//go:build unix

package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// The test binary is also the services and the steps that the tests run.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "service" {
		testService(os.Args[2:])
	}
	if len(os.Args) > 2 && os.Args[1] == "step" {
		testStep(os.Args[2:])
	}
	if len(os.Args) > 2 && os.Args[1] == "up" {
		testUp()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// testUp is a whole `up` in a process of its own.
func testUp() {
	_ = Up(context.Background(), Options{
		Launches: []spec.Launch{
			{Service: "a", Dir: ".", Run: []string{os.Args[0], "service", "normal"}},
			{Service: "b", Dir: ".", Run: []string{os.Args[0], "service", "stubborn"}},
		},
		Stdout: os.Stdout, Stderr: os.Stdout,
	})
}

func testStep(args []string) {
	switch args[0] {
	case "write": // FILE
		f, err := os.OpenFile(args[1], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = f.WriteString("x")
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	case "fail":
		for i := range 30 {
			fmt.Println("step line", i)
		}
		os.Exit(7)
	case "sleep":
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		for _, file := range args[1:] {
			_ = os.WriteFile(file, []byte("running"), 0o644)
		}
		<-stop
		for _, file := range args[1:] {
			_ = os.WriteFile(file, []byte("asked to stop"), 0o644)
		}
	}
	os.Exit(0)
}

func testService(modes []string) {
	has := func(mode string) bool { return slices.Contains(modes, mode) }
	fmt.Printf("{\"message\":\"started\",\"pid\":%d}\n", os.Getpid())
	if has("child") {
		child := exec.Command(os.Args[0], "step", "sleep")
		child.Stdout = os.Stdout // holds the pipe open
		_ = child.Start()
		fmt.Println("child", child.Process.Pid)
	}
	if has("long") {
		fmt.Println(strings.Repeat("y", maxLine+5000))
	}
	if has("crash") {
		for i := range 30 {
			fmt.Fprintln(os.Stderr, "crash line", i)
		}
		os.Exit(3)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		if has("stubborn") {
			return
		}
		if has("registers") {
			fmt.Println("cancelled:", cancel())
		}
		fmt.Println("stopped")
		os.Exit(0)
	}()
	if has("late") {
		time.Sleep(500 * time.Millisecond)
		fmt.Println("listening at last")
	}
	if has("registers") {
		go register()
	}
	fmt.Println(http.ListenAndServe(net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT")), testHandler(has("never"))))
	os.Exit(1)
}

// cancel takes this process off the registry.
func cancel() string {
	name := strings.ToUpper(os.Getenv("SERVICE_NAME"))
	req, _ := http.NewRequest(http.MethodDelete, os.Getenv("EUREKA_URL")+"/apps/"+name+"/h:"+strings.ToLower(name)+":"+os.Getenv("PORT"), nil)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	return res.Status
}

// register tells the registry of this process, a while after its start.
func register() {
	time.Sleep(300 * time.Millisecond)
	name, port := os.Getenv("SERVICE_NAME"), os.Getenv("PORT")
	body := fmt.Sprintf(`{"instance":{"instanceId":"h:%s:%s","hostName":"h","status":"UP","port":{"$":%s,"@enabled":"true"}}}`, name, port, port)
	res, err := http.Post(os.Getenv("EUREKA_URL")+"/apps/"+strings.ToUpper(name), "application/json", strings.NewReader(body))
	if err != nil || res.StatusCode != http.StatusNoContent {
		fmt.Println("not registered", err)
		os.Exit(1)
	}
	fmt.Println("registered")
}

func testHandler(never bool) http.Handler {
	var unready atomic.Bool
	unready.Store(never)
	mux := http.NewServeMux()
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if unready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "secret") })
	mux.HandleFunc("/api/unready", func(http.ResponseWriter, *http.Request) { unready.Store(true) })
	mux.HandleFunc("/api/exit", func(http.ResponseWriter, *http.Request) { fmt.Println("last words"); os.Exit(5) })
	mux.HandleFunc("/api/say", func(w http.ResponseWriter, r *http.Request) { fmt.Println(r.FormValue("text")) })
	mux.HandleFunc("/api/call", func(w http.ResponseWriter, r *http.Request) {
		res, err := http.Get(os.Getenv(callURL(r.FormValue("name"))) + "/api/")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		_, _ = io.Copy(w, res.Body)
	})
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		env := map[string]string{}
		for _, pair := range os.Environ() {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		_ = json.NewEncoder(w).Encode(answer{Name: os.Getenv("SERVICE_NAME"), PID: os.Getpid(), Env: env})
	})
	return mux
}

type answer struct {
	Name string
	PID  int
	Env  map[string]string
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// world is a system under test.
type world struct {
	t      *testing.T
	o      Options
	out    *buffer
	err    *buffer
	cancel context.CancelFunc
	result chan error
	base   string // of the gateway
}

// newWorld has one service for each "name mode mode", routed at /name, with a gateway.
func newWorld(t *testing.T, services ...string) *world {
	t.Helper()
	w := &world{t: t, out: &buffer{}, err: &buffer{}, result: make(chan error, 1)}
	sys := &spec.System{Name: "test", Gateway: &spec.Provider{Name: "caddy", Port: freePort(t)}}
	for _, s := range services {
		words := strings.Fields(s)
		sys.Services = append(sys.Services, &spec.Service{
			Name: words[0], Language: "go", Routes: []spec.Route{{Path: "/" + words[0], To: spec.GeneratedTo}},
		})
		run := append([]string{os.Args[0], "service", "normal"}, words[1:]...)
		w.o.Launches = append(w.o.Launches, spec.Launch{Service: words[0], Dir: t.TempDir(), Run: run, Port: freePort(t)})
	}
	w.base = localURL(sys.Gateway.Port)
	w.o.System, w.o.Stdout, w.o.Stderr = sys, w.out, w.err
	w.o.Environ = []string{"PATH=" + os.Getenv("PATH"), quickRace}
	return w
}

func (w *world) launch(name string) *spec.Launch {
	i := slices.IndexFunc(w.o.Launches, func(l spec.Launch) bool { return l.Service == name })
	return &w.o.Launches[i]
}

// start runs Up and returns once it is ready.
func (w *world) start() {
	w.t.Helper()
	w.begin()
	w.wait("ready", func() bool { return strings.Contains(w.err.String(), "ready: ") })
}

func (w *world) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.result <- Up(ctx, w.o)
	}()
	w.t.Cleanup(func() { cancel(); <-done })
}

// stop cancels and returns what Up returned.
func (w *world) stop() error {
	w.t.Helper()
	w.cancel()
	return w.end()
}

func (w *world) end() error {
	w.t.Helper()
	select {
	case err := <-w.result:
		return err
	case <-time.After(15 * time.Second):
		w.t.Fatalf("Up did not return\n%s", w.err)
		return nil
	}
}

func (w *world) wait(what string, ok func() bool) {
	w.t.Helper()
	for limit := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			w.t.Fatalf("waited in vain for: %s\nstderr:\n%s\nstdout:\n%s", what, w.err, w.out)
		}
		select {
		case err := <-w.result:
			w.t.Fatalf("Up returned while waiting for: %s: %v", what, err)
		default:
		}
	}
}

func (w *world) get(path string) (status int, body string) {
	w.t.Helper()
	res, err := http.Get(w.base + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(text)
}

func (w *world) answer(path string) (a answer) {
	w.t.Helper()
	status, body := w.get(path)
	if err := json.Unmarshal([]byte(body), &a); status != 200 || err != nil {
		w.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	return a
}

var nextPort atomic.Int32

// freePort never gives a port twice, and none from which the system serves outgoing
// connections: it is free until the test takes it.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 10000 + int(nextPort.Add(1)+int32(os.Getpid()*37))%5000
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// alive does not count one that has ended and waits for process 1 to notice.
func alive(pid int) bool {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && bytes.Contains(stat, []byte(") Z ")) {
		return false
	}
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// pids are those that services printed after a word, such as `"pid":12` or `child 12`.
func pids(text, word string) (list []int) {
	for _, part := range strings.Split(text, word)[1:] {
		end := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		if n, err := strconv.Atoi(part[:max(end, 0)]); err == nil {
			list = append(list, n)
		}
	}
	return list
}

func (w *world) noneLeft() {
	w.t.Helper()
	all := append(pids(w.out.String(), `"pid":`), pids(w.out.String(), "child ")...)
	if len(all) == 0 {
		w.t.Error("no process was seen at all")
	}
	for _, pid := range all {
		for limit := time.Now().Add(time.Second); alive(pid); time.Sleep(time.Millisecond) {
			if time.Now().After(limit) {
				w.t.Errorf("process %d is still there", pid)
				break
			}
		}
	}
}

func makeExecutable(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Chmod(dir+"/"+name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// quickRace lets children built with the race detector end without a pause.
const quickRace = "GORACE=atexit_sleep_ms=0"
