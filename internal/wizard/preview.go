package wizard

import (
	"fmt"
	"path"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/azulejo-dev/azulejo/internal/graph"
)

// tab is one of the previews.
type tab int

const (
	specTab tab = iota
	filesTab
	mapTab
	tabs
)

var tabNames = [tabs]string{"Spec", "Files", "Map"}

func (m *model) split() bool { return m.width >= splitWidth }

// previewSeen says that the preview is on the screen.
func (m *model) previewSeen() bool { return m.page == formPage && (m.split() || !m.narrowForm) }

// nextPreview shows the next tab; in a narrow window the form is one of them.
func (m *model) nextPreview() tea.Cmd {
	switch {
	case m.split():
		m.tab = (m.tab + 1) % tabs
	case m.narrowForm:
		m.narrowForm, m.tab = false, specTab
	case m.tab == tabs-1:
		m.narrowForm = true
	default:
		m.tab++
	}
	return m.plan()
}

// previewKey takes the keys of a preview that hides the form: nothing is answered
// unseen.
func (m *model) previewKey(key string) bool {
	switch key {
	case "up", "k":
		m.scroll[m.tab]--
	case "down", "j":
		m.scroll[m.tab]++
	case "esc", "enter":
		m.narrowForm = true
	default:
		return !strings.HasPrefix(key, "ctrl+") && !strings.HasPrefix(key, "pg") && key != "f1" || key == "ctrl+d" || key == "ctrl+j"
	}
	return true
}

// preview draws the tab in front.
func (m *model) preview(width, height int) []string {
	t := m.theme
	head := ""
	for i, name := range tabNames {
		name = " " + name + " "
		if tab(i) == m.tab {
			name = t.chosen.Render(name)
		}
		head += " " + name
	}
	lines, foot := m.tabBody(width - 1)
	out := []string{head, ""}
	out = append(out, m.scrolled(lines, height-2-len(foot))...)
	return append(out, foot...)
}

// tabBody is a tab's lines, and those that stay at the bottom.
func (m *model) tabBody(width int) (lines, foot []string) {
	switch m.tab {
	case filesTab:
		return m.filesBody(width)
	case mapTab:
		return m.mapBody(width), nil
	default:
		return m.specBody(), nil
	}
}

// scrolled is the part of the lines that is seen, and says how many follow.
func (m *model) scrolled(lines []string, height int) []string {
	scroll := &m.scroll[m.tab]
	*scroll = max(0, min(*scroll, len(lines)-height))
	if len(lines) <= height {
		return lines
	}
	shown := slices.Clone(lines[*scroll : *scroll+height])
	if below := len(lines) - *scroll - height; below > 0 {
		shown[height-1] = m.theme.dim.Render(fmt.Sprintf(" %d more lines (pgdn)", below+1))
	}
	return shown
}

// specBody is the text that will be written; the answer in focus is pointed at.
func (m *model) specBody() []string {
	t := m.theme
	at, line := m.sheet.Place(m.focus)
	var out []string
	for n, text := range m.sheet.Texts {
		if len(m.sheet.Texts) > 1 {
			out = append(out, t.dim.Render("   # "+text.Path))
		}
		for k, l := range strings.Split(strings.TrimRight(string(text.Bytes), "\n"), "\n") {
			lead := "   "
			if n == at && k+1 == line {
				lead = " " + t.accent.Render(t.point) + " "
			}
			out = append(out, lead+clean1(l))
		}
		out = append(out, "")
	}
	return out
}

func (m *model) mapBody(width int) []string {
	if m.sheet.Service == nil {
		return []string{"", "  " + m.theme.dim.Render("The map begins with the first service.")}
	}
	focus := m.sheet.Service.Name
	all := graph.Of(m.sheet.System)
	lines := graph.Boxes(all.Around(focus, mapHops), focus, width-2, m.theme.ascii)
	for i, l := range lines {
		style := m.theme.plain
		if strings.ContainsAny(l, "╔║╚#") {
			style = m.theme.accent
		}
		lines[i] = "  " + style.Render(l)
	}
	return lines
}

// mapHops is how far around the new service the map goes.
const mapHops = 2

