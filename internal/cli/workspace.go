package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/templates"
)

// source says what a workspace is made from.
type source struct {
	root  string      // the folder of the system or service, "" for a text alone
	file  string      // -f: a spec in one file, "" for the folder's own
	extra []spec.Text // texts that are not on disk yet: what new writes
	repin []string    // update: services that take the newest pack; "*" for all
}

// workspace is a parsed and validated spec with the packs that it needs.
type workspace struct {
	source
	project *project.Project // empty where the root holds nothing yet
	texts   []spec.Text
	parsed  *spec.Parsed
	sys     *spec.System
	packs   []*generators.Pack
	others  []spec.Language // shipped, and not used by this spec
	catalog *spec.Catalog
	pinned  map[string]*generators.Pack // by service, where the lock names another version
	diags   hcl.Diagnostics
	files   map[string][]byte // for snippets
}

// errSpec says that the diagnostics, printed already, hold an error.
var errSpec = errors.New("")

// load reads, parses and validates. It returns a workspace whenever there is a
// text, also a faulty one; its diagnostics say what is wrong.
func load(src source) (*workspace, error) { return loadWith(src, nil) }

// loadWith prefers the given packs, which are under test, to all others.
func loadWith(src source, own []*generators.Pack) (*workspace, error) {
	w := &workspace{source: src, files: map[string][]byte{}, pinned: map[string]*generators.Pack{}}
	if err := w.read(); err != nil {
		return nil, err
	}
	w.parsed, w.diags = spec.Parse(w.texts)
	w.sys = w.parsed.System
	for _, t := range w.texts {
		w.files[t.Path] = t.Bytes
	}
	w.keepPorts()
	if err := w.loadPacks(own); err != nil {
		return nil, err
	}
	w.catalog = generators.Catalog(w.packs, w.others, Version)
	if err := w.pin(); err != nil {
		return nil, err
	}
	w.diags = spec.Sorted(append(w.diags, spec.Validate(w.parsed, w.catalog)...))
	return w, nil
}

func (w *workspace) read() error {
	var err error
	if w.project = (&project.Project{}); w.root != "" {
		w.project, err = project.Open(w.root)
	}
	if bringsText := w.file != "" || len(w.extra) > 0; err != nil && (!bringsText || !errors.Is(err, project.ErrNoSpec)) {
		return err
	}
	if w.file == "" {
		w.texts = append(append([]spec.Text{}, w.project.Texts...), w.extra...)
		return nil
	}
	b, err := os.ReadFile(w.file)
	if err != nil {
		return fmt.Errorf("reading the spec: %w", err)
	}
	w.texts = []spec.Text{{Path: filepath.ToSlash(w.file), Bytes: b}}
	return nil
}

// keepPorts leaves services where they were when a spec without ports is read
// again.
func (w *workspace) keepPorts() {
	if w.file == "" || len(w.project.Texts) == 0 {
		return
	}
	old, _ := spec.Parse(w.project.Texts)
	had := map[string]int{}
	for _, svc := range old.System.Services {
		had[svc.Name] = svc.Port
	}
	spec.PreferPorts(w.sys, had)
}

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

func shippedPack(sub fs.FS, name string) (*generators.Pack, error) {
	files, err := generators.ReadFolder(sub)
	if err != nil {
		return nil, fmt.Errorf("reading pack %s: %w", name, err)
	}
	p, diags := generators.LoadPack(files, "templates/"+name)
	if diags.HasErrors() {
		return nil, fmt.Errorf("pack %s is broken, which is a bug of azulejo: %w", name, diags)
	}
	return p, nil
}

// loadOwn reads a pack of the system's from its folder or, where that is not at
// hand, as it was kept beside the lock.
func (w *workspace) loadOwn(ps spec.PackSource) error {
	if ps.Source == "" {
		w.bad(ps.Range, "Pack without a source", "Say where it is: source = \"./DIR\", relative to this file.")
		return nil
	}
	dir := w.packDir(ps)
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		if kept := w.keptByName(ps.Name); kept != nil {
			w.packs = append(w.packs, kept)
			return nil
		}
		w.bad(ps.Range, "Pack not found", fmt.Sprintf("There is no folder %s. Correct source, which is relative to this file.", dir))
		return nil
	}
	files, err := generators.ReadFolder(os.DirFS(dir))
	if err != nil {
		w.bad(ps.Range, "Pack cannot be read", err.Error()+".")
		return nil
	}
	p, diags := w.addPack(files, dir)
	if p != nil && p.Name() != ps.Name {
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

func (w *workspace) bad(rng hcl.Range, summary, detail string) {
	w.diags = append(w.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &rng})
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
		p, err := w.lockedPack(svc, l.Packs[0])
		if err != nil {
			return err
		}
		if p != nil && p.Language() == svc.Language {
			w.pinned[svc.Name] = p
			w.catalog.Pinned[svc.Name] = p.AsLanguage()
		}
	}
	return nil
}

func (w *workspace) lockedPack(svc *spec.Service, lp project.LockedPack) (*generators.Pack, error) {
	for _, p := range w.packs {
		if p.Digest() == lp.Digest {
			return p, nil
		}
	}
	p, err := w.kept(lp)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("service %q is pinned to pack %s %s, which is neither in this azulejo nor in %s: copy .azulejo/packs from where the service was generated, or move it to the newest pack with: azulejo update %s", svc.Name, lp.Name, lp.Version, w.root, svc.Name)
		}
		return nil, withCode(exitCannotTell, err)
	}
	return p, nil
}

