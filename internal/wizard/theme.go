package wizard

import (
	"charm.land/lipgloss/v2"
)

// theme is how things look. Text and background are the terminal's own; a colour
// never says something alone.
type theme struct {
	accent, add, change, bad, dim, strong, plain, chosen lipgloss.Style
	glyphs
}

// glyphs are the signs, for terminals with and without Unicode.
type glyphs struct {
	ok, wrong, warn, point, more, less, rule, bar, dash, ellipsis string
	branch, last, through                                         string // of a tree
	ascii                                                         bool
}

var unicodeGlyphs = glyphs{
	ok: "✓", wrong: "✗", warn: "!", point: "▸", more: "▼", less: "▲", rule: "─", bar: "│", dash: "─", ellipsis: "…",
	branch: "├─ ", last: "└─ ", through: "│  ",
}

var asciiGlyphs = glyphs{
	ok: "*", wrong: "x", warn: "!", point: ">", more: "v", less: "^", rule: "-", bar: "|", dash: "-", ellipsis: "...",
	branch: "|- ", last: "`- ", through: "|  ", ascii: true,
}

// basic is for terminals of 16 colours: these are the terminal's own, which its user
// can read; nothing is dimmed there, because nobody knows to what.
func (t theme) basic() theme {
	fg := func(n string) lipgloss.Style { return lipgloss.NewStyle().Foreground(lipgloss.Color(n)) }
	t.accent, t.add, t.change, t.bad, t.dim = t.strong, fg("2"), fg("3"), fg("1"), t.plain
	return t
}

// The colours hold a contrast of 5 and more on white, on #111 and on both Solarized.
func newTheme(dark, ascii bool) theme {
	pick := lipgloss.LightDark(dark)
	fg := func(light, onDark string) lipgloss.Style {
		return lipgloss.NewStyle().Foreground(pick(lipgloss.Color(light), lipgloss.Color(onDark)))
	}
	t := theme{
		accent: fg("#1D4ED8", "#7AA2F7"), add: fg("#166534", "#7BD88F"), change: fg("#92400E", "#F5C453"),
		bad: fg("#B91C1C", "#FF8A80"), dim: fg("#5B6470", "#8B95A5"),
		strong: lipgloss.NewStyle().Bold(true), plain: lipgloss.NewStyle(),
		chosen: lipgloss.NewStyle().Reverse(true), glyphs: unicodeGlyphs,
	}
	if ascii {
		t.glyphs = asciiGlyphs
	}
	return t
}

// sign is the style of a file's sign and of a diff's line.
func (t theme) sign(c byte) lipgloss.Style {
	switch c {
	case '+':
		return t.add
	case '~':
		return t.change
	case '-', '!':
		return t.bad
	}
	return t.dim
}
