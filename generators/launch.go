package generators

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Launch says how a generated service in folder dir is installed, built and run.
func Launch(p *Pack, svc *spec.Service, facts Facts, dir string) (spec.Launch, hcl.Diagnostics) {
	l := spec.Launch{
		Service: svc.Name, Dir: dir, Requires: p.Tools(), Env: svc.Env, Secrets: svc.Secrets,
		Port: svc.Port, Instances: svc.Instances, ReadyPath: svc.ReadyPath,
		Discovery: facts.Discovery, Config: facts.Config,
	}
	for _, c := range svc.Calls {
		l.Calls = append(l.Calls, c.Name)
	}
	commands, diags := Commands(p, svc, facts)
	l.Install, l.Build = commands["install"], commands["build"]
	if run := commands["run"].Steps; len(run) == 1 {
		l.Run = run[0]
	} else if !diags.HasErrors() {
		diags = problem(p.rng, "Pack cannot run", fmt.Sprintf("pack %q needs a command \"run\" with exactly one step.", p.Name()))
	}
	return l, diags
}

// Commands evaluates the pack's commands for a service.
func Commands(p *Pack, svc *spec.Service, facts Facts) (map[string]spec.Command, hcl.Diagnostics) {
	r := &renderer{pack: p, ctx: p.context(svc, facts)}
	diags := r.locals()
	if diags.HasErrors() {
		return nil, diags
	}
	out := map[string]spec.Command{}
	for _, c := range p.manifest.Commands {
		steps, more := argvs(c.Steps, r.ctx)
		diags = append(diags, more...)
		inputs, more := pathList(c.Inputs, r.ctx)
		diags = append(diags, more...)
		outputs, more := pathList(c.Outputs, r.ctx)
		diags = append(diags, more...)
		out[c.Name] = spec.Command{Name: c.Name, Steps: steps, Inputs: inputs, Outputs: outputs}
	}
	return out, diags
}

// argvs reads a list of lists of strings.
func argvs(e hcl.Expression, ctx *hcl.EvalContext) ([][]string, hcl.Diagnostics) {
	v, diags := e.Value(ctx)
	if diags.HasErrors() {
		return nil, diags
	}
	bad := problem(e.Range(), "Not a list of commands", "steps is a list of argument lists, such as [[\"go\", \"build\"]].")
	if !isList(v) {
		return nil, bad
	}
	var out [][]string
	for _, step := range v.AsValueSlice() {
		argv, ok := stringsOf(step)
		if !ok || len(argv) == 0 {
			return nil, bad
		}
		out = append(out, argv)
	}
	return out, nil
}

// pathList reads a list of strings that may be left out.
func pathList(e hcl.Expression, ctx *hcl.EvalContext) ([]string, hcl.Diagnostics) {
	if e = present(e); e == nil {
		return nil, nil
	}
	v, diags := e.Value(ctx)
	if diags.HasErrors() {
		return nil, diags
	}
	list, ok := stringsOf(v)
	if !ok {
		return nil, problem(e.Range(), "Not a list of paths", "Write a list of strings, such as [\"go.mod\"].")
	}
	return list, nil
}

func isList(v cty.Value) bool {
	return !v.IsNull() && v.IsKnown() && (v.Type().IsTupleType() || v.Type().IsListType() || v.Type().IsSetType())
}

func stringsOf(v cty.Value) ([]string, bool) {
	if !isList(v) {
		return nil, false
	}
	var out []string
	for _, item := range v.AsValueSlice() {
		if item.IsNull() || item.Type() != cty.String {
			return nil, false
		}
		out = append(out, item.AsString())
	}
	return out, true
}
