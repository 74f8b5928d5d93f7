package ask_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

const shop = `system "shop" {
  gateway "caddy" {}
}
external "ledger" {
  url = "http://ledger"
}
service "accounts" {
  language = "go"
  port     = 8101
  route "/accounts" {}
}
service "orders" {
  language = "python"
  port     = 8102
  call "payments" {}
}
service "search" {
  language = "python"
  port     = 8104
}
`

func expression(text string) hcl.Expression {
	e, diags := hclsyntax.ParseExpression([]byte(text), "pack.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		panic(diags)
	}
	return e
}

func words(list ...string) (out []cty.Value) {
	for _, w := range list {
		out = append(out, cty.StringVal(w))
	}
	return out
}

func catalog() *spec.Catalog {
	return &spec.Catalog{
		Version: "0.1.0",
		Languages: []spec.Language{
			{Name: "go", Pack: "go", About: "one binary", Inputs: []spec.Input{
				{Name: "store", Type: cty.String, Default: cty.StringVal("none"), Options: words("none", "file", "sql"), Essential: true, Page: "Data"},
				{Name: "schema", Type: cty.String, When: expression(`input.store == "sql"`), Later: true},
				{Name: "pool", Type: cty.Number, Default: cty.NumberIntVal(1), When: expression(`input.schema == "public"`)},
				{Name: "workers", Type: cty.Number, Default: cty.NumberIntVal(4), Validations: []spec.Validation{{Condition: expression("input.workers < 100"), ErrorMessage: "at most 99 of them."}}},
				{Name: "loud", Type: cty.Bool, Default: cty.False},
				{Name: "tags", Type: cty.List(cty.String), Default: cty.ListValEmpty(cty.String)},
				{Name: "zones", Type: cty.Set(cty.String), Default: cty.SetVal(words("a")), Options: words("a", "b", "c")},
				{Name: "labels", Type: cty.Map(cty.String), Default: cty.MapValEmpty(cty.String)},
				{Name: "título", Type: cty.String, Default: cty.StringVal("")},
			}},
			{Name: "node", Pack: "node", Inputs: []spec.Input{{Name: "owner", Type: cty.String, Why: "Who is called."}}},
			{Name: "strict", Pack: "strict", Inputs: []spec.Input{{Name: "a", Type: cty.String}, {Name: "b", Type: cty.String}, {Name: "c", Type: cty.String}, {Name: "d", Type: cty.String}}},
			{Name: "python", Pack: "fast", About: "FastAPI"},
			{Name: "python", Pack: "plain", Reserved: []string{"class"}},
		},
		Providers: map[string][]string{"gateway": {"caddy", "other"}, "target": {"docker", "kubernetes"}},
		About:     map[string]string{"gateway/caddy": "HTTPS by itself"},
		Functions: map[string]function.Function{"length": stdlib.LengthFunc},
	}
}

