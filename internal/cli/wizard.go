package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/charmbracelet/x/term"
	"github.com/hashicorp/hcl/v2"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/wizard"
)

// session is one run of the wizard.
type session struct {
	env   *Env
	root  string
	kind  string // the command: new or init
	force bool

	keepMine bool // as apply's

	mu    sync.Mutex
	stamp string // of the spec that the form was made from
}

// prepared is what a wizard's plan is carried out with.
type prepared struct {
	work *workspace
	plan *project.Plan
}

func (env *Env) runWizard(ctx context.Context, s *session, form *ask.Form, answers ask.Answers, how asking) error {
	s.stamp = project.Stamp(s.root)
	drafts := env.drafts(s.root, s.kind)
	cfg := wizard.Config{
		Form: form, Answers: answers, Options: env.options(), Draft: drafts.offer(answers),
		Plan: s.plan, Reload: s.reload, Changed: s.changed,
	}
	out, err := s.ask(ctx, cfg, how)
	if err != nil {
		fmt.Fprintln(env.Stderr, env.paint(env.ErrTTY, red, "Error:"), printable(err.Error()))
	}
	if out.Action == wizard.Create && ctx.Err() == nil {
		if err = s.create(ctx, &out); err == nil {
			drafts.done(&out)
			return nil
		}
		out.Action = wizard.Lost // nothing of the answers is lost with it
		fmt.Fprintln(env.Stderr, env.paint(env.ErrTTY, red, "Error:"), printable(err.Error()))
		drafts.leave(env, &out)
		return withCode(codeOf(err), nil)
	}
	drafts.leave(env, &out)
	if out.Bug != nil {
		panic(out.Bug)
	}
	if err != nil {
		return withCode(codeOf(err), nil)
	}
	return withCode(exitInterrupted, nil)
}

func codeOf(err error) int {
	var coded *exitCodeError
	if errors.As(err, &coded) {
		return coded.code
	}
	return exitError
}

func (s *session) ask(ctx context.Context, cfg wizard.Config, how asking) (wizard.Outcome, error) {
	env := s.env
	if how == askLines {
		return wizard.Plain(ctx, cfg, env.Stdin, env.Stderr), nil
	}
	width, height, err := term.GetSize(env.Screen.Fd())
	if err != nil || width <= 0 || height <= 0 {
		width, height = 80, 24
	}
	return wizard.Page(ctx, cfg, wizard.Options{
		In: env.Stdin, Out: env.Screen, Environ: env.Environ, Width: width, Height: height,
		ASCII: !env.unicode(), NoColor: env.noColor,
	})
}

// unicode says that the locale can show more than ASCII. Where none is set, nearly
// every terminal of today can.
func (env *Env) unicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := env.getenv(name); v != "" {
			v = strings.ToUpper(v)
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return true
}

// options are the global flags that a command needs to do the same.
func (env *Env) options() []string {
	if env.base == env.Dir {
		return nil
	}
	return []string{"-C", env.short(env.base)}
}

func (s *session) changed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return project.Stamp(s.root) != s.stamp
}

// reload reads the spec, and all that a form chooses from, as it is now.
func (s *session) reload() (*ask.Form, error) {
	stamp := project.Stamp(s.root)
	f, err := s.form()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stamp = stamp
	return f, nil
}

func (s *session) form() (*ask.Form, error) {
	quiet := *s.env
	quiet.Stderr = &strings.Builder{} // the page is on the terminal
	if s.kind == "init" {
		return quiet.beginForm(s.root)
	}
	f, err := quiet.openForm(s.root, s.force)
	if err != nil || f.Purpose != ask.Join {
		return f, err
	}
	return quiet.fullForm(s.root, f)
}

// plan is what apply would do for a sheet.
func (s *session) plan(ctx context.Context, sheet *ask.Sheet) (*wizard.Plan, error) {
	src, err := s.env.sourceOf(s.root, sheet, s.force)
	if err != nil {
		return nil, err
	}
	w, err := load(src)
	if err != nil {
		return nil, err
	}
	w.keepMine = s.keepMine
	w.relative(s.env)
	if err := firstError(w.diags); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	req, err := w.request()
	if err != nil {
		return nil, err
	}
	p, err := project.MakePlan(req)
	if err != nil {
		return nil, err
	}
	return &wizard.Plan{Files: filesOfPlan(p, s.below(src.root)), Warnings: s.warnings(w), Value: &prepared{w, p}}, nil
}

