package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

type newOptions struct {
	planOptions
	askOptions
	set []string
}

func newNew(env *Env) *cobra.Command {
	o := &newOptions{}
	cmd := &cobra.Command{
		Use:   "new [NAME]",
		Short: "Add a service; on a terminal a wizard asks for it",
		Long: "Without NAME or --lang a wizard asks on the terminal; it shows the plan before it writes, and the\n" +
			"command that says the same. In a system's folder the service joins the system; elsewhere it gets\n" +
			"a folder of its own, NAME, and stands alone.",
		Example: "  azulejo new\n  azulejo new orders --lang go --route /orders --call billing --yes",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return env.runNew(cmd, o, args) },
	}
	f := cmd.Flags()
	f.String("lang", "", "the `LANGUAGE`, such as go, python or node")
	f.String("pack", "", "the `PACK`, where several bring the language")
	f.Int("port", 0, "where it listens (default: the next free one)")
	f.Int("instances", 1, "how many run")
	f.StringArray("route", nil, "a `PATH` at the gateway; may be given again")
	f.StringArray("call", nil, "the `NAME` of a service that it calls; may be given again")
	f.StringArrayVar(&o.set, "set", nil, "an answer to the pack's own questions, `KEY=VALUE`")
	f.StringVarP(&o.file, "file", "f", "", "the service's spec in a `FILE`, in place of flags")
	f.BoolVar(&o.dryRun, "dry-run", false, "show the plan and write nothing")
	o.viewFlags(cmd)
	o.applyFlags(cmd)
	o.askFlags(cmd)
	return cmd
}

// newFlags are the flags that answer a question, by its field.
var newFlags = map[string]string{"language": "lang", "pack": "pack", "port": "port", "instances": "instances", "route": "route", "call": "call"}

func (env *Env) runNew(cmd *cobra.Command, o *newOptions, args []string) error {
	root := env.chdir(cmd)
	if err := env.notInside(root); err != nil {
		return err
	}
	if o.file != "" {
		return env.newFromFile(cmd, o, root, args)
	}
	answers, err := flagAnswers(cmd, newFlags)
	if err != nil {
		return err
	}
	for _, kv := range o.set {
		if err := answers.Set(kv); err != nil {
			return err
		}
	}
	if len(args) > 0 {
		answers["name"] = args[:1]
	}
	s := env.session("new", root, &o.planOptions)
	form, err := env.openForm(root, o.force)
	if err != nil {
		return err
	}
	missing := missingFlags(answers)
	if len(missing) == 0 {
		return env.newFromFlags(cmd, o, root, form, answers)
	}
	how := env.asks(&o.planOptions, o.accessible)
	if how == askNobody {
		return fmt.Errorf("missing: %s. Example: azulejo new orders --lang go --yes; on a terminal, azulejo new asks for them", strings.Join(missing, " and "))
	}
	return env.runWizard(cmd.Context(), s, form, answers, how)
}

func missingFlags(a ask.Answers) (missing []string) {
	if a["name"] == nil {
		missing = append(missing, "NAME")
	}
	if a["language"] == nil {
		missing = append(missing, "--lang")
	}
	return missing
}

// newFromFlags makes the service that flags describe, in full.
func (env *Env) newFromFlags(cmd *cobra.Command, o *newOptions, root string, form *ask.Form, answers ask.Answers) error {
	name := answers["name"][0]
	if err := notAName(name); err != nil {
		return err
	}
	if form.Base.System.Service(name) != nil {
		return env.alreadyThere(root, name)
	}
	if answers["route"] == nil {
		answers["route"] = []string{} // nothing is routed that nobody said
	}
	form.Literal = true
	return env.runSheet(cmd, &o.planOptions, root, form.Fill(answers))
}

// runSheet does with the texts of a sheet what plan and apply do.
func (env *Env) runSheet(cmd *cobra.Command, o *planOptions, root string, sheet *ask.Sheet) error {
	src, err := env.sourceOf(root, sheet, o.force)
	if err != nil {
		return err
	}
	w, err := load(src)
	if err != nil {
		return err
	}
	return env.runPlan(cmd.Context(), o, w)
}

// notAName refuses early what would not even be a folder's name.
func notAName(name string) error {
	if filepath.IsLocal(name) && !strings.ContainsAny(name, "/\\") {
		return nil
	}
	return fmt.Errorf("%q cannot name a service: use lower-case letters, digits and dashes", name)
}

func (env *Env) alreadyThere(root, name string) error {
	return fmt.Errorf("the system has a service %q already, in %s: edit that and run azulejo apply", name, env.short(filepath.Join(root, filepath.FromSlash(spec.ServicePath(name)))))
}

// notInside refuses to begin something in the middle of a system.
func (env *Env) notInside(dir string) error {
	for d := filepath.Dir(dir); d != filepath.Dir(d); d = filepath.Dir(d) {
		if info, err := os.Lstat(filepath.Join(d, spec.SystemFile)); err == nil && info.Mode().IsRegular() {
			return fmt.Errorf("%s lies inside the system in %s: say -C %s", env.short(dir), env.short(d), env.short(d))
		}
	}
	return nil
}

// blocked says why no service of its own can be begun in a folder.
func (env *Env) blocked(root string, force bool) error {
	if !force {
		if err := project.CheckTarget(root, ""); err != nil {
			return err
		}
	}
	if _, err := project.OpenSpec(root); err == nil {
		return fmt.Errorf("%s holds a spec already: edit it and run azulejo apply", env.short(root))
	}
	return nil
}

// newFromFile takes a service's spec from a file.
func (env *Env) newFromFile(cmd *cobra.Command, o *newOptions, root string, args []string) error {
	name, text, err := env.oneService(o.file, args)
	if err != nil {
		return err
	}
	form, err := env.openForm(root, o.force)
	if err != nil {
		return err
	}
	if form.Base.System.Service(name) != nil {
		return env.alreadyThere(root, name)
	}
	sheet := &ask.Sheet{Service: &spec.Service{Name: name}, Alone: form.Purpose == ask.Alone, Texts: []spec.Text{{Path: spec.ServiceFile, Bytes: text, New: true}}}
	if !sheet.Alone {
		sheet.Texts[0].Path, sheet.Texts[0].Folder = spec.ServicePath(name), name
	}
	return env.runSheet(cmd, &o.planOptions, root, sheet)
}

// oneService reads a file that describes one service.
func (env *Env) oneService(file string, args []string) (string, []byte, error) {
	b, err := os.ReadFile(env.abs(file))
	if err != nil {
		return "", nil, fmt.Errorf("reading the spec: %w", err)
	}
	parsed, diags := spec.Parse([]spec.Text{{Path: file, Bytes: b}})
	if diags.HasErrors() {
		env.printDiagnostics(env.Stderr, env.ErrTTY, map[string][]byte{file: b}, diags)
		return "", nil, withCode(exitError, errSpec)
	}
	if len(parsed.System.Services) != 1 || parsed.System.Name != "" {
		return "", nil, fmt.Errorf("%s: new takes one service block and no system; use azulejo apply -f for more", file)
	}
	name := parsed.System.Services[0].Name
	if len(args) > 0 && args[0] != name {
		return "", nil, fmt.Errorf("%s describes service %q, not %q", file, name, args[0])
	}
	return name, b, notAName(name)
}
