package wizard

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

func start(t *testing.T) *model { return newTest(config(t, ask.Join), 100, 30) }

func TestNameAndSixEnters(t *testing.T) {
	m := start(t).press("payments<enter><enter><enter><enter><enter>")
	m.mustShow(t, "Plan: 3 to add, 1 to change. Nothing is written yet.")
	if m.ended {
		t.Fatal("it ended before the plan was accepted")
	}
	m.press("<enter>")
	if m.outcome.Action != Create || m.outcome.Plan == nil || m.outcome.Plan != m.planning.plan {
		t.Fatalf("the outcome is %+v", m.outcome)
	}
	if got := string(m.sheet.Texts[0].Bytes); !strings.Contains(got, "route \"/payments\" {}") || m.sheet.Texts[0].Path != "services/payments/service.hcl" {
		t.Errorf("%s: %s", m.sheet.Texts[0].Path, got)
	}
}

// TestEarlyEnters are those that a terminal sends as line feeds, because they were
// typed before the wizard came up: they go on, but they accept no plan.
func TestEarlyEnters(t *testing.T) {
	m := start(t).press("payments<ctrl+j><ctrl+j><ctrl+j><ctrl+j>")
	_, plan := m.Update(key("ctrl+j"))
	m.press("<ctrl+j><ctrl+j>")
	m.run(plan)
	m.mustShow(t, "Plan: 3 to add")
	if m.ended {
		t.Fatal("a plan that nobody saw was accepted")
	}
	if m.press("<ctrl+j>"); m.outcome.Action != Create {
		t.Error("a line feed is no Enter once the plan is there")
	}
}

func TestAWrongAnswerStays(t *testing.T) {
	m := start(t).press("orders<enter>")
	m.mustShow(t, `"orders" is taken at azulejo.hcl:22. Choose another name.`)
	m.press("<ctrl+r>")
	if m.page != formPage || m.focus != "name" {
		t.Fatalf("page %d, focus %q", m.page, m.focus)
	}
	m.press("-2<ctrl+r>")
	m.mustShow(t, "Plan: 3 to add")
}

func TestNothingAnsweredIsNotReviewed(t *testing.T) {
	m := start(t)
	if m.mustShow(t, "Name"); strings.Contains(m.screen(), "✗") {
		t.Error("an error before anybody answered")
	}
	m.press("<tab><tab><ctrl+r>").mustShow(t, "It needs an answer.")
	if m.focus != "name" {
		t.Errorf("focus %q", m.focus)
	}
}

func TestWayBackKeepsAnswers(t *testing.T) {
	m := start(t).press("payments<enter><down><enter><ctrl+r>")
	m.mustShow(t, "Plan:")
	m.press("<esc><esc><esc><esc>")
	if m.page != leavePage {
		t.Fatalf("page %d, focus %q", m.page, m.focus)
	}
	m.press("<esc>")
	if m.page != formPage || m.sheet.Value("name") != "payments" || m.sheet.Value("language") != "node" {
		t.Errorf("page %d, answers %v", m.page, m.answers)
	}
}

func TestLeaving(t *testing.T) {
	for keys, want := range map[string]Action{
		"<ctrl+c>": Discard, "<esc>": Discard, "x<ctrl+c><ctrl+c>": Save, "x<ctrl+c>s": Save, "x<ctrl+c><enter>": Save, "x<ctrl+c>d": Discard,
		"x<ctrl+s>": Save, "x<ctrl+r>s": Save, "x<ctrl+r><ctrl+c><ctrl+c>": Save, "x<f1><ctrl+c><ctrl+c>": Save, "x<esc>d": Discard,
	} {
		m := start(t).press(keys)
		if !m.ended || m.outcome.Action != want {
			t.Errorf("%s: ended %t with %d, want %d", keys, m.ended, m.outcome.Action, want)
		}
	}
	for _, keys := range []string{"x<ctrl+c>y", "x<ctrl+c>n", "x<ctrl+c><space>", "x<ctrl+c>q", "x<ctrl+c><esc>", "q", "x<ctrl+r>y", "x<ctrl+r>q"} {
		if m := start(t).press(keys); m.ended {
			t.Errorf("%s ended it with %d", keys, m.outcome.Action)
		}
	}
}

