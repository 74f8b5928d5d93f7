package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/hashicorp/hcl/v2"
)

// unit is a folder with a lock of its own: a service, or the system's own files.
type unit struct {
	dir   string
	svc   *spec.Service // nil for the system's own files
	packs []*chosen
}

// asked is a pack as a spec asks for one.
type asked struct{ kind, provides string }

// chosen is the pack that a unit is rendered with: the one that its lock pins, or
// the one that is offered now.
type chosen struct {
	asked
	pack   *generators.Pack   // nil where the locked one is not at hand
	locked project.LockedPack // set where the lock pins it
}

func (c *chosen) record() project.LockedPack {
	if c.pack == nil {
		return c.locked
	}
	return project.LockedPack{Name: c.pack.Name(), Kind: c.kind, Provides: c.provides, Version: c.pack.Version(), Digest: c.pack.Digest(), Guards: c.pack.Guards()}
}

// asked are the packs that a service (nil: the system) is made with, in the order
// of its lock.
func (w *workspace) asked(svc *spec.Service) (list []asked) {
	if svc == nil {
		list = append(list, asked{generators.KindSystem, ""})
		if g := w.sys.ActiveGateway(); g != nil {
			list = append(list, asked{generators.KindGateway, g.Name})
		}
		if d := w.sys.Discovery; d != nil {
			list = append(list, asked{generators.KindDiscovery, d.Name})
		}
		if c := w.sys.Config; c != nil {
			list = append(list, asked{generators.KindConfig, c.Name})
		}
	} else if svc.Language != "" {
		list = append(list, asked{generators.KindService, svc.Language})
	}
	for _, t := range w.facts(svc).Targets {
		list = append(list, asked{generators.KindTarget, t})
	}
	return list
}

func (w *workspace) allAsked() (list []asked) {
	if !w.standalone() {
		list = w.asked(nil)
	}
	for _, svc := range w.sys.Services {
		list = append(list, w.asked(svc)...)
	}
	return list
}

// choose finds the packs of each unit. Only update moves from the pack that a
// lock names to another.
func (w *workspace) choose() error {
	w.catalog.Pinned = map[string]spec.Language{}
	if !w.standalone() {
		if err := w.addUnit(".", nil); err != nil {
			return err
		}
	}
	for _, svc := range w.sys.Services {
		if err := w.addUnit(w.unitDir(svc), svc); err != nil {
			return err
		}
	}
	return nil
}

func (w *workspace) addUnit(dir string, svc *spec.Service) error {
	u := &unit{dir: dir, svc: svc}
	for _, a := range w.asked(svc) {
		c, err := w.chosen(u, a)
		if err != nil {
			return err
		}
		if c != nil {
			u.packs = append(u.packs, c)
		}
	}
	for _, c := range u.packs {
		if c.pack != nil && c.kind != generators.KindService {
			c.pack.Reserve(w.catalog)
		}
	}
	if len(u.packs) > 0 {
		w.units = append(w.units, u)
	}
	return nil
}

// chosen is nil where no pack brings what is asked for, which validation reports.
func (w *workspace) chosen(u *unit, a asked) (*chosen, error) {
	c := &chosen{asked: a}
	lp, ok := w.lockedFor(u, a)
	if ok {
		c.locked = lp
		p, err := w.lockedPack(lp)
		switch {
		case err == nil:
			c.pack = p
		case !errors.Is(err, fs.ErrNotExist):
			return nil, withCode(exitCannotTell, err)
		}
		if a.kind == generators.KindService {
			w.catalog.Pinned[u.svc.Name] = pinnedLanguage(c)
		} else if !slices.Contains(w.catalog.Providers[a.kind], a.provides) {
			w.catalog.Providers[a.kind] = append(w.catalog.Providers[a.kind], a.provides)
		}
		return c, nil
	}
	if a.kind == generators.KindService {
		c.pack = generators.ForService(w.packs, w.catalog, u.svc)
	} else {
		c.pack = generators.Providing(w.packs, a.kind, a.provides)
	}
	if c.pack == nil && a.kind != generators.KindService {
		return w.pinnedElsewhere(c)
	}
	if c.pack == nil {
		return nil, nil
	}
	return c, nil
}

// pinnedElsewhere takes the pack that another unit is pinned to, where the spec no
// longer says where it comes from: a system's target is one for all of its units.
func (w *workspace) pinnedElsewhere(c *chosen) (*chosen, error) {
	for _, dir := range slices.Sorted(maps.Keys(w.project.Locks)) {
		for _, lp := range w.project.Locks[dir].Packs {
			if lp.Kind != c.kind || lp.Provides != c.provides {
				continue
			}
			p, err := w.lockedPack(lp)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, withCode(exitCannotTell, err)
			}
			c.pack, c.locked = p, lp
			return c, nil
		}
	}
	return nil, nil
}

