package wizard

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// The least window that everything fits into, and the least that is parted in two.
const (
	leastWidth, leastHeight = 60, 15
	splitWidth              = 72
)

// fit cuts a styled line to a width and fills it up to that.
func (t theme) fit(s string, width int) string {
	if n := ansi.StringWidth(s); n <= width {
		return s + strings.Repeat(" ", width-n)
	}
	s = ansi.Truncate(s, width, t.ellipsis)
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// cut cuts a styled line to a width.
func (t theme) cut(s string, width int) string { return ansi.Truncate(s, max(0, width), t.ellipsis) }

// tail cuts a path at its head: its end tells more.
func (t theme) tail(s string, width int) string {
	if over := ansi.StringWidth(s) - width; over > 0 {
		return ansi.TruncateLeft(s, over+ansi.StringWidth(t.ellipsis), t.ellipsis)
	}
	return s
}

// wrap breaks text into lines at its spaces, and a longer word anywhere.
func wrap(s string, width int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		for ansi.StringWidth(word) > width {
			if line != "" {
				out, line = append(out, line), ""
			}
			head := ansi.Truncate(word, width, "")
			if head == "" { // a window narrower than a letter
				return append(out, word)
			}
			out, word = append(out, head), word[len(head):]
		}
		if line != "" && ansi.StringWidth(line)+1+ansi.StringWidth(word) > width {
			out, line = append(out, line), word
			continue
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

// window is the part of a list that is seen: height lines, scrolled so that from
// and to stay in it. Above and below say how many are hidden.
func window(n, height, scroll, from, to int) (first int) {
	if to >= scroll+height {
		scroll = to - height + 1
	}
	if from < scroll {
		scroll = from
	}
	return max(0, min(scroll, n-height))
}

// beside puts two blocks side by side, with a bar between.
func (t theme) beside(left, right []string, width, leftWidth, height int) []string {
	out := make([]string, height)
	bar := t.dim.Render(t.bar)
	for i := range out {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		out[i] = t.fit(l, leftWidth) + bar + t.cut(r, width-leftWidth-1)
	}
	return out
}

// hints joins what keys do, as many as fit, the most useful first.
func (t theme) hints(list []string, width int) string {
	line := ""
	for _, h := range list {
		if ansi.StringWidth(line)+2+ansi.StringWidth(h) > width {
			break
		}
		line = strings.TrimPrefix(line+"  "+h, "  ")
	}
	return line
}
