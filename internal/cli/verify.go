package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/internal/local"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/internal/verify"
)

type verifyOptions struct {
	all   bool
	level int
	only  []string
	image string
	limit time.Duration
	paths []string
	json  bool
	junit string
}

func newVerify(env *Env) *cobra.Command {
	o := &verifyOptions{}
	cmd := &cobra.Command{
		Use:   "verify [SERVICE | URL] [--image IMAGE] [-- COMMAND...]",
		Short: "Prove from outside that a running service holds the contract",
		Long: "Judges each clause of the service contract (docs/contract.md) by what a service does: a SERVICE of\n" +
			"the spec, installed and built as up does it; any COMMAND, which gets PORT and the contract's\n" +
			"variables from here; an IMAGE, which docker runs on this machine's network; or what runs at a URL, as\n" +
			"far as that shows without its process. In the folder of a service that stands alone no name is needed.\n\n" +
			"Exit codes: 0 all passed, waived or not applicable · 3 a clause failed · 4 some could not be judged.",
		Example: "  azulejo verify orders\n  azulejo verify --all --junit verify.xml\n" +
			"  azulejo verify orders --image shop/orders:dev\n  azulejo verify --level 1 --map ready=/health --map api=/ -- ./my-server --flag\n  azulejo verify http://127.0.0.1:8080",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return env.runVerify(cmd, o, args) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "every service of the spec that azulejo generates")
	f.IntVar(&o.level, "level", 0, "only the clauses of levels 1 to `N`: 1 behaviour, 2 telemetry, 3 calls, 4 registry")
	f.StringSliceVar(&o.only, "only", nil, "only these `CLAUSES`, such as C12,C54")
	f.StringSliceVar(&o.paths, "map", nil, "where a service that azulejo did not generate has something, `KEY=/PATH`; keys: ready, live, metrics, api, post")
	f.StringVar(&o.image, "image", "", "run the service from this `IMAGE`; with SERVICE as that one, without as one that azulejo never saw")
	f.DurationVar(&o.limit, "start-limit", 20*time.Second, "how long the service may take until it is ready")
	f.BoolVar(&o.json, "json", false, "print the results as JSON (docs/verify-json.md)")
	f.StringVar(&o.junit, "junit", "", "also write the results as JUnit XML to `FILE`")
	cmd.MarkFlagsMutuallyExclusive("level", "only")
	return cmd
}

// subject is one service to be judged.
type subject struct {
	name   string // for a person
	how    string // what was started or asked
	target verify.Target
}

// verdict is what became of a subject; err says why there is no report.
type verdict struct {
	subject
	report verify.Report
	err    error
}

func (env *Env) runVerify(cmd *cobra.Command, o *verifyOptions, args []string) error {
	root := env.chdir(cmd)
	opts, err := o.checks(cmd)
	if err != nil {
		return err
	}
	subjects, err := env.subjects(o, root, args, cmd.ArgsLenAtDash())
	if err != nil {
		return err
	}
	verdicts := env.judgeAll(cmd.Context(), subjects, opts)
	if err := cmd.Context().Err(); err != nil {
		return fmt.Errorf("verifying: %w", err)
	}
	if err := env.showVerdicts(o, verdicts); err != nil {
		return err
	}
	if code := verifyCode(verdicts); code != exitOK {
		return withCode(code, errSpec)
	}
	return nil
}

// checks says which clauses are asked for.
func (o *verifyOptions) checks(cmd *cobra.Command) (verify.Options, error) {
	opts := verify.Options{Level: o.level, StartLimit: o.limit}
	if o.limit <= 0 {
		return opts, fmt.Errorf("--start-limit %s: give it some time", o.limit)
	}
	if cmd.Flags().Changed("level") && (o.level < 1 || o.level > verify.MaxLevel) {
		return opts, fmt.Errorf("--level %d: use 1 to %d", o.level, verify.MaxLevel)
	}
	var known []string
	for _, c := range verify.Table() {
		known = append(known, c.Clause)
	}
	for _, name := range o.only {
		clause := strings.ToUpper(strings.TrimSpace(name))
		if !slices.Contains(known, clause) {
			return opts, fmt.Errorf("--only %s: there is no check for that clause; there are %s", name, strings.Join(known, " "))
		}
		opts.Only = append(opts.Only, clause)
	}
	return opts, nil
}

