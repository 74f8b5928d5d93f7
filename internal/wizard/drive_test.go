package wizard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// shop is a system with a bit of everything; one of its services waits for payments.
const shop = `system "shop" {
  gateway "caddy" {}
  target "docker" {}
}

external "ledger" {
  url = "http://ledger.example:9090"
}

service "accounts" {
  language = "go"
  port     = 8101
  route "/accounts" {}
}

service "customers" {
  language = "python"
  port     = 8102
  call "accounts" {}
}

service "orders" {
  language = "node"
  port     = 8103
  route "/orders" {}
  call "payments" {}
}
`

func catalog() *spec.Catalog {
	str := func(s string) cty.Value { return cty.StringVal(s) }
	return &spec.Catalog{
		Version: "0.1.0", Providers: map[string][]string{"gateway": {"caddy"}, "target": {"docker", "kubernetes"}},
		About: map[string]string{"gateway/caddy": "Caddy 2: one route file per service", "target/docker": "one machine", "target/kubernetes": "a cluster"},
		Languages: []spec.Language{
			{Name: "go", Pack: "go", About: "net/http, log/slog", Inputs: []spec.Input{{Name: "description", Type: cty.String, Default: str(""), Why: "Stands in the README.", Later: true}}},
			{Name: "node", Pack: "node", About: "Fastify in strict TypeScript", Inputs: []spec.Input{
				{Name: "description", Type: cty.String, Default: str(""), Why: "Stands in package.json.", Later: true},
			}},
			{Name: "python", Pack: "python", About: "FastAPI on uvicorn", Inputs: []spec.Input{
				{Name: "size", Type: cty.String, Default: str("small"), Options: []cty.Value{str("small"), str("large")}, Why: "How much memory it asks for."},
				{Name: "topics", Type: cty.List(cty.String), Default: cty.ListValEmpty(cty.String), Why: "What it listens to.", Later: true},
			}},
		},
	}
}

func shopForm(t testing.TB, purpose ask.Purpose, src string) *ask.Form {
	t.Helper()
	base, diags := spec.Parse(nil)
	if purpose == ask.Join {
		base, diags = spec.Parse([]spec.Text{{Path: "azulejo.hcl", Bytes: []byte(src)}})
	}
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return &ask.Form{Purpose: purpose, Base: base, Catalog: catalog(), Folder: "shop"}
}

// fakePlan is what a plan looks like, without any pack.
func fakePlan(_ context.Context, s *ask.Sheet) (*Plan, error) {
	if s.Service != nil && s.Service.Name == "broken" {
		return nil, errors.New("services/broken: the pack cannot be rendered")
	}
	p := &Plan{}
	file := func(path string, sign byte, diff string) {
		p.Files = append(p.Files, File{Path: path, Sign: sign, Diff: func() string { return diff }})
	}
	file("compose.yaml", '~', "@@ -1,2 +1,3 @@\n services:\n+  "+"new:\n   old:\n")
	if s.Service != nil {
		dir := "services/" + s.Service.Name + "/"
		file(dir+"Dockerfile", '+', "+FROM scratch\n")
		file(dir+"internal/chassis/probes_with_a_long_name.go", '+', "+package chassis\n+\n+var x = \"語\"\n")
		file(dir+"service.hcl", '+', "+"+strings.ReplaceAll(string(s.Texts[len(s.Texts)-1].Bytes), "\n", "\n+"))
		if s.Service.Name == "edited" {
			p.Files = append(p.Files, File{Path: "gateway/Caddyfile", Sign: '!', Reason: "edited, and the spec changes it too", Diff: func() string { return "@@ -1 +1 @@\n-mine\n+theirs\n" }})
		}
	}
	return p, nil
}

func config(t testing.TB, purpose ask.Purpose) Config {
	t.Helper()
	return Config{Form: shopForm(t, purpose, shop), Answers: ask.Answers{}, Plan: fakePlan}
}

// newTest is a wizard without a program around it: commands run at once, and what
// waits for the clock comes when it is called for.
func newTest(cfg Config, width, height int) *model {
	m := newModel(cfg, width, height, newTheme(true, false))
	m.after = func(d time.Duration, fn func(time.Time) tea.Msg) tea.Cmd {
		if d == watchEvery {
			return nil
		}
		return func() tea.Msg { return fn(time.Time{}) }
	}
	return m
}

// send gives a message and all that follows from it.
func (m *model) send(msg tea.Msg) {
	_, cmd := m.Update(msg)
	m.run(cmd)
}

func (m *model) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil, tea.QuitMsg:
	case tea.BatchMsg:
		for _, c := range msg {
			m.run(c)
		}
	default:
		m.send(msg)
	}
}

// keyNames are the keys that are written in angle brackets in tests.
var keyNames = map[string]tea.Key{
	"enter": {Code: tea.KeyEnter}, "tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "esc": {Code: tea.KeyEscape}, "pgdown": {Code: tea.KeyPgDown},
	"pgup": {Code: tea.KeyPgUp}, "space": {Code: tea.KeySpace, Text: " "}, "backspace": {Code: tea.KeyBackspace}, "f1": {Code: tea.KeyF1},
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
}

func key(name string) tea.KeyPressMsg {
	if k, ok := keyNames[name]; ok {
		return tea.KeyPressMsg(k)
	}
	if c, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(c[0]), Mod: tea.ModCtrl}
	}
	r := []rune(name)
	return tea.KeyPressMsg{Code: r[0], Text: name}
}

// press types a script: letters as they are, other keys as <name>.
func (m *model) press(script string) *model {
	for script != "" {
		if name, rest, ok := strings.Cut(script[1:], ">"); script[0] == '<' && ok {
			m.send(key(name))
			script = rest
			continue
		}
		r := []rune(script)[0]
		name := string(r)
		if r == ' ' {
			name = "space"
		}
		m.send(key(name))
		script = script[len(string(r)):]
	}
	return m
}

// screen is the frame as plain text.
func (m *model) screen() string {
	lines, _ := m.frame()
	for i, l := range lines {
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// mustShow looks for words on the screen, wherever lines are broken: in the whole
// of it, and in what is left of the bar.
func (m *model) mustShow(t *testing.T, want ...string) {
	t.Helper()
	var left []string
	for _, l := range strings.Split(m.screen(), "\n") {
		l, _, _ = strings.Cut(l, "│")
		left = append(left, strings.Fields(l)...)
	}
	all := strings.Join(strings.Fields(m.screen()), " ") + "\n" + strings.Join(left, " ")
	for _, w := range want {
		if !strings.Contains(all, w) {
			t.Fatalf("%q is not on the screen:\n%s", w, m.screen())
		}
	}
}

func sizeName(w, h int) string { return fmt.Sprintf("%dx%d", w, h) }
