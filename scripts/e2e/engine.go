package main

import (
	"bufio"
	"context"
	"errors"
	"os"
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
	if err := s.source(ctx, standIn("engine-up")); err != nil {
		return err
	}
	s.onClose(func() { _, _ = s.sh(context.Background(), s.dir, standIn("engine-down")) })
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
	if _, err := s.sh(ctx, s.dir, standIn("standin-images"), "--only", standins, "--quiet"); err != nil {
		return err
	}
	return s.standInWget(ctx)
}

// standInWget adds what the gateway's real image has and its stand-in has not: the
// wget of its health check.
func (s *suite) standInWget(ctx context.Context) error {
	const image = "caddy:2.11"
	label, err := s.sh(ctx, s.dir, "docker", "image", "inspect", "--format", `{{index .Config.Labels "standin"}}`, image)
	if err != nil || strings.TrimSpace(label) != "true" {
		return err
	}
	if _, err := s.sh(ctx, s.dir, "docker", "run", "--rm", "--entrypoint", "wget", image, "--help"); err == nil {
		return nil
	}
	s.note("the stand-in for %s has no wget, which the real one has: adding it", image)
	dir := filepath.Join(s.dir, "caddy")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text := "FROM " + image + "\nCOPY --from=busybox /bin/busybox /usr/bin/wget\n"
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(text), 0o644); err != nil {
		return err
	}
	_, err = s.sh(ctx, dir, "docker", "build", "-t", image, dir)
	return err
}

// standIn is a program of AZULEJO_CONTAINERS.
func standIn(name string) string {
	path, err := filepath.Abs(filepath.Join(os.Getenv("AZULEJO_CONTAINERS"), name))
	if err != nil {
		return name
	}
	return path
}

// findCompose builds the plugins where Docker has none.
func (s *suite) findCompose(ctx context.Context) error {
	if err := s.source(ctx, "scripts/containers/tools"); err != nil {
		return err
	}
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