func form(t testing.TB, purpose ask.Purpose, text string) *ask.Form {
	t.Helper()
	var texts []spec.Text
	if text != "" {
		texts = []spec.Text{{Path: "azulejo.hcl", Bytes: []byte(text)}}
	}
	base, diags := spec.Parse(texts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return &ask.Form{Purpose: purpose, Base: base, Catalog: catalog(), Folder: "market"}
}

// told is one line for each question: * for the essential, the field, what holds.
func told(s *ask.Sheet) (list []string) {
	for _, i := range s.Items {
		line := i.Field + " " + strings.Join(i.Value, ",")
		if i.Essential {
			line = "*" + line
		}
		list = append(list, strings.TrimSpace(line))
	}
	return list
}

const goInputs = "inputs.workers 4|inputs.loud false|inputs.tags|inputs.zones a|inputs.labels {}|inputs.título"

func TestQuestions(t *testing.T) {
	for name, c := range map[string]struct {
		purpose ask.Purpose
		base    string
		answers ask.Answers
		want    string
	}{
		"join":                {ask.Join, shop, nil, "*name|*language python|*route|*call|pack fast|port 8103|instances 1"},
		"the route is named":  {ask.Join, shop, ask.Answers{"name": {"payments"}}, "*name payments|*language python|*route /payments|*call|pack fast|port 8103|instances 1"},
		"no more than four":   {ask.Join, shop, ask.Answers{"language": {"go"}}, "*name|*language go|*inputs.store none|*route|call|port 8103|instances 1|" + goInputs},
		"required stays":      {ask.Join, shop, ask.Answers{"language": {"go"}, "inputs.store": {"sql"}}, "*name|*language go|*inputs.store sql|*inputs.schema|route|call|port 8103|instances 1|" + goInputs},
		"many required":       {ask.Join, shop, ask.Answers{"language": {"strict"}}, "*name|*language strict|*inputs.a|*inputs.b|*inputs.c|*inputs.d|route|call|port 8103|instances 1"},
		"no gateway":          {ask.Join, "system \"s\" {\n  gateway \"none\" {}\n}\n", nil, "*name|*language go|*inputs.store none|port 8101|instances 1|" + goInputs},
		"alone":               {ask.Alone, "", ask.Answers{"language": {"node"}}, "*name|*language node|*stands alone|*inputs.owner|call|port 8101|instances 1"},
		"begin one around it": {ask.Alone, "", ask.Answers{"name": {"x"}, "language": {"node"}, "stands": {"system"}}, "*name x|*language node|*stands system|*inputs.owner|system.name market|system.gateway caddy|system.target|system.languages|system.discovery none|system.port 8080|system.namespace example.com/market|route /x|port 8101|instances 1"},
		"begin":               {ask.Begin, "", nil, "*system.name market|*system.gateway caddy|*system.target|*system.languages|system.discovery none|system.port 8080|system.namespace example.com/market"},
		"begin without":       {ask.Begin, "", ask.Answers{"system.gateway": {"none"}, "system.name": {"bazaar"}}, "*system.name bazaar|*system.gateway none|*system.target|*system.languages|system.discovery none|system.namespace example.com/bazaar"},
		"allowed languages":   {ask.Join, "system \"s\" {\n  languages = [\"node\"]\n}\n", nil, "*name|*language node|*inputs.owner|port 8101|instances 1"},
		"the gateway's port":  {ask.Join, "system \"s\" {\n  languages = [\"node\"]\n  gateway \"caddy\" {\n    port = 8101\n  }\n}\n", nil, "*name|*language node|*inputs.owner|*route|port 8102|instances 1"},
		"an emptied number":   {ask.Join, shop, ask.Answers{"port": {""}, "instances": {}}, "*name|*language python|*route|*call|pack fast|port 8103|instances 1"},
	} {
		t.Run(name, func(t *testing.T) {
			got := told(form(t, c.purpose, c.base).Fill(c.answers))
			if d := cmp.Diff(strings.Split(c.want, "|"), got); d != "" {
				t.Error(d)
			}
		})
	}
}

// What a wizard offers as a system's name is never wrong; without one the folder's
// own name is taken, and refused.
func TestSystemName(t *testing.T) {
	for folder, want := range map[string]string{
		"market": "market", "My Sh\u00f6p 2": "my-sh-p-2", "UPPER_case.v1": "upper-case-v1", "2026 -- shop-": "shop",
		"\u65e5\u672c": "", "": "", "-9-": "", strings.Repeat("a", 62) + " b c": strings.Repeat("a", 62),
	} {
		f := form(t, ask.Begin, "")
		f.Folder = folder
		s := f.Fill(nil)
		if got := s.Value("system.name"); got != want || want != "" && !s.Valid() {
			t.Errorf("%q: %q", folder, got)
		}
		f.Literal = true
		if got := f.Fill(nil).Value("system.name"); got != folder {
			t.Errorf("%q taken literally: %q", folder, got)
		}
	}
}

func TestOptions(t *testing.T) {
	f := form(t, ask.Join, shop)
	for field, want := range map[string]string{
		"language":      "go one binary|node|strict|python FastAPI",
		"call":          "accounts go :8101|ledger external|orders python :8102|search python :8104",
		"inputs.store":  "none|file|sql",
		"inputs.loud":   "true|false",
		"inputs.zones":  "a|b|c",
		"inputs.título": "",
		"pack":          "fast FastAPI|plain",
	} {
		language := "go"
		if field == "pack" {
			language = "python"
		}
		var got []string
		for _, o := range f.Fill(ask.Answers{"language": {language}}).Item(field).Options {
			got = append(got, strings.TrimSpace(o.Value+" "+o.Note))
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%s offers %s, want %s", field, s, want)
		}
	}
	items := f.Fill(ask.Answers{"language": {"go"}})
	for field, want := range map[string]ask.Kind{"inputs.store": ask.Select, "inputs.workers": ask.Text, "inputs.loud": ask.Select, "inputs.tags": ask.List, "inputs.zones": ask.Multi, "inputs.labels": ask.Text} {
		if got := items.Item(field).Kind; got != want {
			t.Errorf("%s is of kind %d, want %d", field, got, want)
		}
	}
	if i := items.Item("inputs.título"); i.Label != "Título" || i.Group != "go pack" || items.Item("inputs.store").Group != "Data" {
		t.Errorf("labels and groups: %+v", i)
	}
}

// The validator's words appear at the question that they are about.
func TestProblems(t *testing.T) {
	ring := "payments → orders → payments. A slow service in it slows all of them; break the cycle if you can."
	for name, c := range map[string]struct {
		answers ask.Answers
		field   string
		want    string
	}{
		"taken name":       {ask.Answers{"name": {"orders"}}, "name", `"orders" is taken at azulejo.hcl:12. Choose another name.`},
		"external's name":  {ask.Answers{"name": {"ledger"}}, "name", `"ledger" is taken at azulejo.hcl:4. Choose another name.`},
		"reserved":         {ask.Answers{"name": {"class"}, "pack": {"plain"}}, "name", `"class" has a meaning of its own in python and cannot name a service there. Choose another name.`},
		"port":             {ask.Answers{"name": {"payments"}, "port": {"8102"}}, "port", "8102 is the port of orders already. The next free one is 8103."},
		"gateway's port":   {ask.Answers{"name": {"payments"}, "port": {"8080"}}, "port", "8080 is the port of the gateway already. The next free one is 8103."},
		"no number":        {ask.Answers{"name": {"payments"}, "port": {"abc"}}, "port", `port = "abc": expected a whole number.`},
		"half a number":    {ask.Answers{"name": {"payments"}, "port": {"1.5"}}, "port", `port = "1.5": expected a whole number.`},
		"no port":          {ask.Answers{"name": {"payments"}, "port": {"0"}}, "port", "0 is not a port. Use 1 to 65535; services start at 8101 by default."},
		"above ports":      {ask.Answers{"name": {"payments"}, "port": {"65536"}}, "port", "65536 is not a port. Use 1 to 65535; services start at 8101 by default."},
		"no instances":     {ask.Answers{"name": {"payments"}, "instances": {"x"}}, "instances", `instances = "x": expected a whole number.`},
		"many instances":   {ask.Answers{"name": {"payments"}, "instances": {"99999999999"}}, "instances", `instances = "99999999999": expected a whole number.`},
		"few instances":    {ask.Answers{"name": {"payments"}, "instances": {"0"}}, "instances", "0 instances cannot be run. Use 1 to 1000."},
		"route":            {ask.Answers{"name": {"payments"}, "route": {"/z", "/accounts"}}, "route", "/accounts belongs to accounts already (azulejo.hcl:10). Choose another path."},
		"route above":      {ask.Answers{"name": {"payments"}, "route": {"/accounts/new"}}, "route", "warning: Requests to /accounts/new go to payments, which wins as the longer prefix; the rest of /accounts goes to accounts."},
		"bad route":        {ask.Answers{"name": {"payments"}, "route": {"x"}}, "route", `"x" is not a path prefix. Begin with /, use letters, digits and . _ ~ - between slashes, and do not end with a slash.`},
		"cycle":            {ask.Answers{"name": {"payments"}, "call": {"search", "orders"}}, "call", "warning: " + ring},
		"itself":           {ask.Answers{"name": {"payments"}, "call": {"payments"}}, "call", `service "payments" cannot call itself. Name another service or an external.`},
		"nobody":           {ask.Answers{"name": {"payments"}, "call": {"ordres"}}, "call", `The system has no service or external "ordres". Did you mean "orders"?`},
		"language":         {ask.Answers{"name": {"payments"}, "language": {"rust"}}, "language", `No pack brings the language "rust". Known: go, node, strict, python.`},
		"pack":             {ask.Answers{"name": {"payments"}, "pack": {"slow"}}, "pack", `No pack "slow" brings the language "python".`},
		"required":         {ask.Answers{"name": {"payments"}, "language": {"node"}}, "inputs.owner", "The node pack needs inputs = { owner = … }. Who is called."},
		"required with":    {ask.Answers{"name": {"payments"}, "language": {"go"}, "inputs.store": {"sql"}}, "inputs.schema", "The go pack needs inputs = { schema = … }."},
		"none of them":     {ask.Answers{"name": {"payments"}, "language": {"go"}, "inputs.store": {"tape"}}, "inputs.store", `store: "tape" is none of "none", "file", "sql".`},
		"one is none":      {ask.Answers{"name": {"payments"}, "language": {"go"}, "inputs.zones": {"a", "d"}}, "inputs.zones", `zones: "d" is none of "a", "b", "c".`},
		"validation":       {ask.Answers{"name": {"payments"}, "language": {"go"}, "inputs.workers": {"100"}}, "inputs.workers", "workers: at most 99 of them."},
		"input's type":     {ask.Answers{"name": {"payments"}, "language": {"go"}, "inputs.workers": {"many"}}, "inputs.workers", `workers = "many": expected number.`},
		"endless number":   {ask.Answers{"name": {"payments"}, "language": {"go"}, "inputs.workers": {"1e999999999"}}, "inputs.workers", `workers = "1e999999999": expected number.`},
		"many digits":      {ask.Answers{"name": {"payments"}, "language": {"go"}, "inputs.workers": {"1e9999999"}}, "inputs.workers", `workers = "1e9999999": expected number.`},
		"input's bool":     {ask.Answers{"name": {"payments"}, "language": {"go"}, "inputs.loud": {"maybe"}}, "inputs.loud", `loud = "maybe": expected bool.`},
		"a name to be had": {ask.Answers{"name": {"payments"}}, "name", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := form(t, ask.Join, shop).Fill(c.answers)
			for _, i := range s.Items {
				if i.Field != c.field && len(i.Problems) > 0 && (c.answers["name"] != nil || i.Field != "name") {
					t.Errorf("also at %s: %v", i.Field, i.Problems)
				}
			}
			var got []string
			for _, p := range append(slices.Clone(s.Item(c.field).Problems), s.Problems...) {
				mark := ""
				if p.Warning {
					mark = "warning: "
				}
				got = append(got, mark+p.Text)
			}
			if d := cmp.Diff(c.want, strings.Join(got, " | ")); d != "" {
				t.Error(d)
			}
			if s.Valid() != (c.want == "" || strings.HasPrefix(c.want, "warning: ")) {
				t.Errorf("valid: %v", s.Valid())
			}
			sameAsValidate(t, s)
		})
	}
}

