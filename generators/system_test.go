package generators_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

const targetHead = `pack "moon" {
  kind     = "target"
  provider = "moon"
  version  = "1"
}
locals {
  both  = upper(system.name)
  mine  = "${local.both}-${service.name}"
  yours = "${local.both}-${length(services)}"
}
file "mine" {
  scope = "service"
  class = "managed"
}
file "yours" {
  scope = "system"
  class = "managed"
}
`

func services(calls map[string][]string, order ...string) []*spec.Service {
	var list []*spec.Service
	for i, name := range order {
		svc := &spec.Service{Name: name, Language: "go", Port: 8101 + i, Instances: 1}
		for _, c := range calls[name] {
			svc.Calls = append(svc.Calls, spec.Call{Name: c, AttemptTimeout: time.Second, Deadline: time.Second})
		}
		list = append(list, svc)
	}
	return list
}

// systemText renders one template of scope system.
func systemText(t *testing.T, sys *spec.System, template string) string {
	t.Helper()
	p, diags := pack(t, map[string]string{"pack.hcl": targetHead, "files/yours.tmpl": template, "files/mine": ""})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	tree, diags := generators.RenderSystem(p, sys, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if len(tree) != 1 || tree[0].Path != "yours" {
		t.Fatalf("scope system gave %v", tree)
	}
	return string(tree[0].Bytes)
}

// A target has files of both scopes; a local that needs the other one's variables
// is not there, and hinders nobody.
func TestScopes(t *testing.T) {
	sys := &spec.System{Name: "shop", Services: services(nil, "a", "b")}
	if got := systemText(t, sys, "{{ .local.yours }}"); got != "SHOP-2" {
		t.Error(got)
	}
	p, _ := pack(t, map[string]string{"pack.hcl": targetHead, "files/yours": "", "files/mine.tmpl": "{{ .local.mine }}"})
	tree, diags := generators.Render(p, sys.Services[0], generators.FactsOf(sys, sys.Services[0]))
	if diags.HasErrors() || len(tree) != 1 || string(tree[0].Bytes) != "SHOP-a" {
		t.Errorf("%v %v", tree, diags)
	}
	p, _ = pack(t, map[string]string{"pack.hcl": targetHead, "files/yours.tmpl": "{{ .local.mine }}", "files/mine": ""})
	if _, diags = generators.RenderSystem(p, sys, nil); !diags.HasErrors() || !strings.Contains(diags.Error(), "no variable \"mine\"") {
		t.Errorf("a local of the other scope: %v", diags)
	}
}

// Whoever calls waits for whom it calls, and a circle of calls still starts.
func TestStartsAfter(t *testing.T) {
	const template = "{{ range .services }}{{ .name }}:{{ range .starts_after }}{{ . }}{{ end }} {{ end }}"
	for want, calls := range map[string]map[string][]string{
		"a:bc b:c c: ": {"a": {"b", "c"}, "b": {"c"}},
		"a:b b:c c: ":  {"a": {"b"}, "b": {"c"}, "c": {"a"}},
		"a:b b: c:ab ": {"a": {"b"}, "b": {"a"}, "c": {"a", "b"}},
		"a: b:a c:b ":  {"b": {"a"}, "c": {"b", "elsewhere"}},
	} {
		if got := systemText(t, &spec.System{Name: "s", Services: services(calls, "a", "b", "c")}, template); got != want {
			t.Errorf("%v: %q, want %q", calls, got, want)
		}
	}
}

// The table is in the order in which a gateway must try it.
func TestRouteTable(t *testing.T) {
	list := services(nil, "a", "b")
	list[0].Routes = []spec.Route{{Path: "/a", To: "/api"}, {Path: "/a/deep/path", To: "/api/x"}}
	list[1].Routes = []spec.Route{{Path: "/a/deep"}}
	sys := &spec.System{Name: "s", Services: list, Externals: []*spec.External{{Name: "old", URL: "https://old.example/base/", Routes: []spec.Route{{Path: "/"}}}}}
	got := systemText(t, sys, "{{ range .routes }}{{ .path }}>{{ .to }}@{{ (index .backends 0).url }} {{ end }}")
	if want := "/a/deep/path>/api/x@http://a:8101 /a/deep>@http://b:8102 /a>/api@http://a:8101 />@https://old.example/base "; got != want {
		t.Error(cmp.Diff(want, got))
	}
	got = systemText(t, sys, "{{ with index (index .routes 3).backends 0 }}{{ .origin }} {{ .base }}{{ end }} {{ with index (index .routes 0).backends 0 }}{{ .origin }}{{ .base }}{{ end }}")
	if want := "https://old.example /base http://a:8101"; got != want {
		t.Error(cmp.Diff(want, got))
	}
	got = systemText(t, sys, "{{ range .routed }}{{ .name }}={{ range .routes }}{{ .path }},{{ end }}{{ .external }} {{ end }}")
	if want := "a=/a/deep/path,/a,false b=/a/deep,false old=/,true "; got != want {
		t.Error(cmp.Diff(want, got))
	}
}

// Where a callee is, is known to deployments, and recorded; a service's code and
// a system that is deployed nowhere know nothing of it.
func TestAddresses(t *testing.T) {
	list := services(map[string][]string{"a": {"b", "old", "elsewhere"}}, "a", "b")
	sys := &spec.System{Name: "s", Services: list, Externals: []*spec.External{{Name: "old", URL: "https://old.example/base/"}}}
	if f := generators.FactsOf(sys, list[0]); f.Addresses != nil {
		t.Errorf("no target, and addresses %v", f.Addresses)
	}
	sys.Targets = []spec.Provider{{Name: "moon"}}
	f := generators.FactsOf(sys, list[0])
	if d := cmp.Diff(map[string]string{"b": "http://b:8102", "old": "https://old.example/base"}, f.Addresses); d != "" {
		t.Error(d)
	}
	before := generators.Key(nil, list[0], f, nil)
	list[1].Port = 9000
	if generators.Key(nil, list[0], generators.FactsOf(sys, list[0]), nil) == before {
		t.Error("the callee moved and the caller's key did not")
	}
	p, _ := pack(t, map[string]string{"pack.hcl": head + "file \"x\" {\n  class = \"managed\"\n}\n", "files/x.tmpl": "{{ (index .service.calls 0).url }}"})
	if _, diags := generators.Render(p, list[0], f); !diags.HasErrors() {
		t.Error("a service's code sees where its callee is")
	}
}

// A thousand services that all call each other must not take time without end.
func TestManyCalls(t *testing.T) {
	var names []string
	calls := map[string][]string{}
	for i := range 300 {
		names = append(names, fmt.Sprintf("s%03d", i))
	}
	for i, n := range names {
		calls[n] = names[i+1:]
	}
	if got := systemText(t, &spec.System{Name: "s", Services: services(calls, names...)}, "{{ len (index .services 0).starts_after }}"); got != "299" {
		t.Error(got)
	}
}
