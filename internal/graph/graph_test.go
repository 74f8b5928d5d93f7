package graph

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

var update = flag.Bool("update", false, "write the golden files anew")

// system parses a spec; what is wrong with it is not this package's concern.
func system(t *testing.T, text string) *spec.System {
	t.Helper()
	p, diags := spec.Parse([]spec.Text{{Path: "shop.hcl", Bytes: []byte(text)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p.System
}

func mapOf(t *testing.T, name string) *Map {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".hcl"))
	if err != nil {
		t.Fatal(err)
	}
	return Of(system(t, string(b)))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (go test ./internal/graph -update writes it):\n%s\nwant:\n%s", file, got, want)
	}
}

func TestDrawings(t *testing.T) {
	for _, name := range []string{"shop", "alone", "cycles", "own-gateway"} {
		m := mapOf(t, name)
		golden(t, name+".txt", m.Text())
		golden(t, name+".mmd", m.Mermaid())
		golden(t, name+".dot", m.DOT())
	}
}

// The order of the blocks does not show.
func TestOrder(t *testing.T) {
	sys := system(t, shopOf(30))
	want := Of(sys)
	slices.Reverse(sys.Services)
	slices.Reverse(sys.Externals)
	for _, s := range sys.Services {
		slices.Reverse(s.Calls)
		slices.Reverse(s.Routes)
	}
	if got := Of(sys); !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestOf(t *testing.T) {
	sys := system(t, `system "shop" {
  gateway "none" {}
}
external "old" {
  url = "http://old"
}
service "a" {
  language = "go"
  call "old" {}
  call "old" {}
  call "nobody" {}
}`)
	sys.Services = append(sys.Services, &spec.Service{Name: "a", Language: "node"}, &spec.Service{Name: "old", Port: 1})
	m := Of(sys)
	want := &Map{
		System:    "shop",
		Services:  []Service{{"a", "go", "", 8101, 1}, {"old", "", "", 1, 0}},
		Externals: []External{{"nobody", ""}},
		Calls:     []Call{{"a", "nobody"}, {"a", "old"}},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("%+v\nwant %+v", m, want)
	}
}

// chain is a0 -> a1 -> … with routes to each.
func chain(n int) *spec.System {
	sys := &spec.System{Name: "chain", Gateway: &spec.Provider{Name: "caddy", Port: 8080}}
	for i := range n {
		svc := &spec.Service{Name: fmt.Sprintf("a%d", i), Language: "go", Port: 8101 + i, Routes: []spec.Route{{Path: fmt.Sprintf("/a%d", i)}}}
		if i < n-1 {
			svc.Calls = []spec.Call{{Name: fmt.Sprintf("a%d", i+1)}}
		}
		sys.Services = append(sys.Services, svc)
	}
	return sys
}

func TestAround(t *testing.T) {
	m := Of(chain(9))
	for hops, want := range []string{"a4", "a3 a4 a5", "a2 a3 a4 a5 a6"} {
		part := m.Around("a4", hops)
		var names, routed []string
		for _, s := range part.Services {
			names = append(names, s.Name)
		}
		for _, r := range part.Routes {
			routed = append(routed, r.To)
		}
		if got := strings.Join(names, " "); got != want || strings.Join(routed, " ") != want {
			t.Errorf("%d hops: %s, routes to %v, want %s", hops, got, routed, want)
		}
		if len(part.Calls) != 2*hops || part.Gateway == nil {
			t.Errorf("%d hops: calls %v, gateway %v", hops, part.Calls, part.Gateway)
		}
	}
	if all := m.Around("a0", 100); !reflect.DeepEqual(all, m) {
		t.Errorf("all around: %+v", all)
	}
	if none := m.Around("a10", 2); !reflect.DeepEqual(none, &Map{}) {
		t.Errorf("around nobody: %+v", none)
	}
	shop := mapOf(t, "shop")
	if part := shop.Around("monolith", 1); len(part.Externals) != 1 || len(part.Services) == 0 {
		t.Errorf("around an external: %+v", part)
	}
	if part := shop.Around("ratings", 0); part.Gateway != nil {
		t.Error("a gateway that routes to nobody is left")
	}
}

func TestCycles(t *testing.T) {
	for calls, want := range map[string]string{
		"ab bc":                   "",
		"ab ba":                   "cycle: a -> b -> a\n",
		"aa":                      "cycle: a -> a\n",
		"bc cb ab":                "cycle: b -> c -> b\n",
		"ab bc ca":                "cycle: a -> b -> c -> a\n",
		"ab bc ca ba":             "cycle: a -> b -> a  (3 services call each other in circles)\n",
		"ab ba cd dc bc":          "cycle: a -> b -> a\ncycle: c -> d -> c\n",
		"ab ac bd cd":             "",
		"ab ba bc bd ce de":       "cycle: a -> b -> a\n", // c to e: no way back
		"ab bc cd de ef fg":       "",
		"ab bc cd de ef fa":       "cycle: a -> b -> c -> d -> e -> f -> a\n",
		"ab bc cd de ef fg gh ha": "cycle: a -> b -> c -> d -> e -> f -> (2 more) -> a\n",
	} {
		byName := map[string]*spec.Service{}
		sys := &spec.System{}
		for _, c := range strings.Fields(calls) {
			for _, n := range strings.Split(c, "") {
				if byName[n] == nil {
					byName[n] = &spec.Service{Name: n}
					sys.Services = append(sys.Services, byName[n])
				}
			}
			byName[c[:1]].Calls = append(byName[c[:1]].Calls, spec.Call{Name: c[1:]})
		}
		if got := Of(sys).cyclesText(); got != want {
			t.Errorf("%s: %q, want %q", calls, got, want)
		}
	}
}

// hostile are what no quoting may let out, alone and where it may end a line.
var hostile = []string{
	`"`, `\`, `\"`, `"]`, `"];evil`, `\N`, `&quot;`, "&#34;", "#quot;", "`md`", "<b>", "</br>", "$$x$$", "%%{init: {}}%%", "%%c", "a\nb", "a\r\nb", "\x1b[31m", "\x00", "\u2028",
	"\u202e", "\u200b", "\xff", "日本", "\U0001F600", "é", "end", "style", "classDef", "subgraph", "default", "graph", "a--b", "-->", "|", "o", "x", "}}", "])", "//", "/*", "#", ";", " ", "", "->", "{", "}",
	"style:a#b;", "a b", strings.Repeat("x", 300),
}

