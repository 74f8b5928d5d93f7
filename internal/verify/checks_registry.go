package verify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/registry"
)

const (
	advertised  = "verify.example" // nobody would guess it
	renewEvery  = 5 * time.Second
	retryEvery  = 2 * time.Second
	leaseDrain  = 2 * time.Second
	leaseNotice = 1500 * time.Millisecond // for a signal, and a request, on a busy machine
)

// eureka is a registry on loopback. It looks at a process whenever that registers
// or cancels: what is true at that moment is a clause of its own.
type eureka struct {
	loopback
	*registry.Registry

	mu      sync.Mutex
	process string         // its address
	ready   map[string]int // what /readyz said at the first request of a method
}

func startEureka() (*eureka, error) {
	e := &eureka{Registry: registry.New(), ready: map[string]int{}}
	return e, e.start(http.StripPrefix("/eureka", http.HandlerFunc(e.serve)))
}

// watch says where the process is.
func (e *eureka) watch(process string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.process = process
}

func (e *eureka) env() string { return e.url() + "/eureka" }

func (e *eureka) serve(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	_, seen := e.ready[r.Method]
	process := e.process
	if !seen {
		e.ready[r.Method] = 0
	}
	e.mu.Unlock()
	if !seen {
		if a, err := (&instance{base: "http://" + process, http: newClient(), done: make(chan struct{})}).get(r.Context(), "/readyz"); err == nil {
			e.mu.Lock()
			e.ready[r.Method] = a.status
			e.mu.Unlock()
		}
	}
	e.ServeHTTP(w, r)
}

func (e *eureka) readyAt(method string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ready[method]
}

// await waits until n requests of a method came, and returns all there are of it.
func (e *eureka) await(ctx context.Context, method string, n int, limit time.Duration) []registry.Request {
	for end := time.Now().Add(limit); time.Now().Before(end) && ctx.Err() == nil; pause(ctx, 20*time.Millisecond) {
		if len(e.of(method)) >= n {
			break
		}
	}
	return e.of(method)
}

func (e *eureka) of(method string) []registry.Request {
	return slices.DeleteFunc(e.Requests(), func(r registry.Request) bool { return r.Method != method })
}

// lease is what was seen of one process from its registration to its end.
type lease struct {
	service, port string
	first         registry.Request // the registration
	readyAtFirst  int              // what /readyz said when it came
	renewals      []registry.Request
	again         []registry.Request // registrations after the registry forgot it
	signalled     time.Time
	cancels       []registry.Request
	readyAtCancel int
	serving       bool // a second after the signal it still answered
	turned        bool // and /readyz was no longer 200
	late          []string
}