// subjects finds what the command line names; dash is where -- stood, or -1.
func (env *Env) subjects(o *verifyOptions, root string, args []string, dash int) ([]subject, error) {
	named, command := args, []string(nil)
	if dash >= 0 {
		named, command = args[:dash], args[dash:]
	}
	paths, err := verify.ParsePaths(o.paths)
	if err != nil {
		return nil, fmt.Errorf("--map %w", err)
	}
	isURL := len(named) == 1 && strings.Contains(named[0], "://")
	switch {
	case dash >= 0 && len(command) == 0:
		return nil, errors.New("there is no command after --")
	case len(named) > 1 || len(named) == 1 && (dash >= 0 || o.all) || dash >= 0 && o.all:
		return nil, errors.New("name one thing to verify: a service, --all, a URL, or a command after --")
	case o.image != "" && (dash >= 0 || o.all || isURL):
		return nil, errors.New("--image is another way to start one service: name at most that service with it")
	case dash >= 0:
		return env.command(root, command, paths)
	case o.image != "" && len(named) == 0:
		return []subject{{o.image, "in a container", verify.Target{Image: o.image, Environ: env.Environ, Paths: paths, Foreign: true}}}, nil
	case isURL:
		return []subject{{name: named[0], how: "as it runs", target: verify.Target{URL: named[0], Paths: paths}}}, verify.CheckURL(named[0])
	case len(o.paths) > 0:
		return nil, errors.New("--map is for a URL or a command: a generated service has the contract's paths")
	}
	subjects, err := env.generated(root, named, o.all)
	for i := range subjects {
		if subjects[i].target.Image = o.image; o.image != "" {
			subjects[i].how = "in a container of " + o.image
		}
	}
	return subjects, err
}

// command is a service that azulejo never saw.
func (env *Env) command(root string, argv []string, paths verify.Paths) ([]subject, error) {
	program := argv[0]
	if strings.ContainsRune(program, '/') && !filepath.IsAbs(program) {
		program = filepath.Join(root, program)
	}
	if _, err := exec.LookPath(program); err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", argv[0], errors.Unwrap(err))
	}
	l := spec.Launch{Dir: root, Run: argv}
	how := "started as " + strings.Join(argv, " ")
	return []subject{{name: filepath.Base(argv[0]), how: how, target: verify.Target{Launch: l, Environ: env.Environ, Paths: paths, Foreign: true}}}, nil
}

// generated are services of the spec in a folder.
func (env *Env) generated(root string, named []string, all bool) ([]subject, error) {
	if len(named) == 1 && strings.ContainsAny(named[0], ":/") {
		return nil, fmt.Errorf("%q is no service; a URL begins with http://", named[0])
	}
	w, err := load(source{root: root})
	if err != nil {
		return nil, noSpecHint(err)
	}
	plan, err := env.plan(w)
	if err != nil {
		return nil, err
	}
	env.warnStale(plan, w)
	if err := w.canVerify(named, all); err != nil {
		return nil, err
	}
	launches, err := w.launches()
	if err != nil {
		return nil, err
	}
	var out []subject
	for _, l := range launches {
		if len(named) == 0 || named[0] == l.Service {
			waivers := w.packOf(w.sys.Service(l.Service)).Waivers()
			out = append(out, subject{l.Service, "in " + env.short(l.Dir), verify.Target{Launch: l, Environ: env.Environ, Waivers: waivers}})
		}
	}
	return out, nil
}

// canVerify says why the spec has nothing of that name to verify.
func (w *workspace) canVerify(named []string, all bool) error {
	var generated []string
	for _, svc := range w.sys.Services {
		if svc.Language != "" {
			generated = append(generated, svc.Name)
		}
	}
	switch {
	case len(named) == 1 && !slices.Contains(generated, named[0]):
		if err := inSpec(w.sys, named[0]); err != nil {
			return err
		}
		return fmt.Errorf("azulejo does not generate %q, so it does not know how to start it: give its URL, or a command after --", named[0])
	case len(generated) == 0:
		return errors.New("the spec has no service that azulejo generates")
	case len(named) == 0 && !all && !w.standalone():
		return fmt.Errorf("name one of %s, or say --all", strings.Join(generated, ", "))
	}
	return nil
}

