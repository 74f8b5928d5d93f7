package cli

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/local"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// need is one tool and who needs it.
type need struct {
	spec.Tool
	by       []string
	optional bool // to deploy; the services are built and run without it
}

type jsonTool struct {
	Name     string   `json:"name"`
	Status   string   `json:"status"` // ok, old, missing
	Version  string   `json:"version"`
	Minimum  string   `json:"minimum"`
	Optional bool     `json:"optional"` // only to deploy
	NeededBy []string `json:"needed_by"`
	Get      string   `json:"get"`
}

func newDoctor(env *Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say which tools are there, too old or missing",
		Long:  "In a system's folder: what its services need. Elsewhere: what each pack needs.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return env.runDoctor(cmd, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func (env *Env) runDoctor(cmd *cobra.Command, asJSON bool) error {
	needs, err := env.needs(env.chdir(cmd))
	if err != nil {
		return err
	}
	tools, bad := []jsonTool{}, 0
	for _, n := range needs {
		s := local.Probe(cmd.Context(), n.Tool, env.Environ)
		if s.Status != local.ToolOK && !n.optional {
			bad++
		}
		tools = append(tools, jsonTool{n.Name, string(s.Status), s.Version, n.Minimum, n.optional, n.by, n.Get})
	}
	if asJSON {
		if err := env.printJSON(map[string]any{"format_version": 1, "tools": tools}); err != nil {
			return err
		}
	} else {
		env.printTools(tools)
	}
	if bad > 0 {
		return withCode(exitCannotTell, fmt.Errorf("%s missing or too old", plural(bad, "tool")))
	}
	return nil
}

func (env *Env) printTools(tools []jsonTool) {
	for _, t := range tools {
		by := "needed by: " + strings.Join(t.NeededBy, ", ")
		if t.Optional {
			by = "only to deploy: " + strings.Join(t.NeededBy, ", ")
		}
		switch t.Status {
		case string(local.ToolOK):
			fmt.Fprintf(env.Stdout, "%s       %s %s  (%s)\n", env.paint(env.OutTTY, green, "ok"), t.Name, t.Version, by)
		case string(local.ToolOld):
			fmt.Fprintf(env.Stdout, "%s  %s %s, %s or newer is needed  (%s)\n         get it: %s\n", env.paint(env.OutTTY, yellow, "TOO OLD"), t.Name, t.Version, t.Minimum, by, t.Get)
		default:
			fmt.Fprintf(env.Stdout, "%s  %s %s  (%s)\n         get it: %s\n", env.paint(env.OutTTY, red, "MISSING"), t.Name, t.Minimum, by, t.Get)
		}
	}
}

// needs lists the tools of a project's services, or of all packs where there is
// no project.
func (env *Env) needs(dir string) ([]need, error) {
	w, err := load(source{root: dir})
	switch {
	case errors.Is(err, project.ErrNoSpec):
		packs, _, err := shippedPacks(func(generators.Heading) bool { return true })
		if err != nil {
			return nil, err
		}
		var out []need
		for _, p := range packs {
			out = addNeeds(out, p, "pack "+p.Name())
		}
		return out, nil
	case err != nil:
		return nil, err
	}
	if w.diags.HasErrors() {
		w.relative(env)
		env.printDiagnostics(env.Stderr, env.ErrTTY, w.files, w.diags)
		return nil, errors.New("the spec must be valid first")
	}
	var out []need
	for _, u := range w.units {
		if u.missing() != nil {
			return nil, w.errMissing(u)
		}
		for _, c := range u.packs {
			who := "pack " + c.pack.Name()
			if c.kind == generators.KindService {
				who = u.svc.Name
			}
			out = addNeeds(out, c.pack, who)
		}
	}
	return out, nil
}

func addNeeds(out []need, p *generators.Pack, who string) []need {
	for _, t := range p.Tools() {
		i := slices.IndexFunc(out, func(n need) bool { return n.Name == t.Name && n.Minimum == t.Minimum })
		if i < 0 {
			i, out = len(out), append(out, need{Tool: t, optional: true})
		}
		if !slices.Contains(out[i].by, who) {
			out[i].by = append(out[i].by, who)
		}
		out[i].optional = out[i].optional && p.Kind() != generators.KindService
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}
