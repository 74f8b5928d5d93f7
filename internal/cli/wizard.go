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
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/internal/wizard"
)

// session is one run of the wizard.
type session struct {
	env   *Env
	root  string
	kind  string // the command: new or init
	said  ask.Answers
	force bool

	keepMine bool // as apply's
	purpose  ask.Purpose

	mu    sync.Mutex
	stamp string // of the spec that the form was made from
}

// prepared is what a wizard's plan is carried out with.
type prepared struct {
	work *workspace
	plan *project.Plan
}

// session begins before the spec is read, so that no change after that goes unseen.
func (env *Env) session(kind, root string, o *planOptions) *session {
	return &session{env: env, kind: kind, root: root, force: o.force, keepMine: o.keepMine, stamp: project.Stamp(root)}
}

func (env *Env) runWizard(ctx context.Context, s *session, form *ask.Form, answers ask.Answers, how asking) error {
	s.said, s.purpose = answers.Clone(), form.Purpose
	form.Said = s.said
	drafts := env.drafts(s)
	cfg := wizard.Config{
		Form: form, Answers: answers, Options: s.options(), Draft: drafts.offer(answers),
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

// options are the flags that change what a command writes, and are no answers.
func (s *session) options() []string {
	list := s.env.options()
	if s.force {
		list = append(list, "--force")
	}
	if s.keepMine {
		list = append(list, "--keep-mine")
	}
	return list
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
	f, err := s.read()
	switch {
	case err != nil:
		return nil, err
	case f.Purpose == s.purpose:
		f.Said = s.said
		return f, nil
	case s.purpose == ask.Join:
		return nil, s.gone()
	}
	return nil, fmt.Errorf("%s holds a system by now: save the draft, and begin again to join it", s.env.short(s.root))
}

func (s *session) gone() error {
	return fmt.Errorf("%s is gone from %s: nothing was written. Save the draft and leave", spec.SystemFile, s.env.short(s.root))
}

func (s *session) read() (*ask.Form, error) {
	if s.kind == "init" {
		return s.env.beginForm(s.root)
	}
	f, err := s.env.readForm(s.root, s.force)
	if err != nil || f.Purpose != ask.Join {
		return f, err
	}
	return s.env.fullForm(s.root, f)
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
	if s.purpose == ask.Join && !w.project.System {
		return nil, s.gone()
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

// filesOfPlan lists the files, the spec itself first: the rest follows from it.
func filesOfPlan(p *project.Plan, below string) []wizard.File {
	var specs, rest []wizard.File
	for _, c := range p.Changes {
		f := wizard.File{Path: below + c.Path, Sign: symbols[c.Action].sign[0], Reason: c.Reason, Diff: func() string { return diffOf(c) }}
		switch {
		case c.Action == project.Record || c.Action == project.Forget:
		case c.Class == "spec":
			specs = append(specs, f)
		default:
			rest = append(rest, f)
		}
	}
	return append(specs, rest...)
}

// diffOf is a change's diff; a new file is all additions.
func diffOf(c project.Change) string {
	if c.Diff != "" || c.Text() == nil {
		return c.Diff
	}
	lines := strings.Split(strings.TrimSuffix(string(c.Text()), "\n"), "\n")
	return "+" + strings.Join(lines, "\n+") + "\n"
}

// firstError is the first error among messages, with its place, and how many follow.
func firstError(diags hcl.Diagnostics) error {
	more := ""
	if n := count(diags, hcl.DiagError); n > 1 {
		more = fmt.Sprintf(" (and %s more; azulejo validate shows them)", plural(n-1, "error"))
	}
	for _, d := range diags {
		switch {
		case d.Severity != hcl.DiagError:
		case d.Subject == nil:
			return fmt.Errorf("%s: %s%s", d.Summary, strings.TrimSpace(d.Detail), more)
		default:
			return fmt.Errorf("%s: %s: %s%s", place(*d.Subject), d.Summary, strings.TrimSpace(d.Detail), more)
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
	what := "system " + out.Sheet.System.Name
	if out.Sheet.Service != nil {
		what = "service " + out.Sheet.Service.Name
	}
	fmt.Fprintf(w, "%s %s: %s, %s.\n\n", env.paint(env.OutTTY, green, "Created"), what,
		plural(out.Plan.Count("+"), "file")+" added", fmt.Sprintf("%d changed", out.Plan.Count("~")))
	label := func(name string) string { return env.paint(env.OutTTY, bold, fmt.Sprintf("%-9s", name)) }
	fmt.Fprintf(w, "%s %s\n", label("Next"), env.nextStep(ready.work))
	var files []string // as one would open them here
	for _, t := range out.Sheet.Texts {
		files = append(files, filepath.ToSlash(env.short(filepath.Join(ready.plan.Root, filepath.FromSlash(t.Path)))))
	}
	fmt.Fprintf(w, "%s %s\n", label("Spec"), strings.Join(files, " "))
	command := func(name string, argv []string) {
		fmt.Fprintf(w, "%s %s\n", label(name), strings.Join(ask.Lines(argv, 100), "\n"+strings.Repeat(" ", 10)))
	}
	name := "Again"
	for _, argv := range out.Sheet.Commands(s.options()...) {
		command(name, argv)
		name = ""
	}
	command("or", s.fromSpec(out.Sheet, s.below(ready.plan.Root)))
}

// fromSpec makes the same out of the spec that was written: a whole system out of its
// folder, a service out of its file.
func (s *session) fromSpec(sheet *ask.Sheet, below string) []string {
	options := append(s.options(), "--yes")
	if sheet.Texts[0].Path == spec.SystemFile {
		return append([]string{"azulejo", "apply"}, options...)
	}
	return append([]string{"azulejo", "new", "--file", below + sheet.Texts[0].Path}, options...)
}
