package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/local"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/internal/verify"
)

// stages of pack test, in their order. The first two need nothing but azulejo.
var packStages = []string{"render", "golden", "install", "build", "lint", "test", "contract"}

type packTestOptions struct {
	update bool
	golden string
	work   string
	until  string
	cases  []string
	json   bool
}

func newPack(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "pack", Short: "Make and test packs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPackTest(env))
	return cmd
}

func newPackTest(env *Env) *cobra.Command {
	o := &packTestOptions{}
	cmd := &cobra.Command{
		Use:   "test DIR...",
		Short: "Render a pack's cases, compare them with their golden trees, build and test what came out",
		Long: "Each spec in DIR/cases is rendered, compared with its golden tree, and then installed, built,\n" +
			"linted and tested by the pack's own commands; last, the contract is checked from outside.\n" +
			"A missing tool is said and is not a pass (exit 4).",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return env.runPackTest(cmd, o, args) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.update, "update", false, "write the golden trees instead of comparing")
	f.StringVar(&o.golden, "golden", "", "where the golden trees are (default: DIR/golden)")
	f.StringVar(&o.work, "work", "", "build in this `DIR` and keep it; unchanged installs are reused")
	f.StringVar(&o.until, "until", "contract", "the last `STAGE`: "+strings.Join(packStages, ", "))
	f.StringArrayVar(&o.cases, "case", nil, "one more spec `FILE`, for the services in it that the packs generate")
	f.BoolVar(&o.json, "json", false, "print the results as JSON")
	return cmd
}

// packCase is one spec rendered with the packs under test.
type packCase struct {
	name   string           // of the golden tree
	pack   *generators.Pack // whose case it is; nil for one of --case
	golden string
	w      *workspace
	tree   map[string]project.TreeFile
}

type stageResult struct {
	Case    string  `json:"case"`
	Service string  `json:"service,omitempty"`
	Stage   string  `json:"stage"`
	Outcome string  `json:"outcome"` // passed, failed, skipped
	Seconds float64 `json:"seconds"`
	Detail  string  `json:"detail,omitempty"`
}

type packTest struct {
	env     *Env
	o       *packTestOptions
	packs   []*generators.Pack
	results []stageResult
}

func (env *Env) runPackTest(cmd *cobra.Command, o *packTestOptions, args []string) error {
	if !slices.Contains(packStages, o.until) {
		return fmt.Errorf("--until %s: use one of %s", o.until, strings.Join(packStages, ", "))
	}
	t := &packTest{env: env, o: o}
	env.chdir(cmd)
	cases, err := t.load(args)
	if err != nil {
		return err
	}
	if o.work == "" {
		if o.work, err = os.MkdirTemp("", "azulejo-pack-test-"); err != nil {
			return fmt.Errorf("making a folder to build in: %w", err)
		}
		defer os.RemoveAll(o.work)
	}
	o.work = env.abs(o.work)
	for _, c := range cases {
		if err := t.run(cmd.Context(), c); err != nil {
			return err
		}
	}
	return t.finish()
}

// load reads the packs and their cases.
func (t *packTest) load(args []string) ([]*packCase, error) {
	var cases []*packCase
	for _, arg := range args {
		arg = t.env.abs(arg)
		p, err := t.env.readPack(arg)
		if err != nil {
			return nil, err
		}
		t.packs = append(t.packs, p)
		files, err := filepath.Glob(filepath.Join(arg, generators.CasesDir, "*.hcl"))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("%s has no cases: add a spec as %s/NAME.hcl", t.env.short(arg), generators.CasesDir)
		}
		golden := filepath.Join(arg, generators.GoldenDir)
		if t.o.golden != "" {
			golden = t.env.abs(t.o.golden)
		}
		for _, f := range files {
			name := strings.TrimSuffix(filepath.Base(f), ".hcl")
			if t.o.golden != "" {
				name = p.Name() + "-" + name
			}
			cases = append(cases, &packCase{name: name, pack: p, golden: filepath.Join(golden, name), w: &workspace{source: source{file: f}}})
		}
	}
	for _, f := range t.o.cases {
		name := strings.TrimSuffix(filepath.Base(f), ".hcl")
		cases = append(cases, &packCase{name: name, golden: filepath.Join(t.env.abs(t.o.golden), name), w: &workspace{source: source{file: t.env.abs(f)}}})
	}
	return cases, nil
}

func (env *Env) readPack(dir string) (*generators.Pack, error) {
	files, err := generators.ReadFolder(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("reading the pack in %s: %w", env.short(dir), err)
	}
	p, diags := generators.LoadPack(files, env.short(dir))
	if diags.HasErrors() {
		texts := map[string][]byte{}
		for _, f := range files {
			texts[env.short(dir)+"/"+f.Path] = f.Bytes
		}
		env.printDiagnostics(env.Stderr, env.ErrTTY, texts, diags)
		return nil, withCode(exitError, fmt.Errorf("the pack in %s is broken", env.short(dir)))
	}
	p.Own = true
	return p, nil
}