// sameAsValidate compares with what the validator says of the texts on a disk.
// Numbers that are none never reach a text.
func sameAsValidate(t *testing.T, s *ask.Sheet) {
	t.Helper()
	texts := []spec.Text{{Path: "azulejo.hcl", Bytes: []byte(shop)}}
	last := s.Texts[len(s.Texts)-1]
	p, diags := spec.Parse(append(texts, last))
	said := map[string]bool{}
	for _, d := range append(diags, spec.Validate(p, catalog())...) {
		if d.Subject.Filename == last.Path {
			said[strings.TrimSpace(d.Detail)] = true
		}
	}
	for _, i := range s.Items {
		for _, problem := range i.Problems {
			if !said[problem.Text] && !strings.Contains(problem.Text, "expected a whole number.") && !strings.HasPrefix(problem.Text, "0 is not a port") {
				t.Errorf("validate does not say %q but %v", problem.Text, said)
			}
		}
	}
}

func TestSystemProblems(t *testing.T) {
	for field, c := range map[string]struct{ value, want string }{
		"system.name":      {"Shop", `"Shop" cannot name a system: it becomes a host name. Use 1 to 63 lower-case letters, digits and dashes, beginning with a letter and not ending with a dash.`},
		"system.gateway":   {"cady", `There is no gateway "cady". Did you mean "caddy"?`},
		"system.target":    {"dokcer", `There is no target "dokcer". Did you mean "docker"?`},
		"system.languages": {"rust", `No pack brings the language "rust". Known: go, node, strict, python.`},
		"system.discovery": {"erueka", `There is no discovery "erueka".`},
		"system.port":      {"0", "0 is not a port. Use 1 to 65535; services start at 8101 by default."},
		"system.namespace": {"Example", `"Example" cannot be the root of module paths. Use lower-case letters, digits, dots, dashes and slashes, such as "example.com/shop".`},
	} {
		s := form(t, ask.Begin, "").Fill(ask.Answers{field: {c.value}})
		if got := s.Item(field).Problems; len(got) != 1 || got[0].Text != c.want || len(s.Problems) > 0 {
			t.Errorf("%s: %v %v, want %s", field, got, s.Problems, c.want)
		}
	}
	s := form(t, ask.Begin, "").Fill(ask.Answers{"system.port": {"x"}})
	if got := s.Item("system.port").Problems; len(got) != 1 || got[0].Text != `port = "x": expected a whole number.` {
		t.Error(got)
	}
	s = form(t, ask.Alone, "").Fill(ask.Answers{"name": {"x"}, "stands": {"nowhere"}})
	if got := s.Item("stands").Problems; len(got) != 1 || got[0].Text != `"nowhere" is none of alone, system.` {
		t.Error(got)
	}
}

