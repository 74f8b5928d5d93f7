package main

import (
	"encoding/xml"
	"image/color"
	"io"
	"strings"
	"testing"

	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

// element is an element of a picture with what stands in it.
type element struct {
	name, text string
	attr       map[string]string
}

func elements(t *testing.T, svg []byte) (all []element) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			all = append(all, e)
		case xml.CharData:
			if len(all) > 0 {
				all[len(all)-1].text += string(token)
			}
		}
	}
}

func row(text string) []ttytest.Cell {
	var cells []ttytest.Cell
	for _, r := range text {
		c := ttytest.Cell{Text: string(r), Width: 1}
		if r > 0x2e80 && r < 0xff00 {
			c.Width = 2
		}
		cells = append(cells, c)
		if c.Width == 2 {
			cells = append(cells, ttytest.Cell{})
		}
	}
	return cells
}

func picture(t *testing.T, rows ...[]ttytest.Cell) []element {
	t.Helper()
	s := screen{rows, color.RGBA{0xff, 0xff, 0xff, 0xff}, color.RGBA{0, 0, 0, 0xff}}
	return elements(t, s.svg(`a <title> & "more"`))
}

// find is the one element of a name with this text.
func find(t *testing.T, all []element, name, text string) element {
	t.Helper()
	for _, e := range all {
		if e.name == name && strings.TrimSpace(e.text) == text {
			return e
		}
	}
	t.Fatalf("no %s %q in %+v", name, text, all)
	return element{}
}

// Each word stands in its columns, whatever the font; what is hostile is escaped.
func TestWordsStandInTheirColumns(t *testing.T) {
	all := picture(t, row(`ab <&"']]>  漢x`), row("              "))
	for _, w := range []struct {
		text          string
		column, width float64
	}{{"ab", 0, 2}, {`<&"']]>`, 3, 7}, {"x", 14, 1}} {
		e := find(t, all, "text", w.text)
		if x, l := num(w.column*cellWidth), num(w.width*cellWidth); e.attr["x"] != x || e.attr["textLength"] != l {
			t.Errorf("%q at %s, %s long; want %s, %s", w.text, e.attr["x"], e.attr["textLength"], x, l)
		}
	}
	if e := find(t, all, "text", "漢"); e.attr["x"] != num(13*cellWidth) || e.attr["text-anchor"] != "middle" {
		t.Errorf("the wide character is not in the middle of its cells: %+v", e)
	}
	find(t, all, "title", `a <title> & "more"`)
}

// Borders are paths that reach the edges of their cells, never text.
func TestBordersMeet(t *testing.T) {
	all := picture(t, row("┌──┐"), row("│ab│"))
	var d string
	for _, e := range all {
		if e.name == "path" {
			d += e.attr["d"]
		}
		if e.name == "text" && strings.ContainsAny(e.text, "┌─┐│") {
			t.Errorf("a border is text: %+v", e)
		}
	}
	for _, part := range []string{"M8.7 9L4.2 9L4.2 18", "M8.1 9L25.5 9", "M24.9 9L29.4 9L29.4 18", "M4.2 18L4.2 36", "M29.4 18L29.4 36"} {
		if !strings.Contains(d, part) {
			t.Errorf("no line %s in %s", part, d)
		}
	}
}

// Every character of the tables gives a path, and no other does.
func TestBorderTables(t *testing.T) {
	for r := range borders {
		if d, _, ok := border(string(r), 0, cellWidth, 0); !ok || strings.Count(d, "M") != strings.Count(borders[r], "|")+1 {
			t.Errorf("%c: %q", r, d)
		}
		for point := range strings.FieldsFuncSeq(borders[r], func(r rune) bool { return r == ' ' || r == '|' }) {
			if len(point) != 2 || !strings.Contains("LacbR", point[:1]) || !strings.Contains("TemfB", point[1:]) {
				t.Errorf("%c has a point %q", r, point)
			}
		}
	}
	for bold, thin := range thick {
		if _, ok := borders[thin]; !ok {
			t.Errorf("%c is drawn as %c, which is not there", bold, thin)
		}
	}
	for _, text := range []string{"", "a", " ", "─x", "▶"} {
		if drawn(text) {
			t.Errorf("%q is drawn as a line", text)
		}
	}
}

func TestColours(t *testing.T) {
	red, blue := color.RGBA{0xff, 0, 0, 0xff}, color.RGBA{0, 0, 0xff, 0xff}
	for name, c := range map[string]struct {
		cell       ttytest.Cell
		fore, back string
	}{
		"the terminal's own":    {ttytest.Cell{}, "#ffffff", ""},
		"reversed own":          {ttytest.Cell{Reverse: true}, "#000000", "#ffffff"},
		"both":                  {ttytest.Cell{Foreground: red, Background: blue}, "#ff0000", "#0000ff"},
		"both reversed":         {ttytest.Cell{Foreground: red, Background: blue, Reverse: true}, "#0000ff", "#ff0000"},
		"faint":                 {ttytest.Cell{Faint: true}, "#999999", ""},
		"faint on a colour":     {ttytest.Cell{Faint: true, Foreground: red, Background: blue}, "#990066", "#0000ff"},
		"only text, reversed":   {ttytest.Cell{Foreground: red, Reverse: true}, "#000000", "#ff0000"},
		"only ground, as it is": {ttytest.Cell{Background: blue}, "#ffffff", "#0000ff"},
	} {
		t.Run(name, func(t *testing.T) {
			s := screen{nil, color.RGBA{0xff, 0xff, 0xff, 0xff}, color.RGBA{0, 0, 0, 0xff}}
			if fore, back := s.colours(c.cell); fore != c.fore || back != c.back {
				t.Errorf("%s on %q, want %s on %q", fore, back, c.fore, c.back)
			}
		})
	}
}
