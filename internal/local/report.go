package local

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// report says that all are ready. Its columns and the line that begins with
// "ready" are stable: programs read them.
func (r *runner) report() {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SERVICE\tURL\tPID\tROUTES\tCALLS")
	for _, s := range r.services {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", s.name(), localURL(s.port), strings.Join(s.pids(), ","), list(r.paths(s.name())), list(s.launch.Calls))
	}
	_ = table.Flush()
	if r.registry != "" {
		text.WriteString("registry: " + r.registry + "\n")
	}
	if r.config != "" {
		text.WriteString("config server: " + r.config + "\n")
	}
	for _, note := range r.notes {
		text.WriteString(note + "\n")
	}
	text.WriteString("ready")
	if r.gatewayPort != 0 {
		text.WriteString(": " + localURL(r.gatewayPort))
	}
	r.progress.say("%s", text.String())
}

func (s *service) pids() (pids []string) {
	for _, in := range s.instances {
		pids = append(pids, strconv.Itoa(in.proc.os.Pid))
	}
	return pids
}

func (r *runner) paths(name string) (paths []string) {
	for _, route := range r.routes {
		if route.Name == name {
			paths = append(paths, route.Path)
		}
	}
	return paths
}

// list is one word, so that the table can be split at spaces.
func list(items []string) string {
	if len(items) == 0 {
		return "-"
	}
	return strings.Join(slices.Sorted(slices.Values(items)), ",")
}