// A service that begins a system is checked against it, not against nothing.
func TestAloneAndBegin(t *testing.T) {
	f := form(t, ask.Alone, "")
	f.Blocked = func(name string) string { return "The folder " + name + " is not empty." }
	s := f.Fill(ask.Answers{"name": {"payments"}, "language": {"python"}, "call": {"orders"}})
	if got := s.Item("name").Problems; !s.Alone || len(got) != 1 || got[0].Text != "The folder payments is not empty." {
		t.Errorf("alone %v: %v", s.Alone, got)
	}
	if got := s.Item("call").Problems; len(got) != 1 || !got[0].Warning {
		t.Errorf("a call that nobody can check: %v", got)
	}
	if s.Texts[0].Path != "service.hcl" || len(s.Texts) != 1 {
		t.Errorf("texts %v", s.Texts)
	}
	s = f.Fill(ask.Answers{"name": {"payments"}, "language": {"python"}, "stands": {"system"}, "port": {"8080"}})
	if s.Alone || len(s.Item("name").Problems) > 0 || len(s.Texts) != 2 || s.Texts[0].Path != "azulejo.hcl" || s.Texts[1].Path != "services/payments/service.hcl" {
		t.Errorf("alone %v, %v, texts %v", s.Alone, s.Item("name").Problems, s.Texts)
	}
	if got := s.Item("port").Problems; len(got) != 1 || got[0].Text != "8080 is the port of the gateway already. The next free one is 8101." {
		t.Error(got)
	}
	if s.System.Name != "market" || s.Service.Name != "payments" {
		t.Errorf("%s in %s", s.Service.Name, s.System.Name)
	}
}

