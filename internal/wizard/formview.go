package wizard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// labelWidth is the column of labels.
const labelWidth = 14

// block is the form as lines, and where the pointer and the cursor are in them.
type block struct {
	lines    []string
	from, to int // the lines of the question in focus
	cursor   *[2]int
}

func (b *block) add(lines ...string) { b.lines = append(b.lines, lines...) }

// form draws all questions.
func (m *model) form(width int) *block {
	b := &block{}
	group := m.cfg.Form.Heading()
	b.add(m.theme.dim.Render(group))
	drawn := false
	rest := func() {
		if !drawn {
			m.drawButton(b, width)
			drawn = true
		}
	}
	for _, i := range m.sheet.Items {
		if !i.Essential {
			if rest(); !strings.EqualFold(i.Group, group) {
				group = i.Group
				b.add(m.theme.dim.Render(m.theme.cut(strings.ToUpper(clean1(group)), width)))
			}
		}
		m.drawItem(b, i, width)
	}
	rest()
	return b
}

func (m *model) drawButton(b *block, width int) {
	text := "[ Review and create ]"
	lead := "  "
	if m.focus == button {
		b.from, b.to = len(b.lines), len(b.lines)+1
		text, lead = m.theme.chosen.Render(text), m.theme.accent.Render(m.theme.point)+" "
	}
	b.add("", lead+text, "")
	for _, p := range m.sheet.Problems { // about nothing that is asked
		b.add(m.problem(p, width)...)
	}
	if len(m.stops()) > 1+slices.Index(m.stops(), button) {
		b.add(m.theme.dim.Render("The rest has sensible defaults."))
	}
}

func (m *model) drawItem(b *block, i *ask.Item, width int) {
	if i.Field != m.focus {
		b.add(m.theme.cut(m.mark(i)+" "+padded(clean1(i.Label))+" "+m.value(i, width-labelWidth-3), width))
		return
	}
	b.from = len(b.lines)
	b.add(m.theme.accent.Render(m.theme.point) + " " + m.theme.strong.Render(clean1(i.Label)))
	for _, l := range wrap(help(i), width-2) {
		b.add("  " + m.theme.dim.Render(l))
	}
	switch i.Kind {
	case ask.Select, ask.Multi:
		m.drawOptions(b, i, width)
	default:
		text, at := m.typedView(width - 5)
		if m.untouched {
			text = m.theme.dim.Render(text)
		}
		b.cursor = &[2]int{4 + at, len(b.lines)}
		b.add("  " + m.theme.accent.Render(">") + " " + text)
	}
	m.drawProblems(b, i, width)
	b.to = len(b.lines) - 1
}

// padded is a label in its column.
func padded(label string) string {
	return label + strings.Repeat(" ", max(0, labelWidth-ansi.StringWidth(label)))
}

func help(i *ask.Item) string {
	if i.Later {
		return clean1(i.Why) + " Can be changed later."
	}
	return clean1(i.Why) + " Fixed once it is created."
}

// said says that what is wrong with an answer is shown by now.
func (m *model) said(i *ask.Item) bool { return m.left[i.Field] || i.Given && i.Field != m.focus }

// mark is the sign before an answer.
func (m *model) mark(i *ask.Item) string {
	t := m.theme
	switch {
	case m.said(i) && i.Wrong():
		return t.bad.Render(t.wrong)
	case len(i.Problems) > 0 && !i.Wrong():
		return t.change.Render(t.warn)
	case i.Given || m.left[i.Field] && !i.Wrong():
		return t.add.Render(t.ok)
	}
	return " "
}

// value is an answer in short; that it is a default is said where there is room.
func (m *model) value(i *ask.Item, width int) string {
	const byDefault = "  (default)"
	sep := ", "
	if i.Kind == ask.List {
		sep = " "
	}
	text := clean1(strings.Join(i.Value, sep))
	switch {
	case text == "" && i.Required:
		return m.theme.change.Render("needed")
	case text == "" && i.None != "" && !m.waits(i):
		return m.theme.dim.Render(i.None)
	case text == "":
		return m.theme.dim.Render("-")
	case !i.Given && !m.left[i.Field] && ansi.StringWidth(text)+len(byDefault) <= width:
		return text + m.theme.dim.Render(byDefault)
	}
	return text
}

