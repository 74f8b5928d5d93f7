package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Catalog is what a spec can choose from. generators fills it from the packs.
type Catalog struct {
	Version   string // azulejo's own version, for required_version
	Languages []Language
	Pinned    map[string]Language // by service: the pack that its lock names, of another version
	Providers map[string][]string // by kind, such as gateway: what packs bring
	About     map[string]string   // by kind/provider: one line for a person who chooses
	Reserved  map[string]string   // names that no service of this system can have, and the pack that uses them

	ReservedSecrets map[string]string // patterns of names that no secret can have, and the pack

	Functions map[string]function.Function // for the expressions of inputs
}

// Language is one service pack as a spec sees it.
type Language struct {
	Name     string
	Pack     string
	About    string   // one line for a person who chooses
	Unknown  bool     // pinned and not at hand: its questions are not known
	Own      bool     // brought by the system: preferred to one of the same language that azulejo ships
	Reserved []string // names that a service of this pack cannot have
	Inputs   []Input
}

// Input is one question of a pack.
type Input struct {
	Name        string
	Type        cty.Type
	Default     cty.Value   // cty.NilVal: must be answered
	Options     []cty.Value // what an answer, or each of its elements, can be; nil: anything
	Why         string
	Page        string
	Essential   bool
	Later       bool           // can be changed after creation
	When        hcl.Expression // nil: always asked
	Validations []Validation
}

// Validation is one rule for an input's value.
type Validation struct {
	Condition    hcl.Expression // sees input
	ErrorMessage string
}

// LanguageOf returns the pack that a service is generated with: the one that its
// lock pins, else the one it names, else the system's own of its language, else the shipped one.
func (c *Catalog) LanguageOf(svc *Service) (Language, bool) {
	if l, ok := c.Pinned[svc.Name]; ok && l.Name == svc.Language && (svc.Pack == "" || svc.Pack == l.Pack) {
		return l, true
	}
	var found Language
	ok := false
	for _, l := range c.Languages {
		if l.Name != svc.Language || (svc.Pack != "" && l.Pack != svc.Pack) {
			continue
		}
		if !ok || (l.Own && !found.Own) {
			found, ok = l, true
		}
	}
	return found, ok
}

// languageNames lists the languages once each, in the catalog's order.
func (c *Catalog) languageNames() []string {
	var names []string
	seen := map[string]bool{}
	for _, l := range c.Languages {
		if !seen[l.Name] {
			seen[l.Name] = true
			names = append(names, l.Name)
		}
	}
	return names
}
