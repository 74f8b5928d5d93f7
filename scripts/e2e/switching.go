package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/azulejo-dev/azulejo/scripts/e2e/load"
)

// enough is how many requests of each kind a run must have sent to count.
const enough = 5000

// monolith runs beside the system, as something that is not azulejo's does.
const monolith = `services:
  monolith:
    image: azulejo-stub:e2e
    environment:
      - PORT=9090
      - NAME=monolith
`

// switching changes a system behind its running gateway while a load runs.
func (s *suite) switching(ctx context.Context) error {
	d := &deployment{s, filepath.Join(s.dir, "shop")}
	defer d.down()
	return s.steps([]step{
		{"switching: a monolith, a service of somebody else's, and one of azulejo's", func() error { return d.shop(ctx) }},
		{"switching: a service is added and removed, the others lose nothing", func() error { return d.addAndRemove(ctx) }},
		{"switching: control: removed in the wrong order, it loses requests", func() error { return d.removeWrongly(ctx) }},
		{"switching: a path is carved out of the monolith and given back", func() error { return d.carveOut(ctx) }},
		{"switching: control: given back in the wrong order, it loses requests", func() error { return d.giveBackWrongly(ctx) }},
		{"switching: 30 reloads lose nothing", func() error {
			return d.under(ctx, []string{"/pricing", "/orders"}, func() error { return d.reloads(ctx, 30) })
		}},
		{"switching: control: without the door, they do", func() error { return d.reloadsWithoutDoor(ctx) }},
	})
}

func (d *deployment) shop(ctx context.Context) error {
	if err := d.stub(ctx); err != nil {
		return err
	}
	if _, err := d.generate(ctx, filepath.Join(d.repo, "scripts/e2e/systems/shop.hcl"), "shop"); err != nil {
		return err
	}
	if err := d.answersPost("orders"); err != nil {
		return err
	}
	if err := d.write("compose.override.yaml", monolith); err != nil {
		return err
	}
	if _, err := d.compose(ctx, "build"); err != nil {
		return err
	}
	return d.up(ctx)
}

// stub builds the image of the server that azulejo did not make.
func (d *deployment) stub(ctx context.Context) error {
	return d.image(ctx, filepath.Join(d.repo, "scripts/e2e/stub"), "azulejo-stub:"+tag, func(dir string) error {
		_, err := d.sh(ctx, d.repo, "env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-o", filepath.Join(dir, "stub"), "./scripts/e2e/stub")
		return err
	})
}

// image builds an image of a folder to which make adds what is not committed.
func (d *deployment) image(ctx context.Context, from, name string, make func(dir string) error) error {
	dir := filepath.Join(d.suite.dir, "image-"+filepath.Base(from))
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		return err
	}
	if err := make(dir); err != nil {
		return err
	}
	_, err := d.sh(ctx, dir, "docker", "build", "-t", name, ".")
	return err
}

// answersPost is what somebody writes into a generated Go service first.
func (d *deployment) answersPost(service string) error {
	return d.edit("services/"+service+"/internal/app/app.go", `	svc.Route("GET /api/{$}", a.home)`, `	svc.Route("GET /api/{$}", a.home)
	svc.Route("POST /api/{$}", a.home)
	svc.Route("POST /api", a.home)`)
}

