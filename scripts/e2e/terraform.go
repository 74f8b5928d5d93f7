package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// terraformSuite is `make e2e-terraform`: what each target's modules say of
// themselves, and the golden Bookinfo on a real engine, with the provider built
// from its Go module.
func terraformSuite(ctx context.Context, s *suite) error {
	before, err := s.listed(ctx)
	if err != nil {
		return err
	}
	if before["network bookinfo"] {
		return errors.New("there is a network bookinfo already, which is not ours: remove it, or run this on another engine")
	}
	t := &terraformed{deployment: &deployment{s, filepath.Join(s.dir, "bookinfo")}}
	err = t.run(ctx)
	t.destroyAll()
	t.removeImages()
	return errors.Join(err, s.always("nothing is left behind", func() error { return s.leftNothing(before) }))
}

// terraformed is a system that Terraform runs, root by root.
type terraformed struct {
	*deployment
	applied []string // roots with something in their state, in that order
}

const systemRoot = "deploy/docker"

func rootOf(service string) string { return "services/" + service + "/deploy/docker" }

// bookinfoServices in an order in which each finds its callees.
var bookinfoServices = []string{"ratings", "details", "reviews", "productpage"}

func (t *terraformed) run(ctx context.Context) error {
	if err := os.CopyFS(t.dir, os.DirFS(filepath.Join(t.repo, "testdata/golden/bookinfo"))); err != nil {
		return err
	}
	for name, value := range map[string]string{"TAG": tag, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "TF_CLI_ARGS": "-no-color", "CHECKPOINT_DISABLE": "1"} {
		t.setenv(name, value)
	}
	if err := t.always("terraform: provider and linter from their Go modules", func() error { return t.tools(ctx) }); err != nil {
		return err
	}
	return t.steps(slices.Concat(t.offline(ctx), t.deploying(ctx), t.changing(ctx), t.failing(ctx), t.removing(ctx)))
}

func (t *terraformed) tools(ctx context.Context) error {
	if err := t.source(ctx, "scripts/terraform/tools"); err != nil {
		return err
	}
	if _, err := t.sh(ctx, t.repo, "go", "-C", "scripts/terraform/stub", "test", "./..."); err != nil { // a module of its own
		return err
	}
	version, err := t.sh(ctx, t.repo, "terraform", "version")
	first, _, _ := strings.Cut(version, "\n")
	t.note("%s", first)
	return err
}

func (t *terraformed) deploying(ctx context.Context) []step {
	return []step{
		{"terraform: the images", func() error { return t.images(ctx) }},
		{"terraform: a service without the system's network is refused, and told what to do", func() error {
			return t.refused(ctx, rootOf("details"), "Apply deploy/docker of the system first", "apply", "-auto-approve")
		}},
		{"terraform: the system's root", func() error { return t.apply(ctx, systemRoot) }},
		{"terraform: two services, each by its own root", func() error { return t.applyAll(ctx, bookinfoServices[:2]) }},
		{"terraform: a third and a fourth leave the others' containers as they are", func() error {
			return t.changes(ctx, []string{"+productpage-1", "+reviews-1"}, func() error { return t.applyAll(ctx, bookinfoServices[2:]) })
		}},
		{"terraform: the second plan of every root is empty", func() error { return t.settled(ctx) }},
		{"terraform: a request through Caddy crosses all services", func() error { return t.crossesAll(ctx) }},
		{"terraform: what it leaves in the tree is nothing to azulejo", func() error {
			_, err := t.sh(ctx, t.dir, t.azulejo, "plan", "--detailed-exitcode")
			return err
		}},
	}
}

// images builds them with the generated Dockerfiles; a file of the user's names
// the tag in each root.
func (t *terraformed) images(ctx context.Context) error {
	if err := t.build(ctx, bookinfoServices); err != nil {
		return err
	}
	for _, name := range bookinfoServices {
		if err := t.write(rootOf(name)+"/local.auto.tfvars.json", fmt.Sprintf(`{"image": "bookinfo/%s:%s"}`, name, tag)); err != nil {
			return err
		}
	}
	return nil
}

