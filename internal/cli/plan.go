package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// planOptions are what plan, apply, update, new and init share.
type planOptions struct {
	file, out        string
	json, yes, force bool
	detailed         bool
	verbose          bool
	dryRun           bool // plan: stop before writing
	nonInteractive   bool
	keepMine         bool
}

func (o *planOptions) flags(cmd *cobra.Command, applies bool) {
	f := cmd.Flags()
	f.StringVarP(&o.file, "file", "f", "", "a spec in one `FILE`; without it, the folder's own spec")
	f.StringVar(&o.out, "out", "", "the system's `DIR` (default: the working directory)")
	o.viewFlags(cmd)
	if applies {
		o.applyFlags(cmd)
	}
}

func (o *planOptions) viewFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.keepMine, "keep-mine", false, "keep edited files that the spec or a pack changes too, as they are")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the plan as JSON (docs/plan-json.md)")
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "show every file and every diff")
}

func (o *planOptions) applyFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&o.force, "force", false, "write beside files that are not azulejo's; none is overwritten")
	cmd.Flags().BoolVar(&o.nonInteractive, "non-interactive", false, "never ask: without --yes it is an error")
}

func newPlan(env *Env) *cobra.Command {
	o := &planOptions{dryRun: true}
	cmd := &cobra.Command{
		Use: "plan", Short: "Show what apply would do to each file", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return env.runSpec(cmd, o, nil) },
	}
	o.flags(cmd, false)
	cmd.Flags().BoolVar(&o.detailed, "detailed-exitcode", false, "exit 2 if there is a difference")
	return cmd
}

func newApply(env *Env) *cobra.Command {
	o := &planOptions{}
	cmd := &cobra.Command{
		Use: "apply", Short: "Make the files as the spec says", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return env.runSpec(cmd, o, nil) },
	}
	o.flags(cmd, true)
	return cmd
}

func newUpdate(env *Env) *cobra.Command {
	o := &planOptions{}
	cmd := &cobra.Command{
		Use: "update [SERVICE]...", Short: "Move services to the newest version of their packs",
		Long: "Rendering is pinned: plan and apply use the packs that the locks name. update takes the newest\nones, shows the plan and applies it. An edited file in the way stops it; nothing is overwritten.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"*"}
			}
			return env.runSpec(cmd, o, args)
		},
	}
	o.viewFlags(cmd)
	o.applyFlags(cmd)
	cmd.Flags().BoolVar(&o.dryRun, "check", false, "write nothing; exit 2 if there is a newer pack")
	return cmd
}

func (env *Env) runSpec(cmd *cobra.Command, o *planOptions, repin []string) error {
	src := source{root: env.chdir(cmd), repin: repin}
	if repin != nil {
		o.detailed = o.dryRun
	}
	if o.out != "" {
		src.root = env.abs(o.out)
	}
	if o.file != "" {
		src.file = env.abs(o.file)
		if !o.force {
			if err := project.CheckTarget(src.root, src.file); err != nil {
				return err
			}
		}
	}
	w, err := load(src)
	if err != nil {
		return noSpecHint(err)
	}
	for _, name := range repin {
		if name != "*" && w.sys.Service(name) == nil {
			return fmt.Errorf("the spec has no service %q", name)
		}
	}
	return env.runPlan(cmd.Context(), o, w)
}

// noSpecHint says to whom has no spec how to get one.
func noSpecHint(err error) error {
	if errors.Is(err, project.ErrNoSpec) {
		return fmt.Errorf("%w: begin one with azulejo init, or name a spec with --file", err)
	}
	return err
}

// runPlan is the one way from a workspace to the disk.
func (env *Env) runPlan(ctx context.Context, o *planOptions, w *workspace) error {
	w.keepMine = o.keepMine
	plan, err := env.plan(w)
	if err != nil {
		return err
	}
	if err := env.showPlan(o, w, plan); err != nil {
		return err
	}
	switch {
	case plan.HasConflicts():
		return withCode(exitDecide, errors.New("a person must decide about the files marked ! first: nothing was written"))
	case o.dryRun && o.detailed && !plan.NoChanges():
		return withCode(exitDifference, nil)
	case o.dryRun || !plan.Pending():
		return nil
	}
	if !plan.NoChanges() && !o.yes {
		if err := env.confirm(ctx, o); err != nil {
			return err
		}
	}
	if err := project.Apply(ctx, plan); err != nil {
		return err
	}
	if !o.json && !plan.NoChanges() {
		fmt.Fprintln(env.Stdout, "Applied. "+env.nextStep(w))
	}
	return nil
}

// nextStep is what a person would do now.
func (env *Env) nextStep(w *workspace) string {
	at := env.chdirHint(w.root)
	if len(w.sys.Services) == 0 {
		return "Add a service with: azulejo new" + at
	}
	return "Run it with: azulejo up" + at
}

func (env *Env) chdirHint(root string) string {
	if root == env.Dir {
		return ""
	}
	return " -C " + ask.Quote(env.short(root))
}

// plan prints the diagnostics of a workspace and, unless they hold an error,
// makes its plan.
func (env *Env) plan(w *workspace) (*project.Plan, error) {
	w.relative(env)
	env.printDiagnostics(env.Stderr, env.ErrTTY, w.files, w.diags)
	if w.diags.HasErrors() {
		return nil, withCode(exitError, fmt.Errorf("%s in the spec: nothing was written", plural(count(w.diags, hcl.DiagError), "error")))
	}
	req, err := w.request()
	if err != nil {
		return nil, err
	}
	plan, err := project.MakePlan(req)
	var render *diagnosticsError
	if errors.As(err, &render) {
		env.printDiagnostics(env.Stderr, env.ErrTTY, w.files, render.diags)
		return nil, withCode(exitError, errors.New("a pack could not be rendered: nothing was written"))
	}
	return plan, err
}

// confirm asks on a terminal; anywhere else it says which flag is missing.
func (env *Env) confirm(ctx context.Context, o *planOptions) error {
	if o.nonInteractive || !env.InTTY || !env.ErrTTY || o.json {
		return errors.New("nothing was written: this changes files and there is nobody to ask; say --yes")
	}
	fmt.Fprint(env.Stderr, "Apply this plan? Only \"yes\" goes on: ")
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(env.Stdin).ReadString('\n') // the end of the input is no "yes"
		answer <- line
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(env.Stderr)
		return ctx.Err()
	case line := <-answer:
		if strings.TrimSpace(line) != "yes" {
			return errors.New("nothing was written")
		}
		return nil
	}
}

// serviceOf names the service that a path of a system belongs to.
func serviceOf(name string) string {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) == 3 && parts[0] == spec.ServicesDir {
		return parts[1]
	}
	return ""
}
