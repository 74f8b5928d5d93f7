package wizard

import (
	"bufio"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain words":                   "plain words",
		"\x1b[31mred\x1b[0m":            "red",
		"\x1b]0;title\x07after":         "after",
		"\u009b31mred":                  "31mred", // steers nothing without its first letter
		"a\x00b\x07c\x7fd\u0080e":       "abcde",
		"one\ntwo\r\nthree\tfour":       "one two  three four",
		"line\u2028paragraph\u2029next": "line paragraph next",
		"user\u202etxt.exe\u2066x":      "usertxt.exex",
		"\ufeffname":                    "name",
		"bad \xff\xfe bytes":            "bad  bytes",
		"Àçãé Ωμέγα Ёж 日本語 한국어 עברית عربي हिन्दी ไทย 👩‍🚀": "Àçãé Ωμέγα Ёж 日本語 한국어 עברית عربي हिन्दी ไทย 👩‍🚀",
	} {
		if got, cut := clean(in, 100); got != want || cut {
			t.Errorf("clean(%q) = %q, %v; want %q", in, got, cut, want)
		}
	}
}

func TestCleanCuts(t *testing.T) {
	for limit, want := range map[int]bool{9: true, 10: false} {
		if got, cut := clean("\x1b[1m"+strings.Repeat("é", 10), limit); cut != want || got != strings.Repeat("é", limit) {
			t.Errorf("at %d: %q, %v", limit, got, cut)
		}
	}
}

// What nobody can mean is not kept in memory.
func TestReadLineIsBounded(t *testing.T) {
	line, err := readLine(bufio.NewReader(strings.NewReader(strings.Repeat("x", 1<<20) + "\nnext\n")))
	if err != nil || len(line) != maxLine {
		t.Errorf("%d bytes, %v", len(line), err)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[31m\u202eé\n")
	f.Fuzz(func(t *testing.T, s string) {
		got, _ := clean(s, 50)
		if again, cut := clean(got, 50); again != got || cut {
			t.Errorf("%q, cleaned again: %q", got, again)
		}
	})
}