// A question that is hidden is kept and not written; Literal writes it, and the
// validator refuses it.
func TestHiddenAnswers(t *testing.T) {
	answers := ask.Answers{"name": {"x"}, "language": {"go"}, "inputs.schema": {"public"}, "inputs.old": {"1"}}
	f := form(t, ask.Join, shop)
	s := f.Fill(answers)
	if s.Item("inputs.schema") != nil || s.Item("inputs.pool") != nil || strings.Contains(string(s.Texts[0].Bytes), "inputs") || !s.Valid() {
		t.Errorf("%v\n%s", s.Problems, s.Texts[0].Bytes)
	}
	if s = f.Fill(ask.Answers{"name": {"x"}, "language": {"go"}, "inputs.store": {"sql"}, "inputs.schema": {"public"}}); s.Item("inputs.pool") == nil {
		t.Error("a question is hidden that applies")
	}
	f.Literal = true
	s = f.Fill(answers)
	if got := s.Item("inputs.schema").Problems; len(got) != 1 || got[0].Text != "schema is not asked with the other answers as they are. Remove it." {
		t.Error(got)
	}
	if len(s.Problems) != 1 || !strings.HasPrefix(s.Problems[0].Text, `The go pack asks nothing called "old".`) {
		t.Error(s.Problems)
	}
}

