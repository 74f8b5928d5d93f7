package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// dockerSuite is `make e2e-docker`.
func dockerSuite(ctx context.Context, s *suite) error {
	s.setenv("TAG", tag)
	before, err := s.listed(ctx)
	if err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{s.bookinfo, s.imageService, s.routes, s.switching} {
		if err = part(ctx); err != nil {
			break
		}
	}
	return errors.Join(err, s.always("nothing is left behind", func() error { return s.leftNothing(before) }))
}

func (s *suite) leftNothing(before map[string]bool) error {
	after, err := s.listed(context.Background())
	if err != nil {
		return err
	}
	var left []string
	for name := range after {
		if !before[name] && ours(name) {
			left = append(left, name)
		}
	}
	for name := range before {
		if !after[name] && os.Getenv("CI") != "" { // elsewhere others may have removed it
			left = append(left, name+" is gone")
		}
	}
	slices.Sort(left)
	if len(left) > 0 {
		return errors.New(strings.Join(left, "\n"))
	}
	return nil
}

// ours says whether something on the engine is of the systems that e2e makes;
// base images, as pulled, stay.
func ours(name string) bool {
	return slices.ContainsFunc([]string{"bookinfo", "shop", "azulejo-"}, func(part string) bool { return strings.Contains(name, part) })
}

// bookinfo runs the golden tree, as it is committed.
func (s *suite) bookinfo(ctx context.Context) error {
	d := &deployment{s, filepath.Join(s.dir, "bookinfo")}
	if err := os.CopyFS(d.dir, os.DirFS(filepath.Join(s.repo, "testdata/golden/bookinfo"))); err != nil {
		return err
	}
	defer d.down()
	services := []string{"productpage", "details", "reviews", "ratings"}
	return s.steps([]step{
		{"bookinfo: the golden tree is what azulejo makes", func() error {
			_, err := s.sh(ctx, d.dir, s.azulejo, "plan", "--detailed-exitcode")
			return err
		}},
		{"bookinfo: images from the generated Dockerfiles", func() error { return d.build(ctx, services) }},
		{"bookinfo: docker compose up --wait", func() error { return d.up(ctx) }},
		{"bookinfo: a request through Caddy crosses all services", func() error { return d.crosses(ctx, services, d.containers) }},
		{"bookinfo: only what is routed is reachable", func() error { return d.hidden(ctx) }},
		{"bookinfo: a request in flight at SIGTERM is answered", func() error { return d.drains(ctx, services) }},
		{"bookinfo: docker compose down", func() error { _, err := d.compose(ctx, "down", "--volumes"); return err }},
	})
}

// step is one line of a suite's table.
type step struct {
	name string
	do   func() error
}

func (s *suite) steps(list []step) error {
	for _, one := range list {
		if err := s.step(one.name, one.do); err != nil {
			return err
		}
	}
	return nil
}

// build makes the images one by one, so that each has its own time.
func (d *deployment) build(ctx context.Context, services []string) error {
	for _, name := range services {
		began := time.Now()
		if _, err := d.compose(ctx, "build", name); err != nil {
			return err
		}
		image := "bookinfo/" + name + ":" + tag
		size, err := d.sh(ctx, d.dir, "docker", "image", "inspect", "--format", "{{.Size}}", image)
		if err != nil {
			return err
		}
		bytes, err := strconv.ParseFloat(strings.TrimSpace(size), 64)
		if err != nil {
			return err
		}
		d.note("%-12s built in %5.1f s, %6.1f MB", name, time.Since(began).Seconds(), bytes/1e6)
	}
	return nil
}

const gateway = "http://127.0.0.1:8080"

// hidden wants 404 for all that no route names, and no port but the gateway's.
func (d *deployment) hidden(ctx context.Context) error {
	for _, path := range []string{"/", "/details", "/productpageX", "/livez", "/metrics", "/productpage/../metrics", "/productpage/%2e%2e/metrics", "/productpage/_contract/slow"} {
		status, _, err := get(ctx, gateway+path)
		if err != nil {
			return err
		}
		if status != http.StatusNotFound {
			return fmt.Errorf("GET %s answers %d, want 404", path, status)
		}
	}
	ports, err := d.sh(ctx, d.dir, "docker", "ps", "--filter", "label=com.docker.compose.project="+project, "--format", "{{.Ports}}")
	if err != nil {
		return err
	}
	if n := strings.Count(ports, "->"); n != 1 || !strings.Contains(ports, "127.0.0.1:8080->") {
		return fmt.Errorf("published ports, want the gateway's on 127.0.0.1 only:\n%s", ports)
	}
	return nil
}