func (t *terraformed) changing(ctx context.Context) []step {
	details := rootOf("details")
	return []step{
		{"terraform: a changed env replaces one container only", func() error {
			return t.changes(ctx, []string{"~details-1"}, func() error { return t.apply(ctx, details, `-var=env={"LOG_LEVEL"="warn"}`) })
		}},
		{"terraform: two instances more, and no container replaced", func() error {
			return t.changes(ctx, []string{"+details-2", "+details-3"}, func() error {
				return t.apply(ctx, details, "-var=instances=3", `-var=env={"LOG_LEVEL"="warn"}`)
			})
		}},
		{"terraform: one instance again, as it was", func() error {
			return t.changes(ctx, []string{"-details-2", "-details-3", "~details-1"}, func() error { return t.apply(ctx, details) })
		}},
		{"terraform: a container removed by hand is found", func() error { return t.removedByHand(ctx) }},
		{"terraform: a tag that was built anew replaces the container, one that was not does not", func() error { return t.rebuilt(ctx) }},
	}
}

func (t *terraformed) removedByHand(ctx context.Context) error {
	before, err := t.running(ctx)
	if err != nil {
		return err
	}
	if _, err := t.sh(ctx, t.dir, "docker", "rm", "-f", before["ratings-1"]); err != nil {
		return err
	}
	plan, err := t.sh(ctx, filepath.Join(t.dir, rootOf("ratings")), "terraform", "plan")
	if err == nil && !strings.Contains(plan, "Plan: 1 to add, 0 to change, 0 to destroy.") {
		err = fmt.Errorf("the plan does not find it:\n%s", tail(plan, 10))
	}
	if err != nil {
		return err
	}
	return t.changes(ctx, []string{"+ratings-1"}, func() error { return t.apply(ctx, rootOf("ratings")) })
}

func (t *terraformed) rebuilt(ctx context.Context) error {
	for _, want := range [][]string{{"~details-1"}, nil} {
		// The same label both times: only the first makes another image.
		if _, err := t.compose(ctx, "-f", "compose.yaml", "-f", t.relabelled(), "build", "details"); err != nil {
			return err
		}
		if err := t.changes(ctx, want, func() error { return t.apply(ctx, rootOf("details")) }); err != nil {
			return err
		}
	}
	return nil
}

// relabelled is a file of Compose that makes another image of details.
func (t *terraformed) relabelled() string {
	const name = "relabelled.yaml"
	_ = t.write(name, "services:\n  details:\n    build:\n      labels:\n        built: again\n") // a missing file fails the build
	return name
}

// failing is what a person gets wrong. Each is refused or fails with a message
// that says what to do, and leaves the containers as they are.
func (t *terraformed) failing(ctx context.Context) []step {
	details := rootOf("details")
	var steps []step
	for _, r := range []struct {
		what, says string
		args       []string
	}{
		{"a port out of range", "port must be a whole number from 1 to 65535", []string{"-var=port=70000"}},
		{"a secret without a value", "No value for the secret TOKEN", []string{`-var=secret_names=["TOKEN"]`}},
		{"a variable that the deployment sets", "cannot be set in env", []string{`-var=env={"PORT"="1"}`}},
		{"an image that was not built", "Not found? Build it first", []string{"-var=image=bookinfo/details:nobody-built-it"}},
		{"an image that cannot be pulled", "unable to pull image", []string{"-var=image=azulejo.invalid/none:1", "-var=pull=true"}},
	} {
		steps = append(steps, step{"terraform: " + r.what, func() error {
			return t.changes(ctx, nil, func() error {
				return t.refused(ctx, details, r.says, append([]string{"apply", "-auto-approve"}, r.args...)...)
			})
		}})
	}
	return append(steps,
		step{"terraform: no engine answers", func() error {
			return t.without(func() error { return t.refused(ctx, details, "Is the docker daemon running?", "plan") })
		}},
		step{"terraform: a version that does not become healthy leaves the old one serving", func() error { return t.unhealthy(ctx) }},
		step{"terraform: the gateway's port is in use, and free again", func() error { return t.portInUse(ctx) }},
	)
}

