package spec

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

const pathAdvice = "Begin with /, use letters, digits and . _ ~ - between slashes, and do not end with a slash."

// validPath accepts "/" and plain segments: no "..", no "//", nothing encoded,
// so that every gateway reads a prefix the same way.
func validPath(p string) bool {
	if p == "/" {
		return true
	}
	if !strings.HasPrefix(p, "/") || len(p) > 255 {
		return false
	}
	for _, seg := range strings.Split(p[1:], "/") {
		if seg == "." || seg == ".." || !segmentRE().MatchString(seg) {
			return false
		}
	}
	return true
}

func absoluteURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !strings.HasPrefix(s, u.Scheme+"://") || strings.ContainsAny(s, "?#") || strings.HasSuffix(u.Host, ":") {
		return false
	}
	if n, err := strconv.Atoi(u.Port()); u.Port() != "" && (err != nil || n < 1 || n > 65535) {
		return false
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		u.RawQuery == "" && u.Fragment == "" && u.User == nil && !strings.ContainsAny(s, "\"'`<>{}$ \\")
}

// private are the paths that a gateway must never reach in a generated service.
var private = []string{"/livez", "/readyz", "/metrics", "/_contract"}

func (v *validator) route(r Route, generated bool) {
	if !validPath(r.Path) {
		v.errorf(r.Range, "Bad route", "%s is not a path prefix. %s", quoted(r.Path), pathAdvice)
	}
	if r.toRange == (hcl.Range{}) {
		return
	}
	if r.To != "" && !validPath(r.To) {
		v.errorf(r.toRange, "Bad route target", "to = %s is not a path. %s", quoted(r.To), pathAdvice)
		return
	}
	if !generated {
		return
	}
	if r.To == "/" || r.To == "" {
		v.errorf(r.toRange, "Route would expose probes", "With to = %s everybody could reach /metrics and the probes. Point it below /api.", quoted(r.To))
	}
	for _, p := range private {
		if under(r.To, p) {
			v.errorf(r.toRange, "Route would expose probes", "%s is for the platform, never for a gateway's callers. Point it below /api.", p)
		}
	}
}

// under says whether path is prefix or below it, on segment boundaries.
func under(path, prefix string) bool {
	return prefix == "/" || path == prefix || strings.HasPrefix(path, prefix+"/")
}

type owned struct {
	Route
	owner string
	fresh bool // of a service that is about to be written
}

// routes reports a path given twice, and one that takes part of another's.
func (v *validator) routes() {
	all := v.owned()
	first := map[string]owned{}
	for _, r := range all {
		if other, taken := first[r.Path]; taken {
			v.errorf(r.Range, "Duplicate route", "%s belongs to %s already (%s). Choose another path.", r.Path, other.owner, position(other.Range))
			continue
		}
		first[r.Path] = r
	}
	for _, r := range all {
		for above := path.Dir(r.Path); above != "/"; above = path.Dir(above) {
			if other, there := first[above]; there && other.owner != r.owner {
				v.shadow(r, other)
			}
		}
	}
}

func (v *validator) shadow(r, other owned) {
	at := r.Range
	if other.fresh {
		at = other.Range
	}
	v.warnf(at, "Route shadows another", "Requests to %s go to %s, which wins as the longer prefix; the rest of %s goes to %s.", r.Path, r.owner, other.Path, other.owner)
}

// owned lists the good routes in the order in which they take a path.
func (v *validator) owned() []owned {
	var all []owned
	add := func(routes []Route, owner string, fresh bool) {
		for _, r := range routes {
			if validPath(r.Path) {
				all = append(all, owned{r, owner, fresh})
			}
		}
	}
	for _, svc := range v.sys.Services {
		add(svc.Routes, svc.Name, svc.New)
	}
	for _, e := range v.sys.Externals {
		add(e.Routes, e.Name, false)
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.fresh != b.fresh {
			return b.fresh
		}
		return later(b.Range, a.Range)
	})
	return all
}

// later says that a stands after b, in the order of files and lines.
func later(a, b hcl.Range) bool {
	if a.Filename != b.Filename {
		return a.Filename > b.Filename
	}
	return a.Start.Byte > b.Start.Byte
}

