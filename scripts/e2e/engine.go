package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// standins are the images that generated files are built from, by the names that
// standin-images knows.
const standins = "golang,distroless,python,node24,caddy,busybox,frontend"

// engine finds a container engine or starts one, and makes compose work.
func (s *suite) engine(ctx context.Context) error {
	if err := s.always("container engine", func() error { return s.findEngine(ctx) }); err != nil {
		return err
	}
	return s.always("docker compose", func() error { return s.findCompose(ctx) })
}

func (s *suite) findEngine(ctx context.Context) error {
	if version, err := s.engineVersion(ctx); err == nil {
		s.note("the engine that runs here: %s", version)
		return s.standInImages(ctx)
	}
	scripts := os.Getenv("AZULEJO_CONTAINERS")
	if scripts == "" {
		return errors.New("no container engine answers. Start Docker, or set DOCKER_HOST to one; a machine without any may name a folder with engine-up, engine-down and standin-images in AZULEJO_CONTAINERS")
	}
	out, err := s.script(ctx, "engine-up")
	if err != nil {
		return err
	}
	s.exports(out)
	s.onClose(func() { _, _ = s.script(context.Background(), "engine-down") })
	version, err := s.engineVersion(ctx)
	if err != nil {
		return err
	}
	s.note("started an engine: %s", version)
	return s.standInImages(ctx)
}

func (s *suite) engineVersion(ctx context.Context) (string, error) {
	out, err := s.sh(ctx, s.dir, "docker", "version", "--format", "{{.Server.Version}}")
	return strings.TrimSpace(out), err
}

// standInImages makes the base images where a machine cannot pull them.
func (s *suite) standInImages(ctx context.Context) error {
	if os.Getenv("AZULEJO_CONTAINERS") == "" {
		return nil
	}
	_, err := s.script(ctx, "standin-images", "--only", standins, "--quiet")
	return err
}

// script runs a program of AZULEJO_CONTAINERS, which leaves a daemon behind: its
// output goes to a file, for a pipe would stay open.
func (s *suite) script(ctx context.Context, name string, args ...string) (string, error) {
	path, err := filepath.Abs(filepath.Join(os.Getenv("AZULEJO_CONTAINERS"), name))
	if err != nil {
		return "", err
	}
	out, err := os.Create(filepath.Join(s.dir, name+".out"))
	if err != nil {
		return "", err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env, out, s.log
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	b, err := os.ReadFile(out.Name())
	return string(b), err
}

// findCompose builds the plugins where Docker has none.
func (s *suite) findCompose(ctx context.Context) error {
	out, err := s.sh(ctx, s.repo, "scripts/containers/tools")
	if err != nil {
		return err
	}
	s.exports(out)
	version, err := s.sh(ctx, s.dir, "docker", "compose", "version")
	s.note("%s", strings.TrimSpace(version))
	return err
}

// listed are the ids and names of what an engine holds, to see what a run left.
func (s *suite) listed(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	for _, list := range [][]string{
		{"docker", "ps", "-a", "--format", "container {{.Names}}"},
		{"docker", "network", "ls", "--format", "network {{.Name}}"},
		{"docker", "volume", "ls", "--format", "volume {{.Name}}"},
		{"docker", "image", "ls", "--format", "image {{.Repository}}:{{.Tag}}"},
	} {
		out, err := s.sh(ctx, s.dir, list...)
		if err != nil {
			return nil, err
		}
		for lines := bufio.NewScanner(strings.NewReader(out)); lines.Scan(); {
			all[lines.Text()] = true
		}
	}
	return all, nil
}
