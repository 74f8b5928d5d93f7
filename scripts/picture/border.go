package main

import (
	"strings"
	"unicode/utf8"
)

// borders are the lines of the box drawing characters. A polyline is points with
// spaces between, "|" begins the next one. A point is a column and a row:
// L left edge, a left line of a double, c centre, b its right line, R right edge;
// T top edge, e upper line of a double, m middle, f its lower line, B bottom edge.
var borders = map[rune]string{
	'─': "Lm Rm", '│': "cT cB", '┌': "Rm cm cB", '┐': "Lm cm cB", '└': "cT cm Rm", '┘': "cT cm Lm",
	'├': "cT cB|cm Rm", '┤': "cT cB|cm Lm", '┬': "Lm Rm|cm cB", '┴': "Lm Rm|cm cT", '┼': "Lm Rm|cT cB",
	'╭': "Rm cm cB", '╮': "Lm cm cB", '╰': "cT cm Rm", '╯': "cT cm Lm",
	'╴': "Lm cm", '╵': "cT cm", '╶': "cm Rm", '╷': "cm cB",
	'═': "Le Re|Lf Rf", '║': "aT aB|bT bB",
	'╔': "Re ae aB|Rf bf bB", '╗': "Le be bB|Lf af aB", '╚': "aT af Rf|bT be Re", '╝': "bT bf Lf|aT ae Le",
	'╠': "aT aB|bT be Re|bB bf Rf", '╣': "bT bB|aT ae Le|aB af Lf", '╦': "Le Re|Lf af aB|Rf bf bB", '╩': "Lf Rf|Le ae aT|Re be bT",
	'╬': "aT ae Le|bT be Re|aB af Lf|bB bf Rf",
}

// thick are the same lines, bold.
var thick = map[rune]rune{
	'━': '─', '┃': '│', '┏': '┌', '┓': '┐', '┗': '└', '┛': '┘', '┣': '├', '┫': '┤', '┳': '┬', '┻': '┴', '╋': '┼',
}

// blocks are filled from one share of the cell's height to another.
var blocks = map[string]struct{ top, bottom float64 }{
	"█": {0, 1}, "▀": {0, 0.5}, "▄": {0.5, 1}, "▁": {0.875, 1}, "▔": {0, 0.125},
}

// drawn says whether a character is lines and not text.
func drawn(text string) bool {
	_, block := blocks[text]
	_, _, line := border(text, 0, 0, 0)
	return block || line
}

// border is the path of a box drawing character in the cells from left to right,
// and the width of its line. ok is false for other characters.
func border(text string, left, right, top float64) (path string, width float64, ok bool) {
	r, size := utf8.DecodeRuneInString(text)
	width = 1.2
	if thin, is := thick[r]; is {
		r, width = thin, 2.6
	}
	lines, ok := borders[r]
	if !ok || size != len(text) {
		return "", 0, false
	}
	var b strings.Builder
	horizontal := !strings.ContainsAny(lines, "TB")
	for x := left; ; x += cellWidth {
		end := x + cellWidth
		if horizontal || end > right-cellWidth/2 {
			end = right // one long line, or the last cell
		}
		for line := range strings.SplitSeq(lines, "|") {
			b.WriteString(polyline(strings.Fields(line), x, end, top, strings.ContainsRune("╭╮╰╯", r)))
		}
		if end == right {
			return b.String(), width, true
		}
	}
}

// overlap lets lines of neighbouring cells meet where a cell does not end at a
// whole pixel.
const overlap = 0.3

func polyline(points []string, left, right, top float64, round bool) string {
	centre, middle := (left+right)/2, top+cellHeight/2
	columns := map[byte]float64{'L': left - overlap, 'a': centre - 2, 'c': centre, 'b': centre + 2, 'R': right + overlap}
	rows := map[byte]float64{'T': top, 'e': middle - 2, 'm': middle, 'f': middle + 2, 'B': top + cellHeight}
	var b strings.Builder
	for i, p := range points {
		switch {
		case i == 0:
			b.WriteString("M")
		case round && i == 1:
			b.WriteString("Q")
		case !round:
			b.WriteString("L")
		default: // where the curve that Q began ends
			b.WriteString(" ")
		}
		b.WriteString(num(columns[p[0]]) + " " + num(rows[p[1]]))
	}
	return b.String()
}

func horizontal(left, right, y float64) string {
	return "M" + num(left) + " " + num(y) + "H" + num(right)
}
