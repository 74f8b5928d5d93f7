package cli

import (
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

// loadPacks reads the packs that azulejo ships, as far as the spec or a lock may
// want them, and those that the system brings.
func (w *workspace) loadPacks(own []*generators.Pack) error {
	used := map[asked]bool{}
	for _, a := range w.allAsked() {
		used[a] = true
	}
	shipped, others, err := shippedPacks(func(h generators.Heading) bool {
		for kind, name := range h.Brings() {
			if used[asked{kind, name}] {
				return true
			}
		}
		return false
	})
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
func shippedPacks(wanted func(generators.Heading) bool) (packs []*generators.Pack, others []generators.Heading, err error) {
	err = eachShipped(func(name string, sub fs.FS, manifest []byte) error {
		if h, ok := generators.Peek(manifest); ok && !wanted(h) {
			others = append(others, h)
			return nil
		}
		p, err := shippedPack(sub, name)
		packs = append(packs, p)
		return err
	})
	return packs, others, err
}

// eachShipped calls a function with the name, the folder and the manifest of each
// pack that azulejo ships.
func eachShipped(do func(name string, sub fs.FS, manifest []byte) error) error {
	folders, err := templates.Folders()
	if err != nil {
		return fmt.Errorf("reading the shipped packs: %w", err)
	}
	for _, name := range folders {
		sub, err := templates.Folder(name)
		if err != nil {
			return fmt.Errorf("reading pack %s: %w", name, err)
		}
		manifest, err := fs.ReadFile(sub, generators.ManifestFile)
		if err != nil {
			return fmt.Errorf("reading pack %s: %w", name, err)
		}
		if err := do(name, sub, manifest); err != nil {
			return err
		}
	}
	return nil
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
