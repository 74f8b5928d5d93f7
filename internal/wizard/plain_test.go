package wizard_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/internal/wizard"
)

const shop = `system "shop" {
  gateway "caddy" {}
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
`

// regions are more options than anybody wants to hear.
func regions() (list []cty.Value) {
	for _, place := range []string{"north", "south"} {
		for n := range 20 {
			list = append(list, cty.StringVal(fmt.Sprintf("%s-%02d", place, n+1)))
		}
	}
	return list
}

func catalog() *spec.Catalog {
	return &spec.Catalog{
		Version: "0.1.0",
		Languages: []spec.Language{
			{Name: "go", Pack: "go", About: "net/http, one static binary", Inputs: []spec.Input{
				{Name: "size", Type: cty.Number, Default: cty.NumberIntVal(2), Options: []cty.Value{cty.NumberIntVal(1), cty.NumberIntVal(2), cty.NumberIntVal(4)}, Why: "How much it may take.", Later: true},
				{Name: "region", Type: cty.String, Default: cty.StringVal("north-01"), Options: regions(), Why: "Where it is.", Page: "Place"},
				{Name: "motto", Type: cty.String, Default: cty.StringVal(""), Why: "What it says of itself."},
			}},
			{Name: "node", Pack: "node", Inputs: []spec.Input{
				{Name: "owner", Type: cty.String, Why: "Who is called at night."},
			}},
			{Name: "python", Pack: "python", About: "FastAPI, uv", Reserved: []string{"class"}},
		},
		Providers: map[string][]string{"gateway": {"caddy"}, "target": {"docker", "kubernetes"}},
		About:     map[string]string{"gateway/caddy": "Caddy, HTTPS by itself"},
	}
}

func form(t *testing.T, purpose ask.Purpose, text string) *ask.Form {
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

// config is a wizard in the shop, which plans without a disk.
func config(t *testing.T) wizard.Config {
	f := form(t, ask.Join, shop)
	return wizard.Config{
		Form: f, Options: []string{"-C", "shop"},
		Plan: func(_ context.Context, s *ask.Sheet) (*wizard.Plan, error) {
			plan := &wizard.Plan{Warnings: []string{"The pack is old."}}
			for _, text := range s.Texts {
				plan.Files = append(plan.Files, wizard.File{Path: text.Path, Sign: '+', Diff: func() string {
					return "+" + strings.ReplaceAll(strings.TrimSpace(string(text.Bytes)), "\n", "\n+") + "\n"
				}})
			}
			plan.Files = append(plan.Files, wizard.File{Path: "compose.yaml", Sign: '~', Diff: func() string {
				return "@@ -1 +1,2 @@\n services:\n+\tpayments: {} # \x1b[31mred\x1b[0m\n"
			}}, wizard.File{Path: "README.md", Sign: '='})
			return plan, nil
		},
		Changed: func() bool { return false },
		Reload:  func() (*ask.Form, error) { return nil, errors.New("the spec did not change") },
	}
}

func begin(t *testing.T, cfg *wizard.Config) { cfg.Form = form(t, ask.Begin, "") }

func withDraft(_ *testing.T, cfg *wizard.Config) {
	cfg.Draft = &wizard.Draft{
		Answers: ask.Answers{"name": {"payments"}, "language": {"python"}, "port": {"9000"}},
		Saved:   time.Date(2026, 11, 23, 16, 2, 0, 0, time.UTC),
	}
}

// conflict has a file that a person edited.
func conflict(_ *testing.T, cfg *wizard.Config) {
	plan := cfg.Plan
	cfg.Plan = func(ctx context.Context, s *ask.Sheet) (*wizard.Plan, error) {
		p, err := plan(ctx, s)
		p.Files = append(p.Files, wizard.File{Path: "gateway/routes.conf", Sign: '!', Reason: "you edited it", Diff: func() string { return "-a\n+b\n" }})
		return p, err
	}
}

// changed is a spec in which somebody takes the name and the port meanwhile.
func changed(t *testing.T, cfg *wizard.Config) {
	once := true
	cfg.Changed = func() bool { defer func() { once = false }(); return once }
	cfg.Reload = func() (*ask.Form, error) {
		return form(t, ask.Join, shop+"service \"payments\" {\n  language = \"go\"\n  port     = 8103\n}\n"), nil
	}
}

var sessions = map[string]func(*testing.T, *wizard.Config){
	"enter": nil, "back": nil, "invalid": nil, "multi": nil, "options": nil, "required": nil, "rest": nil,
	"draft": withDraft, "draft-anew": withDraft, "draft-away": withDraft, "leave": nil,
	"conflict": conflict, "changed": changed, "begin": begin,
	"alone": func(t *testing.T, cfg *wizard.Config) { cfg.Form = form(t, ask.Alone, "") },
	"flags": func(_ *testing.T, cfg *wizard.Config) {
		cfg.Answers = ask.Answers{"name": {"payments"}, "port": {"8101"}}
	},
}

// script types its lines one by one, and writes them down where they were asked for.
type script struct {
	lines []string
	seen  *bytes.Buffer
}

func (s *script) Read(b []byte) (int, error) {
	if len(s.lines) == 0 {
		return 0, io.EOF
	}
	line := s.lines[0]
	s.lines = s.lines[1:]
	fmt.Fprintf(s.seen, "\n%s\n", strings.TrimRight("> "+line, " "))
	return copy(b, line+"\n"), nil
}

// play runs a session and tells what was on the terminal, and how it ended.
func play(t *testing.T, cfg wizard.Config, lines []string) (string, wizard.Outcome) {
	t.Helper()
	var seen bytes.Buffer
	out := wizard.Plain(context.Background(), cfg, &script{slices.Clone(lines), &seen}, &seen)
	return seen.String(), out
}

var actions = map[wizard.Action]string{wizard.Lost: "lost", wizard.Save: "save", wizard.Discard: "discard", wizard.Create: "create"}

func told(out wizard.Outcome) string {
	resumed := ""
	if out.Resumed {
		resumed = ", resumed"
	}
	return fmt.Sprintf("== %s%s %v\n", actions[out.Action], resumed, out.Answers)
}

func transcript(t *testing.T, name string) (text string, typed []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata/plain", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(string(b), "\n") {
		if line, ok := strings.CutPrefix(l+" ", "> "); ok {
			typed = append(typed, strings.TrimSpace(line))
		}
	}
	return string(b), typed
}

