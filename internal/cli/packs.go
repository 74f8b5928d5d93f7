package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/templates"
)

// loadPacks reads the packs that azulejo ships and those that the system brings.
func (w *workspace) loadPacks(own []*generators.Pack) error {
	used := map[string]bool{}
	for _, svc := range w.sys.Services {
		used[svc.Language] = true
	}
	shipped, others, err := shippedPacks(func(l spec.Language) bool { return used[l.Name] })
	if err != nil {
		return err
	}
	w.packs, w.others = append(shipped, own...), others
	for _, p := range w.sys.Packs {
		if err := w.loadOwn(p); err != nil {
			return err
		}
	}
	return nil
}

// shippedPacks loads the packs that azulejo ships as far as they are wanted, and
// names the others.
func shippedPacks(wanted func(spec.Language) bool) (packs []*generators.Pack, others []spec.Language, err error) {
	folders, err := templates.Folders()
	if err != nil {
		return nil, nil, fmt.Errorf("reading the shipped packs: %w", err)
	}
	for _, name := range folders {
		sub, err := templates.Folder(name)
		if err != nil {
			return nil, nil, fmt.Errorf("reading pack %s: %w", name, err)
		}
		manifest, err := fs.ReadFile(sub, generators.ManifestFile)
		if err != nil {
			return nil, nil, fmt.Errorf("reading pack %s: %w", name, err)
		}
		if l, ok := generators.Peek(manifest); ok && !wanted(l) {
			others = append(others, l)
			continue
		}
		p, err := shippedPack(sub, name)
		if err != nil {
			return nil, nil, err
		}
		packs = append(packs, p)
	}
	return packs, others, nil
}

// loaded keeps the shipped packs of this process: they never change.
var loaded sync.Map // name -> *generators.Pack

func shippedPack(sub fs.FS, name string) (*generators.Pack, error) {
	if p, ok := loaded.Load(name); ok {
		return p.(*generators.Pack), nil
	}
	files, err := generators.ReadFolder(sub)
	if err != nil {
		return nil, fmt.Errorf("reading pack %s: %w", name, err)
	}
	p, diags := generators.LoadPack(files, "templates/"+name)
	if diags.HasErrors() {
		return nil, fmt.Errorf("pack %s is broken, which is a bug of azulejo: %w", name, diags)
	}
	loaded.Store(name, p)
	return p, nil
}

// loadOwn reads a pack of the system's from its folder or, where that is not at
// hand, as it was kept beside the lock.
func (w *workspace) loadOwn(ps spec.PackSource) error {
	if ps.Source == "" {
		w.packsBroken = true
		w.bad(ps.Range, "Pack without a source", "Say where it is: source = \"./DIR\", relative to this file.")
		return nil
	}
	dir := w.packDir(ps)
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		if kept := w.keptByName(ps.Name); kept != nil {
			return w.useKept(ps, kept, dir)
		}
		w.packsBroken = true
		w.bad(ps.Range, "Pack not found", fmt.Sprintf("There is no folder %s. Correct source, which is relative to this file.", dir))
		return nil
	}
	files, err := generators.ReadFolder(os.DirFS(dir))
	if err != nil {
		w.packsBroken = true
		w.bad(ps.Range, "Pack cannot be read", err.Error()+".")
		return nil
	}
	p, diags := w.addPack(files, dir)
	w.packsBroken = w.packsBroken || diags.HasErrors()
	if p != nil && p.Name() != ps.Name {
		w.packsBroken = true
		w.bad(ps.Range, "Pack has another name", fmt.Sprintf("The pack in %s calls itself %q. Use that name.", dir, p.Name()))
		return nil
	}
	if p != nil {
		p.Own = true
		w.packs = append(w.packs, p)
	}
	w.diags = append(w.diags, diags...)
	return nil
}