// waits says that a default is empty only because the name is not there yet.
func (m *model) waits(i *ask.Item) bool {
	return i.Field == "route" && !i.Given && m.sheet.Value("name") == ""
}

// mostOptions is how many options are seen at once.
const mostOptions = 8

func (m *model) drawOptions(b *block, i *ask.Item, width int) {
	t := m.theme
	shown := m.list.visible(i.Options)
	if m.list.filtering {
		b.cursor = &[2]int{4 + ansi.StringWidth(m.list.filter), len(b.lines)}
		b.add("  " + t.accent.Render("/") + " " + t.cut(clean1(m.list.filter), width-6))
	}
	height := min(mostOptions, max(3, m.bodyHeight()-8))
	first := window(len(shown), height, m.list.at-height/2, m.list.at, m.list.at)
	for n := first; n < min(len(shown), first+height); n++ {
		b.add(m.option(i, shown[n], n == m.list.at, width)...)
	}
	switch more := len(shown) - height; {
	case len(shown) == 0:
		b.add(t.dim.Render("    nothing has that in its name"))
	case more > 0 && m.list.filtering:
		b.add(t.dim.Render(fmt.Sprintf("    %d more", more)))
	case more > 0:
		b.add(t.dim.Render(fmt.Sprintf("    %d more; / finds one by name", more)))
	}
}

// option is a line; what it is, of the one that the pointer is on, can be read whole.
func (m *model) option(i *ask.Item, o ask.Option, pointed bool, width int) []string {
	t := m.theme
	lead, box, on := "   ", " ", slices.Contains(i.Value, o.Value)
	if pointed {
		lead = "  " + t.accent.Render(t.point)
	}
	if on {
		box = "x"
	}
	mark := "[" + box + "]"
	if i.Kind == ask.Select {
		mark = "(" + box + ")"
	}
	name, note := clean1(o.Value), clean1(o.Note)
	whole := ansi.StringWidth(name)+ansi.StringWidth(note)+10 <= width
	if pointed {
		name = t.strong.Render(name)
	}
	if on {
		mark = t.add.Render(mark)
	}
	line := lead + " " + mark + " " + name
	if whole || !pointed {
		return []string{t.cut(line+"  "+t.dim.Render(note), width)}
	}
	out := []string{t.cut(line, width)}
	for _, l := range wrap(note, width-8) {
		out = append(out, "        "+t.dim.Render(l))
	}
	return out
}

func (m *model) drawProblems(b *block, i *ask.Item, width int) {
	if t := m.theme; i.Required && !i.Given {
		if m.left[i.Field] {
			b.add("  " + t.bad.Render(t.wrong+" It needs an answer."))
		}
		return
	}
	for _, p := range i.Problems {
		b.add(m.problem(p, width)...)
	}
}

// problem is a message as lines.
func (m *model) problem(p ask.Problem, width int) (lines []string) {
	t := m.theme
	lead, style := t.warn, t.change
	if !p.Warning {
		lead, style = t.wrong, t.bad
	}
	for _, l := range wrap(t.say(p.Text), width-4) {
		lines = append(lines, "  "+style.Render(lead+" "+l))
		lead = " "
	}
	return lines
}

// typedView is the part of the text field around its cursor, and where in it the
// cursor stands. Letters may be two cells wide.
func (m *model) typedView(width int) (text string, cursor int) {
	runes := []rune(m.input.Value())
	before, after := string(runes[:m.input.Position()]), string(runes[m.input.Position():])
	if over := ansi.StringWidth(before) - width + 1; over > 0 {
		before = ansi.TruncateLeft(before, over+ansi.StringWidth(m.theme.ellipsis), m.theme.ellipsis)
	}
	cursor = ansi.StringWidth(before)
	return before + ansi.Truncate(after, max(0, width-cursor), m.theme.ellipsis), cursor
}
