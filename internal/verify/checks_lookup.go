package verify

import (
	"context"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/azulejo-dev/azulejo/internal/registry"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// lookupRefresh is how old a list of instances may be, on a busy machine.
const lookupRefresh = 3*time.Second + 1500*time.Millisecond

// searcher is a process that finds its first callee in a registry.
type searcher struct {
	*instance
	registry *eureka
	name     string // of the callee
}

// looksUp is C77.
func looksUp(ctx context.Context, b *bench) (string, error) {
	s, leave, err := b.searcher(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	one, err := startUpstream()
	if err != nil {
		return "", err
	}
	two, err := startUpstream()
	if err != nil {
		return "", err
	}
	out, err := startUpstream()
	if err != nil {
		return "", err
	}
	for _, up := range []*upstream{one, two, out} {
		b.keep(up)
	}
	s.add(one.addr, "UP")
	s.add(two.addr, "UP")
	s.add(out.addr, "OUT_OF_SERVICE")
	var f findings
	good := f.calls(ctx, s, 10)
	f.want(good == 10, "two instances are UP: %d of 10 calls went well", good)
	f.want(one.calls() >= 3 && two.calls() >= 3, "10 calls to two instances: %d and %d, want them in turn", one.calls(), two.calls())
	f.want(out.calls() == 0, "an instance that is OUT_OF_SERVICE was called %d times", out.calls())
	f.setAside(ctx, s)
	s.registry.down()
	pause(ctx, lookupRefresh)
	good = f.calls(ctx, s, 6)
	f.want(good == 6, "the registry is down: %d of 6 calls went well, want what was known to stay", good)
	f.leaves(ctx, s, one, two, out)
	return "in turn among those that are UP; a dead one is left out; the list outlives the registry, and follows it", f.err()
}

// setAside wants an instance that nobody can connect to not to be tried again.
func (f *findings) setAside(ctx context.Context, s *searcher) {
	dead, err := freePort()
	if err != nil {
		f.want(false, "%v", err)
		return
	}
	s.add(net.JoinHostPort("127.0.0.1", strconv.Itoa(dead)), "UP")
	pause(ctx, lookupRefresh)
	const calls, most = 18, 3 // a third of them, were it not left out
	failed := calls - f.calls(ctx, s, calls)
	f.want(failed <= most, "one of three instances is dead: %d of %d calls failed without retries, want it left out after the first", failed, calls)
	s.remove(net.JoinHostPort("127.0.0.1", strconv.Itoa(dead)))
}

// leaves wants the registry to be believed again, down to no instance at all.
func (f *findings) leaves(ctx context.Context, s *searcher, all ...*upstream) {
	if err := s.registry.up(); err != nil {
		f.want(false, "%v", err)
		return
	}
	for _, up := range all {
		s.remove(up.addr)
	}
	pause(ctx, lookupRefresh)
	a, err := s.ask(ctx)
	f.want(err == nil && a.status == http.StatusBadGateway, "no instance is left: %d %v, want 502", a.status, err)
}

// calls asks n times and counts what went well.
func (f *findings) calls(ctx context.Context, s *searcher, n int) (good int) {
	for range n {
		a, err := s.ask(ctx)
		f.want(err == nil, "%v", err)
		if err == nil && a.status == http.StatusOK {
			good++
		}
	}
	return good
}

func (s *searcher) ask(ctx context.Context) (answer, error) {
	return s.get(ctx, "/_contract/call/"+s.name+"?path=/found")
}

func (b *bench) searcher(ctx context.Context) (*searcher, func(), error) {
	e, err := startEureka()
	if err != nil {
		return nil, nil, err
	}
	b.keep(e)
	s := &searcher{registry: e, name: b.target.Launch.Calls[0]}
	settings := maps.Clone(b.common(b.steady))
	delete(settings, "CALL_"+spec.EnvName(s.name)+"_URL")
	settings["EUREKA_URL"], settings["ADVERTISE_HOST"] = e.env(), "127.0.0.1"
	var leave func()
	s.instance, leave, err = b.own(ctx, settings)
	return s, leave, err
}

// add registers an instance of the callee; without leaseInfo it stays for long.
func (s *searcher) add(address, status string) {
	host, port, _ := net.SplitHostPort(address)
	number, _ := strconv.Atoi(port)
	s.registry.Register(s.name, registry.Instance{
		"instanceId": s.id(address), "hostName": host, "ipAddr": host, "app": strings.ToUpper(s.name), "vipAddress": s.name, "status": status,
		"port": map[string]any{"$": number, "@enabled": "true"}, "securePort": map[string]any{"$": 443, "@enabled": "false"},
		"dataCenterInfo": map[string]any{"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
	})
}

func (s *searcher) remove(address string) { s.registry.Cancel(s.name, s.id(address)) }

func (s *searcher) id(address string) string { return s.name + ":" + address }
