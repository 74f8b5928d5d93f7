package spec

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Text is one file of a spec.
type Text struct {
	Path   string // as it shall appear in messages
	Bytes  []byte
	Folder string // the folder's name where the file is a system's services/NAME/service.hcl
	New    bool   // about to be written: of two that clash, this is the one to change
}

// Parsed is what Parse made of the texts. System is as complete as the texts
// allow even where there are errors.
type Parsed struct {
	System *System
	Files  map[string]*hcl.File // by path, for snippets in messages
}

// Parse reads one spec from one file with everything, or from azulejo.hcl and
// the services' files. Errors are collected, not stopped at; what needs to know
// the packs is left to Validate.
func Parse(texts []Text) (*Parsed, hcl.Diagnostics) {
	d := &decoder{sys: &System{}, seen: map[string]hcl.Range{}}
	p := &Parsed{System: d.sys, Files: map[string]*hcl.File{}}
	d.read(p, texts)
	d.notEmpty(texts)
	d.finish()
	return p, Sorted(d.diags)
}

// With returns the spec with more texts in it, and what is wrong with those. It
// reads no other text again, and p stays as it is.
func (p *Parsed) With(texts ...Text) (*Parsed, hcl.Diagnostics) {
	sys := *p.System
	sys.Services, sys.Externals = slices.Clone(sys.Services), slices.Clone(sys.Externals)
	d := &decoder{sys: &sys, seen: map[string]hcl.Range{}}
	if sys.nameRange != (hcl.Range{}) {
		d.seen["system"] = sys.Range
	}
	out := &Parsed{System: &sys, Files: maps.Clone(p.Files)}
	d.read(out, texts)
	d.finish()
	return out, Sorted(d.diags)
}

func (d *decoder) read(p *Parsed, texts []Text) {
	for _, t := range texts {
		f, diags := ParseHCL(t.Bytes, t.Path)
		d.diags = append(d.diags, diags...)
		if f == nil {
			continue
		}
		p.Files[t.Path] = f
		if body, ok := f.Body.(*hclsyntax.Body); ok && !diags.HasErrors() {
			d.root(body, t)
		}
	}
}

// finish puts the services in order and fills the defaults that depend on
// nothing but the spec itself.
func (d *decoder) finish() {
	s := d.sys
	d.needsSystem()
	sort.SliceStable(s.Services, func(i, j int) bool { return s.Services[i].Name < s.Services[j].Name })
	sort.SliceStable(s.Externals, func(i, j int) bool { return s.Externals[i].Name < s.Externals[j].Name })
	if s.Namespace == "" {
		s.Namespace = "example.com"
		if s.Name != "" {
			s.Namespace += "/" + s.Name
		}
	}
	assignPorts(s)
}

// notEmpty refuses a spec that describes nothing.
func (d *decoder) notEmpty(texts []Text) {
	s := d.sys
	if len(texts) == 0 || d.diags.HasErrors() || s.nameRange != (hcl.Range{}) || len(s.Services)+len(s.Externals) > 0 {
		return
	}
	at := hcl.Range{Filename: texts[0].Path, Start: hcl.InitialPos, End: hcl.InitialPos}
	d.errorf(at, "Nothing described", "The spec holds no system and no service. Begin with system \"NAME\" { } or service \"NAME\" { language = \"…\" }.")
}

// needsSystem refuses what only makes sense with a system around it.
func (d *decoder) needsSystem() {
	s := d.sys
	if s.nameRange != (hcl.Range{}) || d.diags.HasErrors() {
		return
	}
	switch {
	case len(s.Services) > 1:
		d.errorf(s.Services[1].Range, "System missing", "Several services need a system around them. Add system \"NAME\" { }.")
	case len(s.Externals) > 0:
		d.errorf(s.Externals[0].Range, "System missing", "An external needs a system around it. Add system \"NAME\" { }.")
	}
}

// assignPorts gives each service without a port the next free one, in the order
// of the names so that the order of blocks does not matter.
func assignPorts(s *System) {
	taken := s.takenPorts()
	next := FirstServicePort
	for _, svc := range s.Services {
		if svc.Port != 0 || svc.Image != "" || svc.badPort {
			continue
		}
		for taken[next] {
			next++
		}
		svc.Port, taken[next] = next, true
	}
}

// Sorted puts messages in the order of files and lines.
func Sorted(diags hcl.Diagnostics) hcl.Diagnostics {
	sort.SliceStable(diags, func(i, j int) bool {
		a, b := diags[i].Subject, diags[j].Subject
		if a == nil || b == nil {
			return b != nil
		}
		if a.Filename != b.Filename {
			return a.Filename < b.Filename
		}
		return a.Start.Byte < b.Start.Byte
	})
	return diags
}

// decoder collects the System and what is wrong with the text.
type decoder struct {
	sys   *System
	diags hcl.Diagnostics
	seen  map[string]hcl.Range // what may stand once only
}

func (d *decoder) errorf(rng hcl.Range, summary, format string, args ...any) {
	d.report(hcl.DiagError, rng, summary, format, args...)
}

func (d *decoder) report(sev hcl.DiagnosticSeverity, rng hcl.Range, summary, format string, args ...any) {
	d.diags = append(d.diags, &hcl.Diagnostic{
		Severity: sev, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &rng,
	})
}