// run takes one case through the stages and stops at the first that fails.
func (t *packTest) run(ctx context.Context, c *packCase) error {
	for _, s := range []struct {
		name string
		run  func(*packCase) error
	}{{"render", t.render}, {"golden", t.compare}} {
		began := time.Now()
		err := s.run(c)
		t.record(c, "", s.name, began, err)
		if err != nil || t.o.until == s.name {
			return nil
		}
	}
	if c.pack != nil && c.pack.Kind() != generators.KindService {
		return nil // what it generates is run by tools that are not a service's
	}
	dir := filepath.Join(t.o.work, c.name)
	if err := project.WriteTree(dir, c.tree, false); err != nil {
		return err
	}
	c.w.root = dir
	launches, err := c.w.launches()
	if err != nil {
		return err
	}
	for _, l := range launches {
		if svc := c.w.sys.Service(l.Service); slices.Contains(t.packs, c.w.packOf(svc)) {
			if err := t.service(ctx, c, svc, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// service runs a service's own toolchain and then looks at it from outside.
func (t *packTest) service(ctx context.Context, c *packCase, svc *spec.Service, l spec.Launch) error {
	pack := c.w.packOf(svc)
	commands, diags := generators.Commands(pack, svc, c.w.facts(svc))
	if diags.HasErrors() {
		return diags
	}
	if err := local.CheckTools(ctx, []spec.Launch{l}, t.env.Environ); err != nil {
		t.skip(c, l.Service, "install", err.Error())
		return nil
	}
	runner := local.Options{Environ: t.env.Environ, Stderr: t.env.Stderr, Launches: []spec.Launch{l}, Kill: t.env.Kill}
	for _, stage := range packStages[2:] {
		began := time.Now()
		var err error
		switch command, ok := commands[stage]; {
		case stage == "contract":
			err = t.contract(ctx, pack, l)
		case !ok:
			continue
		default:
			err = local.Command(ctx, runner, l, stage, command)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t.record(c, l.Service, stage, began, err)
		if err != nil || t.o.until == stage {
			return nil
		}
	}
	return nil
}

// contract checks the running service.
func (t *packTest) contract(ctx context.Context, p *generators.Pack, l spec.Launch) error {
	report, err := t.env.judge(ctx, verify.Target{Launch: l, Environ: t.env.Environ, Waivers: p.Waivers()}, verify.Options{})
	if err != nil {
		return err
	}
	if _, evidence := unheld(report); len(evidence) > 0 {
		return errors.New(strings.Join(evidence, "\n"))
	}
	return nil
}

// render renders twice and reads every file back with its own format's parser.
func (t *packTest) render(c *packCase) error {
	w, err := loadWith(c.w.source, t.packs)
	if err != nil {
		return err
	}
	w.relative(t.env)
	if w.diags.HasErrors() {
		t.env.printDiagnostics(t.env.Stderr, t.env.ErrTTY, w.files, w.diags)
		return errors.New("the case's spec is not valid")
	}
	c.w = w
	if c.tree, err = w.tree(); err != nil {
		return err
	}
	again, err := w.tree()
	if err != nil {
		return err
	}
	for name, f := range c.tree {
		if !bytes.Equal(f.Bytes, again[name].Bytes) {
			return fmt.Errorf("%s is different when it is rendered again", name)
		}
	}
	return nil
}

// tree is all that apply would write into an empty folder, but for azulejo's own
// records.
func (w *workspace) tree() (map[string]project.TreeFile, error) {
	specs, err := w.specs()
	if err != nil {
		return nil, err
	}
	out := map[string]project.TreeFile{}
	for name, b := range specs {
		out[name] = project.TreeFile{Bytes: b}
	}
	for _, u := range w.units {
		files, err := w.render(u)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if err := generators.Check(f); err != nil {
				return nil, fmt.Errorf("%s: %w", u.dir, err)
			}
			out[path.Join(u.dir, f.Path)] = project.TreeFile{Bytes: f.Bytes, Executable: f.Executable}
		}
	}
	return out, nil
}

func (t *packTest) compare(c *packCase) error {
	if t.o.update {
		return project.WriteTree(c.golden, c.tree, true)
	}
	differences, err := project.CompareTree(c.golden, c.tree)
	if err != nil {
		return err
	}
	if len(differences) > 0 {
		shown := differences[:min(len(differences), 20)]
		return fmt.Errorf("%s from %s; accept with --update\n%s", plural(len(differences), "difference"), t.env.short(c.golden), strings.Join(shown, "\n"))
	}
	return nil
}

func (t *packTest) record(c *packCase, service, stage string, began time.Time, err error) {
	r := stageResult{Case: c.name, Service: service, Stage: stage, Outcome: "passed", Seconds: time.Since(began).Seconds()}
	if err != nil {
		r.Outcome, r.Detail = "failed", err.Error()
	}
	t.add(r)
}

func (t *packTest) skip(c *packCase, service, stage, why string) {
	t.add(stageResult{Case: c.name, Service: service, Stage: stage, Outcome: "skipped", Detail: why})
}

func (t *packTest) add(r stageResult) {
	t.results = append(t.results, r)
	if t.o.json {
		return
	}
	c := map[string]colour{"passed": green, "failed": red, "skipped": yellow}[r.Outcome]
	fmt.Fprintf(t.env.Stdout, "%-20s %-16s %-9s %s %6.1fs\n", r.Case, r.Service, r.Stage, t.env.paint(t.env.OutTTY, c, r.Outcome), r.Seconds)
	for _, line := range strings.Split(r.Detail, "\n") {
		if line != "" {
			fmt.Fprintf(t.env.Stdout, "    %s\n", printable(line))
		}
	}
}

func (t *packTest) finish() error {
	n := map[string]int{}
	for _, r := range t.results {
		n[r.Outcome]++
	}
	if t.o.json {
		if err := t.env.printJSON(map[string]any{"format_version": 1, "results": t.results}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(t.env.Stdout, "%d passed, %d failed, %d skipped\n", n["passed"], n["failed"], n["skipped"])
	}
	switch {
	case n["failed"] > 0:
		return withCode(exitError, errSpec)
	case n["skipped"] > 0:
		return withCode(exitCannotTell, errors.New("some stages could not be run; that is not a pass"))
	}
	return nil
}