// judgeAll prepares one service after the other and then judges them side by
// side, as far as the machine allows: half of its cores, at least one.
func (env *Env) judgeAll(ctx context.Context, subjects []subject, opts verify.Options) []verdict {
	verdicts := make([]verdict, len(subjects))
	for i, s := range subjects {
		verdicts[i] = verdict{subject: s, err: env.prepare(ctx, s.target)}
	}
	var progress sync.Mutex
	say := func(line string) {
		progress.Lock()
		defer progress.Unlock()
		fmt.Fprintln(env.Stderr, printable(line))
	}
	slots := make(chan struct{}, max(1, runtime.NumCPU()/2))
	var wait sync.WaitGroup
	for i := range verdicts {
		if verdicts[i].err != nil {
			continue
		}
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			v := &verdicts[i]
			say(v.name + "  verify   begun")
			v.report, v.err = env.judge(ctx, v.target, opts)
			if ctx.Err() == nil {
				say(v.brief())
			}
		})
	}
	wait.Wait()
	return verdicts
}

// brief is a line of progress.
func (v *verdict) brief() string {
	if v.err != nil {
		return v.name + "  verify   not possible"
	}
	return fmt.Sprintf("%s  verify   %s in %.1f s", v.name, countsOf(v.report.Count).text(), v.report.Duration.Seconds())
}

func (env *Env) prepare(ctx context.Context, t verify.Target) error {
	if t.Image != "" {
		return verify.CheckImage(ctx, t.Image, env.Environ)
	}
	if t.Foreign || t.URL != "" {
		return nil
	}
	return local.Prepare(ctx, local.Options{Environ: env.Environ, Stderr: env.Stderr, TTY: env.ErrTTY, Kill: env.Kill}, t.Launch)
}

// judge runs the checks. Some clauses are about milliseconds, so what did not hold
// in a generated service is looked at once more, and that is said.
func (env *Env) judge(ctx context.Context, t verify.Target, opts verify.Options) (verify.Report, error) {
	report, err := verify.Run(ctx, t, opts)
	clauses, evidence := unheld(report)
	if err != nil || t.Foreign || t.URL != "" || len(clauses) == 0 || slices.Contains(clauses, "C01") {
		return report, err
	}
	fmt.Fprintf(env.Stderr, "%s: once more, alone:\n  %s\n", t.Launch.Service, printable(strings.Join(evidence, "\n  ")))
	again, err := verify.Run(ctx, t, verify.Options{Only: clauses, StartLimit: opts.StartLimit})
	report.Duration += again.Duration
	for _, second := range again.Results {
		i := slices.IndexFunc(report.Results, func(r verify.Result) bool { return r.Clause == second.Clause })
		if second.Outcome == verify.Pass {
			second.Evidence += " (when it was looked at once more; at first: " + report.Results[i].Evidence + ")"
		}
		report.Results[i] = second
	}
	return report, err
}

// unheld lists the clauses that failed or could not be judged.
func unheld(report verify.Report) (clauses, evidence []string) {
	for _, r := range report.Results {
		if r.Outcome == verify.Fail || r.Outcome == verify.NotRun {
			clauses = append(clauses, r.Clause)
			evidence = append(evidence, r.Clause+" "+string(r.Outcome)+": "+r.Evidence)
		}
	}
	return clauses, evidence
}

// verifyCode is the exit code: a failure weighs more than what could not be told.
func verifyCode(verdicts []verdict) int {
	code := exitOK
	for _, v := range verdicts {
		switch {
		case v.report.Count(verify.Fail) > 0:
			return exitDecide
		case v.err != nil || v.report.Count(verify.NotRun) > 0:
			code = exitCannotTell
		}
	}
	return code
}

// showVerdicts prints for a person or as JSON, and writes the JUnit file.
func (env *Env) showVerdicts(o *verifyOptions, verdicts []verdict) error {
	if o.junit != "" {
		b, err := junitOf(verdicts)
		if err != nil {
			return err
		}
		if err := os.WriteFile(env.abs(o.junit), b, 0o644); err != nil {
			return fmt.Errorf("writing the JUnit file: %w", err)
		}
	}
	if o.json {
		return env.printJSON(jsonVerifyOf(verdicts))
	}
	for _, v := range verdicts {
		env.showVerdict(v)
	}
	return nil
}
