package generators_test

import (
	"os"
	"strings"
	"testing"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// The manifest in docs/pack-format.md is a whole pack: it loads and renders.
func TestDocumentedManifest(t *testing.T) {
	files := map[string]string{"pack.hcl": documented(t, 1)}
	for _, name := range []string{"go.mod.tmpl", "cmd/main.go.tmpl", "internal/chassis/a.go.tmpl", "internal/chassis/client.go.tmpl", "docs/call.md.tmpl", "run.sh"} {
		files["files/"+name] = ""
	}
	p, diags := pack(t, files)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	tree, diags := generators.Render(p, service(p, "billing"), facts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var paths []string
	for _, f := range tree {
		paths = append(paths, f.Path)
	}
	if got, want := strings.Join(paths, " "), "cmd/orders/main.go docs/billing.md go.mod internal/chassis/a.go internal/chassis/client.go run.sh"; got != want {
		t.Errorf("rendered %s, want %s", got, want)
	}
	commands, diags := generators.Commands(p, service(p), facts)
	if diags.HasErrors() || commands["build"].Steps[0][3] != "bin/orders" {
		t.Errorf("commands %v: %v", commands, diags)
	}
}

// documented is the nth HCL example of docs/pack-format.md.
func documented(t *testing.T, n int) string {
	t.Helper()
	doc, err := os.ReadFile("../docs/pack-format.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(doc), "```hcl\n")
	if len(parts) <= n {
		t.Fatalf("docs/pack-format.md shows %d manifests", len(parts)-1)
	}
	text, _, _ := strings.Cut(parts[n], "```")
	return text
}

// So is the gateway's.
func TestDocumentedGateway(t *testing.T) {
	p, diags := pack(t, map[string]string{"pack.hcl": documented(t, 2), "files/main.conf": "", "files/route.conf.tmpl": "{{ .each.value.name }}"})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	svc := &spec.Service{Name: "orders", Language: "go", Port: 8101, Routes: []spec.Route{{Path: "/orders", To: "/api"}}}
	tree, diags := generators.RenderSystem(p, system(svc), p)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var paths []string
	for _, f := range tree {
		paths = append(paths, f.Path)
	}
	if got, want := strings.Join(paths, " "), "gateway/main.conf gateway/routes/billing.conf gateway/routes/old.conf gateway/routes/orders.conf"; got != want {
		t.Errorf("rendered %s, want %s", got, want)
	}
}

// Every function of the documents works, and every one that works is there.
func TestDocumentedFunctions(t *testing.T) {
	doc, err := os.ReadFile("../docs/pack-format.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range generators.FunctionNames() {
		if !strings.Contains(string(doc), "`"+name+"`") && !strings.Contains(string(doc), "`"+name+" ") {
			t.Errorf("docs/pack-format.md does not name the function %s", name)
		}
	}
}
