package wizard

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// clean takes out of a text what could steer a terminal, makes one line of it and
// cuts it to a limit of letters; cut says that it had to.
func clean(s string, limit int) (out string, cut bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, ansi.Strip(s))
	if r := []rune(s); len(r) > max(0, limit) {
		return string(r[:max(0, limit)]), true
	}
	return s, false
}

// say is a message as the terminal can show it.
func (t theme) say(s string) string {
	if s = clean1(s); t.ascii {
		s = strings.NewReplacer("→", "->", "…", "...").Replace(s)
	}
	return s
}

// clean1 is a line that is shown, whoever wrote it.
func clean1(s string) string {
	out, _ := clean(s, 10_000)
	return out
}
