package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
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
	others  []generators.Heading // shipped, and not used by this spec
	units   []*unit              // the system's own first

	packsBroken bool // a pack of the system's own could not be read; diags say why
	catalog     *spec.Catalog

	keepMine bool
	diags    hcl.Diagnostics
	files    map[string][]byte // for snippets
}

// errSpec says that the diagnostics, printed already, hold an error.
var errSpec = errors.New("")

// load reads, parses and validates. It returns a workspace whenever there is a
// text, also a faulty one; its diagnostics say what is wrong.
func load(src source) (*workspace, error) { return loadWith(src, nil) }

// loadWith prefers the given packs, which are under test, to all others.
func loadWith(src source, own []*generators.Pack) (*workspace, error) {
	w := &workspace{source: src, files: map[string][]byte{}}
	if err := w.read(); err != nil {
		return nil, err
	}
	w.parsed, w.diags = spec.Parse(w.texts)
	w.sys = w.parsed.System
	if err := w.sameShape(); err != nil {
		return nil, err
	}
	for _, t := range w.texts {
		w.files[t.Path] = t.Bytes
	}
	w.keepPorts()
	if err := w.loadPacks(own); err != nil {
		return nil, err
	}
	w.catalog = generators.Catalog(w.packs, w.others, Version)
	if err := w.choose(); err != nil {
		return nil, err
	}
	if w.packsBroken { // the rest would only be what follows from that
		return w, nil
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

// sameShape refuses to lay a system over a service that stands alone, or a
// service over a system: everything that the other one generated would go.
func (w *workspace) sameShape() error {
	if w.file == "" || len(w.project.Texts) == 0 || w.diags.HasErrors() {
		return nil
	}
	old, diags := spec.Parse(w.project.Texts)
	switch {
	case diags.HasErrors():
		return fmt.Errorf("the spec in %s cannot be read, so a difference cannot be told: mend it (azulejo validate %s) or move it away", w.root, w.root)
	case w.project.System && !w.standalone() && old.System.Name != w.sys.Name:
		return fmt.Errorf("%s describes system %q, and %s holds system %q: name another folder with --out", w.file, w.sys.Name, w.root, old.System.Name)
	case w.project.System == !w.standalone():
		return nil
	}
	if w.project.System {
		return fmt.Errorf("%s describes one service and no system, and %s holds a system: add the service with azulejo new --file", w.file, w.root)
	}
	return fmt.Errorf("%s describes a system, and %s holds a service of its own: name another folder with --out", w.file, w.root)
}

// keepPorts leaves services where they were when a spec without ports is read
// again, or a service is added to one.
func (w *workspace) keepPorts() {
	if w.file == "" && len(w.extra) == 0 || len(w.project.Texts) == 0 {
		return
	}
	old, _ := spec.Parse(w.project.Texts)
	had := map[string]int{}
	for _, svc := range old.System.Services {
		had[svc.Name] = svc.Port
	}
	spec.PreferPorts(w.sys, had)
}

func (w *workspace) bad(rng hcl.Range, summary, detail string) {
	w.diags = append(w.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &rng})
}

// standalone says that there is no system: the root is the service's folder.
func (w *workspace) standalone() bool { return w.sys.Name == "" }
