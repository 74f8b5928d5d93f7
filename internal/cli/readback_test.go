package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// nasty are values that try to be something else where they are put.
var nasty = map[string]string{
	"A": "${HOME}", "B": `"quoted" and 'single'`, "C": "two\nlines\n", "D": "$PATH $$ $", "E": "%{ if true }", "F": "a: b # c", "G": "", "H": "\\n \\ \t", "I": "é 日本 \U0001F600", "J": "{{ . }} {$x} `id`",
}

// reporter is a *testing.T, or what stands in for it to see that it is told.
type reporter interface {
	Errorf(format string, args ...any)
}

// What is generated for deployments reads back, with its format's own parser, as
// what the spec says.
func TestDeploymentsReadBack(t *testing.T) {
	for _, f := range append(specs(t, "valid"), nastySpec(t)) {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".hcl"), func(t *testing.T) {
			w, err := load(source{file: f})
			if err != nil || w.diags.HasErrors() {
				t.Fatal(err, w.diags)
			}
			files, err := w.tree()
			if err != nil {
				t.Fatal(err)
			}
			readBack(t, w.sys, files)
		})
	}
}

func readBack(t reporter, sys *spec.System, files map[string]project.TreeFile) {
	if sys.Name == "" {
		return // a service of its own is deployed by nobody yet
	}
	readBackCompose(t, sys, files)
	readBackCaddy(t, sys, files)
	for _, target := range sys.Targets {
		readBackSystem(t, sys, target.Name, files)
		for _, svc := range sys.Services {
			readBackService(t, sys, target.Name, svc, files)
		}
	}
}

type recorder int

func (r *recorder) Errorf(string, ...any) { *r++ }

// The test above notices each single thing that is not as the spec says.
func TestReadBackBites(t *testing.T) {
	w, err := load(source{file: nastySpec(t)})
	if err != nil {
		t.Fatal(err)
	}
	files, err := w.tree()
	if err != nil {
		t.Fatal(err)
	}
	orders := w.sys.Service("orders")
	for what, change := range map[string]func() func(){
		"port":      func() func() { orders.Port++; return func() { orders.Port-- } },
		"instances": func() func() { orders.Instances++; return func() { orders.Instances-- } },
		"env":       func() func() { orders.Env["D"] += "$"; return func() { orders.Env["D"] = nasty["D"] } },
		"secrets": func() func() {
			orders.Secrets = orders.Secrets[:1]
			return func() { orders.Secrets = orders.Secrets[:2] }
		},
		"calls": func() func() {
			w.sys.Externals[0].URL += "x"
			return func() { w.sys.Externals[0].URL = "https://legacy.internal/base" }
		},
		"gateway": func() func() { w.sys.Gateway.Port++; return func() { w.sys.Gateway.Port-- } },
	} {
		undo := change()
		var told recorder
		if readBack(&told, w.sys, files); told == 0 {
			t.Errorf("%s: nobody noticed", what)
		}
		undo()
	}
	var told recorder
	if readBack(&told, w.sys, files); told > 0 {
		t.Error("the changes were not undone, so the test shows nothing")
	}
}

func nastySpec(t *testing.T) string {
	t.Helper()
	sys := `system "shop" {
  gateway "caddy" {
    port = 9000
  }
  target "docker" {}
  target "kubernetes" {}
}
external "legacy" {
  url = "https://legacy.internal/base"
  route "/" {}
}
service "billing" {
  image      = "registry.example/billing:4.2"
  port       = 4567
  ready_path = "/health"
  instances  = 3
  route "/billing" {}
  call "orders" {}
}
`
	orders := &spec.Service{
		Name: "orders", Language: "go", Port: 8101, Instances: 2, Env: nasty, Secrets: []string{"TOKEN", "DATABASE_URL"}, ReadyPath: spec.DefaultReadyPath,
		Routes: []spec.Route{{Path: "/orders", To: "/api/orders"}, {Path: "/a.b", To: "/api"}},
		Calls:  []spec.Call{spec.NewCall("billing"), spec.NewCall("legacy")},
	}
	file := filepath.Join(t.TempDir(), "nasty.hcl")
	write(t, file, sys+string(spec.ServiceText(orders)))
	return file
}