// ports reports two that would meet on a developer's machine.
func (v *validator) ports() {
	owner := map[int]string{}
	if g := v.sys.ActiveGateway(); g != nil {
		owner[g.Port] = "the gateway"
	}
	old, fresh := v.byAge()
	for _, svc := range slices.Concat(old, fresh) {
		port, at := svc.Port, svc.attrs["port"].rng
		if svc.LocalPort != 0 {
			port, at = svc.LocalPort, svc.attrs["local_port"].rng
		}
		if port == 0 || svc.badPort {
			continue
		}
		if by, taken := owner[port]; taken {
			if at == (hcl.Range{}) {
				at = svc.Range
			}
			v.errorf(at, "Duplicate port", "%d is the port of %s already. The next free one is %d.", port, by, v.sys.FreePort())
			continue
		}
		owner[port] = svc.Name
	}
}

// calls reports a service's calls to nobody, and calls given twice.
func (v *validator) calls(svc *Service) {
	first := map[string]bool{}
	for _, c := range svc.Calls {
		v.call(svc, c, first[c.Name])
		first[c.Name] = true
	}
}

func (v *validator) call(svc *Service, c Call, twice bool) {
	switch {
	case twice:
		v.errorf(c.Range, "Duplicate call", "service %s calls %s already. Remove one block.", quoted(svc.Name), quoted(c.Name))
	case !nameRE().MatchString(c.Name):
		v.name("service to call", c.Name, c.Range)
	case c.Name == svc.Name:
		v.errorf(c.Range, "Call to itself", "service %s cannot call itself. Name another service or an external.", quoted(svc.Name))
	case v.sys.Service(c.Name) != nil || v.sys.External(c.Name) != nil:
	case v.sys.Name == "":
		v.warnf(c.Range, "Call to an unknown service", "There is no system around this service, so %s cannot be checked. Its address comes from CALL_%s_URL.", quoted(c.Name), EnvName(c.Name))
	default:
		v.errorf(c.Range, "Call to an unknown service", "The system has no service or external %s.%s", quoted(c.Name), DidYouMean(c.Name, v.callable(svc.Name)))
	}
}

func (v *validator) callable(except string) []string {
	var names []string
	for _, s := range v.sys.Services {
		if s.Name != except {
			names = append(names, s.Name)
		}
	}
	for _, e := range v.sys.Externals {
		names = append(names, e.Name)
	}
	sort.Strings(names)
	return names
}

// cycles warns once for each cycle of calls, at the call that closes it or, where
// a new service is part of it, at the new service's.
func (v *validator) cycles() {
	state := map[string]int{} // 1 on the path, 2 done
	var path []*Service
	var visit func(svc *Service)
	visit = func(svc *Service) {
		state[svc.Name] = 1
		path = append(path, svc)
		for _, c := range svc.Calls {
			next := v.sys.Service(c.Name)
			switch {
			case next == nil || next == svc:
			case state[next.Name] == 1:
				v.cycle(path[slices.Index(path, next):])
			case state[next.Name] == 0:
				visit(next)
			}
		}
		path = path[:len(path)-1]
		state[svc.Name] = 2
	}
	old, fresh := v.byAge()
	for _, svc := range slices.Concat(fresh, old) {
		if state[svc.Name] == 0 {
			visit(svc)
		}
	}
}

// cycle reports services of which each calls the next, and the last the first.
func (v *validator) cycle(ring []*Service) {
	caller, names := ring[len(ring)-1], []string{}
	if i := slices.IndexFunc(ring, func(s *Service) bool { return s.New }); i >= 0 {
		ring = slices.Concat(ring[i:], ring[:i])
		caller = ring[0]
	}
	for _, s := range ring {
		names = append(names, s.Name)
	}
	names = append(names, names[0])
	callee := names[0]
	if caller == ring[0] {
		callee = names[1]
	}
	i := slices.IndexFunc(caller.Calls, func(c Call) bool { return c.Name == callee })
	v.warnf(caller.Calls[i].Range, "Call cycle", "%s. A slow service in it slows all of them; break the cycle if you can.", strings.Join(names, " → "))
}

func quoted(s string) string { return shorten(fmt.Sprintf("%q", s)) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
