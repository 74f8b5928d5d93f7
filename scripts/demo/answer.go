//go:build unix

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/azulejo-dev/azulejo/scripts/running"
)

func languages(parts []running.Part) map[string]bool {
	set := map[string]bool{}
	for _, p := range parts {
		if p.Language != "" {
			set[p.Language] = true
		}
	}
	return set
}

// describe is a table of the parts.
func describe(parts []running.Part) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "SERVICE\tLANGUAGE\tRUNTIME\tPROCESS")
	for _, p := range parts {
		fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\n", strings.Repeat("  ", p.Depth), p.Name,
			cmp.Or(p.Language, "-"), cmp.Or(p.Runtime, "-"), cmp.Or(p.Failed, strconv.Itoa(p.ProcessID)))
	}
	_ = w.Flush()
	return b.String()
}

// deepest is the started service furthest from the one that was asked, the first
// by name of several; nil if no other service has answered.
func deepest(parts []running.Part, t running.Table) *running.Service {
	var best running.Part
	for _, p := range parts[1:] {
		if p.Failed == "" && t[p.Name] != nil && p.Name != parts[0].Name && p.Depth > best.Depth {
			best = p
		}
	}
	return t[best.Name]
}

// allReportFailed says whether every call to a service that the answer shows has
// failed. There is one at least.
func allReportFailed(a *running.Answer, name string) bool {
	seen := false
	for _, p := range a.Walk() {
		if p.Name == name && p.Failed == "" {
			return false
		}
		seen = seen || p.Name == name
	}
	return seen
}

// difference says in words what became of each call.
func difference(before, after []running.Part) string {
	was := map[string]string{}
	for _, p := range before {
		was[p.Caller+" "+p.Name] = state(p)
	}
	var lines []string
	for _, p := range after {
		if old := was[p.Caller+" "+p.Name]; old != state(p) && p.Caller != "" {
			lines = append(lines, fmt.Sprintf("%s reports %s: %s (was: %s)", p.Caller, p.Name, state(p), old))
		}
	}
	for _, p := range after {
		if p.Failed == "" && state(p) == was[p.Caller+" "+p.Name] {
			lines = append(lines, p.Name+" answers as before")
		}
	}
	return strings.Join(slices.Compact(lines), "\n")
}

func state(p running.Part) string {
	if p.Failed != "" {
		return "failed, " + p.Failed
	}
	return "ok"
}

// checkProcesses compares the process ids of an answer with azulejo's children.
func checkProcesses(up *running.Up, parts []running.Part) error {
	owner := map[int]string{}
	for _, p := range parts {
		s := up.Table[p.Name]
		if s == nil || p.Failed != "" {
			continue
		}
		if other := owner[p.ProcessID]; other != "" && other != p.Name {
			return fmt.Errorf("%s and %s both say that they are process %d", other, p.Name, p.ProcessID)
		}
		if err := up.Owns(s, p.ProcessID); err != nil {
			return err
		}
		owner[p.ProcessID] = p.Name
	}
	return nil
}
