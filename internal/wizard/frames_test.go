package wizard

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

var update = flag.Bool("update", false, "write the golden frames anew")

// frames are the pages, each with the keys that lead to it.
var frames = []struct {
	name    string
	purpose ask.Purpose
	keys    string
	draft   bool
	answers ask.Answers
}{
	{name: "new-1-start"},
	{name: "new-2-taken-name", keys: "orders<enter>"},
	{name: "new-3-language", keys: "payments<enter>"},
	{name: "new-4-calls", keys: "payments<enter><enter><enter><down><space>"},
	{name: "new-5-cycle", keys: "payments<enter><enter><enter><down><down><down><space>"},
	{name: "new-6-files", keys: "payments<ctrl+o><ctrl+o>"},
	{name: "new-7-map", keys: "payments<enter><enter><enter> <down> <ctrl+o><ctrl+o><ctrl+o>"},
	{name: "new-8-port", keys: "payments<ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+d><backspace>1"},
	{name: "new-9-inputs", keys: "payments<enter><down><down><enter><shift+tab><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n>"},
	{name: "review", keys: "payments<enter><enter><enter><enter><enter><down><down>"},
	{name: "review-conflict", keys: "edited<ctrl+r><enter><down><down><down><down>"},
	{name: "review-broken", keys: "broken<ctrl+r>"},
	{name: "keys", keys: "payments<f1>"},
	{name: "leave", keys: "payments<enter><ctrl+c>"},
	{name: "draft", draft: true},
	{name: "filter", keys: "payments<enter><enter><enter>/us"},
	{name: "alone", purpose: ask.Alone},
	{name: "alone-begins", purpose: ask.Alone, keys: "payments<enter><enter><down><enter>"},
	{name: "init-1-start", purpose: ask.Begin},
	{name: "init-2-targets", purpose: ask.Begin, keys: "<enter><enter> "},
	{name: "init-3-review", purpose: ask.Begin, keys: "<ctrl+r>"},
	{name: "flags", answers: ask.Answers{"language": {"rust"}, "route": {"/accounts"}}},
}

var sizes = [][2]int{{80, 24}, {120, 35}, {60, 15}}

// frameConfig is what the wizard of a frame works with.
func frameConfig(t testing.TB, n int) Config {
	f := frames[n]
	cfg := config(t, f.purpose)
	if f.answers != nil {
		cfg.Answers = f.answers
	}
	if f.draft {
		cfg.Draft = &Draft{Answers: ask.Answers{"name": {"payments"}, "language": {"python"}}, Saved: time.Date(2026, 11, 23, 16, 2, 0, 0, time.UTC)}
	}
	return cfg
}

func frameAt(t testing.TB, n, width, height int) *model {
	return newTest(frameConfig(t, n), width, height).press(frames[n].keys)
}

func TestFrames(t *testing.T) {
	for n, f := range frames {
		for _, size := range sizes {
			name := f.name + "-" + sizeName(size[0], size[1])
			t.Run(name, func(t *testing.T) {
				got := frameAt(t, n, size[0], size[1]).screen()
				file := filepath.Join("testdata", "frames", name+".txt")
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(string(want), got); d != "" {
					t.Errorf("the frame changed (-update writes it anew):\n%s", d)
				}
			})
		}
	}
}

// TestEverySize draws every page at many sizes: never a line too many or too wide.
func TestEverySize(t *testing.T) {
	step := 3
	if testing.Short() {
		step = 20
	}
	for n, f := range frames {
		m := frameAt(t, n, 80, 24)
		for w := 1; w <= 150; w += step {
			for h := 1; h <= 50; h += step {
				m.width, m.height = w, h
				lines, cursor := m.frame()
				if len(lines) > h || w >= leastWidth && h >= leastHeight && len(lines) != h {
					t.Fatalf("%s at %dx%d has %d lines", f.name, w, h, len(lines))
				}
				for _, l := range lines {
					if got := ansi.StringWidth(l); got > w {
						t.Fatalf("%s at %dx%d has a line of %d cells: %q", f.name, w, h, got, ansi.Strip(l))
					}
				}
				if cursor != nil && (cursor[0] >= w || cursor[1] >= h-2 || cursor[0] < 0 || cursor[1] < 1) {
					t.Fatalf("%s at %dx%d has its cursor at %v", f.name, w, h, *cursor)
				}
			}
		}
	}
}

func TestASCII(t *testing.T) {
	for n, f := range frames {
		m := frameAt(t, n, 100, 30)
		m.theme = newTheme(true, true)
		for _, line := range strings.Split(m.screen(), "\n") {
			for _, r := range line {
				if r > 0x7e && r != '語' {
					t.Fatalf("%s: %q in %q", f.name, r, line)
				}
			}
		}
	}
}
