package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// What a picture shows of many; the rest is counted.
const (
	mostRoutes  = 3
	mostCallers = 5
	mostCallees = 6
)

// noName stands for a service that is being made and has no name yet.
const noName = "(new service)"

// trunk is the column of the line that leads down from box to box.
const trunk = "     "

// Boxes draws one service among those around it, a line each, none wider than
// width cells (20 or more make a picture): the gateway if it routes to the
// service, who calls it, the service, what it calls, and what that calls in turn.
// The focus may be "", or a name that the map does not have. With ascii, nothing
// but ASCII is used.
func Boxes(m *Map, focus string, width int, ascii bool) []string {
	p := &picture{links: m.links(), focus: clean(focus), width: width, glyphs: boxDrawing}
	if ascii {
		p.glyphs = asciiDrawing
	}
	p.labels = p.labelsOf(m)
	p.drawRoutes(m)
	p.drawCallers()
	p.add(p.box(p.focusLabel(m), p.double, p.width)...)
	p.drawCallees()
	return p.out
}

// border is a box's: top, side and bottom.
type border struct {
	topLeft, topRight, bottomLeft, bottomRight, across, down string
}

type glyphs struct {
	ascii             bool
	single, double    border
	stem, tee, turn   string // of the line that leads to the callees
	into, below, back string // arrow heads
	ellipsis          string
}

var (
	boxDrawing = glyphs{
		single: border{"┌", "┐", "└", "┘", "─", "│"},
		double: border{"╔", "╗", "╚", "╝", "═", "║"},
		stem:   "│", tee: "├─▶", turn: "└─▶",
		into: "▶", below: "▼", back: "↺", ellipsis: "…",
	}
	asciiDrawing = glyphs{
		ascii:  true,
		single: border{"+", "+", "+", "+", "-", "|"},
		double: border{"#", "#", "#", "#", "=", "#"},
		stem:   "|", tee: "|->", turn: "`->",
		into: ">", below: "v", back: "<-", ellipsis: "...",
	}
)

type picture struct {
	links
	glyphs
	focus  string
	width  int
	labels map[string]string // by name
	out    []string
}

func (p *picture) labelsOf(m *Map) map[string]string {
	labels := map[string]string{}
	for _, s := range m.Services {
		labels[s.Name] = p.text(nameOf(s.Name) + " " + s.what())
	}
	for _, e := range m.Externals {
		labels[e.Name] = p.text(nameOf(e.Name) + " (" + e.kind() + ")")
	}
	return labels
}

// focusLabel sets a service's name a little apart.
func (p *picture) focusLabel(m *Map) string {
	if i := slices.IndexFunc(m.Services, func(s Service) bool { return s.Name == p.focus }); i >= 0 {
		return p.text(nameOf(p.focus) + "  " + m.Services[i].what())
	}
	if label, known := p.labels[p.focus]; known {
		return label
	}
	return p.text(nameOf(p.focus))
}

func nameOf(name string) string {
	if name == "" {
		return noName
	}
	return name
}

// text is a string of the spec in the characters that the picture may use.
func (p *picture) text(s string) string {
	if !p.ascii {
		return strings.TrimSpace(s)
	}
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, strings.TrimSpace(s))
}

// add appends lines, cut to the width.
func (p *picture) add(text ...string) {
	for _, line := range text {
		p.out = append(p.out, p.cut(line, p.width))
	}
}

func (p *picture) cut(s string, width int) string { return ansi.Truncate(s, width, p.ellipsis) }

func (p *picture) more(n int) string { return fmt.Sprintf("%s and %d more", p.ellipsis, n) }

// box draws three lines, cut to the width. It is wide enough for the trunk to
// begin below it.
func (p *picture) box(label string, b border, width int) []string {
	label = p.cut(label, max(1, width-len("| ")-len(" |")))
	inner := max(ansi.StringWidth(label), len(trunk)-1)
	bar := strings.Repeat(b.across, inner+2)
	label += strings.Repeat(" ", inner-ansi.StringWidth(label))
	return []string{b.topLeft + bar + b.topRight, b.down + " " + label + " " + b.down, b.bottomLeft + bar + b.bottomRight}
}

func (p *picture) drawRoutes(m *Map) {
	var paths []string
	for _, r := range m.Routes {
		if r.To == p.focus {
			paths = append(paths, p.text(r.Path))
		}
	}
	if len(paths) == 0 {
		return
	}
	if left := len(paths) - mostRoutes; left > 0 {
		paths = append(paths[:mostRoutes], p.more(left))
	}
	p.add(p.box("gateway", p.single, p.width)...)
	for _, path := range paths {
		p.add(trunk + p.stem + "  " + path)
	}
	p.add(trunk + p.below)
}

func (p *picture) drawCallers() {
	callers := p.callers[p.focus]
	for _, n := range callers[:min(len(callers), mostCallers)] {
		p.add(p.cut(p.labels[n], p.width-len(" >")) + " " + p.into)
	}
	if left := len(callers) - mostCallers; left > 0 {
		p.add(p.more(left) + " " + p.into)
	}
}

func (p *picture) drawCallees() {
	callees := p.callees[p.focus]
	left := len(callees) - mostCallees
	shown := callees[:min(len(callees), mostCallees)]
	for i, n := range shown {
		p.drawCallee(n, i == len(shown)-1 && left <= 0)
	}
	if left > 0 {
		p.add(trunk + p.turn + " " + p.more(left))
	}
}

func (p *picture) drawCallee(name string, last bool) {
	arm, side := p.tee, p.stem+"   "
	if last {
		arm, side = p.turn, "    "
	}
	if name == p.focus {
		p.add(trunk + arm + " " + p.returning())
		return
	}
	box := p.box(p.labels[name], p.single, p.width-len(trunk)-len("|-> "))
	p.add(trunk+p.stem+"   "+box[0], trunk+arm+" "+box[1], trunk+side+box[2])
	if next := p.callees[name]; len(next) > 0 {
		lead := trunk + side + "   " + p.turn + " "
		p.add(lead + p.inTurn(next, p.width-ansi.StringWidth(lead)))
	}
}

func (p *picture) returning() string { return p.back + " " + p.text(nameOf(p.focus)) }

// inTurn lists callees in one line of so many cells: a way back to the focus
// first, with language and port if there is room for all, else as many names as
// there is room for, at least one.
func (p *picture) inTurn(callees []string, width int) string {
	var back, names, labels []string
	for _, n := range callees {
		if n == p.focus {
			back = []string{p.returning()}
			continue
		}
		names, labels = append(names, p.text(nameOf(n))), append(labels, p.labels[n])
	}
	if line := strings.Join(append(back, labels...), ", "); ansi.StringWidth(line) <= width {
		return line
	}
	return p.fit(append(back, names...), width)
}

func (p *picture) fit(items []string, width int) string {
	line := items[0]
	for i := range items {
		text := strings.Join(items[:i+1], ", ")
		if left := len(items) - i - 1; left > 0 {
			text += ", " + p.more(left)
		}
		if i > 0 && ansi.StringWidth(text) > width {
			break
		}
		line = text
	}
	return line
}
