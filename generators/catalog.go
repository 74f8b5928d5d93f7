package generators

import (
	"slices"
	"sort"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Catalog gathers what a spec may choose from: the packs that are loaded, and
// others of which only the headings are known.
func Catalog(packs []*Pack, others []Heading, version string) *spec.Catalog {
	c := &spec.Catalog{Version: version, Functions: expressionFuncs(), Providers: map[string][]string{}, About: map[string]string{}, Reserved: map[string]string{}, ReservedSecrets: map[string]string{}}
	for _, h := range others {
		offer(c, h, spec.Language{Name: h.language, Pack: h.Name, About: h.About})
	}
	for _, p := range packs {
		offer(c, p.Heading(), p.AsLanguage())
	}
	sort.SliceStable(c.Languages, func(i, j int) bool { return c.Languages[i].Pack < c.Languages[j].Pack })
	return c
}

func offer(c *spec.Catalog, h Heading, l spec.Language) {
	if h.Kind == KindService {
		c.Languages = append(c.Languages, l)
		return
	}
	for kind, name := range h.Brings() {
		if name != "" && !slices.Contains(c.Providers[kind], name) {
			c.Providers[kind] = append(c.Providers[kind], name)
			slices.Sort(c.Providers[kind])
			c.About[kind+"/"+name] = h.About
		}
	}
}

// Reserve tells a catalog which names no service, and no secret, can have beside
// the pack.
func (p *Pack) Reserve(c *spec.Catalog) {
	for _, name := range p.manifest.Pack.Reserved {
		c.Reserved[name] = p.Name()
	}
	for _, pattern := range p.manifest.Pack.Secrets {
		c.ReservedSecrets[pattern] = p.Name()
	}
}

// AsLanguage is a service pack as a spec sees it.
func (p *Pack) AsLanguage() spec.Language {
	m := p.manifest.Pack
	return spec.Language{Name: m.Language, Pack: m.Name, About: m.Description, Own: p.Own, Reserved: m.Reserved, Inputs: p.inputs}
}

// ForService returns the pack that renders a service, or nil.
func ForService(packs []*Pack, c *spec.Catalog, svc *spec.Service) *Pack {
	lang, ok := c.LanguageOf(svc)
	if !ok {
		return nil
	}
	for _, p := range packs {
		if p.Kind() == KindService && p.Name() == lang.Pack && p.Own == lang.Own {
			return p
		}
	}
	return nil
}

// Providing returns the pack that brings what a spec names of a kind, such as
// gateway "caddy", the system's own before a shipped one, or nil.
func Providing(packs []*Pack, kind, provides string) *Pack {
	var found *Pack
	for _, p := range packs {
		name, brings := p.Heading().Brings()[kind]
		if brings && name == provides && (found == nil || p.Own && !found.Own) {
			found = p
		}
	}
	return found
}