// below is the path from the wizard's folder to the plan's root.
func (s *session) below(root string) string {
	rel, err := filepath.Rel(s.root, root)
	if err != nil || rel == "." {
		return ""
	}
	return filepath.ToSlash(rel) + "/"
}

func filesOfPlan(p *project.Plan, below string) (list []wizard.File) {
	for _, c := range p.Changes {
		if c.Action == project.Record || c.Action == project.Forget {
			continue
		}
		list = append(list, wizard.File{Path: below + c.Path, Sign: symbols[c.Action].sign[0], Reason: c.Reason, Diff: func() string { return diffOf(c) }})
	}
	return list
}

// diffOf is a change's diff; a new file is all additions.
func diffOf(c project.Change) string {
	if c.Diff != "" || c.Text() == nil {
		return c.Diff
	}
	lines := strings.Split(strings.TrimSuffix(string(c.Text()), "\n"), "\n")
	return "+" + strings.Join(lines, "\n+") + "\n"
}

// firstError is the first error among messages, with its place.
func firstError(diags hcl.Diagnostics) error {
	for _, d := range diags {
		switch {
		case d.Severity != hcl.DiagError:
		case d.Subject == nil:
			return fmt.Errorf("%s: %s", d.Summary, strings.TrimSpace(d.Detail))
		default:
			return fmt.Errorf("%s: %s: %s", place(*d.Subject), d.Summary, strings.TrimSpace(d.Detail))
		}
	}
	return nil
}

// warnings are those that are not about what is new: the page has said those.
func (s *session) warnings(w *workspace) (list []string) {
	isNew := map[string]bool{}
	for _, t := range w.extra {
		isNew[filepath.ToSlash(s.env.short(filepath.FromSlash(t.Path)))] = true // as relative names it
	}
	for _, d := range w.diags {
		if d.Severity == hcl.DiagWarning && d.Subject != nil && !isNew[d.Subject.Filename] {
			list = append(list, place(*d.Subject)+": "+strings.TrimSpace(d.Detail))
		}
	}
	return list
}

// create carries out the plan that the person looked at.
func (s *session) create(ctx context.Context, out *wizard.Outcome) error {
	ready := out.Plan.Value.(*prepared)
	if err := project.Apply(ctx, ready.plan); err != nil {
		return err
	}
	s.report(out, ready)
	return nil
}

// report says what was made, how to run it, and how to do the same without a wizard.
func (s *session) report(out *wizard.Outcome, ready *prepared) {
	env, w := s.env, s.env.Stdout
	what := s.below(ready.plan.Root)
	if out.Sheet.Service != nil && !out.Sheet.Alone {
		what = filepath.ToSlash(filepath.Dir(filepath.FromSlash(out.Sheet.Texts[len(out.Sheet.Texts)-1].Path))) + "/"
	} else if out.Sheet.Service == nil {
		what = "system " + out.Sheet.System.Name
	}
	fmt.Fprintf(w, "%s %s: %s, %s.\n\n", env.paint(env.OutTTY, green, "Created"), what,
		plural(out.Plan.Count("+"), "file")+" added", fmt.Sprintf("%d changed", out.Plan.Count("~")))
	label := func(name string) string { return env.paint(env.OutTTY, bold, fmt.Sprintf("%-9s", name)) }
	fmt.Fprintf(w, "%s %s\n", label("Next"), env.nextStep(ready.work))
	last := out.Sheet.Texts[len(out.Sheet.Texts)-1]
	file := s.below(ready.plan.Root) + last.Path
	fmt.Fprintf(w, "%s %s\n", label("Spec"), file)
	name, commands := "Again", out.Sheet.Commands(env.options()...)
	for _, argv := range commands {
		fmt.Fprintf(w, "%s %s\n", label(name), strings.Join(ask.Lines(argv, 100), "\n"+strings.Repeat(" ", 10)))
		name = ""
	}
	if out.Sheet.Service != nil && len(commands) == 1 { // the file alone begins no system
		argv := append([]string{"azulejo", "new"}, env.options()...)
		fmt.Fprintf(w, "%s %s\n", label("or"), strings.Join(ask.Lines(append(argv, "--file", file, "--yes"), 100), " "))
	}
}