func TestDraft(t *testing.T) {
	offer := func(keys string) *model {
		cfg := config(t, ask.Join)
		cfg.Answers = ask.Answers{"port": {"9000"}}
		cfg.Draft = &Draft{Answers: ask.Answers{"name": {"payments"}, "language": {"python"}}}
		return newTest(cfg, 100, 30).press(keys)
	}
	m := offer("dny payments<enter>") // letters that were typed ahead choose nothing
	if !m.outcome.Resumed || m.sheet.Value("name") != "payments" || m.focus != "route" {
		t.Errorf("taken up: %t, focus %q, %v", m.outcome.Resumed, m.focus, m.answers)
	}
	if m := offer("<down><enter>"); m.outcome.Resumed || len(m.answers) != 1 || m.focus != "name" {
		t.Errorf("begun anew: %+v, %v", m.outcome, m.answers)
	}
	if m := offer("<down><down><enter>"); !m.outcome.Resumed || len(m.answers) != 1 {
		t.Errorf("thrown away: %+v, %v", m.outcome, m.answers)
	}
	if m := offer("<ctrl+c>"); !m.ended || m.outcome.Resumed || m.outcome.Action != Discard {
		t.Errorf("left: %+v", m.outcome)
	}
}

func TestDefaultsStayAlive(t *testing.T) {
	m := start(t).press("pay")
	if m.sheet.Value("route") != "/pay" {
		t.Fatalf("route %q", m.sheet.Value("route"))
	}
	m.press("ments<enter><enter><end>x")
	if m.sheet.Value("route") != "/paymentsx" {
		t.Fatalf("route %q", m.sheet.Value("route"))
	}
	m.press("<shift+tab><shift+tab>2")
	if m.sheet.Value("route") != "/paymentsx" {
		t.Errorf("an answer followed the name: %q", m.sheet.Value("route"))
	}
	m.press("<tab><tab><ctrl+d>")
	if m.sheet.Value("route") != "/payments2" || m.input.Value() != "/payments2" {
		t.Errorf("ctrl+d: %q, %q", m.sheet.Value("route"), m.input.Value())
	}
}

func TestChoosing(t *testing.T) {
	m := start(t).press("payments<enter>3")
	if m.sheet.Value("language") != "python" || m.sheet.Item("inputs.size") == nil {
		t.Fatalf("language %q", m.sheet.Value("language"))
	}
	m.press("<down>") // beyond the last option is the next question
	if m.focus != "route" {
		t.Fatalf("focus %q", m.focus)
	}
	m.press("<tab> 3<space>")
	if got := m.sheet.Item("call").Value; !slices.Equal(got, []string{"accounts"}) {
		t.Fatalf("calls %v", got)
	}
	m.press("/LED<enter>")
	if got := m.sheet.Item("call").Value; !slices.Equal(got, []string{"accounts", "ledger"}) || m.list.at != 2 {
		t.Errorf("calls %v, at %d", got, m.list.at)
	}
	m.press("/zzz<enter><esc>")
	if m.list.filtering || m.focus != "call" || len(m.sheet.Item("call").Value) != 2 {
		t.Errorf("a filter that finds nothing: %+v", m.list)
	}
}

func TestPaste(t *testing.T) {
	m := start(t)
	m.send(tea.PasteMsg{Content: "\x1b]0;owned\x07\x1b[31mpay\x00ments\u202e\r\n"})
	if got := m.input.Value(); strings.TrimSpace(got) != "payments" || m.sheet.Value("name") != "payments" {
		t.Errorf("%q", got)
	}
	m.send(tea.PasteMsg{Content: strings.Repeat("x", 10_000)})
	if n := len([]rune(m.input.Value())); n != maxAnswer {
		t.Errorf("%d letters", n)
	}
	m.mustShow(t, "Cut: an answer has at most 1000 characters.", "Use 1 to 63 lower-case letters")
	m.press("<ctrl+n><ctrl+n><ctrl+n>")
	m.send(tea.PasteMsg{Content: "not into a list"})
	m = start(t).press("<ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+d>")
	m.send(tea.PasteMsg{Content: "90 00x"}) // in place of the default
	if got := m.sheet.Value("port"); got != "9000" {
		t.Errorf("port %q", got)
	}
	m.mustShow(t, "Only digits")
	m.press("1")
	if got := m.sheet.Value("port"); got != "90001" {
		t.Errorf("port %q", got)
	}
}

