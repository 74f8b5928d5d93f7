package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

// The measures of the picture, in pixels. A cell is as high as whole pixels, so
// that lines of neighbouring rows meet.
const (
	fontSize   = 14
	cellWidth  = 8.4
	cellHeight = 18
	baseline   = 13.5 // from the top of a cell
	padding    = 14
	titleBar   = 34
)

// The fonts that terminals of the usual systems have; none is embedded.
const fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"

// screen is what is drawn: the cells and the terminal's own colours.
type screen struct {
	cells                  [][]ttytest.Cell
	foreground, background color.Color
}

func draw(t *ttytest.Terminal, title string) []byte {
	s := screen{cells: t.Cells()}
	s.foreground, s.background = t.Colors()
	if x, y, visible := t.Cursor(); visible && y < len(s.cells) && x < len(s.cells[y]) {
		s.cells[y][x].Reverse = !s.cells[y][x].Reverse // a block, as most terminals show it
	}
	return s.svg(title)
}

// svg draws a terminal's window. Every word has its own place and length, so a
// viewer's font cannot move a column; borders are lines and not characters, so
// they meet in every font.
func (s screen) svg(title string) []byte {
	width, height := float64(len(s.cells[0]))*cellWidth+2*padding, float64(len(s.cells)*cellHeight+titleBar+padding)
	back, dim := hex(s.background), hex(mix(s.foreground, s.background, 0.6))
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img">`+"\n", num(width), num(height))
	fmt.Fprintf(&b, "<title>%s</title>\n", escape(title))
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%s" height="%s" rx="8" fill="%s" stroke="%s"/>`+"\n", num(width-1), num(height-1), back, hex(mix(s.foreground, s.background, 0.25)))
	for i, c := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="17" r="6" fill="%s"/>`+"\n", 20+20*i, c)
	}
	fmt.Fprintf(&b, `<g font-family="%s" font-size="%d">`+"\n", fonts, fontSize)
	fmt.Fprintf(&b, `<text x="%s" y="22" text-anchor="middle" fill="%s">%s</text>`+"\n", num(width/2), dim, escape(title))
	fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", padding, titleBar)
	s.backgrounds(&b)
	s.lines(&b)
	s.texts(&b)
	b.WriteString("</g>\n</g>\n</svg>\n")
	return b.Bytes()
}

// colours are what a cell is painted with, in hex; back is "" for the terminal's
// own.
func (s screen) colours(c ttytest.Cell) (fore, back string) {
	f, g := c.Foreground, c.Background
	if f == nil {
		f = s.foreground
	}
	if c.Reverse {
		if g == nil {
			g = s.background
		}
		f, g = g, f
	}
	if g != nil {
		back = hex(g)
	}
	if c.Faint {
		under := g
		if under == nil {
			under = s.background
		}
		f = mix(f, under, 0.6)
	}
	return hex(f), back
}

// runs calls do for every longest run of cells of a row that are alike. A wide
// character's second cell counts as its first.
func runs[K comparable](row []ttytest.Cell, key func(ttytest.Cell) K, do func(k K, from, to int)) {
	from, last := 0, key(row[0])
	for x := 1; x < len(row); x++ {
		if k := key(row[x]); row[x].Width > 0 && k != last {
			do(last, from, x)
			from, last = x, k
		}
	}
	do(last, from, len(row))
}

func (s screen) backgrounds(b *bytes.Buffer) {
	for y, row := range s.cells {
		runs(row, func(c ttytest.Cell) string { _, back := s.colours(c); return back }, func(back string, from, to int) {
			if back != "" {
				rectangle(b, back, float64(from)*cellWidth, float64(y*cellHeight), float64(to-from)*cellWidth, cellHeight)
			}
		})
	}
}

func rectangle(b *bytes.Buffer, fill string, x, y, w, h float64) {
	fmt.Fprintf(b, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`+"\n", num(x), num(y), num(w), num(h), fill)
}

// pen is how a line is drawn.
type pen struct {
	colour string
	width  float64
}

