//go:build unix

package local

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// withPlatform gives a world a registry and a config server, and every service
// the code for both.
func withPlatform(t *testing.T, services ...string) *world {
	t.Helper()
	w := newWorld(t, services...)
	w.o.System.Discovery, w.o.System.Config = &spec.Provider{Name: "eureka"}, &spec.Provider{Name: "spring-cloud"}
	w.o.PlatformPort, w.o.ConfigDir = freePort(t), t.TempDir()
	for i := range w.o.Launches {
		w.o.Launches[i].Discovery, w.o.Launches[i].Config = "eureka", "spring-cloud"
	}
	return w
}

// TestUpPlaysThePlatform: services find the registry and the config server, and
// up is ready only when the registry knows them.
func TestUpPlaysThePlatform(t *testing.T) {
	t.Parallel()
	w := withPlatform(t, "orders registers", "plain")
	orders, plain := w.launch("orders"), w.launch("plain")
	orders.Calls, plain.Discovery, plain.Config = []string{"plain", "billing"}, "", ""
	plain.Calls = []string{"orders"}
	w.o.System.Services = append(w.o.System.Services, &spec.Service{Name: "billing", Image: "reg/billing:4.2", Port: 80, LocalPort: 4567})
	if err := os.WriteFile(filepath.Join(w.o.ConfigDir, "orders.yml"), []byte("greeting: olá\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	if !strings.Contains(w.out.String(), "registered") {
		t.Errorf("ready before orders was registered:\n%s", w.out)
	}
	base := localURL(w.o.PlatformPort)
	env := w.answer("/orders").Env
	for name, want := range map[string]string{
		"EUREKA_URL": base + "/eureka", "ADVERTISE_HOST": "127.0.0.1", "CONFIG_URL": base + "/config",
		"CALL_PLAIN_URL": localURL(plain.Port), "CALL_BILLING_URL": "http://127.0.0.1:4567",
	} {
		if env[name] != want {
			t.Errorf("%s = %q, want %q", name, env[name], want)
		}
	}
	env = w.answer("/plain").Env
	if _, has := env["EUREKA_URL"]; has || env["CALL_ORDERS_URL"] != localURL(orders.Port) {
		t.Errorf("a service without a registry got %v", env)
	}
	res, err := http.Get(base + "/config/orders/default")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("GET /config/orders/default: %v %v", res, err)
	}
	if err := w.stop(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(w.out.String(), "cancelled: 200 OK") {
		t.Errorf("the registry was gone before the services:\n%s", w.out)
	}
	if answers(fmt.Sprintf("127.0.0.1:%d", w.o.PlatformPort)) {
		t.Error("the registry's port is still open")
	}
}

// TestUpRunsThePlatform: the system's own registry and gateway run in place of
// azulejo's, and the registry is there before the services begin.
func TestUpRunsThePlatform(t *testing.T) {
	t.Parallel()
	w := withPlatform(t, "orders")
	w.launch("orders").Discovery = ""
	w.o.GatewayPort = freePort(t)
	run := []string{os.Args[0], "service", "normal"}
	w.o.Platform = []spec.Launch{
		{Service: "platform", Dir: t.TempDir(), Run: append(run, "late"), Port: 8761, ReadyPath: "/readyz"},
		{Service: "gateway", Dir: t.TempDir(), Run: run, Port: 8080, Calls: []string{"orders"}, Discovery: "eureka"},
	}
	w.base = localURL(w.o.GatewayPort)
	w.start()
	out := w.out.String()
	if late, orders := strings.Index(out, "listening at last"), strings.Index(out, "orders   | "); late < 0 || orders < late {
		t.Errorf("the platform was not awaited:\n%s", out)
	}
	env := w.answer("/api/").Env // the gateway's own process answers
	for name, want := range map[string]string{
		"SERVICE_NAME": "gateway", "PORT": fmt.Sprint(w.o.GatewayPort), "EUREKA_URL": localURL(w.o.PlatformPort) + "/eureka",
		"CALL_ORDERS_URL": localURL(w.launch("orders").Port),
	} {
		if env[name] != want {
			t.Errorf("the gateway's %s = %q, want %q", name, env[name], want)
		}
	}
	if !strings.Contains(w.err.String(), "\nready: "+w.base+"\n") || !strings.Contains(w.err.String(), "platform  "+localURL(w.o.PlatformPort)) {
		t.Errorf("stderr:\n%s", w.err)
	}
	if err := w.stop(); err != nil {
		t.Error(err)
	}
	w.noneLeft()
}

// TestUpLeavesOutWhatIsRegistered: who is in the registry has no fixed address.
func TestUpLeavesOutWhatIsRegistered(t *testing.T) {
	t.Parallel()
	w := withPlatform(t, "orders registers", "pricing registers")
	w.launch("orders").Calls = []string{"pricing"}
	w.start()
	if url, has := w.answer("/orders").Env["CALL_PRICING_URL"]; has {
		t.Errorf("CALL_PRICING_URL=%s, and pricing is in the registry", url)
	}
}

func TestUpNeverRegistered(t *testing.T) {
	t.Parallel()
	w := withPlatform(t, "orders")
	w.o.ReadyTimeout = time.Second
	w.begin()
	err := w.end()
	if err == nil || !strings.Contains(err.Error(), "orders") || !strings.Contains(err.Error(), "did not register with EUREKA_URL=") {
		t.Errorf("Up: %v", err)
	}
	w.noneLeft()
}

func TestUpPlatformPortTaken(t *testing.T) {
	t.Parallel()
	w := withPlatform(t, "orders registers")
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", w.o.PlatformPort))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w.begin()
	want := fmt.Sprintf("the registry or config server cannot have port %d", w.o.PlatformPort)
	if err := w.end(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Up: %v, want %q", err, want)
	}
}

// TestWhere: the spec's and the caller's URLs are used, and nothing
// is played then.
func TestWhere(t *testing.T) {
	t.Parallel()
	const own = "http://127.0.0.1:8761/eureka"
	for _, row := range []struct {
		provider *spec.Provider
		caller   string
		want     string
	}{
		{nil, "http://caller/eureka", ""},
		{&spec.Provider{Name: "eureka"}, "", own},
		{&spec.Provider{Name: "eureka", URL: "http://spec/eureka/"}, "", "http://spec/eureka"},
		{&spec.Provider{Name: "eureka", URL: "http://spec/eureka"}, "http://caller/eureka", "http://caller/eureka"},
	} {
		if got := where(row.provider, row.caller, own); got != row.want {
			t.Errorf("where(%v, %q) = %q, want %q", row.provider, row.caller, got, row.want)
		}
	}
}