func pinnedLanguage(c *chosen) spec.Language {
	if c.pack == nil {
		return spec.Language{Name: c.provides, Pack: c.locked.Name, Unknown: true}
	}
	return c.pack.AsLanguage()
}

// lockedFor is what a unit's lock pins for what is asked. A service that names
// another pack than its lock's moves to that one.
func (w *workspace) lockedFor(u *unit, a asked) (project.LockedPack, bool) {
	l := w.project.Locks[u.dir]
	if l == nil || w.repins(u) {
		return project.LockedPack{}, false
	}
	i := slices.IndexFunc(l.Packs, func(lp project.LockedPack) bool { return lp.Kind == a.kind && lp.Provides == a.provides })
	if i < 0 || u.svc != nil && a.kind == generators.KindService && u.svc.Pack != "" && u.svc.Pack != l.Packs[i].Name {
		return project.LockedPack{}, false
	}
	return l.Packs[i], true
}

// lockedPack finds the exact pack of a lock; fs.ErrNotExist when it is nowhere.
func (w *workspace) lockedPack(lp project.LockedPack) (*generators.Pack, error) {
	for _, p := range w.packs {
		if p.Digest() == lp.Digest {
			return p, nil
		}
	}
	return w.kept(lp)
}

func (w *workspace) repins(u *unit) bool {
	return slices.Contains(w.repin, "*") || u.svc != nil && slices.Contains(w.repin, u.svc.Name)
}

// name is the unit's for messages.
func (u *unit) name() string {
	if u.svc == nil {
		return "the system"
	}
	return fmt.Sprintf("service %q", u.svc.Name)
}

// missing returns the first pack that is pinned and not at hand, or nil.
func (u *unit) missing() *chosen {
	for _, c := range u.packs {
		if c.pack == nil {
			return c
		}
	}
	return nil
}

// errMissing says that a unit would have to be rendered with a pack that is
// nowhere, or returns nil.
func (w *workspace) errMissing(u *unit) error {
	c := u.missing()
	if c == nil {
		return nil
	}
	return withCode(exitCannotTell, fmt.Errorf("%s has changed and is pinned to pack %s %s, which is neither in this azulejo nor in %s: copy .azulejo/packs/%s from where it was generated", u.name(), c.locked.Name, c.locked.Version, w.root, project.ArchiveBase(c.locked.Digest)))
}

// unitOf returns a service's unit, or nil.
func (w *workspace) unitOf(svc *spec.Service) *unit {
	for _, u := range w.units {
		if u.svc == svc {
			return u
		}
	}
	return nil
}

// packOf is the service pack that renders a generated service of a valid spec; nil
// where it is pinned and not at hand.
func (w *workspace) packOf(svc *spec.Service) *generators.Pack {
	return w.unitOf(svc).packs[0].pack
}

// render makes a unit's tree with all of its packs.
func (w *workspace) render(u *unit) (generators.Tree, error) {
	if err := w.errMissing(u); err != nil {
		return nil, err
	}
	var trees []generators.Tree
	done := map[string]bool{} // a platform may be asked for twice: for its registry and for its config server
	for _, c := range u.packs {
		if done[c.pack.Digest()] {
			continue
		}
		done[c.pack.Digest()] = true
		tree, diags := w.renderWith(u, c.pack)
		if diags.HasErrors() {
			return nil, &diagnosticsError{diags}
		}
		trees = append(trees, tree)
	}
	tree, err := generators.Merge(trees...)
	if err != nil {
		return nil, fmt.Errorf("the packs of %s do not go together: %w", u.name(), err)
	}
	return tree, nil
}

func (w *workspace) renderWith(u *unit, p *generators.Pack) (generators.Tree, hcl.Diagnostics) {
	if u.svc != nil {
		return generators.Render(p, u.svc, w.facts(u.svc))
	}
	var gateway *generators.Pack
	for _, c := range u.packs {
		if c.kind == generators.KindGateway {
			gateway = c.pack
		}
	}
	return generators.RenderSystem(p, w.sys, gateway)
}

func (w *workspace) unitDir(svc *spec.Service) string {
	if w.standalone() {
		return "."
	}
	return path.Join(spec.ServicesDir, svc.Name)
}

// facts are what a service (nil: the system) renders with: the system's or, where
// a service was moved out of one, those that it brought along.
func (w *workspace) facts(svc *spec.Service) generators.Facts {
	if w.standalone() {
		if l := w.project.Locks["."]; l != nil {
			return l.Facts
		}
	}
	return generators.FactsOf(w.sys, svc)
}