// lines draws borders, blocks and what underlines or strikes text out; one path
// for each pen.
func (s screen) lines(b *bytes.Buffer) {
	paths := map[pen]*strings.Builder{}
	add := func(p pen, d string) {
		if paths[p] == nil {
			paths[p] = &strings.Builder{}
		}
		paths[p].WriteString(d)
	}
	for y, row := range s.cells {
		top := float64(y * cellHeight)
		runs(row, func(c ttytest.Cell) ttytest.Cell { return c }, func(c ttytest.Cell, from, to int) {
			fore, _ := s.colours(c)
			left, right := float64(from)*cellWidth, float64(to)*cellWidth
			if c.Underline {
				add(pen{fore, 1}, horizontal(left, right, top+baseline+2.5))
			}
			if c.Strike {
				add(pen{fore, 1}, horizontal(left, right, top+baseline-4))
			}
			if block, ok := blocks[c.Text]; ok {
				rectangle(b, fore, left, top+block.top*cellHeight, right-left, (block.bottom-block.top)*cellHeight)
			}
			if d, width, ok := border(c.Text, left, right, top); ok {
				add(pen{fore, width}, d)
			}
		})
	}
	pens := make([]pen, 0, len(paths))
	for p := range paths {
		pens = append(pens, p)
	}
	sort.Slice(pens, func(i, j int) bool {
		return pens[i].colour < pens[j].colour || pens[i].colour == pens[j].colour && pens[i].width < pens[j].width
	})
	for _, p := range pens {
		fmt.Fprintf(b, `<path fill="none" stroke="%s" stroke-width="%s" d="%s"/>`+"\n", p.colour, num(p.width), paths[p])
	}
}

// look is what the words of one element have in common.
type look struct {
	fore         string
	bold, italic bool
	plain        bool // letters that every monospace font has in one width
	space        bool
}

func (s screen) look(c ttytest.Cell) look {
	if strings.TrimSpace(c.Text) == "" || drawn(c.Text) {
		return look{space: true}
	}
	fore, _ := s.colours(c)
	r, _ := utf8.DecodeRuneInString(c.Text)
	return look{fore: fore, bold: c.Bold, italic: c.Italic, plain: utf8.RuneCountInString(c.Text) == 1 && r < 0x250}
}

func (s screen) texts(b *bytes.Buffer) {
	for y, row := range s.cells {
		at := float64(y*cellHeight) + baseline
		runs(row, s.look, func(l look, from, to int) {
			switch {
			case l.space:
			case l.plain:
				var word strings.Builder
				for _, c := range row[from:to] {
					word.WriteString(c.Text)
				}
				length := num(float64(to-from) * cellWidth)
				fmt.Fprintf(b, `<text x="%s" y="%s" textLength="%s" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n", num(float64(from)*cellWidth), num(at), length, l, escape(word.String()))
			default: // another font's: in the middle of its own cells
				for x := from; x < to; x++ {
					if c := row[x]; c.Width > 0 {
						middle := num((float64(x) + float64(c.Width)/2) * cellWidth)
						fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="middle"%s>%s</text>`+"\n", middle, num(at), l, escape(c.Text))
					}
				}
			}
		})
	}
}

// String is the look as attributes.
func (l look) String() string {
	s := ` fill="` + l.fore + `"`
	if l.bold {
		s += ` font-weight="bold"`
	}
	if l.italic {
		s += ` font-style="italic"`
	}
	return s
}

func hex(c color.Color) string {
	v := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", v.R, v.G, v.B)
}

// mix is so much of one colour over the other, from 0 to 1.
func mix(over, under color.Color, much float64) color.Color {
	a, b := color.NRGBAModel.Convert(over).(color.NRGBA), color.NRGBAModel.Convert(under).(color.NRGBA)
	m := func(a, b uint8) uint8 { return uint8(float64(a)*much + float64(b)*(1-much)) }
	return color.NRGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
}

// num is a length with two decimals at most.
func num(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0"), ".")
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