// drains stops every service while it works on a request of its own, which it
// gets past the gateway, through ports that only this step publishes.
func (d *deployment) drains(ctx context.Context, services []string) error {
	var override strings.Builder
	override.WriteString("services:\n")
	for i, name := range services {
		fmt.Fprintf(&override, "  %s:\n    environment:\n      - CONTRACT_PROBES=true\n    ports:\n      - 127.0.0.1:%d:%d\n", name, 18101+i, d.port(name))
	}
	if err := d.write("compose.override.yaml", override.String()); err != nil {
		return err
	}
	if _, err := d.compose(ctx, "up", "-d", "--wait", "--wait-timeout", "180", "--timeout", "1"); err != nil {
		return err
	}
	errs := make([]error, len(services))
	var stopping sync.WaitGroup
	for i, name := range services {
		stopping.Go(func() {
			began := time.Now()
			code, err := d.stopBusy(ctx, name, 18101+i, "stop", "--time", "40")
			if err == nil && code != "0" && code != "143" {
				err = fmt.Errorf("exit code %s", code)
			}
			if errs[i] = err; err == nil {
				d.note("%-12s answered, gone after %.1f s with exit code %s", name, time.Since(began).Seconds(), code)
			}
		})
	}
	stopping.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return d.killedLoses(ctx, services[0])
}

// killedLoses is the control: what drains is no accident.
func (d *deployment) killedLoses(ctx context.Context, name string) error {
	if err := d.up(ctx, name); err != nil {
		return err
	}
	if _, err := d.stopBusy(ctx, name, 18101, "kill"); err == nil {
		return errors.New("control: a service that was killed answered, so the check sees nothing")
	}
	d.note("control: killed, %s does not answer", name)
	return nil
}

// stopBusy ends a service's container while it works on a request, which must be
// answered, and returns the exit code.
func (d *deployment) stopBusy(ctx context.Context, name string, port int, how ...string) (code string, err error) {
	ids, err := d.containers(ctx, name)
	if err != nil {
		return "", err
	}
	const work = 3 * time.Second
	answered := make(chan error, 1)
	go func() {
		status, _, err := get(ctx, fmt.Sprintf("http://127.0.0.1:%d/_contract/slow?ms=%d", port, work.Milliseconds()))
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d", status)
		}
		answered <- err
	}()
	time.Sleep(work / 3) // it is in flight now
	select {
	case err := <-answered:
		return "", fmt.Errorf("%s: the slow request ended before the signal: %w", name, err)
	default:
	}
	if _, err := d.sh(ctx, d.dir, append(append([]string{"docker"}, how...), ids[0])...); err != nil {
		return "", err
	}
	if err := <-answered; err != nil {
		return "", fmt.Errorf("%s: the request in flight: %w", name, err)
	}
	code, err = d.sh(ctx, d.dir, "docker", "inspect", "--format", "{{.State.ExitCode}}", ids[0])
	return strings.TrimSpace(code), err
}

// imageService replaces details by a service that azulejo did not make.
func (s *suite) imageService(ctx context.Context) error {
	d := &deployment{s, filepath.Join(s.dir, "bookinfo-image", "bookinfo")}
	if err := os.CopyFS(d.dir, os.DirFS(filepath.Join(s.repo, "testdata/golden/bookinfo"))); err != nil {
		return err
	}
	defer d.down()
	return s.step("image service: routed and deployed, and no code is generated", func() error {
		if err := d.image(ctx, filepath.Join(s.repo, "scripts/e2e/systems/details"), "azulejo-details:"+tag, func(string) error { return nil }); err != nil {
			return err
		}
		if err := d.write("services/details/service.hcl", detailsImage); err != nil {
			return err
		}
		if _, err := d.apply(ctx); err != nil {
			return err
		}
		if err := d.noCode("services/details"); err != nil {
			return err
		}
		if _, err := d.compose(ctx, "up", "-d", "--build", "--wait", "--wait-timeout", "180"); err != nil {
			return err
		}
		return d.usesImage(ctx)
	})
}

const detailsImage = `service "details" {
  image = "azulejo-details:e2e"
  port  = 9080
  route "/details" {}
}
`

func (d *deployment) noCode(dir string) error {
	return filepath.WalkDir(filepath.Join(d.dir, dir), func(path string, e os.DirEntry, err error) error {
		rel, _ := filepath.Rel(filepath.Join(d.dir, dir), path) // both are absolute
		first, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		if err == nil && !slices.Contains([]string{".", "service.hcl", ".azulejo", "deploy"}, first) {
			err = fmt.Errorf("%s was generated for an image", path)
		}
		return err
	})
}

func (d *deployment) usesImage(ctx context.Context) error {
	direct, err := ask(ctx, gateway+"/details/")
	if err != nil {
		return err
	}
	page, err := ask(ctx, gateway+"/productpage")
	if err != nil {
		return err
	}
	if direct.Host != "files" || page.Calls["details"].Status != http.StatusOK {
		return fmt.Errorf("details answers %+v, and productpage says of it %+v", direct, page.Calls["details"])
	}
	return nil
}

// port reads a service's port off its spec, as a person would.
func (d *deployment) port(service string) int {
	b, err := os.ReadFile(filepath.Join(d.dir, "services", service, "service.hcl"))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "port" {
			n, _ := strconv.Atoi(f[2]) // 0 fails where it is used
			return n
		}
	}
	return 0
}