// watchLease lets a process register, forgets it, and stops it shortly before its
// next renewal, when an untidy one would register again.
func (b *bench) watchLease() (*lease, error) {
	e, err := startEureka()
	if err != nil {
		return nil, err
	}
	b.keep(e)
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	e.watch(net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	s := b.common(b.steady)
	s["PORT"], s["EUREKA_URL"], s["ADVERTISE_HOST"], s["SHUTDOWN_DRAIN_MS"] = strconv.Itoa(port), e.env(), advertised, millis(leaseDrain)
	in, err := b.once(laneOwn, "the process that registers", s)()
	if err != nil {
		return nil, err
	}
	l := &lease{service: b.target.Launch.Service, port: s["PORT"]}
	all := e.await(b.ctx, "POST", 1, b.opts.StartLimit)
	if len(all) == 0 {
		return nil, errors.New("it did not register: no POST {EUREKA_URL}/apps/{NAME}")
	}
	l.first, l.readyAtFirst = all[0], e.readyAt("POST")
	e.Forget()
	l.renewals = e.await(b.ctx, "PUT", 1, renewEvery+leaseNotice)
	l.again = e.await(b.ctx, "POST", 2, leaseNotice)[1:]
	l.end(b.ctx, in, e)
	return l, b.ctx.Err()
}

func (l *lease) end(ctx context.Context, in *instance, e *eureka) {
	if !signalsWork {
		return
	}
	if len(l.again) > 0 {
		pause(ctx, time.Until(l.again[0].At.Add(renewEvery-time.Second)))
	}
	l.signalled = time.Now()
	if err := in.terminate(); err != nil {
		return
	}
	pause(ctx, time.Second)
	a, err := in.getFresh(ctx, "/readyz")
	l.serving, l.turned = err == nil, a.status != http.StatusOK
	in.awaitEnd(ctx, leaseDrain+3*time.Second)
	l.cancels, l.readyAtCancel = e.of("DELETE"), e.readyAt("DELETE")
	for _, r := range e.Requests() {
		if len(l.cancels) > 0 && r.At.After(l.cancels[0].At) && r.Method != "GET" {
			l.late = append(l.late, r.Method)
		}
	}
}

func (b *bench) needLease() (*lease, error) {
	l, err := b.leases()
	if err != nil {
		return nil, fmt.Errorf("EUREKA_URL is set: %w", err)
	}
	return l, nil
}

func number(v any) float64 {
	n, _ := v.(float64)
	return n
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// registers is C70.
func registers(_ context.Context, b *bench) (string, error) {
	l, err := b.needLease()
	if err != nil {
		return "", err
	}
	var f findings
	i := l.first.Instance
	f.want(l.readyAtFirst == http.StatusOK, "when it registered, /readyz was %d, want 200", l.readyAtFirst)
	f.want(l.first.Status == http.StatusNoContent, "the registration was answered %d: %v", l.first.Status, clip(fmt.Sprint(i), 300))
	name := strings.ToLower(l.first.App)
	if l.service != "" {
		f.want(name == l.service, "it registered as %q, want %q", l.first.App, strings.ToUpper(l.service))
	}
	f.want(strings.HasSuffix(i.Text("instanceId"), ":"+name+":"+l.port), "instanceId %q, want host:%s:%s", i.Text("instanceId"), name, l.port)
	f.want(i.Text("vipAddress") == name, "vipAddress %q, want %q", i.Text("vipAddress"), name)
	f.want(i.Text("status") == "UP", "status %q, want UP", i.Text("status"))
	port := object(i["port"])
	f.want(fmt.Sprint(port["$"]) == l.port && fmt.Sprint(port["@enabled"]) == "true", `port %v, want {"$":%s,"@enabled":"true"}`, port, l.port)
	center := object(i["dataCenterInfo"])
	f.want(center["name"] == "MyOwn" && center["@class"] != nil, "dataCenterInfo %v, want MyOwn with its @class", center)
	times := object(i["leaseInfo"])
	f.want(number(times["renewalIntervalInSecs"]) == 5 && number(times["durationInSecs"]) == 15, "leaseInfo %v, want 5 and 15 s", times)
	for _, key := range []string{"contract", "language", "version"} {
		f.want(object(i["metadata"])[key] != nil, "metadata %v, want %s in it", i["metadata"], key)
	}
	return "registered when ready, with all that a client of the registry reads", f.err()
}

// renews is C71.
func renews(_ context.Context, b *bench) (string, error) {
	l, err := b.needLease()
	if err != nil {
		return "", err
	}
	if len(l.renewals) == 0 {
		return "", fmt.Errorf("no renewal within %s of the registration, want one after %s", renewEvery+leaseNotice, renewEvery)
	}
	var f findings
	r := l.renewals[0]
	after := r.At.Sub(l.first.At)
	f.want(after >= renewEvery-time.Second, "the first renewal came after %s, want %s", after.Round(time.Millisecond), renewEvery)
	f.want(r.App == l.first.App && r.ID == l.first.ID, "PUT %s, want the app and the instanceId that it registered", r.Path)
	f.want(len(l.again) > 0, "a renewal was answered 404, and it did not register again within %s", leaseNotice)
	return fmt.Sprintf("renewed after %s; registered again after a 404", after.Round(time.Millisecond)), f.err()
}

// deadRegistry is C72.
func deadRegistry(ctx context.Context, b *bench) (string, error) {
	e, err := startEureka()
	if err != nil {
		return "", err
	}
	b.keep(e)
	e.down()
	s := b.common(b.steady)
	s["EUREKA_URL"], s["ADVERTISE_HOST"] = e.env(), advertised
	in, leave, err := b.own(ctx, s)
	var missing *notRunError
	if errors.As(err, &missing) {
		return "", fmt.Errorf("the registry is down: %s", missing.reason)
	}
	if err != nil {
		return "", err
	}
	defer leave()
	e.watch(in.addr)
	e.Set(registry.Failing)
	if err := e.up(); err != nil {
		return "", err
	}
	var f findings
	e.await(ctx, "POST", 1, retryEvery+leaseNotice)
	e.Set(registry.Garbage)
	e.await(ctx, "POST", 2, retryEvery+leaseNotice)
	e.Set(registry.None)
	all := e.await(ctx, "POST", 3, retryEvery+leaseNotice)
	f.want(len(all) >= 3 && all[2].Status == http.StatusNoContent, "refused, 500, garbage, then well: %d registrations, want one every %s until 204", len(all), retryEvery)
	for i := 1; i < min(3, len(all)); i++ {
		gap := all[i].At.Sub(all[i-1].At)
		f.want(gap >= retryEvery/2, "it tried again after %s, want %s", gap.Round(time.Millisecond), retryEvery)
	}
	a, err := in.get(ctx, "/readyz")
	f.want(err == nil && a.status == http.StatusOK, "after it /readyz is %d %v, want 200", a.status, err)
	return "ready without a registry; registered when it came back", f.err()
}

// cancels is C73.
func cancels(_ context.Context, b *bench) (string, error) {
	if !signalsWork {
		return "", notRun("this system has no signals")
	}
	l, err := b.needLease()
	if err != nil {
		return "", err
	}
	if len(l.cancels) == 0 {
		return "", fmt.Errorf("SIGTERM: no DELETE {EUREKA_URL}/apps/{NAME}/{instanceId}")
	}
	var f findings
	one := l.cancels[0]
	after := one.At.Sub(l.signalled)
	f.want(after < leaseDrain-200*time.Millisecond, "the DELETE came %s after SIGTERM, want it before the drain of %s", after.Round(time.Millisecond), leaseDrain)
	f.want(one.App == l.first.App && one.ID == l.first.ID, "DELETE %s, want the app and the instanceId that it registered", one.Path)
	f.want(l.readyAtCancel != http.StatusOK || !l.turned, "it cancelled before /readyz turned to 503")
	f.want(l.serving, "a second after SIGTERM it serves no more")
	f.want(len(l.late) == 0, "after the DELETE came %v", l.late)
	return fmt.Sprintf("cancelled %d ms after SIGTERM, not ready, and nothing after it", after.Milliseconds()), f.err()
}

// advertises is C74.
func advertises(ctx context.Context, b *bench) (string, error) {
	l, err := b.needLease()
	if err != nil {
		return "", err
	}
	var f findings
	i := l.first.Instance
	f.want(i.Text("hostName") == advertised, "hostName %q, want %q (ADVERTISE_HOST)", i.Text("hostName"), advertised)
	f.want(strings.HasPrefix(i.Text("instanceId"), advertised+":"), "instanceId %q, want it to begin with %s", i.Text("instanceId"), advertised)
	want := "http://" + net.JoinHostPort(advertised, l.port) + "/readyz"
	for _, name := range []string{"healthCheckUrl", "statusPageUrl"} {
		f.want(i.Text(name) == want, "%s %q, want %q", name, i.Text(name), want)
	}
	_, err = b.refuseWith(ctx, map[string]string{"EUREKA_URL": "http://127.0.0.1:9/eureka"}, map[string]string{"ADVERTISE_HOST": "127.0.0.1:9"})
	f.want(err == nil, "EUREKA_URL without ADVERTISE_HOST: %v", err)
	return "ADVERTISE_HOST in every address, and required", f.err()
}
