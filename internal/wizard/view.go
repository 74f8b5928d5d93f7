package wizard

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// View implements tea.Model.
func (m *model) View() (v tea.View) {
	defer func() {
		if bug := recover(); bug != nil {
			if m.caught(bug); m.stop != nil {
				go m.stop() // the program waits for this view
			}
		}
	}()
	lines, cursor := m.frame()
	v = tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	v.WindowTitle = "azulejo: " + m.cfg.Form.Title()
	if cursor != nil {
		v.Cursor = tea.NewCursor(cursor[0], cursor[1])
	}
	return v
}

// bodyHeight is the window without head, rule and foot.
func (m *model) bodyHeight() int { return max(1, m.height-3) }

// frame is the whole window as lines, and where the cursor is in it.
func (m *model) frame() ([]string, *[2]int) {
	if m.small() {
		return m.tooSmall(), nil
	}
	var body []string
	var cursor *[2]int
	switch m.page {
	case reviewPage:
		body = m.reviewBody(m.bodyHeight())
	case keysPage:
		body = m.keysBody()
	case leavePage:
		body = m.leaveBody()
	case draftPage:
		body = m.draftBody()
	default:
		body, cursor = m.formBody()
	}
	out := append([]string{m.head()}, body...)
	for len(out) < m.height-2 {
		out = append(out, "")
	}
	out = append(out[:m.height-2], m.theme.dim.Render(strings.Repeat(m.theme.rule, m.width)), m.foot())
	for i, l := range out {
		out[i] = m.theme.cut(l, m.width)
	}
	return out, cursor
}

func (m *model) tooSmall() []string {
	lines := []string{
		fmt.Sprintf("The window is %dx%d;", m.width, m.height),
		fmt.Sprintf("azulejo needs %dx%d.", leastWidth, leastHeight),
		"Make it larger, or",
		"leave with ctrl+c.",
	}
	if m.page == leavePage {
		lines = []string{"Leave the wizard?", "s    save the draft", "d    discard", "esc  stay"}
	}
	for i, l := range lines {
		lines[i] = m.theme.cut(l, m.width)
	}
	return lines[:min(len(lines), max(1, m.height))]
}

// head says where one is.
func (m *model) head() string {
	t := m.theme
	steps := []string{"1 Answer", "2 Review", "3 Create"}
	at := 0
	if m.page == reviewPage || m.page != formPage && m.under == reviewPage {
		at = 1
	}
	for i, s := range steps {
		if i == at {
			steps[i] = t.accent.Render(s)
		} else {
			steps[i] = t.dim.Render(s)
		}
	}
	return " " + t.accent.Bold(true).Render("azulejo") + "  " + t.strong.Render(m.cfg.Form.Title()) + "   " + strings.Join(steps, t.dim.Render(" "+t.dash+" "))
}

// formBody is the page of questions beside its preview; in a narrow window one of
// the two.
func (m *model) formBody() ([]string, *[2]int) {
	height := m.bodyHeight()
	if !m.split() && !m.narrowForm {
		return m.preview(m.width, height), nil
	}
	width := m.width
	if m.split() {
		width = min(m.width*9/20, 60)
	}
	b := m.form(width - 1)
	lines, cursor := m.shown(b, height)
	if m.split() {
		return m.theme.beside(lines, m.preview(m.width-width-1, height), m.width, width, height), cursor
	}
	return lines, cursor
}

// shown is the part of the form around the question in focus.
func (m *model) shown(b *block, height int) ([]string, *[2]int) {
	t := m.theme
	first := window(len(b.lines), height-1, b.from-height/3, b.from, min(b.to, b.from+height-2))
	if len(b.lines) <= height {
		first = 0
	}
	out := append([]string{}, b.lines[first:min(len(b.lines), first+height)]...)
	if first > 0 && b.from > first {
		out[0] = t.dim.Render("  more above " + t.less)
	}
	if first+height < len(b.lines) {
		out[height-1] = t.dim.Render("  more below " + t.more)
	}
	if b.cursor == nil || b.cursor[1] < first || b.cursor[1]-first >= height {
		return out, nil
	}
	return out, &[2]int{b.cursor[0], b.cursor[1] - first + 1} // the head is above
}

// foot says what keys do here, or what has to be said.
func (m *model) foot() string {
	t := m.theme
	switch {
	case m.notice != "":
		return t.change.Render(t.cut(t.say(m.notice), m.width))
	case m.changed && (m.page == formPage || m.page == reviewPage):
		return t.change.Render(t.cut("The spec changed on disk: ctrl+l reads it, answers stay.", m.width))
	}
	return t.dim.Render(t.hints(m.keyHints(), m.width))
}

func (m *model) keyHints() []string {
	switch m.page {
	case reviewPage:
		if m.failed() || m.planning.current() == nil {
			return []string{"esc back", "s save draft", "? keys", "ctrl+c leave"}
		}
		diff := "pgdn diff"
		if !m.split() {
			diff = "ctrl+o diff"
		}
		return []string{"Enter create", "esc back", "up/down file", diff, "s save draft", "? keys", "ctrl+c leave"}
	case keysPage:
		return []string{"Any key closes this"}
	case leavePage:
		return nil
	case draftPage:
		return []string{"Enter choose", "up/down", "esc leave"}
	default:
		return m.formHints()
	}
}

func (m *model) formHints() []string {
	switch i := m.item(); {
	case m.list.filtering:
		return []string{"Enter take", "space tick", "esc close the filter", "up/down"}
	case !m.split() && !m.narrowForm:
		return []string{"esc to the questions", "ctrl+o preview", "up/down scroll", "ctrl+r review"}
	case i != nil && !m.typing() && len(i.Options) > mostOptions:
		return append([]string{"Enter next", "space tick", "/ find"}, everywhere...)
	case i != nil && !m.typing():
		return append([]string{"Enter next", "space tick"}, everywhere...)
	}
	return append([]string{"Enter next"}, everywhere...)
}

// everywhere are the keys of the form that are worth to be shown always.
var everywhere = []string{"F1 keys", "esc back", "ctrl+o preview", "ctrl+r review", "ctrl+c leave"}