// useKept works with the copy beside the lock; whether there is a newer pack
// cannot be told without its folder.
func (w *workspace) useKept(ps spec.PackSource, kept *generators.Pack, dir string) error {
	if w.repin != nil {
		return withCode(exitCannotTell, fmt.Errorf("pack %q: there is no folder %s, so a newer pack cannot be looked for: correct its source", ps.Name, dir))
	}
	w.packs = append(w.packs, kept)
	rng := ps.Range
	w.diags = append(w.diags, &hcl.Diagnostic{
		Severity: hcl.DiagWarning, Summary: "Pack not found", Subject: &rng,
		Detail: fmt.Sprintf("There is no folder %s; the copy that is kept beside the lock is used. Correct source, which is relative to this file.", dir),
	})
	return nil
}

func (w *workspace) packDir(ps spec.PackSource) string {
	if filepath.IsAbs(ps.Source) {
		return filepath.Clean(ps.Source)
	}
	return filepath.Join(filepath.Dir(filepath.FromSlash(ps.Range.Filename)), filepath.FromSlash(ps.Source))
}

func (w *workspace) addPack(files []generators.PackFile, where string) (*generators.Pack, hcl.Diagnostics) {
	for _, f := range files {
		w.files[where+"/"+f.Path] = f.Bytes
	}
	return generators.LoadPack(files, where)
}

func (w *workspace) keptByName(name string) *generators.Pack {
	for _, l := range w.project.Locks {
		for _, lp := range l.Packs {
			if lp.Name != name {
				continue
			}
			if p, err := w.kept(lp); err == nil {
				return p
			}
		}
	}
	return nil
}

func (w *workspace) kept(lp project.LockedPack) (*generators.Pack, error) {
	files, err := project.KeptPack(w.root, lp.Digest)
	if err != nil {
		return nil, err
	}
	p, diags := w.addPack(files, "pack "+lp.Name+" "+lp.Version)
	if diags.HasErrors() {
		return nil, diags
	}
	if p.Digest() != lp.Digest {
		return nil, fmt.Errorf("the kept pack %s is not the one that the lock names (%s)", lp.Name, lp.Digest)
	}
	p.Own = true
	return p, nil
}

// pin finds, for each service that was generated before, the exact pack of its
// lock. Only update moves to another.
func (w *workspace) pin() error {
	w.catalog.Pinned = map[string]spec.Language{}
	for _, svc := range w.sys.Services {
		l := w.project.Locks[w.unitDir(svc)]
		if l == nil || len(l.Packs) == 0 || w.repins(svc.Name) {
			continue
		}
		p, err := w.lockedPack(l.Packs[0])
		switch {
		case errors.Is(err, fs.ErrNotExist):
			w.absent[svc.Name] = l.Packs[0]
			w.catalog.Pinned[svc.Name] = spec.Language{Name: svc.Language, Pack: l.Packs[0].Name, Unknown: true}
		case err != nil:
			return withCode(exitCannotTell, err)
		case p.Language() == svc.Language:
			w.pinned[svc.Name] = p
			w.catalog.Pinned[svc.Name] = p.AsLanguage()
		}
	}
	return nil
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

// errAbsent says that a service would have to be rendered with a pack that is
// nowhere.
func (w *workspace) errAbsent(svc *spec.Service) error {
	lp := w.absent[svc.Name]
	return withCode(exitCannotTell, fmt.Errorf("service %q has changed and is pinned to pack %s %s, which is neither in this azulejo nor in %s: copy .azulejo/packs/%s from where the service was generated", svc.Name, lp.Name, lp.Version, w.root, project.ArchiveBase(lp.Digest)))
}

func (w *workspace) repins(name string) bool {
	for _, r := range w.repin {
		if r == "*" || r == name {
			return true
		}
	}
	return false
}

// packOf is the pack that renders a service of a valid spec.
func (w *workspace) packOf(svc *spec.Service) *generators.Pack {
	if p := w.pinned[svc.Name]; p != nil {
		return p
	}
	return generators.ForService(w.packs, w.catalog, svc)
}