// without runs do where no engine is.
func (t *terraformed) without(do func() error) error {
	env := t.env
	defer func() { t.env = env }()
	t.env = append(slices.Clone(env), "DOCKER_HOST=unix://"+filepath.Join(t.dir, "no-engine.sock"))
	return do()
}

// unhealthy deploys what refuses to start, and then what does start.
func (t *terraformed) unhealthy(ctx context.Context) error {
	before, err := t.running(ctx)
	if err != nil {
		return err
	}
	root := rootOf("details")
	if err := t.refused(ctx, root, "container failed to be in healthy state", "apply", "-auto-approve", `-var=env={"LOG_LEVEL"="loud"}`); err != nil {
		return err
	}
	state, err := t.sh(ctx, t.dir, "docker", "inspect", "--format", "{{.State.Health.Status}}", before["details-1"])
	if strings.TrimSpace(state) != "healthy" {
		return errors.Join(err, fmt.Errorf("the old container is %s", strings.TrimSpace(state)))
	}
	if err := t.crossesAll(ctx); err != nil {
		return err
	}
	return errors.Join(t.apply(ctx, root), t.settled(ctx))
}

func (t *terraformed) portInUse(ctx context.Context) error {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	err = t.refused(ctx, systemRoot, "address already in use", "apply", "-auto-approve", fmt.Sprintf("-var=publish_port=%d", port))
	return errors.Join(err, t.apply(ctx, systemRoot), t.settled(ctx), t.crossesAll(ctx))
}

func (t *terraformed) removing(ctx context.Context) []step {
	return []step{
		{"terraform: destroy of one leaves the others running", func() error {
			return t.changes(ctx, []string{"-ratings-1"}, func() error { return t.destroy(ctx, rootOf("ratings")) })
		}},
		{"terraform: it comes back", func() error {
			return errors.Join(t.apply(ctx, rootOf("ratings")), t.crossesAll(ctx))
		}},
		{"terraform: destroy of all, the system's root last", func() error {
			slices.SortStableFunc(t.applied, func(a, b string) int { return len(a) - len(b) }) // the system's is the shortest
			for _, root := range slices.Backward(slices.Clone(t.applied)) {
				if err := t.destroy(ctx, root); err != nil {
					return err
				}
			}
			return nil
		}},
	}
}

// terraform runs one command in a root, and says how long it took.
func (t *terraformed) terraform(ctx context.Context, root string, args ...string) error {
	began := time.Now()
	_, err := t.sh(ctx, filepath.Join(t.dir, root), append([]string{"terraform"}, args...)...)
	t.note("%-8s %-36s %5.1f s", args[0], root, time.Since(began).Seconds())
	return err
}

func (t *terraformed) apply(ctx context.Context, root string, args ...string) error {
	if err := t.terraform(ctx, root, "init"); err != nil {
		return err
	}
	if !slices.Contains(t.applied, root) {
		t.applied = append(t.applied, root)
	}
	err := t.terraform(ctx, root, append([]string{"apply", "-auto-approve"}, args...)...)
	if err != nil {
		t.logContainers(ctx)
	}
	return err
}

// logContainers keeps what a failed run's containers say.
func (t *terraformed) logContainers(ctx context.Context) {
	out, _ := t.sh(ctx, t.dir, "docker", "ps", "-aq", "--filter", "label=system=bookinfo") // here and below: for the log only
	for _, id := range strings.Fields(out) {
		_, _ = t.sh(ctx, t.dir, "docker", "inspect", "--format", "{{.Name}} {{json .State}}", id)
		_, _ = t.sh(ctx, t.dir, "docker", "logs", "--tail", "20", id)
	}
}

