//go:build unix

// Command live proves the contract on whole running systems: `make e2e-contract`.
//
//   - trace: one request crosses all services with one trace id in every line of
//     the log, and its spans are one tree.
//   - metrics: one query answers for all services.
//   - breaker: every language opens, tries and closes at the same recorded call.
//   - drain: one of two instances is stopped under load, and no request is lost.
//
// Every stage is also shown something that is known to be bad, and fails if it
// does not notice. The program knows azulejo only from outside: it runs the
// binary, plays what the services call and where their spans go, and judges what
// comes out. Another spec, other languages and other blocks of the system are flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/azulejo-dev/azulejo/scripts/running"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case interrupted:
		fmt.Fprintln(os.Stderr, "live: interrupted; everything is stopped")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "live: FAILED:", err)
		os.Exit(1)
	}
}

type options struct {
	azulejo, spec, dir, only string
	languages                []string
	blocks                   string // HCL of the system that this program writes, besides its gateway
	gateway                  string
	port                     int
	requests                 int
	ready                    time.Duration
}

func parse(args []string, out io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("live", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.azulejo, "azulejo", "build/azulejo", "the `program` to prove")
	flags.StringVar(&o.spec, "spec", "testdata/specs/valid/bookinfo.hcl", "the spec `file` of trace and metrics: it has a gateway, and its services the starter code")
	flags.StringVar(&o.dir, "dir", "build/live", "the `folder` to generate and to log into")
	flags.StringVar(&o.only, "only", "", "run only these `stages` of trace, metrics, breaker and drain")
	languages := flags.String("languages", "go,python,node", "the `languages` of breaker and drain")
	flags.StringVar(&o.gateway, "gateway", "caddy", "the gateway `provider` of breaker and drain")
	flags.StringVar(&o.blocks, "blocks", "", "`HCL` for their system, such as 'discovery \"eureka\" {}'")
	flags.IntVar(&o.port, "port", 8300, "the first of their 100 `ports`")
	flags.IntVar(&o.requests, "requests", 5000, "the least `number` of requests while an instance drains")
	flags.DurationVar(&o.ready, "ready", 10*time.Minute, "`time` for installing, building and starting")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.languages = strings.Split(*languages, ",")
	for name, path := range map[string]string{"azulejo": o.azulejo, "spec": o.spec} {
		if _, err := os.Stat(path); err != nil {
			return o, fmt.Errorf("-%s: %w", name, err)
		}
	}
	for _, stage := range strings.Split(o.only, ",") {
		if !strings.Contains(",trace,metrics,breaker,drain,", ","+stage+",") && stage != "" {
			return o, fmt.Errorf("-only: there is no stage %q", stage)
		}
	}
	return o, nil
}

func (o options) wants(stage string) bool {
	return o.only == "" || strings.Contains(","+o.only+",", ","+stage+",")
}

// live is one run.
type live struct {
	options
	out     *running.Screen
	summary []string
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	l := &live{options: o, out: running.NewScreen(stdout)}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	began := time.Now()
	if err := l.whole(ctx); err != nil {
		return err
	}
	if err := l.languagesAlike(ctx); err != nil {
		return err
	}
	l.out.Title("all of it held, in %.0f s", time.Since(began).Seconds())
	l.out.Print("%s", strings.Join(l.summary, "\n"))
	return nil
}

// whole runs the given spec, for the stages that need a system.
func (l *live) whole(ctx context.Context) error {
	if !l.wants("trace") && !l.wants("metrics") {
		return nil
	}
	dir := filepath.Join(l.dir, strings.TrimSuffix(filepath.Base(l.spec), ".hcl"))
	if err := l.generate(ctx, l.spec, dir); err != nil {
		return err
	}
	collector, err := startCollector()
	if err != nil {
		return err
	}
	defer collector.close()
	env := []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.url(), "OTEL_BSP_SCHEDULE_DELAY=100", "LOG_LEVEL=info"}
	return l.session(ctx, "whole", dir, env, nil, func(ctx context.Context, s *session) error {
		if err := l.stage("trace", func() error { return l.trace(ctx, s, collector) }); err != nil {
			return err
		}
		return l.stage("metrics", func() error { return l.metrics(ctx, s) })
	})
}

// languagesAlike runs one small service in each language.
func (l *live) languagesAlike(ctx context.Context) error {
	if !l.wants("breaker") && !l.wants("drain") {
		return nil
	}
	sys := l.alike()
	spec, dir := filepath.Join(l.dir, "alike.hcl"), filepath.Join(l.dir, "alike")
	if err := os.WriteFile(spec, []byte(sys.text), 0o644); err != nil {
		return err
	}
	if err := l.generate(ctx, spec, dir); err != nil {
		return err
	}
	up, err := startUpstream(sys.upstream)
	if err != nil {
		return err
	}
	defer up.close()
	if err := l.stage("breaker", func() error { return l.breaker(ctx, sys, dir, up) }); err != nil {
		return err
	}
	return l.stage("drain", func() error { return l.drain(ctx, sys, dir, up) })
}

// stage runs one if it is wanted, and says how long it took.
func (l *live) stage(name string, do func() error) error {
	if !l.wants(name) {
		return nil
	}
	l.out.Title("%s", name)
	began := time.Now()
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	l.out.Print("%s: ok, %.1f s", name, time.Since(began).Seconds())
	return nil
}

// held prints what a stage saw, and keeps it for the end.
func (l *live) held(stage, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	l.out.Print("%s", line)
	l.summary = append(l.summary, fmt.Sprintf("%-8s %s", stage, line))
}

const mostOfAnError = 160

// refused wants a judgement of what is known to be bad to be an error: a check
// that cannot fail proves nothing.
func (l *live) refused(stage, what string, judgement error) error {
	if judgement == nil {
		return fmt.Errorf("the control was taken for good: %s", what)
	}
	first, _, _ := strings.Cut(judgement.Error(), "\n")
	if len(first) > mostOfAnError {
		first = first[:mostOfAnError] + "…"
	}
	l.held(stage, "control, %s: refused (%s)", what, first)
	return nil
}
