package generators_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/templates"
)

// shipped loads every pack that azulejo ships, found by walking.
func shipped(t testing.TB) []*generators.Pack {
	t.Helper()
	folders, err := templates.Folders()
	if err != nil || len(folders) < 3 {
		t.Fatalf("packs %v: %v", folders, err)
	}
	var out []*generators.Pack
	for _, name := range folders {
		sub, err := templates.Folder(name)
		if err != nil {
			t.Fatal(err)
		}
		files, err := generators.ReadFolder(sub)
		if err != nil {
			t.Fatal(err)
		}
		p, diags := generators.LoadPack(files, "templates/"+name)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		out = append(out, p)
	}
	return out
}

func pack(t testing.TB, files map[string]string) (*generators.Pack, hcl.Diagnostics) {
	t.Helper()
	var list []generators.PackFile
	for name, text := range files {
		list = append(list, generators.PackFile{Path: name, Bytes: []byte(text)})
	}
	return generators.LoadPack(list, "tiny")
}

const head = `pack "tiny" {
  kind     = "service"
  language = "tiny"
  version  = "1"
}
`

var facts = generators.Facts{System: "shop", Namespace: "example.com/shop", Targets: []string{}}

func service(p *generators.Pack, calls ...string) *spec.Service {
	svc := &spec.Service{Name: "orders", Language: p.Heading().Brings()[generators.KindService], Port: 8101, Inputs: map[string]cty.Value{}}
	for _, c := range calls {
		svc.Calls = append(svc.Calls, spec.Call{Name: c, AttemptTimeout: time.Second, Deadline: 3 * time.Second})
	}
	return svc
}

// system is what RenderSystem is tried with: the service, an image and an external.
func system(svc *spec.Service) *spec.System {
	return &spec.System{
		Name: "shop", Namespace: "example.com/shop", Gateway: &spec.Provider{Name: "caddy", Port: 8080},
		Discovery: &spec.Provider{Name: "eureka"}, Config: &spec.Provider{Name: "spring-cloud"},
		Targets:   []spec.Provider{{Name: "docker"}, {Name: "kubernetes"}},
		Externals: []*spec.External{{Name: "old", URL: "https://old.example/base", Routes: []spec.Route{{Path: "/"}}}},
		Services: []*spec.Service{
			{Name: "billing", Image: "registry.example/billing:4.2", Port: 4567, ReadyPath: "/health", Routes: []spec.Route{{Path: "/billing"}}},
			svc,
		},
	}
}

var (
	gatewayOnce sync.Once
	gateway     *generators.Pack
)

// trees renders a pack in all of its scopes.
func trees(t testing.TB, p *generators.Pack, svc *spec.Service) (all generators.Tree) {
	t.Helper()
	sys := system(svc)
	gatewayOnce.Do(func() { gateway = generators.Providing(shipped(t), generators.KindGateway, "caddy") })
	for _, render := range []func() (generators.Tree, hcl.Diagnostics){
		func() (generators.Tree, hcl.Diagnostics) {
			return generators.Render(p, svc, generators.FactsOf(sys, svc))
		},
		func() (generators.Tree, hcl.Diagnostics) { return generators.RenderSystem(p, sys, gateway) },
	} {
		tree, diags := render()
		if diags.HasErrors() {
			t.Fatal(p.Name(), diags)
		}
		all = append(all, tree...)
	}
	if len(all) == 0 {
		t.Errorf("%s renders to nothing", p.Name())
	}
	return all
}

