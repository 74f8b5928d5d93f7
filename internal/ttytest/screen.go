package ttytest

import (
	"image/color"
	"strings"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Cell is one cell of the screen. Text is its character with what combines with
// it, " " where nothing was written. Width is in columns: 2 for a wide character,
// whose second cell has width 0 and no text. Foreground and Background are nil
// where they are the terminal's own, and not exchanged when Reverse is set.
type Cell struct {
	Text                                            string
	Width                                           int
	Foreground, Background                          color.Color
	Bold, Faint, Italic, Underline, Strike, Reverse bool
}

// Cells is the screen, row by row: always as many as it is wide and high.
func (t *Terminal) Cells() [][]Cell {
	t.mu.Lock()
	defer t.mu.Unlock()
	rows := make([][]Cell, t.emulator.Height())
	for y := range rows {
		rows[y] = make([]Cell, t.emulator.Width())
		for x := range rows[y] {
			rows[y][x] = t.cell(t.emulator.CellAt(x, y))
		}
	}
	return rows
}

func (t *Terminal) cell(c *uv.Cell) Cell {
	if c == nil {
		return Cell{Text: " ", Width: 1}
	}
	has := func(attr uint8) bool { return c.Style.Attrs&attr != 0 }
	return Cell{
		Text: c.Content, Width: c.Width,
		Foreground: t.resolve(c.Style.Fg), Background: t.resolve(c.Style.Bg),
		Bold: has(uv.AttrBold), Faint: has(uv.AttrFaint), Italic: has(uv.AttrItalic),
		Underline: c.Style.Underline != uv.UnderlineNone,
		Strike:    has(uv.AttrStrikethrough), Reverse: has(uv.AttrReverse),
	}
}

// resolve looks a colour up in the palette.
func (t *Terminal) resolve(c color.Color) color.Color {
	switch c := c.(type) {
	case ansi.BasicColor:
		return t.emulator.IndexedColor(int(c))
	case ansi.IndexedColor:
		return t.emulator.IndexedColor(int(c))
	default:
		return c
	}
}

// Colors are the terminal's own text and background colour.
func (t *Terminal) Colors() (foreground, background color.Color) {
	return t.theme.foreground, t.theme.background
}

// Screen is the text of the screen: its lines, right-trimmed, with a line end
// between them. There are always as many as it is high.
func (t *Terminal) Screen() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text()
}

func (t *Terminal) text() string {
	lines := make([]string, t.emulator.Height())
	for y := range lines {
		var line strings.Builder
		for x := range t.emulator.Width() {
			if c := t.emulator.CellAt(x, y); c != nil {
				line.WriteString(c.Content)
			}
		}
		lines[y] = strings.TrimRight(line.String(), " ")
	}
	return strings.Join(lines, "\n")
}

// Cursor is where the cursor is, from 0 at the top left, and whether it shows.
func (t *Terminal) Cursor() (x, y int, visible bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.emulator.CursorPosition()
	return p.X, p.Y, !t.emulator.CursorHidden()
}

// Output is a copy of every byte that the program has written.
func (t *Terminal) Output() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]byte(nil), t.output...)
}

// Elapsed is the time from Start to the newest output; 0 if there was none.
func (t *Terminal) Elapsed() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.arrivals) == 0 {
		return 0
	}
	return t.arrivals[len(t.arrivals)-1].Sub(t.began)
}
