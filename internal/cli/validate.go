package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

func newValidate(env *Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "validate [FILE or DIR]...",
		Short: "Check a spec and say everything that is wrong with it",
		RunE: func(cmd *cobra.Command, args []string) error {
			env.chdir(cmd)
			return runValidate(env, args, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the diagnostics as JSON")
	return cmd
}

func runValidate(env *Env, args []string, asJSON bool) error {
	if len(args) == 0 {
		args = []string{"."}
	}
	var all hcl.Diagnostics
	files := map[string][]byte{}
	for _, arg := range args {
		src := source{root: env.abs(arg)}
		info, err := os.Stat(src.root)
		if err != nil {
			return fmt.Errorf("looking for a spec: %w", err)
		}
		if !info.IsDir() {
			src = source{file: src.root}
		}
		w, err := load(src)
		if err != nil {
			return err
		}
		w.relative(env)
		all = append(all, w.diags...)
		for name, b := range w.files {
			files[name] = b
		}
	}
	errs, warnings := count(all, hcl.DiagError), count(all, hcl.DiagWarning)
	if asJSON {
		if err := env.printJSON(map[string]any{
			"format_version": 1, "valid": errs == 0, "error_count": errs, "warning_count": warnings,
			"diagnostics": jsonDiagnostics(files, all),
		}); err != nil {
			return err
		}
	} else {
		env.printDiagnostics(env.Stderr, env.ErrTTY, files, all)
	}
	if errs > 0 {
		return withCode(exitError, fmt.Errorf("%s in the spec", plural(errs, "error")))
	}
	if !asJSON {
		fmt.Fprintln(env.Stdout, "The spec is valid.")
	}
	return nil
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// relative shortens the paths in messages to what the user would write.
func (w *workspace) relative(env *Env) {
	for i, d := range w.diags {
		if d.Subject == nil || !filepath.IsAbs(d.Subject.Filename) {
			continue
		}
		c, r := *d, *d.Subject
		r.Filename = filepath.ToSlash(env.short(filepath.FromSlash(r.Filename)))
		w.files[r.Filename] = w.files[d.Subject.Filename]
		c.Subject = &r
		w.diags[i] = &c
	}
}

func newFmt(env *Env) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [FILE or DIR]...",
		Short: "Lay a spec out in the canonical form",
		RunE: func(cmd *cobra.Command, args []string) error {
			env.chdir(cmd)
			return runFmt(env, args, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; exit 2 if a file is not formatted")
	return cmd
}

func runFmt(env *Env, args []string, check bool) error {
	if len(args) == 0 {
		args = []string{"."}
	}
	differ := 0
	for _, arg := range args {
		files, err := specFiles(env.abs(arg))
		if err != nil {
			return err
		}
		for _, f := range files {
			changed, err := env.formatFile(f, check)
			if err != nil {
				return err
			}
			if changed {
				differ++
			}
		}
	}
	if check && differ > 0 {
		return withCode(exitDifference, fmt.Errorf("%s not formatted: run azulejo fmt", plural(differ, "file")))
	}
	return nil
}

// specFiles are the files of a spec: the one that is named, or a folder's.
func specFiles(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("looking for a spec: %w", err)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var out []string
	for _, pattern := range []string{spec.SystemFile, spec.ServiceFile, filepath.Join(spec.ServicesDir, "*", spec.ServiceFile)} {
		found, err := filepath.Glob(filepath.Join(name, pattern))
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: there is no azulejo.hcl and no service.hcl", name)
	}
	return out, nil
}

func (env *Env) formatFile(name string, check bool) (bool, error) {
	changed, err := project.FormatFile(name, check)
	var diags hcl.Diagnostics
	if errors.As(err, &diags) {
		src, _ := os.ReadFile(name) // read a moment ago; only for the snippet
		env.printDiagnostics(env.Stderr, env.ErrTTY, map[string][]byte{name: src}, diags)
		return false, withCode(exitError, errSpec)
	}
	if changed {
		fmt.Fprintln(env.Stdout, env.short(name))
	}
	return changed, err
}