// hostileSystem has the same string wherever a spec holds one.
func hostileSystem(s string) *spec.System {
	return &spec.System{
		Name: s, Gateway: &spec.Provider{Name: s, Port: 8080},
		Services: []*spec.Service{
			{Name: "a", Language: s, Port: 8101, Routes: []spec.Route{{Path: s}}, Calls: []spec.Call{{Name: s}, {Name: "b"}, {Name: "old"}}},
			{Name: "b", Image: s, Port: 1, Calls: []spec.Call{{Name: s}}},
			{Name: s, Language: "go", Calls: []spec.Call{{Name: "a"}}},
		},
		Externals: []*spec.External{{Name: "old", URL: s, Routes: []spec.Route{{Path: "/" + s}}}},
	}
}

var (
	mermaidLine   = regexp.MustCompile(`^flowchart LR;$|^  (gateway\{\{Q\}\}|s_[a-z0-9_X0-9A-F]*\[Q\]|e_[a-z0-9_X0-9A-F]*\(\[Q\]\)|gateway -->\|Q\| [se]_[a-z0-9_X0-9A-F]*|s_[a-z0-9_X0-9A-F]* --> [se]_[a-z0-9_X0-9A-F]*);$`)
	mermaidString = regexp.MustCompile(`"([^"#<>&\\$%{}` + "`" + `]|<br/>|#\d+;)+"`)
	dotLine       = regexp.MustCompile(`^digraph Q \{$|^  rankdir=LR$|^  node \[shape=box\]$|^  Q( -> Q)?( \[label=Q( shape=hexagon| style=dashed)?\])?$|^\}$`)
	dotString     = regexp.MustCompile(`"(?:[^"\\&]|\\[n\\"]|&amp;)*"`)
)

