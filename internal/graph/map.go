package graph

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Map is a system as nodes and arrows. Each list is sorted, each service and
// external has a name of its own, and each string is printable and on one line.
type Map struct {
	System    string   // "" for a service that stands alone
	Gateway   *Gateway // nil where none is generated; there can be routes all the same
	Services  []Service
	Externals []External
	Calls     []Call
	Routes    []Route
}

// Gateway is the generated gateway: its provider and its public port.
type Gateway struct {
	Name string
	Port int
}

// Service is one deployable. One of Language and Image is set, unless the spec
// is still in the making; a Port of 0 is not known yet.
type Service struct {
	Name      string
	Language  string
	Image     string
	Port      int
	Instances int
}

// External is what is called or routed to and is not ours. Without a URL it is
// called and described nowhere.
type External struct {
	Name string
	URL  string
}

// Call is an arrow from a service to a service or an external, by their names.
type Call struct {
	From string
	To   string
}

// Route is an arrow from the gateway: a path prefix, and the name of the service
// or external that answers below it.
type Route struct {
	Path string
	To   string
}

// Of makes the map of a system. Where two have the same name it holds the first,
// services before externals.
func Of(sys *spec.System) *Map {
	b := &builder{m: &Map{System: clean(sys.Name)}, nodes: map[string]bool{}, calls: map[Call]bool{}}
	if g := sys.ActiveGateway(); g != nil {
		b.m.Gateway = &Gateway{clean(g.Name), g.Port}
	}
	var kept []*spec.Service
	for _, svc := range sys.Services {
		if b.service(svc) {
			kept = append(kept, svc)
		}
	}
	for _, e := range sys.Externals {
		if b.external(clean(e.Name), clean(e.URL)) {
			b.routes(clean(e.Name), e.Routes)
		}
	}
	for _, svc := range kept {
		b.callsOf(svc)
	}
	b.m.sort()
	return b.m
}

type builder struct {
	m     *Map
	nodes map[string]bool
	calls map[Call]bool
}

func (b *builder) service(svc *spec.Service) bool {
	s := Service{clean(svc.Name), clean(svc.Language), clean(svc.Image), svc.Port, svc.Instances}
	if b.nodes[s.Name] {
		return false
	}
	b.nodes[s.Name] = true
	b.m.Services = append(b.m.Services, s)
	b.routes(s.Name, svc.Routes)
	return true
}

func (b *builder) external(name, url string) bool {
	if b.nodes[name] {
		return false
	}
	b.nodes[name] = true
	b.m.Externals = append(b.m.Externals, External{name, url})
	return true
}

func (b *builder) routes(to string, routes []spec.Route) {
	for _, r := range routes {
		b.m.Routes = append(b.m.Routes, Route{clean(r.Path), to})
	}
}

func (b *builder) callsOf(svc *spec.Service) {
	for _, c := range svc.Calls {
		call := Call{clean(svc.Name), clean(c.Name)}
		if b.calls[call] {
			continue
		}
		b.calls[call] = true
		b.external(call.To, "") // a service that stands alone calls what its spec does not describe
		b.m.Calls = append(b.m.Calls, call)
	}
}

func (m *Map) sort() {
	slices.SortFunc(m.Services, func(a, b Service) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Externals, func(a, b External) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Calls, func(a, b Call) int { return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To)) })
	slices.SortFunc(m.Routes, func(a, b Route) int { return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.To, b.To)) })
}

// clean leaves nothing that moves a cursor, turns the direction of text or
// cannot be seen.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// links are the calls by their ends, each list sorted.
type links struct {
	callees, callers map[string][]string
}

func (m *Map) links() links {
	l := links{map[string][]string{}, map[string][]string{}}
	for _, c := range m.Calls {
		l.callees[c.From] = append(l.callees[c.From], c.To)
		l.callers[c.To] = append(l.callers[c.To], c.From)
	}
	return l
}

// kind is what an external is called in a picture.
func (e External) kind() string {
	if e.URL == "" {
		return "unknown"
	}
	return "external"
}

// gatewayLabel is what the gateway is called in a picture, and false where the
// map has no place for one. A gateway that azulejo does not generate has no name.
func (m *Map) gatewayLabel() (string, bool) {
	if m.Gateway == nil {
		return "not generated", len(m.Routes) > 0
	}
	return m.Gateway.Name + portLabel(m.Gateway.Port), true
}
