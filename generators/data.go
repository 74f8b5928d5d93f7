package generators

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Facts are what a service's files may know of the system around it. They are
// recorded with the service, so that it renders alike wherever it is moved.
type Facts struct {
	System    string   `json:"system"`
	Namespace string   `json:"namespace"`
	Discovery string   `json:"discovery"`
	Config    string   `json:"config,omitempty"`
	Targets   []string `json:"targets"`

	// Addresses are the URLs of what the service calls, by name. Only deployments
	// see them, so that a service's code stays a function of its own spec.
	Addresses map[string]string `json:"addresses,omitempty"`
}

// FactsOf takes the facts from a system; svc is nil for the system's own files.
func FactsOf(s *spec.System, svc *spec.Service) Facts {
	f := Facts{System: s.Name, Namespace: s.Namespace, Targets: []string{}}
	if s.Discovery != nil {
		f.Discovery = s.Discovery.Name
	}
	if s.Config != nil {
		f.Config = s.Config.Name
	}
	for _, t := range s.Targets {
		f.Targets = append(f.Targets, t.Name)
	}
	if svc == nil || len(s.Targets) == 0 {
		return f
	}
	for _, c := range svc.Calls {
		if url := address(s, c.Name); url != "" {
			if f.Addresses == nil {
				f.Addresses = map[string]string{}
			}
			f.Addresses[c.Name] = url
		}
	}
	return f
}

// address is where a name is reached inside of the system: in every target a
// service answers under its own name, on its own port. "" where nobody knows.
func address(s *spec.System, name string) string {
	if svc := s.Service(name); svc != nil {
		return serviceURL(svc)
	}
	if e := s.External(name); e != nil {
		return strings.TrimRight(e.URL, "/")
	}
	return ""
}

func serviceURL(svc *spec.Service) string { return fmt.Sprintf("http://%s:%d", svc.Name, svc.Port) }

// engine changes when the same pack and spec would render to other bytes.
const engine = "3"

// Key identifies a service's render: equal keys give equal trees. It covers all
// that a template can see, and nothing else.
//
// It needs no more of the packs than their digests and the answers to their
// questions, so that a service whose pack is not at hand can still be told to be
// unchanged.
func Key(digests []string, svc *spec.Service, facts Facts, answers map[string]json.RawMessage) string {
	if len(answers) == 0 {
		answers = nil // a lock does not tell the two apart
	}
	return key(digests, facts, toGo(deployedValue(svc, facts.Addresses)), answers)
}

// SystemKey identifies the render of the system's own files.
func SystemKey(digests []string, sys *spec.System) string {
	values := map[string]any{}
	for name, v := range systemValues(sys) {
		values[name] = toGo(v)
	}
	return key(digests, values)
}

func key(parts ...any) string {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(append([]any{engine}, parts...)) // plain values cannot fail
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// context holds the variables of the pack's expressions and templates. A service
// pack sees less than a target: where a service is deployed is no part of its code.
func (p *Pack) context(svc *spec.Service, facts Facts) *hcl.EvalContext {
	value := deployedValue(svc, facts.Addresses)
	if p.Kind() == KindService {
		value = serviceValue(svc)
	}
	return &hcl.EvalContext{Functions: expressionFuncs(), Variables: map[string]cty.Value{
		"system": factsValue(facts), "service": value, "input": p.answers(svc),
	}}
}

func factsValue(f Facts) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"name": cty.StringVal(f.System), "namespace": cty.StringVal(f.Namespace),
		"discovery": cty.StringVal(f.Discovery), "config": cty.StringVal(f.Config), "targets": strings2cty(f.Targets),
	})
}

// serviceValue is a service as its own code sees it.
func serviceValue(svc *spec.Service) cty.Value {
	calls := []cty.Value{}
	for _, c := range svc.Calls {
		calls = append(calls, cty.ObjectVal(callValue(c)))
	}
	return cty.ObjectVal(map[string]cty.Value{
		"name": cty.StringVal(svc.Name), "port": cty.NumberIntVal(int64(svc.Port)), "calls": cty.TupleVal(calls),
	})
}

