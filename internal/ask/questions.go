package ask

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// question is one of azulejo's own.
type question struct {
	Question
	when    func(*filling) bool     // nil: always asked
	options func(*filling) []Option // nil: none
	initial func(*filling) []string // nil: no default
	put     func(*filling, *Item)
}

const (
	standsAlone    = "alone"
	standsInSystem = "system"
)

var nameQuestion = question{
	Question: Question{Field: "name", Label: "Name", Why: "Folder, host name and image tag: lower-case letters, digits and dashes.", Required: true, Essential: true},
	put:      func(f *filling, i *Item) { f.svc.Name = i.First() },
}

var serviceQuestions = []question{
	nameQuestion,
	{
		Question: Question{Field: "language", Label: "Language", Why: "It is generated in this language; all of them keep one contract.", Kind: Select, Essential: true, Flag: "--lang", Pinned: true},
		options:  (*filling).languages,
		initial:  func(f *filling) []string { return f.usual() },
		put:      func(f *filling, i *Item) { f.svc.Language = i.First() },
	},
	{
		Question: Question{Field: "pack", Label: "Pack", Group: "Language", Why: "Several packs bring this language.", Kind: Select, Flag: "--pack", Pinned: true},
		when:     func(f *filling) bool { return len(f.packs()) > 1 },
		options:  (*filling).packs,
		initial:  func(f *filling) []string { return []string{f.preferred()} },
		put:      func(f *filling, i *Item) { f.svc.Pack = i.First() },
	},
	{
		Question: Question{Field: "route", Label: "Route", Group: "Network", Why: "Path at the gateway; several with spaces between. Empty: only other services reach it.", Later: true, Kind: List, Essential: true, Flag: "--route", None: "not routed"},
		when:     func(f *filling) bool { return f.sys().ActiveGateway() != nil },
		initial:  func(f *filling) []string { return prefixed("/", f.svc.Name) },
		put:      (*filling).putRoutes,
	},
	{
		Question: Question{Field: "call", Label: "Calls", Group: "Network", Why: "Other services that it calls: a client with timeouts is generated.", Later: true, Kind: Multi, Essential: true, Flag: "--call", None: "nobody"},
		when:     func(f *filling) bool { return len(f.callable()) > 0 },
		options:  (*filling).callable,
		initial:  func(*filling) []string { return nil },
		put:      (*filling).putCalls,
	},
	{
		Question: Question{Field: "call", Label: "Calls", Group: "Network", Why: "Services that it calls, with spaces between; their addresses come from the environment.", Later: true, Kind: List, Flag: "--call", None: "nobody"},
		when:     func(f *filling) bool { return f.alone() },
		initial:  func(*filling) []string { return nil },
		put:      (*filling).putCalls,
	},
	{
		Question: Question{Field: "port", Label: "Port", Group: "Network", Why: "Where it listens: as a process, in a container, in a cluster.", Later: true, Kind: Number, Flag: "--port", Pinned: true},
		initial:  func(f *filling) []string { return []string{strconv.Itoa(f.sys().FreePort())} },
		put:      (*filling).putPort,
	},
	{
		Question: Question{Field: "instances", Label: "Instances", Group: "Runtime", Why: "How many of it run.", Later: true, Kind: Number, Flag: "--instances"},
		initial:  func(*filling) []string { return []string{"1"} },
		put:      func(f *filling, i *Item) { f.svc.Instances = f.number(i) },
	},
}

// standsQuestion is asked where there is no system.
var standsQuestion = question{
	Question: Question{Field: "stands", Label: "Place", Why: "It can stand alone and join a system later, or begin a system now.", Kind: Select, Essential: true},
	options: func(*filling) []Option {
		return []Option{{standsAlone, "a folder of its own"}, {standsInSystem, "begin a system here with it"}}
	},
	initial: func(*filling) []string { return []string{standsAlone} },
	put: func(f *filling, i *Item) {
		f.begins = i.First() == standsInSystem
		if !f.begins && i.First() != standsAlone { // no text holds it, so no validator sees it
			f.problem(i.Field, Problem{Text: fmt.Sprintf("%q is none of %s, %s.", i.First(), standsAlone, standsInSystem)})
		}
	},
}

