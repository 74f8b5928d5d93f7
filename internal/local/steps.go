package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// sideBySide is how many services are installed and built at a time: package
// managers use several cores each.
const sideBySide = 2

// Command runs one command of a service as Up runs install and build: it is
// reused when nothing changed, and a step that fails is a *ServiceError. Of the
// options it takes Environ, Stderr, TTY, CacheDir and Kill.
func Command(ctx context.Context, o Options, l spec.Launch, name string, c spec.Command) error {
	o = o.withDefaults()
	spawn := newSpawner()
	defer spawn.close()
	b := &builder{o: &o, spawn: spawn, progress: newProgress(&o, len(l.Service))}
	defer b.progress.follow()()
	_, err := b.phase(ctx, l, phase{name, c}, "")
	return err
}

// Prepare installs and builds one service as Up does, and starts nothing. Of the
// options it takes Environ, Stderr, TTY, CacheDir and Kill. The error is as Up's.
func Prepare(ctx context.Context, o Options, l spec.Launch) error {
	o = o.withDefaults()
	problems := append(checkLaunch(l, o.Environ), CheckTools(ctx, []spec.Launch{l}, o.Environ))
	if err := errors.Join(problems...); err != nil {
		return err
	}
	spawn := newSpawner()
	defer spawn.close()
	b := &builder{o: &o, spawn: spawn, progress: newProgress(&o, len(l.Service))}
	return b.all(ctx, []*service{{launch: l}})
}

// builder installs and builds services.
type builder struct {
	o        *Options
	spawn    *spawner
	progress *progress
}

// all returns the first failure, after everything else was stopped.
func (b *builder) all(ctx context.Context, services []*service) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer b.progress.follow()()
	slots := make(chan struct{}, sideBySide)
	var wait sync.WaitGroup
	for _, s := range services {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := b.service(ctx, s.launch); err != nil {
				cancel(err) // the first one stays
			}
		})
	}
	wait.Wait()
	return context.Cause(ctx)
}

func (b *builder) service(ctx context.Context, l spec.Launch) error {
	previous := ""
	for _, c := range []phase{{"install", l.Install}, {"build", l.Build}} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(c.Steps) == 0 {
			continue
		}
		stamp, err := b.phase(ctx, l, c, previous)
		if err != nil {
			return err
		}
		previous = stamp
	}
	return nil
}

type phase struct {
	name string
	spec.Command
}

// phase runs a command unless its result is still good, and returns its stamp.
func (b *builder) phase(ctx context.Context, l spec.Launch, c phase, previous string) (string, error) {
	stamp, err := stampOf(l.Dir, c.Command, previous, outputs(l))
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", l.Service, c.name, err)
	}
	file := filepath.Join(b.o.CacheDir(l), c.name+".stamp")
	if good(file, stamp) && missing(l.Dir, c.Outputs) == "" {
		b.progress.step(l.Service, c.name, "reused")
		return stamp, nil
	}
	// Gone before the first step, so that a killed install is not taken for a good one.
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("removing a stamp: %w", err)
	}
	end := b.progress.begin(l.Service, c.name)
	err = b.steps(ctx, l, c)
	if took := end(); err == nil {
		b.progress.step(l.Service, c.name, fmt.Sprintf("done %.1fs", took.Seconds()))
		err = keep(file, stamp)
	}
	return stamp, err
}

func (b *builder) steps(ctx context.Context, l spec.Launch, c phase) error {
	for _, argv := range c.Steps {
		if !b.o.TTY { // there, the changing line says it
			b.progress.step(l.Service, c.name, quote(argv))
		}
		if err := b.step(ctx, l, c.name, argv); err != nil {
			return err
		}
	}
	if name := missing(l.Dir, c.Outputs); name != "" {
		return fmt.Errorf("%s: %s succeeded, but did not make %s", l.Service, c.name, filepath.Join(l.Dir, name))
	}
	return nil
}

func (b *builder) step(ctx context.Context, l spec.Launch, name string, argv []string) error {
	p, err := b.spawn.run(command{dir: l.Dir, argv: argv, env: b.o.Environ})
	if err != nil {
		return &ServiceError{Service: l.Service, Phase: name, Argv: argv, ExitCode: -1, Err: fmt.Errorf("could not start (%w)", err)}
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		p.stop(stepGrace, b.o.Kill)
		return ctx.Err()
	}
	if p.err != nil {
		return failure(l.Service, name, p, "")
	}
	return nil
}

// stepGrace is short: an unfinished install has nothing to save, it runs again.
const stepGrace = 2 * time.Second

// outputs is what the commands of a service make, and what is nobody's input.
func outputs(l spec.Launch) []string {
	skip := []string{".git", ".azulejo"}
	for _, out := range append(append([]string(nil), l.Install.Outputs...), l.Build.Outputs...) {
		skip = append(skip, path.Clean(filepath.ToSlash(out)))
	}
	return skip
}

// missing returns the first of the paths that does not exist, or "".
func missing(dir string, paths []string) string {
	for _, p := range paths {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(p))); err != nil {
			return p
		}
	}
	return ""
}

func good(file, stamp string) bool {
	if stamp == "" {
		return false
	}
	have, err := os.ReadFile(file)
	return err == nil && strings.TrimSpace(string(have)) == stamp
}

// keep writes the stamp into its folder, which git ignores.
func keep(file, stamp string) error {
	if stamp == "" {
		return nil
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the cache folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o644); err != nil {
		return fmt.Errorf("writing the cache folder: %w", err)
	}
	if err := os.WriteFile(file, []byte(stamp+"\n"), 0o644); err != nil {
		return fmt.Errorf("writing a stamp: %w", err)
	}
	return nil
}
