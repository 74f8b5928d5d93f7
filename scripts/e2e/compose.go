package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// tag keeps the images of a run apart from those that somebody works with.
const tag = "e2e"

// deployment is a generated system that compose runs.
type deployment struct {
	*suite
	dir string
}

// generate makes a system of a spec in a folder of the suite's.
func (s *suite) generate(ctx context.Context, specFile, name string) (*deployment, error) {
	d := &deployment{s, filepath.Join(s.dir, name)}
	_, err := s.sh(ctx, s.repo, s.azulejo, "apply", "-y", "-f", specFile, "--out", d.dir)
	return d, err
}

func (d *deployment) compose(ctx context.Context, args ...string) (string, error) {
	return d.sh(ctx, d.dir, append([]string{"docker", "compose", "--ansi", "never", "--progress", "plain"}, args...)...)
}

func (d *deployment) apply(ctx context.Context) (string, error) {
	return d.sh(ctx, d.dir, d.azulejo, "apply", "-y")
}

// up starts what is not running, builds nothing, and waits until all is healthy.
func (d *deployment) up(ctx context.Context, services ...string) error {
	_, err := d.compose(ctx, append([]string{"up", "-d", "--wait", "--wait-timeout", "180"}, services...)...)
	return err
}

// containers returns the ids of a service's running containers.
func (d *deployment) containers(ctx context.Context, service string) ([]string, error) {
	out, err := d.compose(ctx, "ps", "-q", service)
	if err == nil && strings.TrimSpace(out) == "" {
		err = fmt.Errorf("%s has no container", service)
	}
	return strings.Fields(out), err
}

// down removes everything of the system, its images too.
func (d *deployment) down() {
	ctx := context.Background()
	images, _ := d.compose(ctx, "config", "--images") // an error shows in the log, and in the last step
	_, _ = d.compose(ctx, "down", "--volumes", "--remove-orphans", "--timeout", "0")
	for _, image := range strings.Fields(images) {
		if strings.HasSuffix(image, ":"+tag) {
			_, _ = d.sh(ctx, d.dir, "docker", "image", "rm", "-f", image)
		}
	}
}

// write puts a file of the user's into the system.
func (d *deployment) write(name, text string) error {
	path := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// edit replaces a text in a file, as a person would; it must be there once.
func (d *deployment) edit(name, old, new string) error {
	path := filepath.Join(d.dir, name)
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := strings.Count(string(b), old); n != 1 {
		return fmt.Errorf("%s holds %q %d times, not once", name, old, n)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(b), old, new, 1)), 0o644)
}
