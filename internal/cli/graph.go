package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/internal/graph"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

type graphOptions struct {
	file, format string
	hops         int
}

// graphFormats are what --format knows, the default first.
var graphFormats = []string{"text", "mermaid", "dot"}

const defaultHops = 2

func newGraph(env *Env) *cobra.Command {
	o := &graphOptions{}
	cmd := &cobra.Command{
		Use: "graph [SERVICE]", Short: "Draw who calls whom, and what the gateway routes to whom",
		Long: "Draws the system that the spec describes; with SERVICE, which may be an external, only what is\n" +
			"near it. mermaid is for a code block on GitHub (Mermaid draws up to 500 arrows unless told otherwise),\n" +
			"dot for Graphviz: azulejo graph --format dot | dot -Tsvg",
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && cmd.Flags().Changed("hops") {
				return errors.New("--hops counts from a service: name one")
			}
			return env.runGraph(cmd, o, args)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.file, "file", "f", "", "a spec in one `FILE`; without it, the folder's own spec")
	f.StringVar(&o.format, "format", graphFormats[0], "draw as `FORMAT`: "+strings.Join(graphFormats, ", "))
	f.IntVar(&o.hops, "hops", defaultHops, "show what is up to `N` calls away from SERVICE, whichever way they go")
	if err := cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(graphFormats, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // there is no such flag
	}
	return cmd
}

func (env *Env) runGraph(cmd *cobra.Command, o *graphOptions, args []string) error {
	src := source{root: env.chdir(cmd)}
	if o.file != "" {
		src = source{file: env.abs(o.file)}
	}
	draw, err := drawing(o.format)
	if err != nil {
		return err
	}
	if o.hops < 0 {
		return fmt.Errorf("--hops %d: use 0 or more", o.hops)
	}
	sys, err := env.validSystem(src)
	if err != nil {
		return err
	}
	m := graph.Of(sys)
	if len(args) > 0 {
		if err := inSpec(sys, args[0]); err != nil {
			return err
		}
		m = m.Around(args[0], o.hops)
	}
	_, err = io.WriteString(env.Stdout, draw(m))
	return err
}

func drawing(format string) (func(*graph.Map) string, error) {
	switch format {
	case "text":
		return (*graph.Map).Text, nil
	case "mermaid":
		return (*graph.Map).Mermaid, nil
	case "dot":
		return (*graph.Map).DOT, nil
	}
	return nil, fmt.Errorf("--format %s: use %s", format, strings.Join(graphFormats, ", "))
}

// validSystem reads a spec and prints what is wrong with it.
func (env *Env) validSystem(src source) (*spec.System, error) {
	w, err := load(src)
	if err != nil {
		return nil, noSpecHint(err)
	}
	w.relative(env)
	env.printDiagnostics(env.Stderr, env.ErrTTY, w.files, w.diags)
	if w.diags.HasErrors() {
		return nil, withCode(exitError, fmt.Errorf("%s in the spec", plural(count(w.diags, hcl.DiagError), "error")))
	}
	return w.sys, nil
}

// inSpec says that a name is nobody's, and which one may be meant.
func inSpec(sys *spec.System, name string) error {
	if sys.Service(name) != nil || sys.External(name) != nil {
		return nil
	}
	var known []string
	for _, svc := range sys.Services {
		known = append(known, svc.Name)
	}
	for _, e := range sys.Externals {
		known = append(known, e.Name)
	}
	return fmt.Errorf("the spec has no service or external %q.%s", name, spec.DidYouMean(name, known))
}