func TestSpecChangedOnDisk(t *testing.T) {
	cfg := config(t, ask.Join)
	changed := false
	cfg.Changed = func() bool { return changed }
	cfg.Reload = func() (*ask.Form, error) {
		changed = false
		return shopForm(t, ask.Join, shop+"\nservice \"billing\" {\n  language = \"go\"\n  port = 8104\n}\n"), nil
	}
	m := newTest(cfg, 100, 30).press("payments<ctrl+r>")
	changed = true
	m.press("<enter>")
	if m.ended {
		t.Fatal("it was created over a spec that changed")
	}
	m.mustShow(t, "The spec changed on disk: ctrl+l reads it, answers stay.")
	m.press("<enter><enter>")
	if m.ended {
		t.Fatal("Enter again created it")
	}
	m.press("<ctrl+l>").mustShow(t, "Your answers stay.")
	if m.sheet.Value("name") != "payments" || m.sheet.Value("port") != "8105" {
		t.Errorf("name %q, port %q", m.sheet.Value("name"), m.sheet.Value("port"))
	}
	m.press("<enter>")
	if m.outcome.Action != Create || !strings.Contains(string(m.outcome.Plan.Files[3].Diff()), "8105") {
		t.Errorf("%+v", m.outcome)
	}
}

// What the foot says of a change is whole in the narrowest window.
func TestSpecChangedFitsTheNarrowestWindow(t *testing.T) {
	cfg := config(t, ask.Join)
	cfg.Changed = func() bool { return true }
	newTest(cfg, 60, 15).press("payments<ctrl+r><enter>").mustShow(t, "The spec changed on disk: ctrl+l reads it, answers stay.")
}

// The keys of the review are its own: Enter creates there.
func TestKeysOfTheReview(t *testing.T) {
	m := start(t).press("payments<ctrl+r>?")
	m.mustShow(t, "create what the plan says")
	m.press("x?").mustShow(t, "create what the plan says")
	m.press("x<esc><f1>").mustShow(t, "accept the answer and go on")
	newTest(config(t, ask.Join), 60, 15).press("payments<ctrl+r>").mustShow(t, "ctrl+o diff")
}

func TestABrokenSpecOnDisk(t *testing.T) {
	cfg := config(t, ask.Join)
	cfg.Reload = func() (*ask.Form, error) { return nil, errors.New("azulejo.hcl:3: nonsense\nmore") }
	m := newTest(cfg, 100, 30).press("payments<ctrl+l>")
	m.mustShow(t, "The spec cannot be read: azulejo.hcl:3: nonsense")
	if m.sheet.Value("name") != "payments" {
		t.Error("the answers are gone")
	}
}

// TestPlansBesideTheKeys holds a plan back while answers change: it is dropped, and
// only the newest answers are planned.
func TestPlansBesideTheKeys(t *testing.T) {
	cfg := config(t, ask.Join)
	var planned []string
	cfg.Plan = func(ctx context.Context, s *ask.Sheet) (*Plan, error) {
		planned = append(planned, s.Service.Name)
		return fakePlan(ctx, s)
	}
	m := newTest(cfg, 100, 30)
	m.press("a<ctrl+o>")
	planned = nil
	m.send(key("b"))
	_, first := m.Update(key("c"))
	_, second := m.Update(key("d"))
	m.run(first)
	m.run(second)
	if len(planned) != 2 || planned[0] != "ab" || planned[1] != "abcd" {
		t.Errorf("planned %v", planned)
	}
	late := planMsg{generation: 1, plan: &Plan{}}
	m.send(late)
	if m.planning.plan == late.plan {
		t.Error("an old plan replaced the newest")
	}
}