// reload makes the gateway take up its changed files.
func (d *deployment) reload(ctx context.Context) error {
	_, err := d.compose(ctx, "exec", "-T", "gateway", "caddy", "reload", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile")
	return err
}

func (d *deployment) addAndRemove(ctx context.Context) error {
	plan, err := d.sh(ctx, d.dir, d.azulejo, "new", "basket", "--lang", "go", "--route", "/basket", "-y", "--json")
	if err != nil {
		return err
	}
	if err := onlyChanges(plan, "services/basket/", "gateway/routes/basket.caddy", "compose.yaml"); err != nil {
		return err
	}
	if _, err := d.compose(ctx, "build", "basket"); err != nil {
		return err
	}
	return d.under(ctx, []string{"/pricing", "/orders"}, func() error {
		if err := d.up(ctx, "basket"); err != nil {
			return err
		}
		if err := d.reload(ctx); err != nil {
			return err
		}
		if _, err := ask(ctx, gateway+"/basket"); err != nil {
			return err
		}
		if err := d.removeService(ctx, "basket"); err != nil {
			return err
		}
		if err := d.reload(ctx); err != nil {
			return err
		}
		_, err := d.compose(ctx, "up", "-d", "--remove-orphans", "--wait")
		return err
	})
}

// removeService takes a service out of the spec, and azulejo's files with it.
func (d *deployment) removeService(ctx context.Context, name string) error {
	if err := os.Remove(filepath.Join(d.dir, "services", name, "service.hcl")); err != nil {
		return err
	}
	_, err := d.apply(ctx)
	return err
}

// removeWrongly ends the container while the gateway still sends requests to it.
func (d *deployment) removeWrongly(ctx context.Context) error {
	if _, err := d.sh(ctx, d.dir, d.azulejo, "new", "basket", "--lang", "go", "--route", "/basket", "-y", "--force"); err != nil {
		return err
	}
	if err := d.answersPost("basket"); err != nil {
		return err
	}
	if _, err := d.compose(ctx, "up", "-d", "--build", "--wait", "basket"); err != nil {
		return err
	}
	if err := d.reload(ctx); err != nil {
		return err
	}
	return d.loses(ctx, []string{"/basket"}, func() error {
		if _, err := d.compose(ctx, "kill", "basket"); err != nil {
			return err
		}
		time.Sleep(longerThanRetries)
		return d.removeService(ctx, "basket")
	})
}

// longerThanRetries is more than the gateway waits for a service to come back.
const longerThanRetries = 8 * time.Second

const route = "  port     = 8101\n"

// carveOut gives /orders to a service and back, one line of HCL each.
func (d *deployment) carveOut(ctx context.Context) error {
	return d.under(ctx, []string{"/orders", "/pricing"}, func() error {
		if err := d.orders(ctx, route, route+"  route \"/orders\" {}\n", "orders"); err != nil {
			return err
		}
		time.Sleep(2 * time.Second) // of load on the new service
		return d.orders(ctx, route+"  route \"/orders\" {}\n", route, "monolith")
	})
}

// orders edits one line, applies and reloads; then by must answer.
func (d *deployment) orders(ctx context.Context, old, new, by string) error {
	if err := d.edit("services/orders/service.hcl", old, new); err != nil {
		return err
	}
	plan, err := d.sh(ctx, d.dir, d.azulejo, "apply", "-y", "--json")
	if err != nil {
		return err
	}
	if err := onlyChanges(plan, "gateway/routes/orders.caddy"); err != nil {
		return err
	}
	if err := d.reload(ctx); err != nil {
		return err
	}
	a, err := ask(ctx, gateway+"/orders")
	if err == nil && a.Name != by {
		err = fmt.Errorf("/orders is answered by %s, want %s", a.Name, by)
	}
	return err
}

// giveBackWrongly stops the service before the gateway looks away from it.
func (d *deployment) giveBackWrongly(ctx context.Context) error {
	if err := d.orders(ctx, route, route+"  route \"/orders\" {}\n", "orders"); err != nil {
		return err
	}
	return d.loses(ctx, []string{"/orders"}, func() error {
		if _, err := d.compose(ctx, "kill", "orders"); err != nil {
			return err
		}
		time.Sleep(longerThanRetries)
		return d.orders(ctx, route+"  route \"/orders\" {}\n", route, "monolith")
	})
}

// under changes the system under load, which goes on until it is enough.
func (d *deployment) under(ctx context.Context, paths []string, change func() error) error {
	report, err := d.loaded(ctx, paths, enough, change)
	if err != nil {
		return err
	}
	for _, k := range []load.Kind{load.Get, load.Post} {
		if sum := report.Summary(k); sum.Failed > 0 || sum.Sent < enough {
			return fmt.Errorf("%s: want none failed of at least %d", sum, enough)
		}
	}
	return nil
}

// loses is the control: the same load must see a wrong order of steps.
func (d *deployment) loses(ctx context.Context, paths []string, change func() error) error {
	report, err := d.loaded(ctx, paths, 0, change)
	if err == nil && report.Summary(load.Get).Failed+report.Summary(load.Post).Failed == 0 {
		err = errors.New("nothing was lost: the load does not see what it is for")
	}
	return err
}

func (d *deployment) loaded(ctx context.Context, paths []string, atLeast int, change func() error) (*load.Report, error) {
	client := &load.Client{
		Workers: map[load.Kind]int{load.Get: 4, load.Post: 4, load.PostIdle: 2},
		By: func(_ http.Header, body []byte) string {
			var a answer
			_ = json.Unmarshal(body, &a) // whoever answers otherwise has no name
			return a.Name
		},
	}
	for _, p := range paths {
		if strings.HasPrefix(p, "/") {
			p = gateway + p
		}
		client.URLs = append(client.URLs, p)
	}
	loading, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan *load.Report, 1)
	go func() { done <- client.Run(loading) }()
	time.Sleep(time.Second)
	err := change()
	deadline := time.Now().Add(2 * time.Minute)
	for err == nil && min(client.Sent(load.Get), client.Sent(load.Post)) < atLeast && time.Now().Before(deadline) && ctx.Err() == nil {
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	report := <-done
	for _, k := range load.Kinds() {
		d.note("%s, by %v", report.Summary(k), report.Summary(k).By)
	}
	return report, errors.Join(err, d.keep(report, paths))
}

// keep writes each request's result, for whoever wants to know more.
func (d *deployment) keep(report *load.Report, paths []string) error {
	name := fmt.Sprintf("load-%d%s.jsonl", time.Now().Unix(), strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.Join(paths, "")))
	f, err := os.Create(filepath.Join(d.suite.dir, name))
	if err != nil {
		return err
	}
	return errors.Join(report.WriteJSONL(f), f.Close())
}

