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
		out[c.Name] = spec.Command{Name: c.Name, Steps: steps, Inputs: c.Inputs, Outputs: c.Outputs}
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
	if v.IsNull() || !v.CanIterateElements() {
		return nil, bad
	}
	var out [][]string
	for _, step := range v.AsValueSlice() {
		if step.IsNull() || !step.CanIterateElements() || step.Type().IsObjectType() || step.LengthInt() == 0 {
			return nil, bad
		}
		var argv []string
		for _, arg := range step.AsValueSlice() {
			if arg.IsNull() || arg.Type() != cty.String {
				return nil, bad
			}
			argv = append(argv, arg.AsString())
		}
		out = append(out, argv)
	}
	return out, nil
}