// Every line keeps its form: what a string holds stays within its quotes.
func TestHostileStrings(t *testing.T) {
	for _, s := range hostile {
		m := Of(hostileSystem(s))
		keepsForm(t, s, m.Mermaid(), mermaidString, mermaidLine)
		keepsForm(t, s, m.DOT(), dotString, dotLine)
		text := m.Text()
		tame := Of(hostileSystem(strings.Repeat("z", ansi.StringWidth(clean(s))))).Text()
		if strings.Count(text, "\n") != strings.Count(tame, "\n") {
			t.Errorf("%q changes the lines of the text:\n%s", s, text)
		}
		if strings.ContainsAny(text, "\x1b\x00\r\u2028\u202e\u200b") || strings.ToValidUTF8(text, "") != text {
			t.Errorf("%q comes through: %q", s, text)
		}
	}
}

func keepsForm(t *testing.T, s, text string, quoted, line *regexp.Regexp) {
	t.Helper()
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if !line.MatchString(quoted.ReplaceAllString(l, "Q")) {
			t.Errorf("%q breaks out: %s", s, l)
		}
	}
}

func TestMermaidIDsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, n := range append(hostile, "X2DX", "a_b", "a-b", "aX2DXb", "A", "X41X") {
		id := mermaidID("s_", clean(n))
		if other, twice := seen[id]; twice && other != clean(n) {
			t.Errorf("%q and %q are both %s", n, other, id)
		}
		seen[id] = clean(n)
	}
}

func TestTextIsNarrow(t *testing.T) {
	sys := &spec.System{Name: "shop"}
	hub := &spec.Service{Name: "hub", Language: "go", Port: 8101}
	sys.Services = append(sys.Services, hub)
	for i := range 60 {
		name := fmt.Sprintf("s%d-%s", i, strings.Repeat("x", i%50))
		sys.Services = append(sys.Services, &spec.Service{Name: name, Language: "python", Port: 9000 + i, Calls: []spec.Call{{Name: "hub"}}})
		hub.Calls = append(hub.Calls, spec.Call{Name: name})
	}
	text := Of(sys).Text()
	for _, line := range strings.Split(text, "\n") {
		if ansi.StringWidth(line) > textWidth {
			t.Errorf("%d cells: %s", ansi.StringWidth(line), line)
		}
	}
	if n := strings.Count(text, "\n  calls: s"); n < 10 {
		t.Errorf("%d lines say what hub calls", n)
	}
}

// shopOf is a spec of n services, each of which calls the two after it and all
// of which call the last.
func shopOf(n int) string {
	var b strings.Builder
	b.WriteString("system \"shop\" {\n  gateway \"caddy\" {}\n}\nexternal \"old\" {\n  url = \"http://old\"\n}\nexternal \"older\" {\n  url = \"http://older\"\n}\n")
	for i := range n {
		fmt.Fprintf(&b, "service \"s%d\" {\n  language = \"go\"\n  route \"/s%d\" {}\n  call \"s%d\" {}\n  call \"s%d\" {}\n  call \"old\" {}\n}\n", i, i, (i+1)%n, (i+2)%n)
	}
	return b.String()
}

// Nothing here grows faster than the spec: 20000 services take seconds if it does.
func TestManyServices(t *testing.T) {
	sys := chain(20000)
	for _, s := range sys.Services {
		s.Calls = append(s.Calls, spec.Call{Name: "a0"}, spec.Call{Name: "a19999"})
	}
	start := time.Now()
	m := Of(sys)
	sizes := []int{len(Of(chain(20000)).Text()), len(m.Text()), len(m.Mermaid()), len(m.DOT()), len(m.Around("a7", 3).Services), len(Boxes(m, "a0", 80, false))}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%v for sizes %v", took, sizes)
	} else {
		t.Logf("%v for sizes %v", took, sizes)
	}
}