// TestEnterBeforeThePlan is remembered, unless there is something to look at.
func TestEnterBeforeThePlan(t *testing.T) {
	for name, want := range map[string]bool{"billing": true, "edited": false, "broken": false} {
		m := start(t).press(name)
		m.page = reviewPage
		_, cmd := m.Update(formMsg{form: m.cfg.Form, silent: true}) // begins to plan
		m.Update(key("enter"))
		m.run(cmd)
		if m.ended != want {
			t.Errorf("%s: created %t", name, m.ended)
		}
	}
}

func TestConflictsAreNotCreated(t *testing.T) {
	m := start(t).press("edited<ctrl+r><enter>")
	if m.ended {
		t.Fatal("it was created over a conflict")
	}
	m.mustShow(t, "1 to decide", "need a decision first")
}

func TestABugKeepsTheAnswers(t *testing.T) {
	cfg := config(t, ask.Join)
	cfg.Plan = func(context.Context, *ask.Sheet) (*Plan, error) { panic("a bug") }
	m := newTest(cfg, 100, 30).press("payments<ctrl+r>")
	if m.bug == nil || m.answers["name"][0] != "payments" {
		t.Errorf("bug %v, answers %v", m.bug, m.answers)
	}
}

func TestATinyWindow(t *testing.T) {
	m := start(t).press("pay")
	m.send(tea.WindowSizeMsg{Width: 20, Height: 5})
	m.press("xyz<enter>").mustShow(t, "The window is 20x5; azulejo needs 60x15.")
	m.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	if got := m.sheet.Value("name"); got != "pay" || m.focus != "name" {
		t.Fatalf("name %q, focus %q", got, m.focus)
	}
	m.send(tea.WindowSizeMsg{Width: 20, Height: 5})
	m.press("<ctrl+c>").mustShow(t, "Leave the wizard? s save the draft")
	if m.press("<ctrl+c>"); m.outcome.Action != Save || !m.ended {
		t.Errorf("%+v", m.outcome)
	}
	cfg := config(t, ask.Join)
	cfg.Draft = &Draft{Answers: ask.Answers{"name": {"x"}}}
	if m := newTest(cfg, 20, 5).press("<enter><ctrl+c>"); !m.ended || m.outcome.Resumed {
		t.Errorf("%+v", m.outcome)
	}
}

// TestRandomWalks presses keys at random: no panic, no frame out of its bounds, and
// nothing is created but from the review page.
func TestRandomWalks(t *testing.T) {
	var names []string
	for n := range keyNames {
		names = append(names, n)
	}
	slices.Sort(names)
	names = append(names, "ctrl+d", "ctrl+o", "ctrl+r", "ctrl+l", "ctrl+n", "ctrl+p", "ctrl+j", "?", "/", "j", "k", "1", "9", "a", "b", "x", "-", "語", "é", "G", "g", "y", "n")
	for walk := range 200 {
		rnd := rand.New(rand.NewPCG(uint64(walk), 7))
		m := newTest(config(t, []ask.Purpose{ask.Join, ask.Alone, ask.Begin}[walk%3]), 60+rnd.IntN(70), 15+rnd.IntN(25))
		var trail []string
		for range 120 {
			k := names[rnd.IntN(len(names))]
			trail = append(trail, k)
			before := m.page
			m.send(key(k))
			if m.bug != nil {
				t.Fatalf("walk %d: %v after %v", walk, m.bug, trail)
			}
			if m.ended {
				if m.outcome.Action == Create && before != reviewPage {
					t.Fatalf("walk %d created from page %d after %v", walk, before, trail)
				}
				break
			}
			lines, _ := m.frame()
			for _, l := range lines {
				if len(lines) != m.height || ansi.StringWidth(l) > m.width {
					t.Fatalf("walk %d: %d lines, %q after %v", walk, len(lines), l, trail)
				}
			}
		}
	}
}

