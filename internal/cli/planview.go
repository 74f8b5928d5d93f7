package cli

import (
	"fmt"
	"sort"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/project"
)

// showPlan prints a plan for a person or as JSON.
func (env *Env) showPlan(o *planOptions, w *workspace, p *project.Plan) error {
	if o.json {
		return env.printJSON(jsonPlanOf(p, w))
	}
	v := &planView{env: env, verbose: o.verbose, plan: p, alone: w.standalone()}
	v.changes()
	v.summary()
	return nil
}

type planView struct {
	env     *Env
	verbose bool
	plan    *project.Plan
	alone   bool // the root is a service's folder
}

// unit is the folder of the service that a path belongs to, "" for none.
func (v *planView) unit(name string) string {
	if v.alone {
		return "./"
	}
	if s := serviceOf(name); s != "" {
		return "services/" + s + "/"
	}
	return ""
}

// symbols of actions, and their colours.
var symbols = map[project.Action]struct {
	sign string
	c    colour
}{
	project.Create: {"+", green}, project.Recreate: {"+", green}, project.Update: {"~", yellow},
	project.Delete: {"-", red}, project.Conflict: {"!", red},
	project.Keep: {"=", dim}, project.Untrack: {"=", dim}, project.StaysDeleted: {"=", dim},
	project.Record: {"=", dim}, project.Forget: {"=", dim},
}

// changes prints a service that is new in one line, everything else by file.
func (v *planView) changes() {
	fresh := v.freshServices()
	said := map[string]bool{}
	for _, c := range v.plan.Changes {
		if name := v.unit(c.Path); name != "" && fresh[name] != nil && !v.verbose {
			if !said[name] {
				said[name] = true
				v.line(project.Create, name, fresh[name].String())
			}
			continue
		}
		if c.Action == project.Record && !v.verbose {
			continue
		}
		v.line(c.Action, c.Path, c.Reason)
		if c.Diff != "" && (v.verbose || c.Action == project.Conflict || strings.Count(c.Diff, "\n") <= diffLines) {
			v.diff(c.Diff)
		} else if c.Diff != "" {
			fmt.Fprintf(v.env.Stdout, "      (%d lines of diff; -v shows them)\n", strings.Count(c.Diff, "\n"))
		}
	}
}

const diffLines = 30

type tally struct {
	files, managed, seeded int
	packs                  map[string]bool
}

func (t *tally) String() string {
	packs := make([]string, 0, len(t.packs))
	for p := range t.packs {
		packs = append(packs, p)
	}
	sort.Strings(packs)
	return fmt.Sprintf("%d files: %d managed, %d seeded, from pack %s", t.files, t.managed, t.seeded, strings.Join(packs, ", "))
}

// freshServices are those of which every file is created.
func (v *planView) freshServices() map[string]*tally {
	out := map[string]*tally{}
	for _, c := range v.plan.Changes {
		name := v.unit(c.Path)
		if name == "" {
			continue
		}
		if _, seen := out[name]; !seen {
			out[name] = &tally{packs: map[string]bool{}}
		}
		t := out[name]
		switch {
		case t == nil:
		case c.Action != project.Create:
			out[name] = nil
		default:
			t.add(c)
		}
	}
	for name, t := range out {
		if t != nil && t.managed+t.seeded < 2 {
			delete(out, name)
		}
	}
	return out
}

func (t *tally) add(c project.Change) {
	t.files++
	switch c.Class {
	case "managed":
		t.managed++
	case "seeded":
		t.seeded++
	}
	if c.Pack != "" {
		t.packs[c.Pack] = true
	}
}

func (v *planView) line(a project.Action, name, note string) {
	s := symbols[a]
	if note != "" {
		note = "  " + v.env.paint(v.env.OutTTY, dim, printable(note))
	}
	fmt.Fprintf(v.env.Stdout, "  %s %s%s\n", v.env.paint(v.env.OutTTY, s.c, s.sign), printable(name), note)
}

func (v *planView) diff(text string) {
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		c := dim
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
			continue
		case strings.HasPrefix(line, "+"):
			c = green
		case strings.HasPrefix(line, "-"):
			c = red
		}
		fmt.Fprintf(v.env.Stdout, "      %s\n", v.env.paint(v.env.OutTTY, c, printable(line)))
	}
}

func (v *planView) summary() {
	n := counts(v.plan)
	if v.plan.NoChanges() {
		fmt.Fprintf(v.env.Stdout, "No changes: %s as the spec says.\n", plural(v.plan.Files, "generated file"))
		return
	}
	fmt.Fprintf(v.env.Stdout, "Plan: %d to create, %d to change, %d to delete", n.Create, n.Update, n.Delete)
	if n.Conflict > 0 {
		fmt.Fprintf(v.env.Stdout, ", %d to be decided by a person", n.Conflict)
	}
	fmt.Fprintln(v.env.Stdout, ".")
}

// jsonPlan is documented in docs/plan-json.md; a test compares the two.
type jsonPlan struct {
	FormatVersion int              `json:"format_version"`
	Root          string           `json:"root"`
	NoChanges     bool             `json:"no_changes"`
	Summary       jsonSummary      `json:"summary"`
	Changes       []jsonChange     `json:"changes"`
	Diagnostics   []jsonDiagnostic `json:"diagnostics"`
}

type jsonSummary struct {
	Create   int `json:"create"`
	Update   int `json:"update"`
	Delete   int `json:"delete"`
	Conflict int `json:"conflict"`
}

type jsonChange struct {
	Path       string `json:"path"`
	Action     string `json:"action"`
	Reason     string `json:"reason"`
	Class      string `json:"class"`
	Service    string `json:"service"`
	Pack       string `json:"pack"`
	Before     string `json:"before_sha256"`
	After      string `json:"after_sha256"`
	Executable bool   `json:"exec"`
	Diff       string `json:"diff"`
}

func jsonPlanOf(p *project.Plan, w *workspace) jsonPlan {
	out := jsonPlan{
		FormatVersion: 1, Root: p.Root, NoChanges: p.NoChanges(), Summary: counts(p),
		Changes: []jsonChange{}, Diagnostics: jsonDiagnostics(w.files, w.diags),
	}
	for _, c := range p.Changes {
		out.Changes = append(out.Changes, jsonChange{
			Path: c.Path, Action: string(c.Action), Reason: c.Reason, Class: c.Class, Service: serviceOf(c.Path),
			Pack: c.Pack, Before: c.Before, After: c.After, Executable: c.Exec, Diff: c.Diff,
		})
	}
	return out
}

func counts(p *project.Plan) jsonSummary {
	var n jsonSummary
	for _, c := range p.Changes {
		switch c.Action {
		case project.Create, project.Recreate:
			n.Create++
		case project.Update:
			n.Update++
		case project.Delete:
			n.Delete++
		case project.Conflict:
			n.Conflict++
		case project.None, project.Record, project.Forget, project.Keep, project.Untrack, project.StaysDeleted:
		}
	}
	return n
}
