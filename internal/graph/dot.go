package graph

import (
	"fmt"
	"strings"
)

// DOT is the map as a directed graph in the language of Graphviz.
func (m *Map) DOT() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  rankdir=LR\n  node [shape=box]\n", dotText(m.System))
	if label, ok := m.gatewayLabel(); ok {
		fmt.Fprintf(&b, "  \"gateway\" [label=%s shape=hexagon]\n", dotText("gateway", label))
	}
	ids := map[string]string{}
	for _, s := range m.Services {
		ids[s.Name] = dotText("service/" + s.Name)
		fmt.Fprintf(&b, "  %s [label=%s]\n", ids[s.Name], dotText(s.Name, s.what()))
	}
	for _, e := range m.Externals {
		ids[e.Name] = dotText("external/" + e.Name)
		fmt.Fprintf(&b, "  %s [label=%s style=dashed]\n", ids[e.Name], dotText(e.Name, e.kind(), e.URL))
	}
	for _, r := range m.Routes {
		fmt.Fprintf(&b, "  \"gateway\" -> %s [label=%s]\n", ids[r.To], dotText(r.Path))
	}
	for _, c := range m.Calls {
		fmt.Fprintf(&b, "  %s -> %s\n", ids[c.From], ids[c.To])
	}
	b.WriteString("}\n")
	return b.String()
}

// A label also knows HTML's entities and, after a backslash, words of its own.
var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `&`, `&amp;`)

// dotText is a quoted string of one or more lines; empty ones are left out.
func dotText(lines ...string) string {
	var parts []string
	for _, line := range lines {
		if line != "" {
			parts = append(parts, dotEscapes.Replace(line))
		}
	}
	return `"` + strings.Join(parts, `\n`) + `"`
}
