package wizard

import (
	"context"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// TestAnOldPlanIsNotCreated types Enter on the review while the plan of other answers
// is the last one.
func TestAnOldPlanIsNotCreated(t *testing.T) {
	m := start(t).press("payments<ctrl+r>")
	m.press("<esc><esc><esc><esc><esc><esc>").page = formPage
	m.enter("name")
	m.press("2")
	old := m.planning.plan
	_, cmd := m.Update(key("ctrl+r")) // begins to plan
	if m.Update(key("enter")); m.ended || m.planning.current() != nil || m.planning.plan != old {
		t.Fatalf("created %t; the plan of other answers counts as this one's", m.ended)
	}
	m.mustShow(t, "Planning. Nothing is written yet.")
	m.run(cmd)
	if m.outcome.Plan == old || m.outcome.Plan == nil {
		t.Errorf("%+v", m.outcome)
	}
}

// TestOnePlanAtATime types on while a plan is made: that one is told to stop, and the
// next begins at its end.
func TestOnePlanAtATime(t *testing.T) {
	cfg := config(t, ask.Join)
	var stopped []bool
	cfg.Plan = func(ctx context.Context, s *ask.Sheet) (*Plan, error) {
		stopped = append(stopped, ctx.Err() != nil)
		return fakePlan(ctx, s)
	}
	m := newTest(cfg, 100, 30).press("pay")
	m.tab = filesTab
	first := m.planDue(m.planning.generation)
	if m.send(key("x")); len(stopped) > 0 {
		t.Error("two plans at once")
	}
	m.run(first)
	if !slices.Equal(stopped, []bool{true, false}) {
		t.Errorf("stopped: %v", stopped)
	}
	if m.planning.current() == nil {
		t.Error("the newest answers have no plan")
	}
}

// TestTheEndIsTheEnd: what comes after it changes no outcome.
func TestTheEndIsTheEnd(t *testing.T) {
	if m := start(t).press("x<ctrl+s><ctrl+c>d"); m.outcome.Action != Save {
		t.Errorf("%+v", m.outcome)
	}
}

// TestBeginsAtWhatIsWrong of what flags said.
func TestBeginsAtWhatIsWrong(t *testing.T) {
	cfg := config(t, ask.Join)
	cfg.Answers = ask.Answers{"name": {"pay"}, "language": {"rust"}}
	if m := newTest(cfg, 100, 30); m.focus != "language" {
		t.Errorf("focus %q", m.focus)
	}
}

// TestCheckedTooLate are answers to "did the spec change?" that are no longer about
// the page in front.
func TestCheckedTooLate(t *testing.T) {
	for name, spoil := range map[string]func(*model){
		"other answers":           func(m *model) { m.fill(); m.planning.of = m.planning.generation },
		"another page":            func(m *model) { m.page = formPage },
		"changed in the meantime": func(m *model) { m.send(watchMsg{true}) },
	} {
		m := start(t).press("payments<ctrl+r>")
		_, cmd := m.Update(key("enter"))
		spoil(m)
		if m.run(cmd); m.ended {
			t.Errorf("%s: it was created", name)
		}
	}
}

// TestEnterBeforeADoubtfulPlan is forgotten: a warning has to be seen first.
func TestEnterBeforeADoubtfulPlan(t *testing.T) {
	for name, doubt := range map[string]func(*Plan){
		"a warning": func(p *Plan) { p.Warnings = []string{"The pack is old."} },
		"a removal": func(p *Plan) { p.Files[0].Sign = '-' },
	} {
		cfg := config(t, ask.Join)
		cfg.Plan = func(ctx context.Context, s *ask.Sheet) (*Plan, error) {
			p, err := fakePlan(ctx, s)
			doubt(p)
			return p, err
		}
		m := newTest(cfg, 100, 30).press("payments")
		_, cmd := m.Update(key("ctrl+r"))
		m.Update(key("enter"))
		if m.run(cmd); m.ended {
			t.Errorf("%s: it was created", name)
		}
		if m.press("<enter>"); !m.ended {
			t.Errorf("%s: seen, it was not created", name)
		}
	}
}

// TestReloads run one at a time, and one that nobody asked for hides no change.
func TestReloads(t *testing.T) {
	cfg := config(t, ask.Join)
	reads := 0
	cfg.Reload = func() (*ask.Form, error) { reads++; return shopForm(t, ask.Join, shop), nil }
	m := newTest(cfg, 100, 30)
	m.changed = true
	_, first := m.Update(enrichMsg{})
	if m.run(first); reads != 1 || !m.changed {
		t.Errorf("%d reads, changed %t", reads, m.changed)
	}
	if m.press("<ctrl+l>"); m.changed {
		t.Error("asked for, it still says that the spec changed")
	}
}

// TestWatchesOn looks at the disk again after each look.
func TestWatchesOn(t *testing.T) {
	cfg := config(t, ask.Join)
	cfg.Changed = func() bool { return true }
	m := newModel(cfg, 100, 30, newTheme(true, false))
	if _, next := m.Update(watchMsg{false}); next == nil {
		t.Error("it looked once")
	}
}

// TestDiffLines keeps lines that look like a diff's names and are none.
func TestDiffLines(t *testing.T) {
	for diff, want := range map[string][]string{
		"--- a\n+++ a\n@@ -1,2 +1,2 @@\n x\n--- a comment\n+++ i\n": {" @@ -1,2 +1,2 @@", "  x", " --- a comment", " +++ i"},
		"+++ i\n+---\n": {" +++ i", " +---"}, // a new file
	} {
		got := diffLines(theme{}, File{Diff: func() string { return diff }})
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", diff, got)
		}
	}
}

