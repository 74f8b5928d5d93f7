package spec

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// inputs checks a service's answers against its pack's questions.
func (v *validator) inputs(svc *Service, lang Language) {
	var known []string
	for _, in := range lang.Inputs {
		known = append(known, in.Name)
	}
	for _, name := range sortedKeys(svc.Inputs) {
		if !contains(known, name) {
			v.errorf(svc.attrs["inputs"].items[name], "Unknown input", "The %s pack asks nothing called %s.%s", lang.Pack, quoted(name), DidYouMean(name, known))
		}
	}
	answers, ok := v.answers(svc, lang)
	if !ok {
		return
	}
	ctx := InputContext(answers, v.catalog)
	for _, in := range lang.Inputs {
		v.answer(svc, in, answers[in.Name], ctx)
	}
}

// answers converts what was given and fills in the defaults. What has none and is
// not asked with the other answers as they are is null.
func (v *validator) answers(svc *Service, lang Language) (map[string]cty.Value, bool) {
	out, ok := map[string]cty.Value{}, true
	for _, in := range lang.Inputs {
		got, given := svc.Inputs[in.Name]
		switch {
		case !given && in.Default == cty.NilVal:
			out[in.Name] = cty.NullVal(in.Type)
		case !given:
			out[in.Name] = in.Default
		default:
			val, err := convert.Convert(got, in.Type)
			if err != nil || val.IsNull() || !sameKind(got.Type(), in.Type) {
				v.errorf(svc.attrs["inputs"].items[in.Name], "Wrong type or value", "%s = %s: expected %s.", in.Name, excerpt(got), in.Type.FriendlyName())
				ok = false
				continue
			}
			out[in.Name] = val
		}
	}
	ctx := InputContext(out, v.catalog)
	for _, in := range lang.Inputs {
		if _, given := svc.Inputs[in.Name]; !given && in.Default == cty.NilVal && in.asked(ctx) {
			v.errorf(svc.Range, "Input missing", "The %s pack needs inputs = { %s = … }. %s", lang.Pack, in.Name, in.Why)
			v.about(inputField(in.Name))
			ok = false
		}
	}
	return out, ok
}

// asked says that the question applies, as far as its condition can be told.
func (in Input) asked(ctx *hcl.EvalContext) bool {
	if in.When == nil {
		return true
	}
	asked, diags := in.When.Value(ctx)
	return diags.HasErrors() || !asked.RawEquals(cty.False)
}

// sameKind refuses the conversions between primitives: "8080" is no number.
func sameKind(got, want cty.Type) bool {
	return !want.IsPrimitiveType() || got == want
}

func (v *validator) answer(svc *Service, in Input, answer cty.Value, ctx *hcl.EvalContext) {
	_, given := svc.Inputs[in.Name]
	at := svc.Range
	if given {
		at = svc.attrs["inputs"].items[in.Name]
	}
	if !given && in.Default == cty.NilVal {
		return // not asked
	}
	if given && !in.asked(ctx) {
		v.errorf(at, "Input does not apply", "%s is not asked with the other answers as they are. Remove it.", in.Name)
	}
	wrong := func(why string) {
		v.errorf(at, "Bad input", "%s: %s", in.Name, why)
		v.about(inputField(in.Name))
	}
	if bad := in.notOffered(answer); bad != cty.NilVal {
		wrong(excerpt(bad) + " is none of " + in.offers() + ".")
	}
	for _, rule := range in.Validations {
		good, diags := rule.Condition.Value(ctx)
		if diags.HasErrors() || good.Type() != cty.Bool || !good.IsKnown() || good.IsNull() {
			v.diags = append(v.diags, diags...)
			continue
		}
		if good.False() {
			wrong(rule.ErrorMessage)
		}
	}
}

// InputContext is what the expressions of an input see: input and the functions.
func InputContext(answers map[string]cty.Value, c *Catalog) *hcl.EvalContext {
	vals := cty.EmptyObjectVal
	if len(answers) > 0 {
		vals = cty.ObjectVal(answers)
	}
	return &hcl.EvalContext{Variables: map[string]cty.Value{"input": vals}, Functions: c.Functions}
}

// notOffered returns the first part of an answer that is not among the options, or
// cty.NilVal.
func (in Input) notOffered(answer cty.Value) cty.Value {
	if len(in.Options) == 0 || answer.IsNull() {
		return cty.NilVal
	}
	parts := []cty.Value{answer}
	if !in.Type.IsPrimitiveType() {
		parts = answer.AsValueSlice()
	}
	for _, p := range parts {
		offered := slices.ContainsFunc(in.Options, func(o cty.Value) bool { return o.RawEquals(p) })
		if !offered {
			return p
		}
	}
	return cty.NilVal
}

func (in Input) offers() string {
	var list []string
	for _, o := range in.Options {
		list = append(list, excerpt(o))
	}
	return strings.Join(list, ", ")
}
