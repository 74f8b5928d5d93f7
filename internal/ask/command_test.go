package ask_test

import (
	"errors"
	"fmt"
	"math/rand"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

var errNoDisk = errors.New("no disk")

// hostile are words that a shell, a flag parser or HCL could misread.
var hostile = []string{
	"plain", "two words", `"quoted"`, `'`, `it's`, `$HOME`, "${input.store}", "%{ if true }", "$${", `back\slash`, `\`, "new\nline", "tab\t", "`id`", "-x", "--set", "--", "-", "=", "a=b",
	"007", "1", "-1", "1.50", "1e3", "0x10", "[1]", `["a"]`, "[]", "{}", "{ a = 1 }", "true", "null", "", " ", " x", "x ", "é", "e\u0301", "日本語", "👩‍🚀", "a,b", "#", "//", "/* x", "<<EOT", "~", "*", "!x", "a;b", "a&b", "1 + 1", "upper(\"x\")", "\u2028", "value = 1", "1\nx = 2",
}

func some(r *rand.Rand) (list []string) {
	for range r.Intn(4) {
		list = append(list, hostile[r.Intn(len(hostile))])
	}
	return list
}

// given are answers as a person may give them, most of them odd.
func given(r *rand.Rand) ask.Answers {
	one := func(list ...string) []string { return []string{list[r.Intn(len(list))]} }
	a := ask.Answers{"name": one("payments", "x"), "language": {"go"}, "route": some(r)}
	for field, value := range map[string][]string{
		"port": one("9000", "8103", "010", "+9001"), "instances": one("1", "2"), "call": slices.Compact([]string{"accounts", one("accounts", "search", "-odd")[0]}),
		"inputs.store": one("none", "file", "sql"), "inputs.schema": one(hostile...), "inputs.workers": one("1", "4", "-5", "2.5", "007"),
		"inputs.loud": one("true", "false"), "inputs.tags": some(r), "inputs.zones": some(r), "inputs.título": one(hostile...),
		"inputs.labels": one("{}", `{ a = "b" }`, `{ "a b" = "${x}" }`, "no map"),
	} {
		if r.Intn(2) == 0 {
			a[field] = value
		}
	}
	return a
}

// read is what a command's flags say, as answers.
func read(t *testing.T, argv []string) ask.Answers {
	t.Helper()
	fields := map[string]string{
		"lang": "language", "pack": "pack", "route": "route", "call": "call", "port": "port", "instances": "instances",
		"gateway": "system.gateway", "target": "system.target", "languages": "system.languages", "gateway-port": "system.port", "namespace": "system.namespace", "discovery": "system.discovery",
	}
	a := ask.Answers{"name": {argv[2]}, "route": {}}
	if argv[1] == "init" {
		a = ask.Answers{"system.name": {argv[2]}}
	}
	for n := 3; n < len(argv); n++ {
		flag, value, joined := strings.Cut(strings.TrimPrefix(argv[n], "--"), "=")
		if flag == "yes" {
			continue
		}
		if !joined {
			n++
			value = argv[n]
		}
		if flag == "set" {
			if err := a.Set(value); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if fields[flag] == "" {
			t.Fatalf("no flag %q in %q", flag, argv)
		}
		if n, err := strconv.ParseInt(value, 0, 32); err == nil && (flag == "port" || flag == "instances") {
			value = strconv.FormatInt(n, 10) // as flags that are numbers read it
		}
		a[fields[flag]] = append(a[fields[flag]], value)
	}
	return a
}

// The command that a sheet prints makes the same text.
func TestCommandsRoundTrip(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	f := form(t, ask.Join, shop)
	literal := form(t, ask.Join, shop)
	literal.Literal = true
	for n := range 1000 {
		answers := given(r)
		s := f.Fill(answers)
		list := s.Commands()
		if len(list) != 1 {
			t.Fatalf("%d commands: %q", len(list), list)
		}
		again := literal.Fill(read(t, list[0]))
		if d := cmp.Diff(string(s.Texts[0].Bytes), string(again.Texts[0].Bytes)); d != "" {
			t.Fatalf("%d: %q\n%q\n%s", n, answers, list[0], d)
		}
	}
}

func TestCommandsBegin(t *testing.T) {
	s := form(t, ask.Alone, "").Fill(ask.Answers{
		"name": {"payments"}, "language": {"node"}, "inputs.owner": {"it's me"}, "stands": {"system"}, "system.port": {"8090"}, "system.target": {"docker", "kubernetes"}, "system.languages": {"node"},
	})
	var got []string
	for _, argv := range s.Commands("-C", "my shop") {
		got = append(got, ask.Lines(argv, 1000)...)
	}
	want := []string{
		"azulejo init market -C 'my shop' --gateway caddy --target docker --target kubernetes --languages node --gateway-port 8090 --yes",
		`azulejo new payments -C 'my shop' --lang node --set 'owner=it'\''s me' --route /payments --port 8101 --yes`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	init := form(t, ask.Begin, "")
	init.Literal = true
	again := init.Fill(read(t, s.Commands()[0]))
	if d := cmp.Diff(string(s.Texts[0].Bytes), string(again.Texts[0].Bytes)); d != "" {
		t.Error(d)
	}
}

// A real shell gives back what was quoted, and what was broken into lines.
func TestQuoteInAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	words := append([]string{"printf", `%s\0`}, hostile...)
	for _, width := range []int{20, 78, 100000} {
		out, err := exec.Command(sh, "-c", strings.Join(ask.Lines(words, width), "\n")).Output()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(hostile, strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")); d != "" {
			t.Errorf("at width %d: %s", width, d)
		}
	}
}