type composeFile struct {
	Name     string `yaml:"name"`
	Services map[string]struct {
		Image       string   `yaml:"image"`
		Build       string   `yaml:"build"`
		Environment []string `yaml:"environment"`
		Ports       []string `yaml:"ports"`
		Grace       string   `yaml:"stop_grace_period"`
		Deploy      struct {
			Replicas int `yaml:"replicas"`
		} `yaml:"deploy"`
		DependsOn map[string]struct {
			Condition string `yaml:"condition"`
		} `yaml:"depends_on"`
	} `yaml:"services"`
}

// undollar is what compose makes of a text without variables.
func undollar(s string) string { return strings.ReplaceAll(s, "$$", "$") }

func readBackCompose(t reporter, sys *spec.System, files map[string]project.TreeFile) {
	var c composeFile
	if len(sys.Services) == 0 {
		return
	}
	if err := yaml.Unmarshal(files["compose.yaml"].Bytes, &c); err != nil {
		t.Errorf("compose.yaml: %v", err)
	}
	if c.Name != sys.Name {
		t.Errorf("compose has %q, want %q", c.Name, sys.Name)
	}
	if g := sys.ActiveGateway(); g != nil {
		var published []string
		for _, s := range c.Services {
			published = append(published, s.Ports...)
		}
		if !slices.Equal(published, []string{fmt.Sprintf("127.0.0.1:%d:%d", g.Port, g.Port)}) {
			t.Errorf("published: %v, want the gateway's port alone", published)
		}
	}
	for _, svc := range sys.Services {
		got := c.Services[svc.Name]
		image, build := svc.Image, ""
		if image == "" {
			image, build = sys.Name+"/"+svc.Name+":${TAG:-dev}", "services/"+svc.Name
		}
		if got.Image != image || got.Build != build || max(got.Deploy.Replicas, 1) != svc.Instances || got.Grace != "40s" {
			t.Errorf("%s: compose has image %q, build %q, %d replicas, grace %q", svc.Name, got.Image, got.Build, got.Deploy.Replicas, got.Grace)
		}
		for _, c := range svc.Calls {
			if _, waits := got.DependsOn[c.Name]; !waits && sys.Service(c.Name) != nil && !slices.ContainsFunc(sys.Service(c.Name).Calls, func(back spec.Call) bool { return back.Name == svc.Name }) {
				t.Errorf("%s does not wait for %s", svc.Name, c.Name)
			}
		}
		env := map[string]string{}
		for _, line := range got.Environment {
			name, value, _ := strings.Cut(line, "=")
			env[name] = undollar(value)
		}
		if d := cmp.Diff(environmentOf(sys, svc, func(name string) string { return "${" + name + ":?service " + svc.Name + " needs " + name + "}" }), env); d != "" {
			t.Errorf("%s: compose's environment (-want +got):\n%s", svc.Name, d)
		}
	}
}

// environmentOf is what a service's process must find in its environment.
func environmentOf(sys *spec.System, svc *spec.Service, secret func(string) string) map[string]string {
	env := map[string]string{"PORT": fmt.Sprint(svc.Port), "SERVICE_NAME": svc.Name}
	for name, url := range callsOf(sys, svc) {
		env["CALL_"+name+"_URL"] = url
	}
	for name, value := range svc.Env {
		env[name] = value
	}
	for _, name := range svc.Secrets {
		env[name] = secret(name)
	}
	return env
}

// callsOf are the addresses that a service needs, by the part of the variable's
// name that is the callee's.
func callsOf(sys *spec.System, svc *spec.Service) map[string]string {
	urls := map[string]string{}
	for _, c := range svc.Calls {
		if s := sys.Service(c.Name); s != nil {
			urls[spec.EnvName(c.Name)] = fmt.Sprintf("http://%s:%d", s.Name, s.Port)
		} else if e := sys.External(c.Name); e != nil {
			urls[spec.EnvName(c.Name)] = strings.TrimRight(e.URL, "/")
		}
	}
	return urls
}

func readBackJSON(t reporter, files map[string]project.TreeFile, name string, want map[string]any) {
	var got map[string]any
	if err := json.Unmarshal(files[name].Bytes, &got); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	b, _ := json.Marshal(want) // plain values
	var wanted map[string]any
	_ = json.Unmarshal(b, &wanted) // written a moment ago
	for key := range wanted {
		if d := cmp.Diff(wanted[key], got[key]); d != "" {
			t.Errorf("%s, %s (-want +got):\n%s", name, key, d)
		}
	}
}

