package graph

import (
	"fmt"
	"strings"
)

// Mermaid is the map as a flowchart in Mermaid's language, which GitHub draws
// where it stands in a code block of that name. Each line ends with a semicolon:
// Mermaid takes the last one from a line that looks like a style to it, and it
// must not be that of an escaped character.
func (m *Map) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR;\n")
	if label, ok := m.gatewayLabel(); ok {
		fmt.Fprintf(&b, "  gateway{{%s}};\n", mermaidLabel("gateway", label))
	}
	ids := map[string]string{}
	for _, s := range m.Services {
		ids[s.Name] = mermaidID("s_", s.Name)
		fmt.Fprintf(&b, "  %s[%s];\n", ids[s.Name], mermaidLabel(s.Name, s.what()))
	}
	for _, e := range m.Externals {
		ids[e.Name] = mermaidID("e_", e.Name)
		fmt.Fprintf(&b, "  %s([%s]);\n", ids[e.Name], mermaidLabel(e.Name, e.kind(), e.URL))
	}
	for _, r := range m.Routes {
		fmt.Fprintf(&b, "  gateway -->|%s| %s;\n", mermaidLabel(r.Path), ids[r.To])
	}
	for _, c := range m.Calls {
		fmt.Fprintf(&b, "  %s --> %s;\n", ids[c.From], ids[c.To])
	}
	return b.String()
}

// mermaidID is a word that means nothing to Mermaid, as "end" and "style" would,
// another one for each name, and the same one whatever else the map holds.
func mermaidID(kind, name string) string {
	var b strings.Builder
	b.WriteString(kind)
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '-':
			b.WriteByte('_')
		default: // upper case: no name is let through that holds it
			fmt.Fprintf(&b, "X%XX", r)
		}
	}
	return b.String()
}

const mermaidPlain = " /.:-_~@,()"

// mermaidLabel is a quoted text of one or more lines; empty ones are left out.
// What could end it, begin Markdown, HTML, a formula or a directive is written as
// the number of its character.
func mermaidLabel(lines ...string) string {
	var parts []string
	for _, line := range lines {
		if line != "" {
			parts = append(parts, mermaidText(line))
		}
	}
	if len(parts) == 0 {
		return `" "` // Mermaid refuses a label without a character
	}
	return `"` + strings.Join(parts, "<br/>") + `"`
}

func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(mermaidPlain, r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