func TestPlainSessions(t *testing.T) {
	files, _ := filepath.Glob("testdata/plain/*.txt")
	if len(files) != len(sessions) {
		t.Errorf("%d transcripts for %d sessions", len(files), len(sessions))
	}
	for name, prepare := range sessions {
		t.Run(name, func(t *testing.T) {
			want, typed := transcript(t, name)
			cfg := config(t)
			if prepare != nil {
				prepare(t, &cfg)
			}
			got, out := play(t, cfg, typed)
			got += told(out)
			if *wizard.Update {
				if err := os.WriteFile(filepath.Join("testdata/plain", name+".txt"), []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			narrow(t, got)
		})
	}
}

// narrow refuses what a plain terminal could not show. Commands, diffs and what is
// typed have the width that they have.
func narrow(t *testing.T, text string) {
	t.Helper()
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "> ") || strings.HasPrefix(line, "== ") {
			continue
		}
		if ansi.StringWidth(line) > 80 {
			t.Errorf("wider than 80 columns: %q", line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("more than plain letters: %q", line)
		}
	}
}

// Wherever the input ends, nothing is created and no answer is lost.
func TestPlainInputEndsAnywhere(t *testing.T) {
	for name, prepare := range sessions {
		_, typed := transcript(t, name)
		for n := range typed {
			cfg := config(t)
			if prepare != nil {
				prepare(t, &cfg)
			}
			_, out := play(t, cfg, typed[:n])
			if out.Action != wizard.Lost || out.Sheet == nil || out.Plan != nil {
				t.Errorf("%s, cut after %d lines: %+v", name, n, out)
			}
			if n > 1 && name == "enter" && out.Answers["name"][0] != "payments" {
				t.Errorf("cut after %d lines, the name is %v", n, out.Answers)
			}
		}
	}
}

// A last line that nobody ended is no answer, be it yes.
func TestPlainHalfALine(t *testing.T) {
	cfg := config(t)
	var seen bytes.Buffer
	out := wizard.Plain(context.Background(), cfg, strings.NewReader("payments\n.\nyes"), &seen)
	if out.Action != wizard.Lost || !strings.Contains(seen.String(), "Create? ") {
		t.Errorf("%v: %s", out.Action, seen.String())
	}
}

// waiter closes a channel once a text was written.
type waiter struct {
	text  string
	there chan struct{}
	seen  bytes.Buffer
}

func (w *waiter) Write(b []byte) (int, error) {
	before := strings.Contains(w.seen.String(), w.text)
	w.seen.Write(b)
	if !before && strings.Contains(w.seen.String(), w.text) {
		close(w.there)
	}
	return len(b), nil
}

func TestPlainContextEnds(t *testing.T) {
	in, w := io.Pipe()
	defer w.Close()
	seen := &waiter{text: "Route.", there: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan wizard.Outcome)
	cfg := config(t)
	cfg.Answers = ask.Answers{"name": {"payments"}}
	go func() {
		out := wizard.Plain(ctx, cfg, in, seen)
		done <- out
	}()
	if _, err := io.WriteString(w, "python\n"); err != nil {
		t.Fatal(err)
	}
	<-seen.there
	cancel()
	select {
	case out := <-done:
		if out.Action != wizard.Lost || out.Answers["name"][0] != "payments" {
			t.Errorf("%+v", out)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for a line that nobody types")
	}
}

// An interrupt while it plans is an interrupt; a plan that fails can be gone back from.
func TestPlainPlanFails(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cfg := config(t)
	good := cfg.Plan
	failed := false
	cfg.Plan = func(ctx context.Context, s *ask.Sheet) (*wizard.Plan, error) {
		if !failed {
			failed = true
			return nil, errors.New("the disk is full")
		}
		return good(ctx, s)
	}
	var seen bytes.Buffer
	out := wizard.Plain(ctx, cfg, strings.NewReader("payments\n.\nyes\n<\n.\nyes\n"), &seen)
	if out.Action != wizard.Create || !strings.Contains(seen.String(), "Wrong: It cannot be planned. the disk is full") {
		t.Errorf("%+v: %s", out, seen.String())
	}
	cfg.Plan = func(ctx context.Context, _ *ask.Sheet) (*wizard.Plan, error) { cancel(); return nil, ctx.Err() }
	if out := wizard.Plain(ctx, cfg, strings.NewReader("payments\n.\n"), io.Discard); out.Action != wizard.Lost {
		t.Errorf("%+v", out)
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

// An answer that brings a question above it does not ask itself again.
func TestPlainQuestionThatComesAbove(t *testing.T) {
	cfg := config(t)
	node := &cfg.Form.Catalog.Languages[1]
	node.Inputs[0].When = expression(t, `input.mode == "b"`)
	node.Inputs = append(node.Inputs, spec.Input{Name: "mode", Type: cty.String, Default: cty.StringVal("a"), Essential: true})
	seen, out := play(t, cfg, []string{"payments", "node", "b", "", "me", "yes"})
	if out.Action != wizard.Create || out.Answers["inputs.owner"][0] != "me" {
		t.Errorf("%v\n%s", out.Answers, seen)
	}
}

// An answer that takes its own question away is an answer.
func TestPlainQuestionThatHidesItself(t *testing.T) {
	cfg := config(t)
	cfg.Form.Catalog.Languages[0].Inputs[2].When = expression(t, `input.motto != "none"`)
	if seen, out := play(t, cfg, []string{"payments", "go", "", "", "motto", "none", "", "yes"}); out.Action != wizard.Create {
		t.Error(seen)
	}
}

// What came in stays as it was, whatever is answered.
func TestPlainChangesNoArguments(t *testing.T) {
	cfg := config(t)
	withDraft(t, &cfg)
	cfg.Answers = ask.Answers{"name": {"invoices"}}
	_, out := play(t, cfg, []string{"1", "/r", "", "port", "9100", "", "yes"})
	if out.Action != wizard.Create || out.Answers["name"][0] != "invoices" || out.Answers["language"][0] != "python" || out.Answers["port"][0] != "9100" {
		t.Errorf("flags over draft: %v, %v", out.Action, out.Answers)
	}
	_, _ = play(t, cfg, []string{"2", "go", "/r"})
	if len(cfg.Answers) != 1 || len(cfg.Draft.Answers) != 3 || cfg.Draft.Answers["name"][0] != "payments" || cfg.Draft.Answers["port"][0] != "9000" {
		t.Errorf("%v %v", cfg.Answers, cfg.Draft.Answers)
	}
}

// A pipe without end is not asked for ever.
func TestPlainEndlessInput(t *testing.T) {
	out := wizard.Plain(context.Background(), config(t), endless{}, io.Discard)
	if out.Action != wizard.Lost {
		t.Errorf("%s", actions[out.Action])
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '\n'
	}
	return len(b), nil
}

// Long lines and control sequences reach neither the answers nor the terminal.
func TestPlainHostileLines(t *testing.T) {
	cfg := config(t)
	cfg.Form.Catalog.Languages[0].About = "\x1b[31ma pack's own words\u202e"
	long := strings.Repeat("x", 10_000)
	seen, out := play(t, cfg, []string{"pay\x1b[31mments\x07\u202e", "go", "", "", "motto", long, "", ".", "region", "/\x1b]0;title\x07south-2", "/nowhere", "south-20", "", "d 1", "no", "yes"})
	if got := out.Answers["name"][0]; got != "payments" {
		t.Errorf("name %q", got)
	}
	if got := len(out.Answers["inputs.motto"][0]); got != 1000 || !strings.Contains(seen, "The line was cut at 1000 letters.") {
		t.Errorf("the answer has %d letters:\n%s", got, seen)
	}
	for _, line := range strings.Split(seen, "\n") {
		if !strings.HasPrefix(line, "> ") && strings.ContainsAny(line, "\x1b\x07\u202e") {
			t.Errorf("on the terminal: %q", line)
		}
	}
	var huge bytes.Buffer
	huge.WriteString(strings.Repeat("y", 1<<20) + "\npayments\n")
	if out := wizard.Plain(context.Background(), config(t), &huge, io.Discard); out.Answers["name"][0] != "payments" {
		t.Errorf("after a line of a megabyte: %v", out.Answers)
	}
}
