package graph

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// textWidth is what a line of Text keeps within where it can: a name, a path or
// an address is never cut.
const textWidth = 80

// Text is the map for a person and for grep: the gateway with its routes, each
// service with what it calls and who calls it, the externals, and the cycles.
// Lines end with a newline; a list that is long goes on in a line that says
// again what it lists.
func (m *Map) Text() string {
	var sections []string
	for _, s := range []string{m.systemText(), m.gatewayText(), m.servicesText(), m.externalsText(), m.cyclesText()} {
		if s != "" {
			sections = append(sections, s)
		}
	}
	return strings.Join(sections, "\n")
}

func (m *Map) systemText() string {
	if m.System == "" {
		return ""
	}
	return "system " + m.System + "\n"
}

func (m *Map) gatewayText() string {
	label, ok := m.gatewayLabel()
	if !ok {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "gateway  %s\n", label)
	for _, r := range m.Routes {
		fmt.Fprintf(&b, "  %s -> %s\n", r.Path, r.To)
	}
	return b.String()
}

func (m *Map) servicesText() string {
	var b strings.Builder
	l := m.links()
	for _, s := range m.Services {
		b.WriteString(s.Name)
		for _, fact := range []string{s.Language, s.imageFact(), strings.TrimSpace(portLabel(s.Port)), s.instancesFact()} {
			if fact != "" {
				b.WriteString("  " + fact)
			}
		}
		b.WriteString("\n" + list("  calls: ", l.callees[s.Name]) + list("  called by: ", l.callers[s.Name]))
	}
	return b.String()
}

func (m *Map) externalsText() string {
	var b strings.Builder
	l := m.links()
	for _, e := range m.Externals {
		b.WriteString(strings.TrimRight(e.Name+"  "+e.kind()+"  "+e.URL, " ") + "\n" + list("  called by: ", l.callers[e.Name]))
	}
	return b.String()
}

const longestCycle = 6

func (m *Map) cyclesText() string {
	var b strings.Builder
	for _, c := range m.cycles() {
		path := c.path
		if left := len(path) - longestCycle - 1; left > 0 {
			path = append(append([]string{}, path[:longestCycle]...), fmt.Sprintf("(%d more)", left), path[0])
		}
		b.WriteString("cycle: " + strings.Join(path, " -> "))
		if c.size > len(c.path)-1 {
			fmt.Fprintf(&b, "  (%d services call each other in circles)", c.size)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// list puts names behind a label, on as many lines as they need.
func list(label string, names []string) string {
	var b strings.Builder
	line := ""
	for _, n := range names {
		switch {
		case line == "":
			line = label + n
		case ansi.StringWidth(line)+len(", ,")+ansi.StringWidth(n) > textWidth:
			b.WriteString(line + ",\n")
			line = label + n
		default:
			line += ", " + n
		}
	}
	if line != "" {
		b.WriteString(line + "\n")
	}
	return b.String()
}

func (s Service) imageFact() string {
	if s.Image == "" {
		return ""
	}
	return "image " + s.Image
}

func (s Service) instancesFact() string {
	if s.Instances < 2 {
		return ""
	}
	return fmt.Sprintf("%d instances", s.Instances)
}

// what is a service in a word and its port: "go :8101".
func (s Service) what() string {
	word := s.Language
	if word == "" && s.Image != "" {
		word = "image"
	}
	return strings.TrimSpace(word + portLabel(s.Port))
}

func portLabel(port int) string {
	if port == 0 {
		return ""
	}
	return fmt.Sprintf(" :%d", port)
}
