package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

const shop = `system "shop" {
  gateway "caddy" {}
}
external "ledger" {
  url = "http://ledger"
  route "/ledger/book" {}
}
service "accounts" {
  language = "node"
  port     = 8101
  route "/accounts" {}
  call "orders" {}
}
service "orders" {
  language = "node"
  port     = 8103
  call "payments" {}
}
`

// summary tells a System in text, and where each service stands.
func summary(sys *spec.System) string {
	var b strings.Builder
	b.Write(spec.SystemText(sys))
	for _, svc := range sys.Services {
		fmt.Fprintf(&b, "# %s %d %v\n%s", svc.File, svc.Range.Start.Line, svc.New, spec.ServiceText(svc))
	}
	return b.String()
}

func said(diags hcl.Diagnostics) string {
	var list []string
	for _, d := range diags {
		list = append(list, fmt.Sprintf("%s:%d %s: %s", d.Subject.Filename, d.Subject.Start.Line, d.Summary, d.Detail))
	}
	return strings.Join(list, "\n")
}

// With gives what parsing all texts at once gives, and p stays as it is.
func TestWith(t *testing.T) {
	for name, text := range map[string]string{
		"a service":    "service \"payments\" {\n  language = \"go\"\n  port     = 8200\n  call \"accounts\" {}\n}\n",
		"no port":      "service \"zeta\" {\n  language = \"go\"\n}\n",
		"an external":  "external \"bank\" {\n  url = \"http://bank\"\n}\n",
		"wrong":        "service \"a\" {\n  language = 1\n  colour = \"red\"\n}\n",
		"not HCL":      "service \"a\" {",
		"empty":        "",
		"a system too": "system \"other\" {}\n",
	} {
		t.Run(name, func(t *testing.T) {
			old := spec.Text{Path: "azulejo.hcl", Bytes: []byte(shop)}
			fresh := spec.Text{Path: "new.hcl", Bytes: []byte(text), New: true}
			p, diags := spec.Parse([]spec.Text{old})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			before := summary(p.System)
			with, got := p.With(fresh)
			if d := cmp.Diff(before, summary(p.System)); d != "" || len(p.Files) != 1 {
				t.Errorf("the spec itself changed: %s", d)
			}
			all, want := spec.Parse([]spec.Text{old, fresh})
			if d := cmp.Diff(said(want), said(got)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(summary(all.System), summary(with.System)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(said(spec.Validate(all, catalog)), said(spec.Validate(with, catalog))); d != "" {
				t.Error(d)
			}
			if len(with.Files) != len(all.Files) {
				t.Errorf("%d files, not %d", len(with.Files), len(all.Files))
			}
		})
	}
}

// With nothing around it, a system can be begun, and a service can stand alone.
func TestWithNothing(t *testing.T) {
	p, _ := spec.Parse(nil)
	sys, diags := p.With(spec.Text{Path: "s.hcl", Bytes: []byte("system \"bazaar\" {}\n")}, spec.Text{Path: "a.hcl", Bytes: []byte("service \"a\" {\n  language = \"go\"\n}\n")})
	if diags.HasErrors() || sys.System.Namespace != "example.com/bazaar" || sys.System.Service("a").Port != 8101 {
		t.Errorf("%v, %+v", diags, sys.System)
	}
	if p.System.Name != "" || len(p.System.Services) > 0 {
		t.Errorf("the empty spec is no longer empty: %+v", p.System)
	}
}

// Of two that clash, the one about to be written is told, whatever its name and
// wherever it would stand; ValidateNew tells the same.
func TestClashesAreToldAtTheNewService(t *testing.T) {
	for name, c := range map[string]struct{ service, field, want string }{
		"name":             {"service \"accounts\" {\n  language = \"go\"\n  port = 8200\n}", "name", `"accounts" is taken at z.hcl:8. Choose another name.`},
		"external's name":  {"service \"ledger\" {\n  language = \"go\"\n  port = 8200\n}", "name", `"ledger" is taken at z.hcl:4. Choose another name.`},
		"port":             {"service \"aaa\" {\n  language = \"go\"\n  port = 8101\n}", "port", "8101 is the port of accounts already. The next free one is 8102."},
		"route":            {"service \"aaa\" {\n  language = \"go\"\n  port = 8200\n  route \"/accounts\" {}\n}", "route", "/accounts belongs to accounts already (z.hcl:11). Choose another path."},
		"route above":      {"service \"aaa\" {\n  language = \"go\"\n  port = 8200\n  route \"/ledger\" {}\n}", "route", "Requests to /ledger/book go to ledger, which wins as the longer prefix; the rest of /ledger goes to aaa."},
		"route below":      {"service \"zzz\" {\n  language = \"go\"\n  port = 8200\n  route \"/b\" {}\n  route \"/accounts/a\" {}\n}", "route", "Requests to /accounts/a go to zzz, which wins as the longer prefix; the rest of /accounts goes to accounts."},
		"cycle":            {"service \"payments\" {\n  language = \"go\"\n  port = 8200\n  call \"ledger\" {}\n  call \"accounts\" {}\n}", "call", "payments → accounts → orders → payments. A slow service in it slows all of them; break the cycle if you can."},
		"language missing": {"service \"aaa\" {\n  port = 8200\n}", "language", `service "aaa" needs language = "…" to be generated, or image = "…" to be taken as it is.`},
		"input":            {"service \"aaa\" {\n  language = \"go\"\n  port = 8200\n  inputs = {\n    description = \"x\"\n    colour = \"red\"\n  }\n}", "inputs.colour", `The go pack asks nothing called "colour". Known: description.`},
		"number in quotes": {"service \"aaa\" {\n  language = \"go\"\n  port = \"8200\"\n}", "", `port = "8200": expected a whole number.`},
		"reserved":         {"service \"class\" {\n  language = \"python\"\n  port = 8200\n}", "name", `"class" has a meaning of its own in python and cannot name a service there. Choose another name.`},
		"route's target":   {"service \"aaa\" {\n  language = \"go\"\n  port = 8200\n  route \"/a\" {\n    to = \"/metrics\"\n  }\n}", "route", "/metrics is for the platform, never for a gateway's callers. Point it below /api."},
		"secret":           {"service \"aaa\" {\n  language = \"go\"\n  port = 8200\n  secrets = [\"PORT\"]\n}", "secrets", "PORT is set by the contract already. Remove it from secrets."},
	} {
		t.Run(name, func(t *testing.T) {
			base, _ := spec.Parse([]spec.Text{{Path: "z.hcl", Bytes: []byte(shop)}})
			p, diags := base.With(spec.Text{Path: "a.hcl", Bytes: []byte(c.service), New: true})
			var fresh *spec.Service
			for _, svc := range p.System.Services {
				if svc.New {
					fresh = svc
				}
			}
			at := map[string]string{}
			for _, d := range append(diags, spec.Validate(p, catalog)...) {
				if d.Subject.Filename == "a.hcl" {
					at[d.Detail] = string(fresh.Field(d))
				}
			}
			if field, there := at[c.want]; !there || field != c.field || len(at) != 1 {
				t.Errorf("said %q, want %q about %q", at, c.want, c.field)
			}
			for _, d := range append(diags, spec.ValidateNew(p, catalog)...) {
				if d.Subject.Filename == "a.hcl" {
					delete(at, d.Detail)
				}
			}
			if len(at) > 0 {
				t.Errorf("ValidateNew does not say %q", at)
			}
		})
	}
}

// A field has lines, and a place has a field, in whatever order a text is written.
func TestFieldsAndLines(t *testing.T) {
	const text = `system "shop" {
  namespace = "example.com/x"
  languages = ["go",
    "node"]
  gateway "caddy" {
    port = 8090
  }
  target "docker" {}
  target "kubernetes" {}
}
service "payments" {
  call "b" {}
  route "/z" {}
  call "a" {}
  route "/a" {
    to = "/api/a"
  }
  port      = 8200
  language  = "go"
  instances = 2
  env       = { A = "b" }
  inputs = {
    description = "x"
  }
}
`
	p, diags := spec.Parse([]spec.Text{{Path: "x.hcl", Bytes: []byte(text)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	sys, svc := p.System, p.System.Service("payments")
	for field, want := range map[spec.Field]string{
		"system.name": `system "shop"`, "system.namespace": "namespace", "system.languages": "languages", "system.gateway": `gateway "caddy"`, "system.port": "8090", "system.target": `target "docker"`, "system.discovery": "",
		"name": `service "payments"`, "call": `call "b"`, "route": `route "/z"`, "port": "8200", "language": `"go"`, "instances": "2", "env": "A", "inputs.description": "description", "inputs.other": "", "pack": "",
	} {
		n := max(sys.Line(field), svc.Line(field))
		if got := strings.Split("\n"+text, "\n")[n]; (want == "") != (n == 0) || !strings.Contains(got, want) {
			t.Errorf("%s is on line %d: %q", field, n, got)
		}
	}
	about := func(part string) *hcl.Diagnostic {
		at := strings.Index(text, part)
		pos := hcl.Pos{Line: 1 + strings.Count(text[:at], "\n"), Column: 1, Byte: at}
		return &hcl.Diagnostic{Subject: &hcl.Range{Filename: "x.hcl", Start: pos, End: pos}}
	}
	for part, want := range map[string]spec.Field{`"/z"`: "route", `"/a"`: "route", `"/api/a"`: "route", `"a" {}`: "call", `"b" {}`: "call", "8200": "port", `"payments"`: "name", "description": "inputs.description", "service": ""} {
		if got := svc.Field(about(part)); got != want {
			t.Errorf("%s is about %q, want %q", part, got, want)
		}
	}
	for part, want := range map[string]spec.Field{`"shop"`: "system.name", `"go",`: "system.languages", `"node"`: "system.languages", "8090": "system.port", `"kubernetes"`: "system.target", "system": ""} {
		if got := sys.Field(about(part)); got != want {
			t.Errorf("%s is about %q, want %q", part, got, want)
		}
	}
	elsewhere := about("8200")
	elsewhere.Subject.Filename = "y.hcl"
	if got := svc.Field(elsewhere); got != "" {
		t.Errorf("a message about another file is about %q", got)
	}
}

func TestFreePort(t *testing.T) {
	sys := mustParse(t, "system \"s\" {\n  gateway \"caddy\" {\n    port = 8102\n  }\n}\nservice \"a\" {\n  language = \"go\"\n}\nservice \"b\" {\n  image = \"x\"\n  port = 80\n  local_port = 8103\n}\n")
	if got := sys.FreePort(); got != 8104 {
		t.Errorf("free is %d", got)
	}
	if got := (&spec.System{}).FreePort(); got != 8101 {
		t.Errorf("free is %d", got)
	}
}

func expression(t *testing.T, text string) hcl.Expression {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(text), "pack.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return e
}

// The questions of a pack: options, and what is not asked with other answers.
func TestInputs(t *testing.T) {
	strs := func(list ...string) (out []cty.Value) {
		for _, s := range list {
			out = append(out, cty.StringVal(s))
		}
		return out
	}
	c := &spec.Catalog{Languages: []spec.Language{{Name: "go", Pack: "go", Inputs: []spec.Input{
		{Name: "store", Type: cty.String, Default: cty.StringVal("none"), Options: strs("none", "sql")},
		{Name: "schema", Type: cty.String, Why: "Where.", When: expression(t, `input.store == "sql"`)},
		{Name: "zones", Type: cty.List(cty.String), Default: cty.NullVal(cty.List(cty.String)), Options: strs("a", "b")},
		{Name: "size", Type: cty.Number, Default: cty.NumberIntVal(1), Options: []cty.Value{cty.NumberIntVal(1), cty.NumberIntVal(2)}},
		{Name: "free", Type: cty.DynamicPseudoType, Default: cty.NullVal(cty.DynamicPseudoType)},
		{Name: "limit", Type: cty.Number, Default: cty.NumberIntVal(5), Validations: []spec.Validation{{Condition: expression(t, "input.limit > input.size * 3"), ErrorMessage: "more than three for each size."}}},
	}}}}
	for inputs, want := range map[string]string{
		``:                                "",
		`store = "sql"`:                   "inputs.schema Input missing: The go pack needs inputs = { schema = … }. Where.",
		`store = "sql", schema = "x"`:     "",
		`schema = "x"`:                    "inputs.schema Input does not apply: schema is not asked with the other answers as they are. Remove it.",
		`store = "tape"`:                  `inputs.store Bad input: store: "tape" is none of "none", "sql".`,
		`zones = ["a", "b"]`:              "",
		`zones = ["a", "c"]`:              `inputs.zones Bad input: zones: "c" is none of "a", "b".`,
		`zones = []`:                      "",
		`size = 3`:                        "inputs.limit Bad input: limit: more than three for each size.|inputs.size Bad input: size: 3 is none of 1, 2.",
		`size = 2`:                        "inputs.limit Bad input: limit: more than three for each size.",
		`size = "2"`:                      `inputs.size Wrong type or value: size = "2": expected number.`,
		`free = "text"`:                   "",
		`size = 2, limit = 7`:             "",
		`store = "none", free = { a = 1}`: "",
	} {
		p, diags := spec.Parse([]spec.Text{{Path: "x.hcl", Bytes: []byte("service \"a\" {\n  language = \"go\"\n  inputs = { " + inputs + " }\n}\n")}})
		var got []string
		for _, d := range append(diags, spec.Validate(p, c)...) {
			got = append(got, fmt.Sprintf("%s %s: %s", p.System.Services[0].Field(d), d.Summary, d.Detail))
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%s: %s\nwant %s", inputs, s, want)
		}
	}
}