func callValue(c spec.Call) map[string]cty.Value {
	return map[string]cty.Value{
		"name": cty.StringVal(c.Name), "env": cty.StringVal(spec.EnvName(c.Name)),
		"attempt_timeout_ms": cty.NumberIntVal(c.AttemptTimeout.Milliseconds()),
		"deadline_ms":        cty.NumberIntVal(c.Deadline.Milliseconds()),
		"retries":            cty.NumberIntVal(int64(c.Retries)),
		"breaker": cty.ObjectVal(map[string]cty.Value{
			"window_ms":       cty.NumberIntVal(c.Breaker.Window.Milliseconds()),
			"min_calls":       cty.NumberIntVal(int64(c.Breaker.MinCalls)),
			"failure_percent": cty.NumberIntVal(int64(c.Breaker.FailurePercent)),
			"open_ms":         cty.NumberIntVal(c.Breaker.Open.Milliseconds()),
		}),
	}
}

// deployedValue is a service as whoever runs it sees it.
func deployedValue(svc *spec.Service, addresses map[string]string) cty.Value {
	return cty.ObjectVal(deployed(svc, addresses))
}

func deployed(svc *spec.Service, addresses map[string]string) map[string]cty.Value {
	calls := []cty.Value{}
	for _, c := range svc.Calls {
		v := callValue(c)
		v["url"] = cty.StringVal(addresses[c.Name])
		calls = append(calls, cty.ObjectVal(v))
	}
	env := map[string]cty.Value{}
	for name, value := range svc.Env {
		env[name] = cty.StringVal(value)
	}
	return map[string]cty.Value{
		"name": cty.StringVal(svc.Name), "port": cty.NumberIntVal(int64(svc.Port)), "calls": cty.TupleVal(calls),
		"generated": cty.BoolVal(svc.Image == ""), "language": cty.StringVal(svc.Language), "image": cty.StringVal(svc.Image),
		"instances": cty.NumberIntVal(int64(svc.Instances)), "ready_path": cty.StringVal(svc.ReadyPath),
		"env": cty.ObjectVal(env), "secrets": strings2cty(slices.Sorted(slices.Values(svc.Secrets))), "routes": routesValue(svc.Routes),
	}
}

func routesValue(routes []spec.Route) cty.Value {
	vals := []cty.Value{}
	for _, r := range routes {
		vals = append(vals, cty.ObjectVal(map[string]cty.Value{"path": cty.StringVal(r.Path), "to": cty.StringVal(r.To)}))
	}
	return cty.TupleVal(vals)
}

// answers are the service's inputs, with the defaults of the pack.
func (p *Pack) answers(svc *spec.Service) cty.Value {
	vals := map[string]cty.Value{}
	for _, in := range p.inputs {
		v, ok := svc.Inputs[in.Name]
		if !ok {
			v = in.Default
		}
		if v == cty.NilVal { // it has no default and is not asked
			v = cty.NullVal(in.Type)
		}
		vals[in.Name] = v
	}
	if len(vals) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(vals)
}

func strings2cty(list []string) cty.Value {
	vals := []cty.Value{}
	for _, s := range list {
		vals = append(vals, cty.StringVal(s))
	}
	return cty.TupleVal(vals)
}

// Answers are a service's inputs as JSON, with the pack's defaults, for its lock.
func Answers(p *Pack, svc *spec.Service) (map[string]json.RawMessage, error) {
	return encodeAnswers(map[string]json.RawMessage{}, p.answers(svc).AsValueMap())
}

// AnswersOver are a service's inputs over those of its lock, where the pack is
// not at hand to give its defaults.
func AnswersOver(locked map[string]json.RawMessage, svc *spec.Service) (map[string]json.RawMessage, error) {
	return encodeAnswers(maps.Clone(locked), svc.Inputs)
}

func encodeAnswers(out map[string]json.RawMessage, answers map[string]cty.Value) (map[string]json.RawMessage, error) {
	for name, v := range answers {
		b, err := json.Marshal(toGo(v))
		if err != nil {
			return nil, fmt.Errorf("encoding input %s: %w", name, err)
		}
		out[name] = b
	}
	return out, nil
}