func (w *workspace) repins(name string) bool {
	for _, r := range w.repin {
		if r == "*" || r == name {
			return true
		}
	}
	return false
}

// standalone says that there is no system: the root is the service's folder.
func (w *workspace) standalone() bool { return w.sys.Name == "" }

func (w *workspace) unitDir(svc *spec.Service) string {
	if w.standalone() {
		return "."
	}
	return path.Join(spec.ServicesDir, svc.Name)
}

// packOf is the pack that renders a service of a valid spec.
func (w *workspace) packOf(svc *spec.Service) *generators.Pack {
	if p := w.pinned[svc.Name]; p != nil {
		return p
	}
	return generators.ForService(w.packs, w.catalog, svc)
}

// facts are what a service renders with: the system's or, where a
// service was moved out of one, those that it brought along.
func (w *workspace) facts() generators.Facts {
	if w.standalone() {
		if l := w.project.Locks["."]; l != nil {
			return l.Facts
		}
	}
	return generators.FactsOf(w.sys)
}

// specs are the spec's own files as they shall read; what already means the same
// stays as the user wrote it.
func (w *workspace) specs() (map[string][]byte, error) {
	want := map[string][]byte{}
	for _, t := range w.texts {
		if err := w.specsOf(t, want); err != nil {
			return nil, err
		}
	}
	if w.file == "" {
		return want, nil
	}
	old, _ := spec.Parse(w.project.Texts)
	for _, svc := range old.System.Services {
		name := spec.ServicePath(svc.Name)
		switch now := w.sys.Service(svc.Name); {
		case w.standalone():
			name = spec.ServiceFile
			if now != nil && bytes.Equal(spec.ServiceText(svc), spec.ServiceText(now)) {
				delete(want, name)
			}
		case now == nil:
			want[name] = nil
		case bytes.Equal(spec.ServiceText(svc), spec.ServiceText(now)):
			delete(want, name)
		}
	}
	if !w.standalone() && w.project.System && bytes.Equal(spec.SystemText(old.System), spec.SystemText(w.sys)) {
		delete(want, spec.SystemFile)
	}
	return want, nil
}

func (w *workspace) specsOf(t spec.Text, want map[string][]byte) error {
	if w.standalone() {
		b, err := spec.Explicit(t.Bytes, w.sys.Services[0])
		want[spec.ServiceFile] = b
		return err
	}
	rest, services, err := spec.Split(t.Bytes)
	if err != nil {
		return err
	}
	if t.Folder != "" {
		services = map[string][]byte{t.Folder: t.Bytes}
	} else if want[spec.SystemFile], err = w.movePacks(rest); err != nil {
		return err
	}
	for name, b := range services {
		if want[spec.ServicePath(name)], err = spec.Explicit(b, w.sys.Service(name)); err != nil {
			return err
		}
	}
	return nil
}

// movePacks keeps the sources of the system's packs right in a spec that is
// written to another folder.
func (w *workspace) movePacks(text []byte) ([]byte, error) {
	if w.file == "" {
		return text, nil
	}
	for i, ps := range w.sys.Packs {
		rel, err := filepath.Rel(w.root, w.packDir(ps))
		if err != nil || filepath.IsAbs(ps.Source) || filepath.Dir(w.file) == w.root {
			continue
		}
		w.sys.Packs[i].Source = filepath.ToSlash(rel)
		if text, err = spec.MovePack(text, ps.Name, filepath.ToSlash(rel)); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// request is everything that the plan needs.
func (w *workspace) request() (project.Request, error) {
	specs, err := w.specs()
	if err != nil {
		return project.Request{}, err
	}
	req := project.Request{Root: w.root, Specs: specs}
	planned := map[string]bool{}
	for _, svc := range w.sys.Services {
		if svc.Language == "" {
			continue
		}
		u, pack, err := w.unit(svc)
		if err != nil {
			return req, err
		}
		planned[u.Dir] = true
		req.Units = append(req.Units, u)
		req.Packs = append(req.Packs, pack)
	}
	for dir, l := range w.project.Locks {
		if !planned[dir] && dir != "." {
			req.Units = append(req.Units, project.Unit{Dir: dir, Lock: project.Lock{Service: l.Service}, Gone: true})
		}
	}
	return req, nil
}

func (w *workspace) unit(svc *spec.Service) (project.Unit, *generators.Pack, error) {
	pack, facts := w.packOf(svc), w.facts()
	inputs := map[string]json.RawMessage{}
	answers, err := generators.Answers(pack, svc)
	if err != nil {
		return project.Unit{}, nil, err
	}
	for name, v := range answers {
		inputs[name] = v
	}
	return project.Unit{
		Dir: w.unitDir(svc),
		Lock: project.Lock{
			Service: svc.Name, Facts: facts, Inputs: inputs, RenderKey: generators.Key(pack, svc, facts),
			Packs: []project.LockedPack{{Name: pack.Name(), Version: pack.Version(), Digest: pack.Digest()}},
		},
		Render: func() (generators.Tree, error) {
			tree, diags := generators.Render(pack, svc, facts)
			if diags.HasErrors() {
				return nil, &diagnosticsError{diags}
			}
			return tree, nil
		},
	}, pack, nil
}

// diagnosticsError carries messages with ranges through an error.
type diagnosticsError struct{ diags hcl.Diagnostics }

func (e *diagnosticsError) Error() string { return e.diags.Error() }
