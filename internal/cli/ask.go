package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// asking is who can be asked, and how.
type asking int

const (
	askNobody asking = iota
	askLines         // line by line
	askPage          // on a page of the terminal
)

type askOptions struct{ accessible bool }

func (o *askOptions) askFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.accessible, "accessible", false, "ask line by line, for screen readers and pipes (also ACCESSIBLE)")
}

// asks says how questions can be asked here. Nobody is asked where nobody may be:
// a question that waits for ever is worse than an error.
func (env *Env) asks(o *planOptions, accessible bool) asking {
	switch {
	case o.yes || o.nonInteractive || o.json || o.dryRun:
		return askNobody
	case accessible:
		return askLines
	case !env.InTTY || !env.ErrTTY && !env.OutTTY || truthy(env.getenv("CI")):
		return askNobody
	case truthy(env.getenv("ACCESSIBLE")), env.Screen == nil, env.getenv("TERM") == "dumb", env.getenv("TERM") == "":
		return askLines
	}
	return askPage
}

func truthy(s string) bool {
	on, err := strconv.ParseBool(s)
	return s != "" && (on || err != nil)
}

// flagAnswers takes the flags that were given as answers.
func flagAnswers(cmd *cobra.Command, fields map[string]string) (ask.Answers, error) {
	out := ask.Answers{}
	for field, name := range fields {
		f := cmd.Flags().Lookup(name)
		if !f.Changed {
			continue
		}
		switch f.Value.Type() {
		case "stringArray", "stringSlice":
			list, err := cmd.Flags().GetStringArray(name)
			if err != nil {
				list, _ = cmd.Flags().GetStringSlice(name)
			}
			out[field] = list
		case "int":
			if n, _ := cmd.Flags().GetInt(name); name != "instances" && (n < 1 || n > 65535) {
				return nil, fmt.Errorf("--%s %d: use 1 to 65535", name, n)
			}
			out[field] = []string{f.Value.String()}
		default:
			out[field] = []string{f.Value.String()}
		}
	}
	return out, nil
}

// specErrors are what is wrong with the texts of a spec; as an error it is the first.
type specErrors struct {
	files map[string][]byte
	diags hcl.Diagnostics
}

func (e *specErrors) Error() string { return firstError(e.diags).Error() }

// openForm is readForm where messages can be printed.
func (env *Env) openForm(root string, force bool) (*ask.Form, error) {
	f, err := env.readForm(root, force)
	var bad *specErrors
	if errors.As(err, &bad) {
		env.printDiagnostics(env.Stderr, env.ErrTTY, bad.files, bad.diags)
		return nil, withCode(exitError, errors.New("the spec has errors: nothing was written"))
	}
	return f, err
}

// readForm asks about a new service: in the system of a folder, or alone. It reads
// no more than a first question needs. A faulty spec is a *specErrors.
func (env *Env) readForm(root string, force bool) (*ask.Form, error) {
	p, err := project.OpenSpec(root)
	switch {
	case errors.Is(err, project.ErrNoSpec):
		f, err := env.emptyForm(root)
		if err == nil {
			f.Blocked = func(name string) string { return text(env.blocked(filepath.Join(root, name), force)) }
		}
		return f, err
	case err != nil:
		return nil, err
	case !p.System:
		return nil, fmt.Errorf("%s is the folder of a service: go to where the new one shall stand, or begin a system with azulejo init", env.short(root))
	}
	f := &ask.Form{Purpose: ask.Join, Folder: filepath.Base(root), Load: loadLanguage}
	texts := relativeTexts(root, p.Texts)
	parsed, diags := spec.Parse(texts)
	if diags.HasErrors() {
		return nil, &specErrors{filesOf(texts), diags}
	}
	f.Base = parsed
	if len(parsed.System.Packs) > 0 { // a pack of the system's own may bring a language
		return env.fullForm(root, f)
	}
	f.Catalog, err = shippedCatalog()
	return f, err
}

// fullForm takes what a form chooses from out of the whole workspace: the names that
// packs reserve, too.
func (env *Env) fullForm(root string, f *ask.Form) (*ask.Form, error) {
	w, err := load(source{root: root})
	if err != nil {
		return nil, err
	}
	f.Catalog = w.catalog
	w.relative(env)
	if err := firstError(w.diags); err != nil { // no obstacle: the new service may mend it
		f.Trouble = "The spec has an error already: " + err.Error()
	}
	return f, nil
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// relativeTexts name the files of a spec as a person sees them from its root.
func relativeTexts(root string, texts []spec.Text) []spec.Text {
	out := make([]spec.Text, 0, len(texts))
	for _, t := range texts {
		if rel, err := filepath.Rel(root, filepath.FromSlash(t.Path)); err == nil {
			t.Path = filepath.ToSlash(rel)
		}
		out = append(out, t)
	}
	return out
}

func filesOf(texts []spec.Text) map[string][]byte {
	out := map[string][]byte{}
	for _, t := range texts {
		out[t.Path] = t.Bytes
	}
	return out
}

// shippedCatalog lists what the shipped packs bring, without reading them.
func shippedCatalog() (*spec.Catalog, error) {
	_, others, err := shippedPacks(func(generators.Heading) bool { return false })
	if err != nil {
		return nil, err
	}
	return generators.Catalog(nil, others, Version), nil
}

// loadLanguage reads the questions of a shipped pack.
func loadLanguage(l spec.Language) (spec.Language, error) {
	if l.Own || l.Unknown {
		return l, nil // read with the system, or nowhere
	}
	err := eachShipped(func(name string, sub fs.FS, manifest []byte) error {
		h, ok := generators.Peek(manifest)
		if !ok || h.Kind != generators.KindService || h.Name != l.Pack {
			return nil
		}
		full, diags := generators.ReadLanguage(manifest, "templates/"+name)
		if diags.HasErrors() {
			return fmt.Errorf("pack %s is broken, which is a bug of azulejo: %w", name, diags)
		}
		l = full
		return nil
	})
	return l, err
}

// sourceOf is where the texts of a sheet belong: into the folder, or a folder of the
// service's own.
func (env *Env) sourceOf(root string, s *ask.Sheet, force bool) (source, error) {
	src := source{root: root}
	if s.Alone {
		src.root = filepath.Join(root, s.Service.Name)
		if err := env.blocked(src.root, force); err != nil {
			return src, err
		}
	}
	for _, t := range s.Texts {
		t.Path = filepath.ToSlash(filepath.Join(src.root, filepath.FromSlash(t.Path)))
		src.extra = append(src.extra, t)
	}
	return src, nil
}