func (m *model) filesBody(width int) (lines, foot []string) {
	t, p := m.theme, &m.planning
	if !m.sheet.Valid() {
		return []string{"", "  " + t.dim.Render("Shown once all answers are right.")}, nil
	}
	if m.failed() {
		for _, l := range wrap(t.say(p.err.Error()), width-4) {
			lines = append(lines, "  "+t.bad.Render(l))
		}
		return lines, nil
	}
	if p.plan == nil {
		return []string{"", "  " + t.dim.Render("Planning.")}, nil
	}
	stale := p.current() == nil
	for _, l := range tree(t, p.plan.Files) {
		lines = append(lines, dimIf(t, stale, l))
	}
	for _, f := range p.plan.Files {
		if f.Sign == '~' || f.Sign == '!' {
			lines = append(lines, "", " "+t.sign(f.Sign).Render(string(f.Sign))+" "+t.tail(f.Path, width-3))
			lines = append(lines, diffLines(t, f)...)
		}
	}
	return lines, []string{" " + t.cut(m.counts(p.plan), width)}
}

func dimIf(t theme, stale bool, l treeLine) string {
	if stale {
		return t.dim.Render(" " + l.sign + " " + l.text)
	}
	style := t.dim
	if l.sign != " " {
		style = t.sign(l.sign[0])
	}
	return " " + style.Render(l.sign) + " " + t.dim.Render(l.branch) + l.text[len(l.branch):]
}

// counts is a plan in one line.
func (m *model) counts(p *Plan) string {
	s := fmt.Sprintf("%d to add, %d to change", p.Count("+"), p.Count("~"))
	if n := p.Count("-"); n > 0 {
		s += fmt.Sprintf(", %d to remove", n)
	}
	if n := p.Count("!"); n > 0 {
		s += fmt.Sprintf(", %d to decide", n)
	}
	return s + ". Nothing is written yet."
}

// diffLines is a file's diff in colours, without the names above it. A changed line
// that begins with -- or ++ looks like those names, but stands below the first @@.
func diffLines(t theme, f File) []string {
	var out []string
	diff := f.Diff()
	if i := strings.Index(diff, "\n@@"); i >= 0 && strings.HasPrefix(diff, "---") {
		diff = diff[i+1:]
	}
	for _, l := range strings.Split(strings.TrimRight(diff, "\n"), "\n") {
		style := t.plain
		switch {
		case strings.HasPrefix(l, "@@"):
			style = t.dim
		case strings.HasPrefix(l, "+"):
			style = t.add
		case strings.HasPrefix(l, "-"):
			style = t.bad
		}
		out = append(out, " "+render(style, clean1(l)))
	}
	return out
}

// render styles a line; an empty one would lose its place.
func render(s lipgloss.Style, line string) string {
	if line == "" {
		return ""
	}
	return s.Render(line)
}

type treeLine struct{ sign, branch, text string }

// tree draws sorted paths as folders and files; a folder with nothing but one folder
// in it stands on one line with it.
func tree(t theme, files []File) []treeLine {
	root := &folder{}
	for _, f := range files {
		root.put(strings.Split(f.Path, "/"), f)
	}
	return root.draw(t, "", nil)
}

type folder struct {
	name  string
	subs  []*folder
	files []File
}

func (d *folder) put(parts []string, f File) {
	if len(parts) == 1 {
		d.files = append(d.files, f)
		return
	}
	for _, s := range d.subs {
		if s.name == parts[0] {
			s.put(parts[1:], f)
			return
		}
	}
	s := &folder{name: parts[0]}
	d.subs = append(d.subs, s)
	s.put(parts[1:], f)
}

func (d *folder) draw(t theme, lead string, out []treeLine) []treeLine {
	n := len(d.subs) + len(d.files)
	branch := func() (string, string) {
		if n--; n == 0 {
			return lead + t.last, lead + "   "
		}
		return lead + t.branch, lead + t.through
	}
	for _, s := range d.subs {
		here, below := branch()
		name := s.name
		for len(s.subs) == 1 && len(s.files) == 0 {
			s = s.subs[0]
			name += "/" + s.name
		}
		out = append(out, treeLine{" ", here, here + clean1(name) + "/"})
		out = s.draw(t, below, out)
	}
	for _, f := range d.files {
		here, _ := branch()
		out = append(out, treeLine{string(f.Sign), here, here + clean1(path.Base(f.Path))})
	}
	return out
}
