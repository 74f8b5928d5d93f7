package spec_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

var catalog = &spec.Catalog{Version: "0.1.0", Languages: []spec.Language{
	{Name: "go", Pack: "go", Inputs: []spec.Input{{Name: "description", Type: cty.String, Default: cty.StringVal("")}}},
	{Name: "node", Pack: "node"},
	{Name: "python", Pack: "python", Reserved: []string{"class"}},
}, Providers: map[string][]string{"gateway": {"caddy"}, "target": {"docker", "kubernetes"}, "discovery": {"eureka"}, "config": {"spring-cloud"}}}

func parse(t *testing.T, text string) (*spec.System, hcl.Diagnostics) {
	t.Helper()
	p, diags := spec.Parse([]spec.Text{{Path: "x.hcl", Bytes: []byte(text)}})
	return p.System, append(diags, spec.Validate(p, catalog)...)
}

func mustParse(t *testing.T, text string) *spec.System {
	t.Helper()
	sys, diags := parse(t, text)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return sys
}

func TestPortsDoNotDependOnTheOrderOfBlocks(t *testing.T) {
	const a, b = "service \"b\" {\n language = \"go\"\n}\n", "service \"a\" {\n language = \"go\"\n}\nservice \"c\" {\n language = \"go\"\n port = 8101\n}\n"
	one := mustParse(t, "system \"s\" {}\n"+a+b)
	two := mustParse(t, b+a+"system \"s\" {}\n")
	for i, want := range []int{8102, 8103, 8101} {
		if one.Services[i].Port != want || two.Services[i].Port != want {
			t.Errorf("%s: ports %d and %d, want %d", one.Services[i].Name, one.Services[i].Port, two.Services[i].Port, want)
		}
	}
}

func TestDefaults(t *testing.T) {
	sys := mustParse(t, `system "s" {
  gateway "caddy" {}
}
external "old" {
  url = "http://old"
  route "/" {}
}
service "a" {
  language = "go"
  route "/a" {}
  call "old" {
    deadline = "500ms"
  }
}`)
	svc := sys.Service("a")
	if sys.Gateway.Port != 8080 || sys.Namespace != "example.com/s" || svc.Instances != 1 || svc.Routes[0].To != "/api" || sys.External("old").Routes[0].To != "" {
		t.Errorf("unexpected defaults: %+v %+v", sys, svc)
	}
	if c := svc.Calls[0]; c.AttemptTimeout != c.Deadline || c.Deadline.Milliseconds() != 500 {
		t.Errorf("an attempt may last %s of %s", c.AttemptTimeout, c.Deadline)
	}
}