// reloads makes the gateway take up another configuration again and again.
func (d *deployment) reloads(ctx context.Context, times int) error {
	for i := range times {
		if err := d.write("gateway/custom/site.caddy", fmt.Sprintf("header X-Reloads %d\n", i)); err != nil {
			return err
		}
		if err := d.reload(ctx); err != nil {
			return err
		}
	}
	return nil
}

// reloadsWithoutDoor sends the same load to the gateway itself.
func (d *deployment) reloadsWithoutDoor(ctx context.Context) error {
	const published = "  gateway:\n    ports:\n      - 127.0.0.1:8090:8080\n"
	if err := d.write("compose.override.yaml", monolith+published); err != nil {
		return err
	}
	if err := d.up(ctx); err != nil {
		return err
	}
	return d.loses(ctx, []string{"http://127.0.0.1:8090/pricing"}, func() error { return d.reloads(ctx, 30) })
}

// onlyChanges wants a plan (as JSON) to touch nothing but these files and folders.
func onlyChanges(planJSON string, allowed ...string) error {
	var plan struct {
		Changes []struct{ Path, Action string } `json:"changes"`
	}
	if err := json.NewDecoder(strings.NewReader(planJSON)).Decode(&plan); err != nil {
		return fmt.Errorf("reading the plan: %w", err)
	}
	if len(plan.Changes) == 0 {
		return errors.New("the plan is empty")
	}
	for _, c := range plan.Changes {
		if c.Action == "keep" { // somebody's edit, which stays
			continue
		}
		if !slices.ContainsFunc(allowed, func(a string) bool {
			return c.Path == a || strings.HasSuffix(a, "/") && strings.HasPrefix(c.Path, a)
		}) {
			return fmt.Errorf("the plan also says %s %s, want nothing but %v", c.Action, c.Path, allowed)
		}
	}
	return nil
}
