package generators

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
)

// Scope says whose files a rule makes: one service's, or the system's own.
type Scope string

// The scopes.
const (
	ScopeService Scope = "service"
	ScopeSystem  Scope = "system"
)

// The kinds of packs.
const (
	KindService = "service"
	KindGateway = "gateway"
	KindTarget  = "target"
	KindSystem  = "system"

	// KindPlatform is what a system's services lean on: a registry, a config
	// server, or both in one program.
	KindPlatform  = "platform"
	KindDiscovery = "discovery" // what a platform may bring
	KindConfig    = "config"    // likewise
)

// packKind is what a manifest of a kind must and may hold.
type packKind struct {
	provides string   // the attribute that says what the pack brings, "" for none
	scopes   []string // of its files; the one that is meant where there is only one
	runs     bool     // has commands, questions and waivers
}

var packKinds = map[string]packKind{
	KindService: {"language", []string{"service"}, true},
	KindGateway: {"provider", []string{"system"}, false},
	KindTarget:  {"provider", []string{"service", "system"}, false},
	KindSystem:  {"", []string{"system"}, false},

	KindPlatform: {"discovery or config", []string{"system"}, false},
}

// Kind is what the pack is for: service, gateway, target, platform or system.
func (p *Pack) Kind() string { return p.manifest.Pack.Kind }

// Heading is what a manifest's first block says, without the rest.
type Heading struct{ Name, Kind, About, language, provider, discovery, config string }

// Brings is what a spec names to get the pack, by kind: service "go", gateway
// "caddy", discovery "eureka". A system pack brings system "".
func (h Heading) Brings() map[string]string {
	switch h.Kind {
	case KindService:
		return map[string]string{KindService: h.language}
	case KindPlatform:
		both := map[string]string{KindDiscovery: h.discovery, KindConfig: h.config}
		maps.DeleteFunc(both, func(_, name string) bool { return name == "" })
		return both
	}
	return map[string]string{h.Kind: h.provider}
}

// Heading is the pack's own.
func (p *Pack) Heading() Heading {
	m := p.manifest.Pack
	return Heading{p.Name(), p.Kind(), m.Description, m.Language, m.Provider, m.Discovery, m.Config}
}

var headingLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?:pack "([^"]+)" \{|  (kind|language|provider|discovery|config|description)\s*=\s*"([^"\\$%]+)"$)`)
})

const headingLines = 5 // name, kind, what it brings (one or two), description

// Peek reads the heading off a formatted manifest without parsing it, so that a
// run pays only for the packs that it uses.
func Peek(manifest []byte) (h Heading, ok bool) {
	for _, m := range headingLine().FindAllSubmatch(manifest, headingLines) {
		key, value := string(m[2]), string(m[3])
		if key == "" {
			h.Name = string(m[1])
			continue
		}
		*map[string]*string{
			"kind": &h.Kind, "description": &h.About, "language": &h.language, "provider": &h.provider,
			"discovery": &h.discovery, "config": &h.config,
		}[key] = value
	}
	k, known := packKinds[h.Kind]
	return h, known && h.Name != "" && (k.provides == "" || h.provides())
}

func (h Heading) provides() bool { return h.language+h.provider+h.discovery+h.config != "" }

func (p *Pack) checkKind() hcl.Diagnostics {
	m := p.manifest
	k, known := packKinds[m.Pack.Kind]
	var wrong string
	switch {
	case !known:
		wrong = fmt.Sprintf("kind = %q: this version knows %s.", m.Pack.Kind, strings.Join(slices.Sorted(maps.Keys(packKinds)), ", "))
	case k.provides == "language" && m.Pack.Language == "":
		wrong = "A service pack says which language it generates: language = \"…\"."
	case k.provides == "provider" && m.Pack.Provider == "":
		wrong = fmt.Sprintf("A %s pack says what a spec calls it: provider = \"…\", for %s \"…\" {}.", m.Pack.Kind, m.Pack.Kind)
	case m.Pack.Kind == KindPlatform && m.Pack.Discovery+m.Pack.Config == "":
		wrong = "A platform pack says what it brings: discovery = \"…\", config = \"…\", or both."
	case k.provides != "language" && m.Pack.Language != "", k.provides != "provider" && m.Pack.Provider != "",
		m.Pack.Kind != KindPlatform && m.Pack.Discovery+m.Pack.Config != "":
		wrong = fmt.Sprintf("Of language, provider, discovery and config, a %s pack has %s.", m.Pack.Kind, oneOrNone(k.provides))
	case (len(m.Containers) > 0) != (m.Pack.Kind == KindGateway):
		wrong = "A gateway pack, and no other, has container blocks: how the gateway runs."
	case len(m.Containers) > 0 && p.public() != 1:
		wrong = fmt.Sprintf("%d containers are public; the one that is reached from outside says public = true.", p.public())
	case !k.runs && len(m.Inputs)+len(m.Commands)+len(m.Waivers) > 0:
		wrong = fmt.Sprintf("A %s pack has no input, command and waiver blocks: nobody would answer or run them.", m.Pack.Kind)
	default:
		return nil
	}
	return problem(p.rng, "Manifest does not fit the pack's kind", wrong)
}

// public counts the containers that are reached from outside.
func (p *Pack) public() (n int) {
	for _, c := range p.manifest.Containers {
		if c.Public {
			n++
		}
	}
	return n
}

func oneOrNone(word string) string {
	if word == "" {
		return "neither"
	}
	return "only " + word
}

// scope is a rule's, which may leave out the only one that its kind has.
func (p *Pack) scope(f fileBlock) Scope {
	if k := packKinds[p.Kind()]; f.Scope == "" && len(k.scopes) == 1 {
		return Scope(k.scopes[0])
	}
	return Scope(f.Scope)
}