// crowd is a form with a hundred services and sixty questions.
func crowd(t testing.TB) *ask.Form {
	t.Helper()
	var b strings.Builder
	b.WriteString("system \"big\" {\n  gateway \"caddy\" {}\n}\n")
	for i := range 100 {
		fmt.Fprintf(&b, "service \"svc-%d\" {\n  language = \"go\"\n  port = %d\n  route \"/svc-%d\" {}\n", i, 8101+i, i)
		for _, j := range []int{2*i + 1, 2*i + 2} {
			if j < 100 {
				fmt.Fprintf(&b, "  call \"svc-%d\" {}\n", j)
			}
		}
		b.WriteString("}\n")
	}
	f := shopForm(t, ask.Join, b.String())
	for i := range 55 {
		f.Catalog.Languages[0].Inputs = append(f.Catalog.Languages[0].Inputs, spec.Input{
			Name: fmt.Sprintf("input_%d", i), Type: cty.String, Default: cty.StringVal("x"), Why: "One of many.",
		})
	}
	return f
}

func TestCrowd(t *testing.T) {
	m := newTest(Config{Form: crowd(t), Plan: fakePlan}, 120, 35).press("payments<enter><enter><enter>")
	if n := len(m.sheet.Items); n < 60 {
		t.Fatalf("%d questions", n)
	}
	m.mustShow(t, "92 more; / finds one by name")
	m.press("/svc-77<enter><ctrl+o><ctrl+o>").mustShow(t, "[x] svc-77", "svc-77 go :8178")
}

// BenchmarkKey is a letter typed and the frame that follows, by preview.
func BenchmarkKey(b *testing.B) {
	for i, name := range tabNames {
		b.Run(name, func(b *testing.B) {
			m := newTest(Config{Form: crowd(b), Plan: fakePlan}, 120, 35).press("payments")
			for range i {
				m.nextPreview()
			}
			keys := []tea.Msg{key("x"), key("backspace")}
			b.ResetTimer()
			for n := range b.N {
				m.Update(keys[n%2])
				m.View()
			}
		})
	}
}

// TestTheFirstLetterReplacesADefault: a port is typed, not appended to another.
func TestTheFirstLetterReplacesADefault(t *testing.T) {
	toPort := "<ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n>"
	for keys, want := range map[string]string{"9": "9", "90": "90", "<backspace>9": "8109", "<end>9": "81049", "<left>9": "81094", "9<enter><shift+tab>0": "90", "x": "8104"} {
		if got := start(t).press(toPort + keys).sheet.Value("port"); got != want {
			t.Errorf("%s: %s, want %s", keys, got, want)
		}
	}
}

func TestALongPlanIsAlive(t *testing.T) {
	m := start(t).press("payments")
	m.page = reviewPage
	m.planDue(m.planning.generation)
	m.Update(beatMsg{})
	m.mustShow(t, "Planning.. Nothing is written yet.")
	if strings.Contains(m.screen(), "Enter create") {
		t.Error("it offers to create what is not planned")
	}
}

// TestFewColours uses the terminal's own: nobody can read dark blue on black.
func TestFewColours(t *testing.T) {
	m := start(t)
	lines, _ := m.frame()
	m.send(tea.ColorProfileMsg{Profile: colorprofile.ANSI})
	few, _ := m.frame()
	if strings.Contains(strings.Join(few, ""), "38;2;") || !strings.Contains(strings.Join(lines, ""), "38;2;") {
		t.Error("colours that 16 colours do not have")
	}
}

// TestFlagsThatDoNotApply are told, never dropped in silence.
func TestFlagsThatDoNotApply(t *testing.T) {
	cfg := config(t, ask.Join)
	cfg.Answers = ask.Answers{"pack": {"nosuch"}, "inputs.foo": {"1"}}
	cfg.Form.Said, cfg.Form.Trouble = cfg.Answers, "The spec has 2 errors."
	m := newTest(cfg, 120, 35).press("payments")
	m.mustShow(t, "--set foo is left out: it does not apply", "--pack is left out", "The spec has 2 errors.")
	m.press("<ctrl+r><enter>").mustShow(t, "--set foo is left out", "Enter create")
}