func TestLines(t *testing.T) {
	argv := []string{"azulejo", "new", "payments", "--set", "motto=" + strings.Repeat("long words ", 9), "--port", "8103", "--yes"}
	got := ask.Lines(argv, 40)
	want := []string{
		"azulejo new payments --set \\", "  '" + argv[4] + "' \\", "  --port 8103 --yes",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for width := range 100 {
		for _, line := range ask.Lines(argv, width) {
			if n := strings.Count(line, "'"); n%2 != 0 {
				t.Errorf("at width %d an argument is broken: %q", width, line)
			}
			if words := strings.Fields(strings.TrimSuffix(line, " \\")); len(line) > max(width, 12) && len(words) > 1 && !strings.Contains(line, "'") {
				t.Errorf("at width %d: %q", width, line)
			}
		}
	}
}

// What looks like a flag is joined to its own.
func TestCommandsWithADash(t *testing.T) {
	s := form(t, ask.Join, shop).Fill(ask.Answers{"name": {"x"}, "language": {"node"}, "inputs.owner": {"-me"}, "route": {}, "call": {"-odd", "search"}})
	got := strings.Join(ask.Lines(s.Commands()[0], 1000), "")
	if want := "azulejo new x --lang node --set owner=-me --call=-odd --call search --port 8103 --yes"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestSetRefuses(t *testing.T) {
	for _, kv := range []string{"", "key", "=value", "a b=c", "1=2"} {
		if err := (ask.Answers{}).Set(kv); err == nil || !strings.Contains(err.Error(), "write KEY=VALUE") {
			t.Errorf("--set %q: %v", kv, err)
		}
	}
	a := ask.Answers{}
	for kv, want := range map[string]string{
		"k=007": `["007"]`, "k=7": `["7"]`, "k=true": `["true"]`, `k=["a", "b"]`: `["a" "b"]`, "k=[]": `[]`, "k=": `[""]`, "k=a=b": `["a=b"]`, `k="x"`: `["x"]`,
		"k=" + strings.Repeat("[", 100_000): fmt.Sprintf("%q", []string{strings.Repeat("[", 100_000)}), "k=1e999999999": `["1e999999999"]`,
	} {
		if err := a.Set(kv); err != nil || fmt.Sprintf("%q", a["inputs.k"]) != want {
			t.Errorf("--set %.40s: %.60q, %v", kv, a["inputs.k"], err)
		}
	}
}

// Whatever is answered wherever, the texts are HCL, and the same answers come to
// the same.
func TestFillTakesAnything(t *testing.T) {
	fields := []string{
		"name", "language", "pack", "route", "call", "port", "instances", "stands", "inputs.store", "inputs.schema", "inputs.workers", "inputs.loud", "inputs.tags", "inputs.zones", "inputs.labels", "inputs.owner", "inputs.none",
		"system.name", "system.gateway", "system.target", "system.languages", "system.discovery", "system.port", "system.namespace",
	}
	r := rand.New(rand.NewSource(7))
	for n := range 600 {
		purpose, base := ask.Purpose(n%3), ""
		if purpose == ask.Join {
			base = shop
		}
		f := form(t, purpose, base)
		f.Literal = n%2 == 0
		answers := ask.Answers{"language": {[]string{"go", "node", "python"}[r.Intn(3)]}, "stands": {"system"}}
		for range 4 {
			answers[fields[r.Intn(len(fields))]] = some(r)
		}
		s := f.Fill(answers)
		for _, text := range s.Texts {
			if _, diags := spec.ParseHCL(text.Bytes, text.Path); diags.HasErrors() {
				t.Fatalf("%q: %v\n%s", answers, diags, text.Bytes)
			}
		}
		if d := cmp.Diff(said(s), said(f.Fill(answers))); d != "" {
			t.Fatalf("%q: %s", answers, d)
		}
	}
}

// said is all that a sheet tells.
func said(s *ask.Sheet) (list []string) {
	for _, i := range s.Items {
		list = append(list, fmt.Sprintf("%+v", *i))
	}
	for _, text := range s.Texts {
		list = append(list, string(text.Bytes))
	}
	return append(list, fmt.Sprint(s.Problems, s.Commands()))
}