// Place finds the line on which an answer stands.
func TestPlace(t *testing.T) {
	f := form(t, ask.Alone, "")
	s := f.Fill(ask.Answers{
		"name": {"payments"}, "language": {"go"}, "stands": {"system"}, "port": {"8200"}, "instances": {"3"}, "route": {"/z", "/a"}, "inputs.store": {"sql"}, "inputs.schema": {"s"},
		"system.gateway": {"caddy"}, "system.port": {"8090"}, "system.target": {"docker", "kubernetes"}, "system.languages": {"go"}, "system.namespace": {"n"},
	})
	for field, want := range map[string]struct {
		text int
		has  string
	}{
		"system.name": {0, `system "market"`}, "system.gateway": {0, `gateway "caddy"`}, "system.port": {0, "8090"}, "system.target": {0, `target "docker"`},
		"system.languages": {0, "languages"}, "system.namespace": {0, "namespace"},
		"name": {1, `service "payments"`}, "language": {1, "language"}, "port": {1, "8200"}, "instances": {1, "3"}, "route": {1, `route "/z"`},
		"inputs.store": {1, "store"}, "inputs.schema": {1, "schema"}, "inputs.loud": {1, ""}, "call": {1, ""}, "stands": {1, ""},
	} {
		text, line := s.Place(field)
		if got := lineOf(s, text, line); text != want.text || (want.has == "") != (line == 0) || !strings.Contains(got, want.has) {
			t.Errorf("%s is at line %d of text %d: %q", field, line, text, got)
		}
	}
}

func lineOf(s *ask.Sheet, text, line int) string {
	if line == 0 {
		return ""
	}
	return strings.Split(string(s.Texts[text].Bytes), "\n")[line-1]
}

// Load is asked once for each pack, and what it cannot read is a problem of the
// language.
func TestLoad(t *testing.T) {
	f := form(t, ask.Join, shop)
	full, _ := f.Catalog.LanguageOf(&spec.Service{Language: "go"})
	f.Catalog.Languages[0].Inputs = nil
	n := 0
	f.Load = func(l spec.Language) (spec.Language, error) {
		n++
		if l.Name == "go" {
			return full, nil
		}
		return l, errNoDisk
	}
	answers := ask.Answers{"name": {"x"}, "language": {"go"}}
	for range 2 {
		if s := f.Fill(answers); s.Item("inputs.store") == nil || n != 1 {
			t.Errorf("loaded %d times: %v", n, told(s))
		}
	}
	if got := f.Fill(ask.Answers{"name": {"x"}, "language": {"node"}}).Item("language").Problems; len(got) == 0 || got[0].Text != "reading pack node: no disk" {
		t.Error(got)
	}
}
