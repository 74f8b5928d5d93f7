package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/hashicorp/hcl/v2"
)

type colour string

const (
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
	bold   colour = "1"
	dim    colour = "2"
)

func (env *Env) paint(tty bool, c colour, s string) string {
	if !tty || env.noColor || env.getenv("NO_COLOR") != "" || env.getenv("TERM") == "dumb" {
		return s
	}
	return "\x1b[" + string(c) + "m" + s + "\x1b[0m"
}

// printable shows control characters instead of sending them to the terminal:
// messages quote what users and files hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r):
			return '\uFFFD'
		}
		return r
	}, escapes().ReplaceAllString(s, ""))
}

// escapes are the terminal's control sequences, with which tools colour what
// they print.
var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?)")
})

// mostMessages bounds what a file that is no spec at all can print.
const mostMessages = 500

// printDiagnostics writes each message with its place, the source line and what
// to do.
func (env *Env) printDiagnostics(w io.Writer, tty bool, files map[string][]byte, diags hcl.Diagnostics) {
	for i, d := range diags {
		if i == mostMessages {
			fmt.Fprintf(w, "… and %d more; --json of validate has them all\n", len(diags)-i)
			return
		}
		word, c := "Error", red
		if d.Severity == hcl.DiagWarning {
			word, c = "Warning", yellow
		}
		fmt.Fprintf(w, "%s %s\n", env.paint(tty, c, word+":"), env.paint(tty, bold, printable(d.Summary)))
		if d.Subject != nil && d.Subject.Filename != "" {
			fmt.Fprintf(w, "  %s\n", printable(place(*d.Subject)))
			printSnippet(w, files[d.Subject.Filename], *d.Subject)
		}
		for _, line := range strings.Split(strings.TrimSpace(d.Detail), "\n") {
			fmt.Fprintf(w, "  %s\n", printable(line))
		}
		fmt.Fprintln(w)
	}
}

func place(r hcl.Range) string {
	return fmt.Sprintf("%s:%d:%d", r.Filename, r.Start.Line, r.Start.Column)
}

const snippetWidth = 160

func printSnippet(w io.Writer, src []byte, r hcl.Range) {
	line, ok := sourceLine(src, r.Start.Line)
	if !ok {
		return
	}
	number := strconv.Itoa(r.Start.Line)
	end := r.End.Column
	if r.End.Line != r.Start.Line {
		end = len(line) + 1
	}
	from := min(max(r.Start.Column-1, 0), len([]rune(line)))
	width := max(1, min(end-r.Start.Column, len([]rune(line))-from))
	if len([]rune(line)) > snippetWidth {
		line, width = string([]rune(line)[:snippetWidth])+"…", min(width, max(1, snippetWidth-from))
	}
	lead := strings.Map(func(c rune) rune {
		if c == '\t' {
			return '\t'
		}
		return ' '
	}, string([]rune(line)[:min(from, len([]rune(line)))]))
	fmt.Fprintf(w, "  %4s | %s\n", number, printable(line))
	fmt.Fprintf(w, "  %4s | %s%s\n", "", lead, strings.Repeat("^", width))
}

func sourceLine(src []byte, n int) (string, bool) {
	lines := bytes.Split(src, []byte("\n"))
	if n < 1 || n > len(lines) || len(src) == 0 {
		return "", false
	}
	return strings.ToValidUTF8(strings.TrimRight(string(lines[n-1]), "\r"), "\uFFFD"), true
}

type jsonDiagnostic struct {
	Severity string     `json:"severity"`
	Summary  string     `json:"summary"`
	Detail   string     `json:"detail"`
	Range    *jsonRange `json:"range,omitempty"`
	Snippet  string     `json:"snippet,omitempty"`
}

type jsonRange struct {
	Filename string  `json:"filename"`
	Start    jsonPos `json:"start"`
	End      jsonPos `json:"end"`
}

type jsonPos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

func jsonDiagnostics(files map[string][]byte, diags hcl.Diagnostics) []jsonDiagnostic {
	out := []jsonDiagnostic{}
	for _, d := range diags {
		j := jsonDiagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail}
		if d.Severity == hcl.DiagWarning {
			j.Severity = "warning"
		}
		if s := d.Subject; s != nil {
			j.Range = &jsonRange{s.Filename, jsonPos{s.Start.Line, s.Start.Column, s.Start.Byte}, jsonPos{s.End.Line, s.End.Column, s.End.Byte}}
			j.Snippet, _ = sourceLine(files[s.Filename], s.Start.Line)
		}
		out = append(out, j)
	}
	return out
}

func count(diags hcl.Diagnostics, sev hcl.DiagnosticSeverity) int {
	n := 0
	for _, d := range diags {
		if d.Severity == sev {
			n++
		}
	}
	return n
}

func (env *Env) printJSON(v any) error {
	e := json.NewEncoder(env.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