var systemQuestions = []question{
	{
		Question: Question{Field: "system.name", Label: "System", Group: "System", Why: "Names the network, the namespace and the root of module paths.", Essential: true},
		initial:  func(f *filling) []string { return f.form.systemName() },
		put:      func(f *filling, i *Item) { f.begun.Name = i.First() },
	},
	{
		Question: Question{Field: "system.gateway", Label: "Gateway", Group: "System", Why: "Takes requests from outside to the services. none: you have one already.", Later: true, Kind: Select, Essential: true, Flag: "--gateway", Pinned: true},
		options: func(f *filling) []Option {
			return append(f.providers("gateway"), Option{spec.NoGateway, "you have one already"})
		},
		initial: func(f *filling) []string { return []string{f.providersOr("gateway", spec.NoGateway)} },
		put: func(f *filling, i *Item) {
			f.begun.Gateway = &spec.Provider{Name: i.First(), Port: spec.DefaultGatewayPort}
		},
	},
	{
		Question: Question{Field: "system.target", Label: "Targets", Group: "System", Why: "Where Terraform deploys to: each service gets a root and a state of its own.", Later: true, Kind: Multi, Essential: true, Flag: "--target", None: "none yet"},
		options:  func(f *filling) []Option { return f.providers("target") },
		initial:  func(*filling) []string { return nil },
		put:      func(f *filling, i *Item) { f.begun.Targets = providersOf(i.Value) },
	},
	{
		Question: Question{Field: "system.languages", Label: "Languages", Group: "System", Why: "Allow only these. None ticked allows all.", Later: true, Kind: Multi, Essential: true, Flag: "--languages", None: "all"},
		options:  (*filling).languages,
		initial:  func(*filling) []string { return nil },
		put:      func(f *filling, i *Item) { f.begun.Languages = slices.Clone(i.Value) },
	},
	{
		Question: Question{Field: "system.discovery", Label: "Discovery", Group: "System", Why: "How services find each other. none: fixed names and addresses.", Later: true, Kind: Select, Flag: "--discovery"},
		options: func(f *filling) []Option {
			return append([]Option{{noProvider, "names and addresses from the environment"}}, f.providers("discovery")...)
		},
		initial: func(*filling) []string { return []string{noProvider} },
		put: func(f *filling, i *Item) {
			if name := i.First(); name != noProvider && name != "" {
				f.begun.Discovery = &spec.Provider{Name: name}
			}
		},
	},
	{
		Question: Question{Field: "system.port", Label: "Gateway port", Group: "System", Why: "Where the gateway listens.", Later: true, Kind: Number, Flag: "--gateway-port"},
		when:     func(f *filling) bool { return f.begun.ActiveGateway() != nil },
		initial:  func(*filling) []string { return []string{strconv.Itoa(spec.DefaultGatewayPort)} },
		put:      func(f *filling, i *Item) { f.begun.Gateway.Port = f.number(i) },
	},
	{
		Question: Question{Field: "system.namespace", Label: "Namespace", Group: "System", Why: "Root of module paths, group ids and package scopes.", Kind: Text, Flag: "--namespace"},
		initial:  func(f *filling) []string { return prefixed("example.com/", f.begun.Name) },
		put:      func(f *filling, i *Item) { f.begun.Namespace = i.First() },
	},
}

// noProvider is the answer for a kind that a system does without.
const noProvider = "none"

// systemName is the folder's name or, where somebody is asked, what a host name can
// be of it: a question must not begin with a wrong answer.
func (f *Form) systemName() []string {
	if f.Literal {
		return []string{f.Folder}
	}
	words := strings.FieldsFunc(strings.ToLower(f.Folder), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.TrimLeft(strings.Join(words, "-"), "0123456789-")
	if name = strings.TrimRight(name[:min(len(name), 63)], "-"); name == "" {
		return nil
	}
	return []string{name}
}

func one(v []string) string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

func prefixed(prefix, name string) []string {
	if name == "" {
		return nil
	}
	return []string{prefix + name}
}

func providersOf(names []string) (list []spec.Provider) {
	for _, n := range names {
		list = append(list, spec.Provider{Name: n})
	}
	return list
}

func (f *filling) putRoutes(i *Item) {
	for _, p := range i.Value {
		f.svc.Routes = append(f.svc.Routes, spec.Route{Path: p, To: spec.GeneratedTo})
	}
}

func (f *filling) putCalls(i *Item) {
	for _, name := range i.Value {
		f.svc.Calls = append(f.svc.Calls, spec.NewCall(name))
	}
}

// languages are those that the system allows, each once.
func (f *filling) languages() (list []Option) {
	allowed := f.sys().Languages
	for _, l := range f.form.Catalog.Languages {
		known := slices.ContainsFunc(list, func(o Option) bool { return o.Value == l.Name })
		if !known && (len(allowed) == 0 || slices.Contains(allowed, l.Name)) {
			list = append(list, Option{l.Name, l.About})
		}
	}
	return list
}

// usual is the language that most services of the system have, else the first.
func (f *filling) usual() []string {
	count := map[string]int{}
	for _, svc := range f.sys().Services {
		count[svc.Language]++
	}
	best := ""
	for _, o := range f.languages() {
		if best == "" || count[o.Value] > count[best] {
			best = o.Value
		}
	}
	return []string{best}
}

func (f *filling) packs() (list []Option) {
	for _, l := range f.form.Catalog.Languages {
		if l.Name == f.svc.Language {
			list = append(list, Option{l.Pack, l.About})
		}
	}
	return list
}

func (f *filling) preferred() string {
	l, _ := f.form.Catalog.LanguageOf(&spec.Service{Language: f.svc.Language})
	return l.Pack
}

func (f *filling) callable() (list []Option) {
	sys := f.sys()
	for _, svc := range sys.Services {
		what := svc.Language
		if svc.Image != "" {
			what = "image"
		}
		list = append(list, Option{svc.Name, what + " :" + strconv.Itoa(svc.Port)})
	}
	for _, e := range sys.Externals {
		list = append(list, Option{e.Name, "external"})
	}
	slices.SortStableFunc(list, func(a, b Option) int { return strings.Compare(a.Value, b.Value) })
	return list
}

func (f *filling) providers(kind string) (list []Option) {
	for _, name := range f.form.Catalog.Providers[kind] {
		list = append(list, Option{name, f.form.Catalog.About[kind+"/"+name]})
	}
	return list
}

func (f *filling) providersOr(kind, none string) string {
	if list := f.form.Catalog.Providers[kind]; len(list) > 0 {
		return list[0]
	}
	return none
}
