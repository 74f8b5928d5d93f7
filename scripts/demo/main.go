//go:build unix

// Command demo shows azulejo at work and checks what it shows: it generates a
// system, runs `azulejo up`, asks for one page that passes through as many of
// its services as possible, kills one of them, asks again, and stops everything.
//
// It knows azulejo only from outside, as a program. It needs a spec with a
// gateway whose services answer as the starter code of the packs does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
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
		fmt.Fprintln(os.Stderr, "demo: interrupted; everything is stopped")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "demo: FAILED:", err)
		os.Exit(1)
	}
}

type options struct {
	azulejo, spec, dir string
	ready              time.Duration
}

func parse(args []string, out io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.azulejo, "azulejo", "build/azulejo", "the `program` to show")
	flags.StringVar(&o.spec, "spec", "", "the spec `file` to run")
	flags.StringVar(&o.dir, "dir", "build/bookinfo", "the `folder` to generate into")
	flags.DurationVar(&o.ready, "ready", 10*time.Minute, "`time` for installing, building and starting")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for name, path := range map[string]string{"azulejo": o.azulejo, "spec": o.spec} {
		if _, err := os.Stat(path); err != nil {
			return o, fmt.Errorf("-%s: %w", name, err)
		}
	}
	return o, nil
}

// demo is one run.
type demo struct {
	out     *running.Screen
	up      *running.Up
	page    string // URL of the request
	root    *running.Service
	before  *running.Answer
	started time.Time
}

func run(ctx context.Context, args []string, stdout io.Writer) (err error) {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	d := &demo{out: running.NewScreen(stdout), started: time.Now()}
	if err := running.Apply(ctx, d.out, o.azulejo, o.spec, o.dir); err != nil {
		return err
	}
	d.out.Title("azulejo up -C %s", o.dir)
	show := func(line string) { d.out.Print("%s", line) }
	if d.up, err = running.Start(running.Options{Azulejo: o.azulejo, Dir: o.dir, Log: show, Message: show}); err != nil {
		return err
	}
	defer d.up.End() // also when something failed
	ready, cancel := context.WithTimeout(ctx, o.ready)
	defer cancel()
	if err := d.up.AwaitReady(ready); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{d.ask, d.inspect, d.breakOne, d.stop} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	d.out.Title("done in %.1fs: everything held", time.Since(d.started).Seconds())
	return nil
}

// ask requests the page that reaches most services.
func (d *demo) ask(ctx context.Context) error {
	var path string
	if d.root, path = d.up.Table.Widest(); d.root == nil {
		return errors.New("no service of this spec has a route: there is nothing to ask")
	}
	if d.up.Gateway == "" {
		return errors.New("this spec has no gateway: there is nothing to ask through")
	}
	d.page = d.up.Gateway + path
	d.out.Title("GET %s", d.page)
	text, err := d.whole(ctx)
	d.out.Print("%s", text)
	return err
}

const wholeLimit = 10 * time.Second

// whole asks until no service of the system is reported as failed: the first
// call in a new process can take longer than a call may.
func (d *demo) whole(ctx context.Context) (text string, err error) {
	ctx, cancel := context.WithTimeout(ctx, wholeLimit)
	defer cancel()
	for {
		if d.before, text, err = running.Get(ctx, d.page); err != nil {
			return text, err
		}
		reported := d.up.Table.Failed(d.before.Walk())
		if reported == "" {
			return text, nil
		}
		d.out.Print("not whole yet: %s", reported)
		select {
		case <-ctx.Done():
			return text, fmt.Errorf("within %s: %s", wholeLimit, reported)
		case <-d.up.Done():
			return text, errors.New("azulejo up ended")
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// inspect checks that the answer came from real, separate processes.
func (d *demo) inspect(context.Context) error {
	parts := d.before.Walk()
	d.out.Title("that answer passed through %d services in %d languages", len(running.Names(parts)), len(languages(parts)))
	d.out.Print("%s", describe(parts))
	for _, name := range d.up.Table.Reach(d.root) {
		if !running.Names(parts)[name] {
			return fmt.Errorf("%s is called on the way, but is not in the answer", name)
		}
	}
	if err := checkProcesses(d.up, parts); err != nil {
		return err
	}
	d.out.Print("every process id is a live child of azulejo (%d), and no two services share one", d.up.PID())
	return nil
}

// breakOne kills the service furthest from the gateway and waits for the others
// to say so.
func (d *demo) breakOne(ctx context.Context) error {
	victim := deepest(d.before.Walk(), d.up.Table)
	if victim == nil {
		d.out.Title("no call in this answer: there is nothing to break")
		return nil
	}
	d.out.Title("kill -9 %s (%s)", victim.PIDList(), victim.Name)
	for _, pid := range victim.PIDs {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return fmt.Errorf("killing %s (%d): %w", victim.Name, pid, err)
		}
	}
	d.out.Title("GET %s", d.page)
	after, text, err := d.awaitChange(ctx, victim.Name)
	if err != nil {
		return err
	}
	d.out.Print("%s", text)
	d.out.Title("what changed")
	d.out.Print("%s", difference(d.before.Walk(), after.Walk()))
	return nil
}

// changeLimit is how long the others may take to notice; a test shortens it.
var changeLimit = 15 * time.Second

func (d *demo) awaitChange(ctx context.Context, victim string) (*running.Answer, string, error) {
	ctx, cancel := context.WithTimeout(ctx, changeLimit)
	defer cancel()
	for {
		a, text, err := running.Get(ctx, d.page)
		if err == nil && allReportFailed(a, victim) {
			return a, text, nil
		}
		select {
		case <-ctx.Done():
			return nil, "", fmt.Errorf("%s was killed, but the answer did not report it within %s (%v):\n%s", victim, changeLimit, err, text)
		case <-d.up.Done():
			return nil, "", fmt.Errorf("azulejo up ended when %s was killed", victim)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop does what Ctrl-C does, and checks that nothing is left.
func (d *demo) stop(context.Context) error {
	d.out.Title("Ctrl-C")
	start := time.Now()
	if err := d.up.Interrupt(); err != nil {
		return err
	}
	if err := d.up.NothingLeft(); err != nil {
		return err
	}
	d.out.Print("azulejo up ended with status 0 after %.1fs; no process is left and every port is free", time.Since(start).Seconds())
	return nil
}
