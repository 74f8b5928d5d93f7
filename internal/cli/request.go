package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

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
	req := project.Request{Root: w.root, Specs: specs, KeepMine: w.keepMine}
	planned := map[string]bool{}
	for _, u := range w.units {
		pu, err := w.plannedUnit(u)
		if err != nil {
			return req, err
		}
		planned[u.dir] = true
		req.Units = append(req.Units, pu)
		for _, c := range u.packs {
			if c.pack != nil {
				req.Packs = append(req.Packs, c.pack)
			}
		}
	}
	for dir, l := range w.project.Locks {
		if !planned[dir] {
			req.Units = append(req.Units, project.Unit{Dir: dir, Lock: project.Lock{Service: l.Service}, Gone: true})
		}
	}
	return req, nil
}

func (w *workspace) plannedUnit(u *unit) (project.Unit, error) {
	pu := project.Unit{Dir: u.dir, Lock: project.Lock{Facts: w.facts(u.svc)}}
	pu.Render = func() (generators.Tree, error) { return w.render(u) }
	var digests []string
	for _, c := range u.packs {
		pu.Lock.Packs = append(pu.Lock.Packs, c.record())
		digests = append(digests, c.record().Digest)
	}
	if u.svc == nil {
		pu.Lock.RenderKey = generators.SystemKey(digests, w.sys)
		return pu, nil
	}
	var err error
	pu.Lock.Service = u.svc.Name
	if pu.Lock.Inputs, err = w.answers(u); err != nil {
		return pu, err
	}
	pu.Lock.RenderKey = generators.Key(digests, u.svc, pu.Lock.Facts, pu.Lock.Inputs)
	return pu, nil
}

// answers are a service's inputs, with the defaults of its pack or, where that is
// not at hand, of its lock.
func (w *workspace) answers(u *unit) (map[string]json.RawMessage, error) {
	switch c := u.packs[0]; {
	case c.kind != generators.KindService:
		return nil, nil
	case c.pack == nil:
		return generators.AnswersOver(w.project.Locks[u.dir].Inputs, u.svc)
	default:
		return generators.Answers(c.pack, u.svc)
	}
}

// diagnosticsError carries messages with ranges through an error.
type diagnosticsError struct{ diags hcl.Diagnostics }

func (e *diagnosticsError) Error() string { return e.diags.Error() }
