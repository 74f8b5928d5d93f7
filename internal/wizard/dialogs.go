package wizard

import (
	"fmt"
	"maps"

	tea "charm.land/bubbletea/v2"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// askToLeave asks if there is something to lose.
func (m *model) askToLeave() tea.Cmd {
	if len(m.answers) == 0 {
		return m.end(Discard)
	}
	return m.dialog(leavePage)
}

func (m *model) leaveKey(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "s", "enter", "ctrl+c", "ctrl+s":
		return m.end(Save)
	case "d":
		return m.end(Discard)
	case "esc":
		m.page = m.under
	}
	return nil
}

// answersOf counts answers in words.
func answersOf(a ask.Answers) string {
	if len(a) == 1 {
		return "1 answer"
	}
	return fmt.Sprintf("%d answers", len(a))
}

// leaveBody is the question before leaving.
func (m *model) leaveBody() []string {
	return []string{
		"", "  " + m.theme.strong.Render("Leave the wizard?"), "", "  You have given " + answersOf(m.answers) + ". Nothing was written.", "",
		"  s    Save the draft and leave (Enter, or ctrl+c again)",
		"  d    Discard the answers and leave",
		"  esc  Keep editing",
	}
}

// draftChoices are offered where somebody left a draft. Letters choose nothing, so
// that what was typed ahead throws nothing away.
var draftChoices = []string{"Go on with it", "Begin anew, and keep it for later", "Throw it away and begin anew"}

func (m *model) draftKey(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "up", "shift+tab":
		m.draftChoice = max(0, m.draftChoice-1)
	case "down", "tab":
		m.draftChoice = min(len(draftChoices)-1, m.draftChoice+1)
	case "enter":
		return m.takeDraft()
	case "esc", "ctrl+c":
		return m.end(Discard)
	}
	return nil
}

func (m *model) takeDraft() tea.Cmd {
	m.page = formPage
	switch m.draftChoice {
	case 0:
		m.outcome.Resumed = true
		both := m.cfg.Draft.Answers.Clone()
		maps.Copy(both, m.cfg.Answers) // what a flag says holds
		m.begin(both)
	case 2:
		m.outcome.Resumed = true // the caller removes a draft that was taken up
	}
	return m.plan()
}

func (m *model) draftBody() []string {
	d := m.cfg.Draft
	name := "A draft"
	if v := d.Answers["name"]; len(v) > 0 {
		name = fmt.Sprintf("A draft of %s", clean1(v[0]))
	}
	out := []string{
		"", "  " + m.theme.strong.Render(m.theme.cut(name+" is here", m.width-4)), "",
		fmt.Sprintf("  Saved on %s, with %s. Nothing of it was written.", d.Saved.Format("2 January 15:04"), answersOf(d.Answers)), "",
	}
	for n, c := range draftChoices {
		lead := "    "
		if n == m.draftChoice {
			lead, c = "  "+m.theme.accent.Render(m.theme.point)+" ", m.theme.strong.Render(c)
		}
		out = append(out, lead+c)
	}
	return out
}

// keys is what the page of keys says.
var keys = [][2]string{
	{"Enter", "accept the answer and go on"},
	{"Tab  shift+Tab", "next and previous question"},
	{"up down", "between options, then between questions"},
	{"space  1-9", "tick or pick;  /  finds by name"},
	{"ctrl+d", "back to the default"},
	{"ctrl+o", "next preview: spec, files, map"},
	{"pgup pgdn", "scroll the preview"},
	{"ctrl+r", "review now, with defaults for the rest"},
	{"ctrl+l", "read the spec on the disk anew"},
	{"ctrl+s", "save the draft and leave"},
	{"esc", "back one question; from the first, leave"},
	{"ctrl+c", "leave; asks if there are answers"},
}

// reviewKeys is the same for the page with the plan, where Enter means another thing.
var reviewKeys = [][2]string{
	{"Enter", "create what the plan says"},
	{"up down", "between files"},
	{"home end", "first and last file"},
	{"pgup pgdn", "scroll the changes of the file"},
	{"ctrl+o", "in a narrow window: files or changes"},
	{"ctrl+l", "read the spec on the disk anew"},
	{"s  ctrl+s", "save the draft and leave"},
	{"esc  ctrl+r", "back to the questions; answers stay"},
	{"ctrl+c", "leave; asks if there are answers"},
}

func (m *model) keysBody() []string {
	keys := keys
	if m.under == reviewPage {
		keys = reviewKeys
	}
	var out []string
	if m.bodyHeight() > len(keys)+1 {
		out = append(out, "")
	}
	for _, k := range keys {
		out = append(out, fmt.Sprintf("  %-16s %s", k[0], k[1]))
	}
	return out
}