func (t *terraformed) applyAll(ctx context.Context, services []string) error {
	for _, name := range services {
		if err := t.apply(ctx, rootOf(name)); err != nil {
			return err
		}
	}
	return nil
}

func (t *terraformed) destroy(ctx context.Context, root string) error {
	if err := t.terraform(ctx, root, "destroy", "-auto-approve"); err != nil {
		return err
	}
	t.applied = slices.DeleteFunc(t.applied, func(r string) bool { return r == root })
	return nil
}

// destroyAll is for the end of a run that failed.
func (t *terraformed) destroyAll() {
	for _, root := range slices.Backward(slices.Clone(t.applied)) {
		_ = t.destroy(context.Background(), root) // what is left shows in the last step
	}
}

func (t *terraformed) removeImages() {
	for _, name := range bookinfoServices {
		_, _ = t.sh(context.Background(), t.dir, "docker", "image", "rm", "-f", "bookinfo/"+name+":"+tag) // likewise
	}
}

// settled wants an empty plan of every root.
func (t *terraformed) settled(ctx context.Context) error {
	for _, root := range t.applied {
		if err := t.terraform(ctx, root, "plan", "-detailed-exitcode"); err != nil {
			return fmt.Errorf("%s is not settled: %w", root, err)
		}
	}
	return nil
}

// refused wants a command of Terraform to fail, and to say why.
func (t *terraformed) refused(ctx context.Context, root, says string, args ...string) error {
	if err := t.terraform(ctx, root, "init"); err != nil {
		return err
	}
	err := t.terraform(ctx, root, args...)
	failed := new(exit)
	if !errors.As(err, &failed) {
		return fmt.Errorf("terraform %s was not refused", strings.Join(args, " "))
	}
	if text := strings.Join(strings.Fields(failed.text), " "); !strings.Contains(text, says) {
		return fmt.Errorf("the message does not say %q:\n%s", says, failed.text)
	}
	return nil
}

// running maps the instances of the system's services, such as details-1, to
// their containers' ids. The last part of a container's name is its generation.
func (t *terraformed) running(ctx context.Context) (map[string]string, error) {
	out, err := t.sh(ctx, t.dir, "docker", "ps", "--no-trunc", "--filter", "label=system=bookinfo", "--format", "{{.Names}} {{.ID}}")
	ids := map[string]string{}
	for _, line := range strings.Fields(strings.ReplaceAll(strings.TrimSpace(out), " ", "=")) {
		name, id, _ := strings.Cut(strings.TrimPrefix(line, "bookinfo-"), "=")
		if i := strings.LastIndex(name, "-"); i > 0 {
			name = name[:i]
		}
		ids[name] = id
	}
	return ids, err
}

// changes wants exactly these containers to be added (+), removed (-) or
// replaced (~) by do.
func (t *terraformed) changes(ctx context.Context, want []string, do func() error) error {
	before, err := t.running(ctx)
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, err := t.running(ctx)
	if err != nil {
		return err
	}
	got := difference(before, after)
	if !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		return fmt.Errorf("containers that changed: %v, want %v", got, want)
	}
	t.note("%d containers, changed: %v", len(after), got)
	return nil
}

func difference(before, after map[string]string) []string {
	var d []string
	for name, id := range before {
		switch after[name] {
		case id:
		case "":
			d = append(d, "-"+name)
		default:
			d = append(d, "~"+name)
		}
	}
	for name := range after {
		if before[name] == "" {
			d = append(d, "+"+name)
		}
	}
	slices.Sort(d)
	return d
}

// crossesAll wants one answer in which each service's container has a part.
func (t *terraformed) crossesAll(ctx context.Context) error {
	return t.crosses(ctx, bookinfoServices, func(ctx context.Context, name string) ([]string, error) {
		out, err := t.sh(ctx, t.dir, "docker", "ps", "--no-trunc", "-q", "--filter", "label=system=bookinfo", "--filter", "label=service="+name)
		return strings.Fields(out), err
	})
}