// What is embedded is what lies in the folder: embedding drops links, and a
// go.mod would hide its folder.
func TestEmbeddedIsWhatIsThere(t *testing.T) {
	folders, err := templates.Folders()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range folders {
		sub, _ := templates.Folder(name)
		embedded, err := generators.ReadFolder(sub)
		if err != nil {
			t.Fatal(err)
		}
		onDisk, err := generators.ReadFolder(os.DirFS(filepath.Join("../templates", name)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(onDisk, embedded); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		for _, f := range onDisk {
			if base := filepath.Base(f.Path); base == "go.mod" || base == "go.sum" || filepath.Ext(base) == ".go" {
				t.Errorf("%s/%s: a pack stores no %s", name, f.Path, base)
			}
		}
	}
}

// Each shipped pack is complete: all its inputs are used, it has cases, the
// commands that pack test needs, and a golden tree for each case.
func TestPacksAreComplete(t *testing.T) {
	folders, _ := templates.Folders()
	for i, p := range shipped(t) {
		cases, _ := filepath.Glob(filepath.Join("../templates", folders[i], generators.CasesDir, "*.hcl"))
		if len(cases) < 2 {
			t.Errorf("%s has %d cases", p.Name(), len(cases))
		}
		for _, c := range cases {
			golden := filepath.Join("../testdata/golden", p.Name()+"-"+strings.TrimSuffix(filepath.Base(c), ".hcl"))
			if _, err := os.Stat(golden); err != nil {
				t.Errorf("%s has no golden tree: %v", c, err)
			}
		}
		if p.Kind() == generators.KindService {
			completeService(t, p)
		}
	}
}

func completeService(t *testing.T, p *generators.Pack) {
	commands, diags := generators.Commands(p, service(p), facts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, name := range []string{"install", "build", "lint", "test", "lock", "run"} {
		if len(commands[name].Steps) == 0 {
			t.Errorf("%s has no command %q", p.Name(), name)
		}
	}
	if len(p.Tools()) == 0 {
		t.Errorf("%s needs no tool", p.Name())
	}
	for _, in := range p.AsLanguage().Inputs {
		if !uses(p, in.Name) {
			t.Errorf("%s never uses input %q", p.Name(), in.Name)
		}
	}
}

func uses(p *generators.Pack, input string) bool {
	for _, f := range p.Files() {
		if f.Path != generators.ManifestFile && bytes.Contains(f.Bytes, []byte("input."+input)) {
			return true
		}
	}
	return false
}

func TestRenderIsDeterministic(t *testing.T) {
	for _, p := range shipped(t) {
		one, two := trees(t, p, service(p, "a", "b-c")), trees(t, p, service(p, "a", "b-c"))
		if d := cmp.Diff(one, two); d != "" {
			t.Errorf("%s: %s", p.Name(), d)
		}
		if generators.Key([]string{p.Digest()}, service(p), facts, nil) == generators.Key([]string{p.Digest()}, service(p, "a"), facts, nil) {
			t.Errorf("%s: the key does not see the calls", p.Name())
		}
	}
}

// A leaf service has nothing of a client in it.
func TestLeafHasNoClient(t *testing.T) {
	for _, p := range shipped(t) {
		if p.Kind() != generators.KindService {
			continue
		}
		tree, diags := generators.Render(p, service(p), facts)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for _, f := range tree {
			if f.Class != generators.Managed {
				continue
			}
			for _, word := range []string{"CALL_", "Expected-Rq-Timeout-Ms\", strconv", "client"} {
				if strings.Contains(filepath.Base(f.Path), "client") || word == "CALL_" && bytes.Contains(f.Bytes, []byte(word)) {
					t.Errorf("%s: a leaf has %q in %s", p.Name(), word, f.Path)
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	rows := []struct{ in, snake, kebab, camel, pascal, env string }{
		{"order-items", "order_items", "order-items", "orderItems", "OrderItems", "ORDER_ITEMS"},
		{"HTTPServer2go", "http_server2go", "http-server2go", "httpServer2go", "HttpServer2go", "HTTP_SERVER2GO"},
		{"a", "a", "a", "a", "A", "A"},
		{"", "", "", "", "", ""},
		{"--x--", "x", "x", "x", "X", "X"},
	}
	p, diags := pack(t, map[string]string{
		"pack.hcl":       head + "file \"out\" {\n  class = \"seeded\"\n}\ninput \"x\" {\n  type = string\n  why = \"x\"\n}\n",
		"files/out.tmpl": "{{ snake .input.x }} {{ kebab .input.x }} {{ camel .input.x }} {{ pascal .input.x }} {{ envName .input.x }}",
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, r := range rows {
		svc := service(p)
		svc.Inputs["x"] = cty.StringVal(r.in)
		tree, diags := generators.Render(p, svc, facts)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		want := strings.Join([]string{r.snake, r.kebab, r.camel, r.pascal, r.env}, " ")
		if got := string(tree[0].Bytes); got != want {
			t.Errorf("%q: %q, want %q", r.in, got, want)
		}
	}
}

func TestRulesAsData(t *testing.T) {
	p, diags := pack(t, map[string]string{
		"pack.hcl": head + `
locals {
  dir  = "${local.word}/${snake(service.name)}"
  word = upper("src")
}
file "app/**" {
  destination = "${local.dir}/${file}"
  class       = "managed"
}
file "app/run" {
  class      = "seeded"
  executable = true
  delimiters = ["<%", "%>"]
}
file "client" {
  class = "managed"
  when  = length(service.calls) > 0
}
file "call" {
  destination = "calls/${each.value.name}.txt"
  class       = "managed"
  for_each    = service.calls
}
`,
		"files/app/main.txt.tmpl": `{{ template "greet" . }}`,
		"files/app/deep/raw":      "{{ not rendered }}",
		"files/app/run.tmpl":      "{{ raw }} <% .service.port %>",
		"files/client":            "c",
		"files/call.tmpl":         "{{ .each.value.env }} {{ .each.value.deadline_ms }}",
		"partials/greet.tmpl":     "Hello {{ .service.name }} of {{ .system.name }}",
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	got := map[string]string{}
	tree, diags := generators.Render(p, service(p, "b", "a-b"), facts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, f := range tree {
		got[f.Path] = string(f.Bytes)
		if f.Executable != (f.Path == "app/run") {
			t.Errorf("%s: executable %v", f.Path, f.Executable)
		}
	}
	want := map[string]string{
		"SRC/orders/main.txt": "Hello orders of shop", "SRC/orders/deep/raw": "{{ not rendered }}",
		"app/run": "{{ raw }} 8101", "client": "c", "calls/b.txt": "B 3000", "calls/a-b.txt": "A_B 3000",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if leaf, _ := generators.Render(p, service(p), facts); len(leaf) != 3 {
		t.Errorf("a leaf has %d files", len(leaf))
	}
}

// Each mistake in a pack is named with the place where it stands.
func TestBrokenPacks(t *testing.T) {
	rule := func(attrs string) string { return head + "file \"x\" {\n  class = \"managed\"\n" + attrs + "}\n" }
	rows := []struct{ name, manifest, file, body, want string }{
		{"no manifest", "", "files/x", "", "No pack here"},
		{"unknown attribute", head + "colour = 1\n", "files/x", "", "Unsupported argument"},
		{"file without a rule", head, "files/x", "", "File without a rule"},
		{"rule without a file", rule("") + "file \"y\" {\n  class = \"managed\"\n}\n", "files/y", "", "Rule without a file"},
		{"two globs", head + "file \"**\" {\n  class = \"managed\"\n}\nfile \"a/**\" {\n  class = \"managed\"\n}\n", "files/a/x", "", "File without a rule"},
		{"unknown class", strings.Replace(rule(""), "managed", "mine", 1), "files/x", "", "Unknown class"},
		{"unknown merge", rule("merge = \"magic\"\n"), "files/x", "", "Unknown merge"},
		{"unknown command", rule("") + "command \"deploy\" {\n  steps = []\n}\n", "files/x", "", "Unknown command"},
		{"unknown kind", strings.Replace(rule(""), `"service"`, `"planet"`, 1), "files/x", "", "knows gateway, platform, service"},
		{"no provider", strings.Replace(strings.Replace(rule(""), `"service"`, `"target"`, 1), "  language = \"tiny\"\n", "", 1), "files/x", "", "A target pack says what a spec calls it"},
		{"language of a target", strings.Replace(rule(""), `"service"`, `"target"`, 1), "files/x", "", "A target pack says what a spec calls it"},
		{"system of a language", strings.Replace(rule(""), `"service"`, `"system"`, 1), "files/x", "", "a system pack has neither"},
		{"gateway without a container", strings.Replace(strings.Replace(rule(""), `"service"`, `"gateway"`, 1), "language", "provider", 1), "files/x", "", "has container blocks"},
		{"scope left out", strings.Replace(strings.Replace(rule(""), `"service"`, `"target"`, 1), "language", "provider", 1), "files/x", "", "Wrong scope"},
		{"scope of another kind", rule("scope = \"system\"\n"), "files/x", "", "Wrong scope"},
		{"questions of a target", strings.Replace(strings.Replace(rule("scope = \"system\"\n"), `"service"`, `"target"`, 1), "language", "provider", 1) + "input \"n\" {\n  type = number\n  why = \"y\"\n}\n", "files/x", "", "no input, command and waiver"},
		{"bad default", rule("") + "input \"n\" {\n  type = number\n  default = \"x\"\n  why = \"y\"\n}\n", "files/x", "", "Default of the wrong type"},
		{"bad options", rule("") + "input \"n\" {\n  type = number\n  options = [1, \"x\"]\n  why = \"y\"\n}\n", "files/x", "", "Options of the wrong type"},
		{"options of an object", rule("") + "input \"n\" {\n  type = map(string)\n  options = [\"x\"]\n  why = \"y\"\n}\n", "files/x", "", "only strings, numbers, booleans and lists of them have options"},
		{"options that are no list", rule("") + "input \"n\" {\n  type = string\n  options = \"x\"\n  why = \"y\"\n}\n", "files/x", "", "Options of the wrong type"},
	}
	for _, r := range rows {
		files := map[string]string{r.file: r.body}
		if r.manifest != "" {
			files["pack.hcl"] = r.manifest
		}
		_, diags := pack(t, files)
		if !diags.HasErrors() || !strings.Contains(diags.Error(), r.want) {
			t.Errorf("%s: %v, want %q", r.name, diags, r.want)
		}
	}
}

// What only a render can find.
func TestBrokenRenders(t *testing.T) {
	rule := func(attrs string) string { return head + "file \"x\" {\n  class = \"managed\"\n" + attrs + "}\n" }
	rows := []struct{ name, manifest, body, want string }{
		{"unknown variable", rule(""), "a\nb {{ .service.prot }}", "tiny/files/x.tmpl:2"},
		{"unknown function", rule(""), "{{ env \"HOME\" }}", "function \"env\" not defined"},
		{"syntax", rule(""), "{{ if }}", "tiny/files/x.tmpl:1"},
		{"escape", rule("destination = \"../x\"\n"), "", "leads outside"},
		{"absolute", rule("destination = \"/etc/passwd\"\n"), "", "leads outside"},
		{"meta", rule("destination = \".azulejo/lock.json\"\n"), "", "belongs to azulejo"},
		{"spec", rule("destination = \"service.hcl\"\n"), "", "belongs to the user"},
		{"hooks", rule("destination = \".git/hooks/post-checkout\"\n"), "", "belongs to git"},
		{"windows", rule("destination = \"a/nul.txt\"\n"), "", "reserved name"},
		{"backslash", rule("destination = \"a\\\\b\"\n"), "", "not every file system"},
		{"collision", rule("") + "file \"y\" {\n  destination = \"X\"\n  class = \"managed\"\n}\n", "", "two files for one path"},
		{"when", rule("when = \"yes\"\n"), "", "must give a boolean"},
		{"local", rule("destination = local.nothing\n"), "", "nothing"},
	}
	for _, r := range rows {
		files := map[string]string{"pack.hcl": r.manifest, "files/x.tmpl": r.body}
		if r.name == "collision" {
			files["files/y"] = ""
		}
		p, diags := pack(t, files)
		if diags.HasErrors() {
			t.Errorf("%s: %v", r.name, diags)
			continue
		}
		if _, diags = generators.Render(p, service(p), facts); !diags.HasErrors() || !strings.Contains(diags.Error(), r.want) {
			t.Errorf("%s: %v, want %q", r.name, diags, r.want)
		}
	}
}

// Check finds a file that its format's parser cannot read, or that hides who
// owns it.
func TestCheckBites(t *testing.T) {
	good := generators.File{Path: "a.go", Format: "go", Pack: "go", Class: generators.Managed, Bytes: []byte("// Code generated by azulejo from go; DO NOT EDIT.\n\npackage a\n")}
	if err := generators.Check(good); err != nil {
		t.Error(err)
	}
	for format, text := range map[string]string{
		"go": "package", "json": "{", "yaml": "a: [", "toml": "a = ", "hcl": "a {", "xml": "<a>",
		"python": "print()", "javascript": "x()", "shell": "ls", "dockerfile": "FROM x",
	} {
		f := good
		f.Format, f.Bytes = format, []byte(text)
		if generators.Check(f) == nil {
			t.Errorf("%s: %q passed", format, text)
		}
	}
	crlf := good
	crlf.Bytes = bytes.ReplaceAll(good.Bytes, []byte("\n"), []byte("\r\n"))
	if generators.Check(crlf) == nil {
		t.Error("CRLF passed")
	}
}

// A question without a default that is not asked is null in templates and locks.
func TestInputThatIsNotAsked(t *testing.T) {
	p, diags := pack(t, map[string]string{
		"pack.hcl":     head + "input \"store\" {\n  type = string\n  default = \"none\"\n  options = [\"none\", \"sql\"]\n  why = \"y\"\n}\ninput \"schema\" {\n  type = string\n  when = input.store == \"sql\"\n  why = \"y\"\n}\nfile \"x\" {\n  class = \"seeded\"\n}\n",
		"files/x.tmpl": "{{ if .input.schema }}{{ .input.schema }}{{ else }}no schema{{ end }}",
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if in := p.AsLanguage().Inputs[0]; len(in.Options) != 2 || in.Options[1].AsString() != "sql" {
		t.Errorf("options %v", in.Options)
	}
	for want, inputs := range map[string]map[string]cty.Value{"no schema": {}, "s": {"store": cty.StringVal("sql"), "schema": cty.StringVal("s")}} {
		svc := service(p)
		svc.Inputs = inputs
		tree, diags := generators.Render(p, svc, facts)
		if diags.HasErrors() || string(tree[0].Bytes) != want {
			t.Errorf("rendered %v: %v", tree, diags)
		}
		if _, err := generators.Answers(p, svc); err != nil {
			t.Error(err)
		}
	}
}
