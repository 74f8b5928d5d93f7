package wizard

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// button stands for "Review and create" where a field's name is due.
const button = ""

// stops are the places that the pointer goes to: the essential questions, the
// button, the others.
func (m *model) stops() []string {
	var first, rest []string
	for _, i := range m.sheet.Items {
		if i.Essential {
			first = append(first, i.Field)
		} else {
			rest = append(rest, i.Field)
		}
	}
	return slices.Concat(first, []string{button}, rest)
}

// enter goes to a field and shows its answer for editing.
func (m *model) enter(field string) {
	m.focus = field
	m.list = chooser{}
	m.input.Blur()
	i := m.sheet.Item(field)
	switch {
	case i == nil:
		m.focus = button
	case i.Kind == ask.Select:
		m.list.at = max(0, slices.IndexFunc(i.Options, func(o ask.Option) bool { return o.Value == i.First() }))
	case i.Kind != ask.Multi:
		m.input.SetValue(clean1(strings.Join(i.Value, " ")))
		m.input.CursorEnd()
		m.input.Focus()
		m.untouched = !i.Given && len(i.Value) > 0
	}
}

// item is the question in focus, nil on the button.
func (m *model) item() *ask.Item { return m.sheet.Item(m.focus) }

// typing says that letters are text here.
func (m *model) typing() bool {
	i := m.item()
	return i != nil && (m.list.filtering || i.Kind != ask.Select && i.Kind != ask.Multi)
}

// move goes some places on; beyond the last one is the button.
func (m *model) move(by int) {
	m.left[m.focus] = true
	all := m.stops()
	at := slices.Index(all, m.focus) + by
	switch {
	case at < 0:
		at = 0
	case at >= len(all):
		at = slices.Index(all, button)
	}
	m.enter(all[at])
}

// answer takes an answer; one that is the default is left to the default.
func (m *model) answer(i *ask.Item, v []string) tea.Cmd {
	if slices.Equal(v, i.Default) || i.Required && strings.Join(v, "") == "" {
		delete(m.answers, i.Field)
	} else {
		m.answers[i.Field] = v
	}
	m.fill()
	return m.plan()
}

// typed takes what stands in the text field.
func (m *model) typed() tea.Cmd {
	i, text := m.item(), m.input.Value()
	switch {
	case i.Kind == ask.List:
		return m.answer(i, strings.Fields(text))
	case i.Kind == ask.Number && strings.TrimSpace(text) == "":
		return m.answer(i, i.Default)
	case i.Kind == ask.Number || i.Field == "name":
		text = strings.TrimSpace(text)
	}
	return m.answer(i, []string{text})
}

// always are the keys that mean the same on every question.
func (m *model) always() map[string]func() tea.Cmd {
	to := func(by int) func() tea.Cmd { return func() tea.Cmd { m.move(by); return nil } }
	return map[string]func() tea.Cmd{
		"tab": to(1), "ctrl+n": to(1), "shift+tab": to(-1), "ctrl+p": to(-1),
		"enter": m.accept, "ctrl+j": m.accept, // what was typed before the wizard came up arrives as ctrl+j
		"esc":    m.back,
		"ctrl+d": m.byDefault,
		"ctrl+o": m.nextPreview,
		"ctrl+r": m.toReview,
		"ctrl+s": func() tea.Cmd { return m.end(Save) },
		"ctrl+l": func() tea.Cmd { return m.reload(false) },
		"f1":     func() tea.Cmd { return m.dialog(keysPage) },
		"pgup":   func() tea.Cmd { m.scroll[m.tab] -= m.bodyHeight() - 2; return nil },
		"pgdown": func() tea.Cmd { m.scroll[m.tab] += m.bodyHeight() - 2; return nil },
	}
}

func (m *model) formKey(msg tea.KeyPressMsg) tea.Cmd {
	if m.list.filtering {
		return m.filterKey(msg)
	}
	if !m.split() && !m.narrowForm && m.previewKey(msg.String()) {
		return nil
	}
	if do, ok := m.always()[msg.String()]; ok {
		return do()
	}
	i := m.item()
	switch {
	case m.typing() && (msg.String() == "up" || msg.String() == "down"), i == nil:
		return m.travelKey(msg.String())
	case m.typing():
		return m.edit(i, msg)
	}
	return m.chooseKey(i, msg.String())
}

// travelKey moves between questions, where there are no options to move between.
func (m *model) travelKey(key string) tea.Cmd {
	switch key {
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "space":
		return m.accept()
	case "?":
		return m.dialog(keysPage)
	}
	return nil
}

func (m *model) edit(i *ask.Item, msg tea.Msg) tea.Cmd {
	before := m.input.Value()
	if k, ok := msg.(tea.KeyPressMsg); ok { // a terminal without marks around what is pasted
		k.Text, _ = clean(k.Text, maxAnswer)
		msg = k
	}
	if m.untouched && brings(msg) {
		m.input.SetValue("")
	}
	m.untouched = false
	m.input, _ = m.input.Update(msg)
	now := m.input.Value()
	if i.Kind == ask.Number { // also what a paste brings
		if now = strings.Map(digit, now); now != m.input.Value() {
			m.input.SetValue(now)
			m.notice = "Only digits: " + i.Label + " is a whole number."
		}
	}
	if now == before {
		return nil
	}
	return m.typed()
}

