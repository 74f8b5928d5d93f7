package generators

import (
	"strings"
	"unicode"
)

// words splits a name at everything that is no letter or digit, and where lower
// case turns to upper case: "HTTPServer2go" is HTTP, Server2go.
func words(s string) []string {
	var out []string
	runes := []rune(s)
	start := -1
	flush := func(end int) {
		if start >= 0 {
			out = append(out, string(runes[start:end]))
		}
		start = -1
	}
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush(i)
			continue
		}
		if start >= 0 && i > start && unicode.IsUpper(r) {
			lowerNext := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || lowerNext {
				flush(i)
			}
		}
		if start < 0 {
			start = i
		}
	}
	flush(len(runes))
	return out
}

func joinWords(s, sep string, each func(i int, w string) string) string {
	ws := words(s)
	for i, w := range ws {
		ws[i] = each(i, w)
	}
	return strings.Join(ws, sep)
}

func lowerWord(_ int, w string) string { return strings.ToLower(w) }

func titleWord(_ int, w string) string {
	r := []rune(strings.ToLower(w))
	return string(unicode.ToUpper(r[0])) + string(r[1:])
}

func snake(s string) string   { return joinWords(s, "_", lowerWord) }
func kebab(s string) string   { return joinWords(s, "-", lowerWord) }
func pascal(s string) string  { return joinWords(s, "", titleWord) }
func envName(s string) string { return strings.ToUpper(snake(s)) }

func camel(s string) string {
	return joinWords(s, "", func(i int, w string) string {
		if i == 0 {
			return strings.ToLower(w)
		}
		return titleWord(i, w)
	})
}