func readBackSystem(t reporter, sys *spec.System, target string, files map[string]project.TreeFile) {
	want := map[string]any{"system": sys.Name}
	if target == "kubernetes" {
		want["gateway"] = sys.ActiveGateway() != nil
	}
	readBackJSON(t, files, "deploy/"+target+"/terraform.tfvars.json", want)
	if g := sys.ActiveGateway(); g != nil && target == "docker" {
		var vars struct {
			Gateway struct{ Port int }
		}
		if err := json.Unmarshal(files["deploy/docker/terraform.tfvars.json"].Bytes, &vars); err != nil || vars.Gateway.Port != g.Port {
			t.Errorf("deploy/docker has the gateway's port %d: %v", vars.Gateway.Port, err)
		}
	}
}

func readBackService(t reporter, sys *spec.System, target string, svc *spec.Service, files map[string]project.TreeFile) {
	image := svc.Image
	if image == "" {
		image = sys.Name + "/" + svc.Name + ":dev"
	}
	env := svc.Env
	if env == nil {
		env = map[string]string{}
	}
	secrets := append([]string{}, svc.Secrets...)
	slices.Sort(secrets)
	want := map[string]any{
		"system": sys.Name, "name": svc.Name, "image": image, "port": svc.Port, "instances": svc.Instances,
		"ready_path": svc.ReadyPath, "env": env, "secret_names": secrets, "calls": callsOf(sys, svc),
	}
	if target == "kubernetes" {
		routes := []map[string]string{}
		for _, r := range svc.Routes {
			routes = append(routes, map[string]string{"path": r.Path, "to": r.To})
		}
		want["routes"] = routes
	}
	readBackJSON(t, files, "services/"+svc.Name+"/deploy/"+target+"/terraform.tfvars.json", want)
}

var (
	caddyRoute   = regexp.MustCompile(`(?m)^\tpath_regexp \^(.*)\(/\|\$\)$`)
	caddyBackend = regexp.MustCompile(`(?m)^\treverse_proxy "([^"]+)" \{$|^\t\t\tname (\S+)\.(?: #.*)?\n\t\t\tport (\d+)$`)
	caddyRewrite = regexp.MustCompile(`(?m)^\turi path_regexp .* "([^"]*)"$`)
)

// readBackCaddy compares each route file, line by line, with the owner's routes.
func readBackCaddy(t reporter, sys *spec.System, files map[string]project.TreeFile) {
	if sys.ActiveGateway() == nil {
		return
	}
	for _, svc := range sys.Services {
		readBackRoutes(t, files, svc.Name, svc.Routes, fmt.Sprintf("http://%s:%d", svc.Name, svc.Port))
	}
	for _, e := range sys.Externals {
		readBackRoutes(t, files, e.Name, e.Routes, strings.TrimRight(e.URL, "/"))
	}
}

func readBackRoutes(t reporter, files map[string]project.TreeFile, owner string, routes []spec.Route, url string) {
	text := string(files["gateway/routes/"+owner+".caddy"].Bytes)
	var want, got []string
	for _, r := range routes {
		scheme, rest, _ := strings.Cut(url, "://")
		host, base, _ := strings.Cut(rest, "/")
		rewrite := ""
		if base = strings.TrimRight("/"+base, "/"); r.To != "" {
			rewrite = base + strings.TrimRight(r.To, "/") + "/"
		} else if base != "" {
			rewrite = base
		}
		want = append(want, strings.TrimRight(r.Path, "/")+" "+scheme+"://"+host+" "+rewrite)
	}
	for _, block := range strings.Split(text, "\n@")[min(1, strings.Count(text, "\n@")):] {
		path, backend, rewrite := caddyRoute.FindStringSubmatch(block), caddyBackend.FindStringSubmatch(block), caddyRewrite.FindStringSubmatch(block)
		if path == nil || backend == nil {
			continue
		}
		to := backend[1]
		if to == "" {
			to = "http://" + backend[2] + ":" + backend[3]
		}
		got = append(got, strings.ReplaceAll(path[1], "\\", "")+" "+to+" "+strings.Join(rewrite[min(1, len(rewrite)):], ""))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("gateway/routes/%s.caddy: %q, want %q", owner, got, want)
	}
}