// brings says that a message brings text, and does not move in what is there.
func brings(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return msg.Content != ""
	case tea.KeyPressMsg:
		return msg.Text != ""
	}
	return false
}

func digit(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

// paste takes text from the clipboard: one line, without what could steer a terminal.
func (m *model) paste(text string) tea.Cmd {
	i := m.item()
	if m.page != formPage || i == nil || !m.typing() || m.list.filtering {
		return nil
	}
	clean, cut := clean(text, maxAnswer-len([]rune(m.input.Value())))
	if cut {
		m.notice = fmt.Sprintf("Cut: an answer has at most %d characters.", maxAnswer)
	}
	return m.edit(i, tea.PasteMsg{Content: clean})
}

func (m *model) chooseKey(i *ask.Item, key string) tea.Cmd {
	shown := m.list.visible(i.Options)
	switch key {
	case "up", "k":
		if m.list.at--; m.list.at < 0 {
			m.move(-1)
		}
	case "down", "j":
		if m.list.at++; m.list.at >= len(shown) {
			m.move(1)
		}
	case "/":
		m.list = chooser{filtering: true}
	case "?":
		return m.dialog(keysPage)
	case "space":
		return m.pick(i)
	default:
		if n := strings.Index("123456789", key); n >= 0 && len(key) == 1 && n < len(shown) {
			m.list.at = n
			return m.pick(i)
		}
	}
	return nil
}

// pick takes or ticks the option that the pointer is on.
func (m *model) pick(i *ask.Item) tea.Cmd {
	o, ok := m.list.pointed(i.Options)
	switch {
	case !ok:
		return nil
	case i.Kind == ask.Multi:
		return m.answer(i, toggled(i.Value, o.Value, i.Options))
	}
	return m.answer(i, []string{o.Value})
}

// filterKey edits the filter of a list.
func (m *model) filterKey(msg tea.KeyPressMsg) tea.Cmd {
	i := m.item()
	switch key := msg.String(); key {
	case "esc":
		m.enter(m.focus)
	case "enter", "ctrl+j", "tab":
		return m.endFilter(i)
	case "up", "ctrl+p":
		m.list.at = max(0, m.list.at-1)
	case "down", "ctrl+n":
		m.list.at = max(0, min(len(m.list.visible(i.Options))-1, m.list.at+1))
	case "space":
		return m.pick(i)
	case "backspace":
		if r := []rune(m.list.filter); len(r) > 0 {
			m.list.filter, m.list.at = string(r[:len(r)-1]), 0
		}
	default:
		if msg.Text != "" && len(m.list.filter) < maxAnswer {
			m.list.filter, m.list.at = m.list.filter+msg.Text, 0
		}
	}
	return nil
}

// endFilter takes what the filter found: the option of a select; in a multi-select
// the pointer stays on it.
func (m *model) endFilter(i *ask.Item) tea.Cmd {
	o, ok := m.list.pointed(i.Options)
	if !ok {
		return nil
	}
	cmd := tea.Cmd(nil)
	if i.Kind == ask.Select || !slices.Contains(i.Value, o.Value) {
		cmd = m.pick(i)
	}
	m.list = chooser{at: slices.IndexFunc(i.Options, func(x ask.Option) bool { return x.Value == o.Value })}
	return cmd
}

// accept takes the answer and goes on; a wrong one stays until it is right.
func (m *model) accept() tea.Cmd {
	i := m.item()
	if i == nil {
		return m.toReview()
	}
	cmd := tea.Cmd(nil)
	if o, ok := m.list.pointed(i.Options); ok && i.Kind == ask.Select && o.Value != i.First() {
		cmd = m.pick(i)
	}
	m.left[i.Field] = true
	if now := m.sheet.Item(i.Field); now != nil && now.Wrong() {
		return cmd
	}
	m.move(1)
	return cmd
}

// back goes one question up, and from the first one asks whether to leave.
func (m *model) back() tea.Cmd {
	if m.focus == m.stops()[0] {
		return m.askToLeave()
	}
	m.move(-1)
	return nil
}

// byDefault takes an answer back.
func (m *model) byDefault() tea.Cmd {
	if i := m.item(); i != nil {
		delete(m.answers, i.Field)
		m.fill()
		m.enter(i.Field)
	}
	return m.plan()
}

// toReview shows the plan, or the first thing that is in its way.
func (m *model) toReview() tea.Cmd {
	for _, i := range m.sheet.Items {
		m.left[i.Field] = true
	}
	for _, field := range m.stops() {
		if i := m.sheet.Item(field); i != nil && i.Wrong() {
			m.enter(field)
			m.narrowForm = true
			return nil
		}
	}
	if !m.sheet.Valid() {
		m.notice = m.sheet.Problems[0].Text
		return nil
	}
	m.page, m.review = reviewPage, reviewState{}
	return m.plan()
}

func (m *model) dialog(p page) tea.Cmd {
	if m.page == formPage || m.page == reviewPage {
		m.under = m.page
	}
	m.page = p
	return nil
}
