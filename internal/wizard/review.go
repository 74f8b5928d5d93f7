package wizard

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// reviewState is the state of the page with the plan.
type reviewState struct {
	at       int  // the file
	scroll   int  // of its diff
	wanted   bool // Enter was typed before the plan was there
	checking bool
	diffOnly bool // a narrow window shows the diff, not the list
}

func (m *model) reviewKey(msg tea.KeyPressMsg) tea.Cmd {
	plan := m.planning.current()
	switch msg.String() {
	case "enter":
		return m.create()
	case "ctrl+j": // Enter of some programs; typed before the wizard came up, it accepts no plan
		if plan != nil {
			return m.create()
		}
	case "esc", "ctrl+r":
		m.page = formPage
		return m.plan()
	case "s", "ctrl+s":
		return m.end(Save)
	case "?", "f1":
		return m.dialog(keysPage)
	case "ctrl+l":
		return m.reload(false)
	case "ctrl+o":
		m.review.diffOnly = !m.review.diffOnly
	case "pgdown", "space":
		m.review.scroll += m.bodyHeight() / 2
	case "pgup":
		m.review.scroll = max(0, m.review.scroll-m.bodyHeight()/2)
	case "up", "k":
		m.toFile(plan, m.review.at-1)
	case "down", "j", "tab":
		m.toFile(plan, m.review.at+1)
	case "home", "g":
		m.toFile(plan, 0)
	case "end", "G":
		m.toFile(plan, 1<<30)
	}
	return nil
}

func (m *model) toFile(p *Plan, n int) {
	if p != nil {
		m.review.at, m.review.scroll = max(0, min(n, len(p.Files)-1)), 0
	}
}

// create looks whether the spec on the disk is still the one that the plan was made
// from, and then ends the wizard with the plan.
func (m *model) create() tea.Cmd {
	plan := m.planning.current()
	switch {
	case m.review.checking:
		return nil
	case m.failed():
		return m.check() // the disk may be why
	case plan == nil:
		m.review.wanted = true
		return nil
	case plan.Count("!") > 0:
		m.notice = fmt.Sprintf("%d files marked ! need a decision first: s keeps the answers meanwhile.", plan.Count("!"))
		return nil
	case m.changed:
		return nil // the notice says what to do
	}
	m.review.checking = true
	return m.check()
}

// check looks whether the spec on the disk is still the form's.
func (m *model) check() tea.Cmd {
	changed, n := m.cfg.Changed, m.planning.generation
	return guarded(func() tea.Msg { return checkedMsg{n, changed != nil && changed()} })
}

func (m *model) checked(msg checkedMsg) tea.Cmd {
	m.review.checking = false
	m.changed = m.changed || msg.changed
	if plan := m.planning.current(); plan != nil && !m.changed && m.page == reviewPage && msg.generation == m.planning.generation {
		m.outcome.Plan = plan
		return m.end(Create)
	}
	return nil
}

// reviewPlanned goes on where a person typed Enter ahead, unless there is something
// to look at first.
func (m *model) reviewPlanned() tea.Cmd {
	plan := m.planning.current()
	if !m.review.wanted || plan == nil || plan.Count("!-") > 0 || len(m.warnings(plan)) > 0 {
		m.review.wanted = false
		return nil
	}
	return m.create()
}

// failed says that the answers, as they are, cannot be planned.
func (m *model) failed() bool { return m.planning.err != nil && m.planning.of == m.planning.generation }

// warnings are what is doubtful, for the head of the page.
func (m *model) warnings(p *Plan) []string {
	var out []string
	for _, i := range m.sheet.Items {
		for _, w := range i.Problems {
			out = append(out, i.Label+": "+m.theme.say(w.Text))
		}
	}
	for _, w := range m.sheet.Problems {
		out = append(out, m.theme.say(w.Text))
	}
	for _, w := range p.Warnings {
		out = append(out, m.theme.say(w))
	}
	return out
}

// reviewBody draws the page between head and foot.
func (m *model) reviewBody(height int) []string {
	t, p := m.theme, &m.planning
	plan := p.current()
	if plan == nil {
		if !m.failed() {
			return []string{" Planning" + strings.Repeat(".", 1+m.planning.beats%3) + strings.Repeat(" ", 2-m.planning.beats%3) + " Nothing is written yet."}
		}
		out := []string{" " + t.bad.Render(t.wrong+" It cannot be planned, and nothing was written.")}
		for _, l := range wrap(t.say(p.err.Error()), m.width-4) {
			out = append(out, "   "+l)
		}
		return out
	}
	head := []string{" " + t.strong.Render(t.cut("Plan: "+m.counts(plan), m.width-2))}
	for _, w := range m.warnings(plan) {
		for k, l := range wrap(w, m.width-5) {
			sign := t.warn
			if k > 0 {
				sign = " "
			}
			head = append(head, " "+t.change.Render(sign+" "+l))
		}
	}
	if most := max(2, height/3); len(head) > most {
		head = head[:most]
	}
	foot := m.sameThing(height)
	return append(append(head, m.filesAndDiff(plan, height-len(head)-len(foot))...), foot...)
}

// sameThing is the command that does the same; in a low window only its first lines.
func (m *model) sameThing(height int) []string {
	t := m.theme
	out := []string{" " + t.dim.Render("Same thing without the wizard:")}
	for _, argv := range m.sheet.Commands(m.cfg.Options...) {
		for _, l := range ask.Lines(argv, m.width-4) {
			out = append(out, "   "+t.cut(clean1(l), m.width-4))
		}
	}
	if most := max(2, height/3); len(out) > most {
		out = append(out[:most-1], "   "+t.dim.Render("(whole at the end)"))
	}
	return out
}

func (m *model) filesAndDiff(plan *Plan, height int) []string {
	t := m.theme
	width := m.width
	if m.split() {
		width = m.width * 2 / 5
	}
	var list []string
	first := window(len(plan.Files), height, m.review.at-height/2, m.review.at, m.review.at)
	for n := first; n < min(len(plan.Files), first+height); n++ {
		list = append(list, m.fileLine(plan.Files[n], n == m.review.at, width))
	}
	if m.split() {
		return t.beside(list, m.diffView(plan, height), m.width, width, height)
	}
	if m.review.diffOnly {
		list = m.diffView(plan, height)
	}
	return append(list, make([]string, max(0, height-len(list)))...)
}

func (m *model) fileLine(f File, pointed bool, width int) string {
	t := m.theme
	lead, name := " ", t.tail(clean1(f.Path), width-5)
	if pointed {
		lead, name = t.accent.Render(t.point), t.strong.Render(name)
	}
	return lead + " " + t.sign(f.Sign).Render(string(f.Sign)) + " " + name
}

func (m *model) diffView(plan *Plan, height int) []string {
	if len(plan.Files) == 0 {
		return nil
	}
	f := plan.Files[min(m.review.at, len(plan.Files)-1)]
	var lines []string
	if f.Reason != "" {
		for _, l := range wrap(clean1(f.Reason), max(20, m.width*3/5-3)) {
			lines = append(lines, " "+m.theme.change.Render(l))
		}
	}
	lines = append(lines, diffLines(m.theme, f)...)
	m.review.scroll = max(0, min(m.review.scroll, len(lines)-height))
	lines = lines[m.review.scroll:]
	if below := len(lines) - height; below > 0 && height > 0 {
		lines = append(lines[:height-1:height-1], m.theme.dim.Render(fmt.Sprintf(" %d more lines (pgdn)", below+1)))
	}
	return lines
}