func TestSplitKeepsCommentsAndPorts(t *testing.T) {
	src := "# top\nsystem \"s\" {}\n\n# about a\nservice \"a\" { # here\n  language = \"go\" # why\n}\n\n# end\nexternal \"e\" {\n  url = \"http://e\"\n}\n"
	rest, services, err := spec.Split([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	if want := "# top\nsystem \"s\" {}\n\n# end\nexternal \"e\" {\n  url = \"http://e\"\n}\n"; string(rest) != want {
		t.Errorf("rest:\n%s", cmp.Diff(want, string(rest)))
	}
	got, err := spec.Explicit(services["a"], mustParse(t, src).Service("a"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "# about a\nservice \"a\" { # here\n  language = \"go\" # why\n  port     = 8101\n}\n"; string(got) != want {
		t.Errorf("service:\n%s", cmp.Diff(want, string(got)))
	}
	again, err := spec.Explicit(got, mustParse(t, src).Service("a"))
	if err != nil || !bytes.Equal(again, got) {
		t.Errorf("a port was written twice:\n%s", again)
	}
}

func TestExplicitOpensOneLine(t *testing.T) {
	src := "service \"a\" { language = \"go\" }\n"
	got, err := spec.Explicit([]byte(src), mustParse(t, src).Services[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := "service \"a\" {\n  language = \"go\"\n  port     = 8101\n}\n"; string(got) != want {
		t.Error(cmp.Diff(want, string(got)))
	}
}

func TestExplicitKeepsLineEnds(t *testing.T) {
	src := "service \"a\" {\r\n  language = \"go\"\r\n}\r\n"
	got, err := spec.Explicit([]byte(src), mustParse(t, src).Services[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := "service \"a\" {\r\n  language = \"go\"\r\n  port     = 8101\r\n}\r\n"; string(got) != want {
		t.Error(cmp.Diff(want, string(got)))
	}
}

// A service written in canonical form means the same when it is read back.
func TestServiceTextRoundTrips(t *testing.T) {
	src, err := os.ReadFile("../../testdata/specs/valid/everything.hcl")
	if err != nil {
		t.Fatal(err)
	}
	sys, _ := parse(t, string(src))
	text := append([]byte(nil), spec.SystemText(sys)...)
	for _, svc := range sys.Services {
		text = append(text, spec.ServiceText(svc)...)
	}
	again := mustParse(t, string(text))
	for i, svc := range sys.Services {
		if d := cmp.Diff(string(spec.ServiceText(svc)), string(spec.ServiceText(again.Services[i]))); d != "" {
			t.Error(d)
		}
	}
	if d := cmp.Diff(string(spec.SystemText(sys)), string(spec.SystemText(again))); d != "" {
		t.Error(d)
	}
	if again.Service("orders").Env["GREETING"] != "hello, \"world\" ${not a variable}\nand a second line" {
		t.Errorf("the value changed: %q", again.Service("orders").Env["GREETING"])
	}
}

func TestPreferPortsMovesNobody(t *testing.T) {
	sys := mustParse(t, "system \"s\" {}\nservice \"a\" {\n language = \"go\"\n}\nservice \"b\" {\n language = \"go\"\n}\n")
	spec.PreferPorts(sys, map[string]int{"b": 8101})
	if a, b := sys.Service("a").Port, sys.Service("b").Port; a != 8102 || b != 8101 {
		t.Errorf("ports %d and %d", a, b)
	}
}

func TestFormatIsAFixedPoint(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/specs/valid/*.hcl")
	if len(files) == 0 {
		t.Fatal("no valid specs")
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(spec.Format(src), src) {
			t.Errorf("%s is not formatted", f)
		}
	}
}

// The example of the spec in the documents is read; what it is refused for is
// only what a later version brings.
func TestDocumentedExample(t *testing.T) {
	doc, err := os.ReadFile("../../docs/spec.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, part := range strings.Split(string(doc), "```hcl\n")[1:] {
		text, _, _ := strings.Cut(part, "```")
		sys, diags := parse(t, text)
		for _, d := range diags {
			if d.Summary != "Known, not yet supported" && d.Severity == hcl.DiagError {
				t.Errorf("docs/spec.md: %s", d)
			}
		}
		n += len(sys.Services)
	}
	if n < 2 {
		t.Errorf("docs/spec.md shows %d services", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../../testdata/specs/valid/*.hcl", "../../testdata/specs/invalid/*.hcl"} {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			if b, err := os.ReadFile(name); err == nil {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		p, diags := spec.Parse([]spec.Text{{Path: "x.hcl", Bytes: src}})
		diags = append(diags, spec.Validate(p, catalog)...)
		for _, d := range diags {
			if d.Summary == "" || d.Subject == nil {
				t.Errorf("a message without a place: %v", d)
			}
		}
		if diags.HasErrors() {
			return
		}
		rest, services, err := spec.Split(src)
		if err != nil {
			t.Fatalf("a valid spec cannot be split: %v", err)
		}
		again := []spec.Text{{Path: "azulejo.hcl", Bytes: rest}}
		for name, b := range services {
			again = append(again, spec.Text{Path: name, Bytes: b})
		}
		p2, diags := spec.Parse(again)
		if diags = append(diags, spec.Validate(p2, catalog)...); diags.HasErrors() {
			t.Fatalf("split in two, the spec is no longer valid: %v", diags)
		}
		if len(p2.System.Services) != len(p.System.Services) {
			t.Fatalf("%d services became %d", len(p.System.Services), len(p2.System.Services))
		}
	})
}
