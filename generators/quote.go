package generators

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// One function per place where a user's string can stand. Each returns the
// whole literal with its quotes, so that nothing in the string can end it.

func goString(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD")) }

// jsonString escapes what JSON must and leaves <, > and & readable.
func jsonString(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

func jsString(s string) string { return jsonString(s) } // encoding/json escapes U+2028 and U+2029 too

// pyString gives a double-quoted literal, as formatters of Python prefer.
func pyString(s string) string { return escape(s, `\x%02x`) }

// tomlString gives a basic string; TOML has \u but not \x.
func tomlString(s string) string { return escape(s, `\u%04x`) }

// yamlString gives a double-quoted scalar; YAML takes no control character bare.
func yamlString(s string) string { return escape(s, `\x%02x`) }

func escape(s, control string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, control, r)
		case !unicode.IsPrint(r) && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// jsonValue gives any value as indented JSON, keys sorted.
func jsonValue(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// caddyString gives one token of a Caddyfile in which nothing is a placeholder.
// "{$" is replaced before a Caddyfile is read at all, so the two are kept apart.
func caddyString(s string) string {
	r := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "{", `\{`, "}", `\}`)
	return `"` + r.Replace(oneLine(s)) + `"`
}

func hclString(s string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(strings.ToValidUTF8(s, "\uFFFD"))).Bytes())
}

// xmlText escapes for an element's text and for an attribute in double quotes.
func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder cannot fail
	return b.String()
}

// shellWord gives one word that a POSIX shell takes literally.
func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// dockerWord gives a value for ENV and LABEL: double quotes, with the escapes
// that Dockerfiles know; a line break cannot be written and becomes a space.
func dockerWord(s string) string {
	r := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "\n", " ", "\r", " ")
	return `"` + r.Replace(s) + `"`
}

// comment makes text safe for one line of any comment: no line break, no end of
// a block comment, no invisible characters that reorder the text.
func comment(s string) string {
	s = strings.ReplaceAll(oneLine(s), "*/", "* /")
	for strings.Contains(s, "--") {
		s = strings.ReplaceAll(s, "--", "- -")
	}
	return strings.TrimSpace(s)
}

// markdown escapes plain text for one paragraph.
func markdown(s string) string {
	var b strings.Builder
	for i, r := range oneLine(s) {
		if strings.ContainsRune("\\`*_{}[]<>()#+-!|&~$:@", r) && (r != '-' && r != ':' && r != '(' && r != ')' || i == 0) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f' || r == 0x85:
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
}