// TestThePreviewGivesWay to the question that is in the way, in a narrow window.
func TestThePreviewGivesWay(t *testing.T) {
	m := newTest(config(t, ask.Join), 60, 15).press("orders<ctrl+o><ctrl+r>")
	m.mustShow(t, `"orders" is taken`)
	if m.page != formPage || m.focus != "name" {
		t.Errorf("page %d, focus %q", m.page, m.focus)
	}
}

// TestTwoHops are on the map, a third is not.
func TestTwoHops(t *testing.T) {
	const chain = `system "far" {}
service "one" {
  language = "go"
  call "two" {}
}
service "two" {
  language = "go"
  call "three" {}
}
service "three" {
  language = "go"
}
`
	m := newTest(Config{Form: shopForm(t, ask.Join, chain), Answers: ask.Answers{"name": {"zero"}, "call": {"one"}}, Plan: fakePlan}, 120, 35)
	m.tab = mapTab
	m.mustShow(t, "two go")
	if strings.Contains(m.screen(), "three go") {
		t.Error(m.screen())
	}
}

// TestFilterTakesNoPaste: what is pasted is no answer while options are looked for.
func TestFilterTakesNoPaste(t *testing.T) {
	m := start(t).press("payments<enter><enter><enter>/")
	before := m.answers.Clone()
	m.send(tea.PasteMsg{Content: "accounts"})
	if m.bug != nil || len(m.answers) != len(before) {
		t.Errorf("%v, %v", m.bug, m.answers)
	}
}

// TestWhatNobodyOffersStays when another option is ticked.
func TestWhatNobodyOffersStays(t *testing.T) {
	options := []ask.Option{{Value: "a"}, {Value: "b"}}
	if got := toggled([]string{"z", "b"}, "a", options); !slices.Equal(got, []string{"a", "b", "z"}) {
		t.Error(got)
	}
	if got := toggled([]string{"z", "b"}, "b", options); !slices.Equal(got, []string{"z"}) {
		t.Error(got)
	}
}

// TestEnterTwice looks at the disk once.
func TestEnterTwice(t *testing.T) {
	m := start(t).press("payments<ctrl+r>")
	if _, first := m.Update(key("enter")); first == nil {
		t.Fatal("it does not look at the disk")
	}
	if _, second := m.Update(key("enter")); second != nil {
		t.Error("twice")
	}
}

// TestTheDefaultTypedIsNoAnswer: it goes on following the name.
func TestTheDefaultTypedIsNoAnswer(t *testing.T) {
	m := start(t).press("pay<tab><tab><end>x")
	if m.answers["route"] == nil {
		t.Fatal("an answer is not kept")
	}
	if m.press("<backspace>"); m.answers["route"] != nil {
		t.Errorf("%v", m.answers)
	}
}

// TestPasteTwice says when the two together are too long.
func TestPasteTwice(t *testing.T) {
	m := start(t)
	m.send(tea.PasteMsg{Content: strings.Repeat("a", 600)})
	if m.notice != "" {
		t.Fatal(m.notice)
	}
	if m.send(tea.PasteMsg{Content: strings.Repeat("b", 600)}); !strings.HasPrefix(m.notice, "Cut:") {
		t.Errorf("%q", m.notice)
	}
}

// TestReloadWhileReading: a wish to read anew is not lost because something is read.
func TestReloadWhileReading(t *testing.T) {
	cfg := config(t, ask.Join)
	reads := 0
	cfg.Reload = func() (*ask.Form, error) {
		reads++
		return shopForm(t, ask.Join, shop), nil
	}
	m := newTest(cfg, 100, 30)
	_, silent := m.Update(enrichMsg{})
	if _, second := m.Update(key("ctrl+l")); second != nil {
		t.Error("two at once")
	}
	m.run(silent)
	if reads != 2 || m.reloading {
		t.Errorf("%d reads", reads)
	}
	m.mustShow(t, "The spec was read anew.")
}
