package wizard

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// maxAnswer is how many letters an answer can have.
const maxAnswer = 1000

// clean makes one line of plain text of what somebody typed or pasted: letters of
// all scripts stay, what steers a terminal or turns the direction of the text goes.
// It keeps limit letters and says whether there were more.
func clean(s string, limit int) (string, bool) {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(ansi.Strip(s), "") {
		if r = plainRune(r); r < 0 {
			continue
		}
		if n++; n > limit {
			return b.String(), true
		}
		b.WriteRune(r)
	}
	return b.String(), false
}

// byteOrderMark begins what some editors save and some shells pipe.
const byteOrderMark = '\ufeff'

// plainRune is what stands for a rune in one line of text, -1 for nothing.
func plainRune(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return ' '
	case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == byteOrderMark:
		return -1
	default:
		return r
	}
}

// say is a message as the terminal can show it.
func (t theme) say(s string) string {
	if s = clean1(s); t.ascii {
		s = ascii.Replace(s)
	}
	return s
}

// clean1 is a line that is shown, whoever wrote it.
func clean1(s string) string {
	out, _ := clean(s, noLimit)
	return out
}
