package ask

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// inputQuestion is a pack's question as the wizard asks it.
func inputQuestion(in spec.Input, lang spec.Language) Question {
	q := Question{
		Field: "inputs." + in.Name, Label: label(in.Name), None: "none", Group: in.Page, Why: in.Why, Later: in.Later,
		Essential: in.Essential, Required: in.Default == cty.NilVal, Flag: "--set " + in.Name, Kind: kindOf(in),
	}
	if q.Group == "" {
		q.Group = lang.Pack + " pack"
	}
	if !q.Required {
		q.Default = toText(in.Default)
	}
	for _, o := range in.Options {
		q.Options = append(q.Options, Option{Value: one(toText(o))})
	}
	if in.Type == cty.Bool {
		q.Options = []Option{{Value: "true"}, {Value: "false"}}
	}
	return q
}

// label is a name as a person reads it.
func label(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

func kindOf(in spec.Input) Kind {
	list := in.Type.IsListType() || in.Type.IsSetType()
	switch {
	case list && len(in.Options) > 0:
		return Multi
	case list && in.Type.ElementType().IsPrimitiveType():
		return List
	case len(in.Options) > 0 || in.Type == cty.Bool:
		return Select
	}
	return Text
}

// fromText reads an answer as a value of the type, and leaves it a string where it
// is none: the validator then says what was expected.
func fromText(ty cty.Type, v []string) cty.Value {
	switch {
	case ty.IsListType() && ty.ElementType().IsPrimitiveType(), ty.IsSetType() && ty.ElementType().IsPrimitiveType():
		var parts []cty.Value
		for _, s := range v {
			parts = append(parts, fromText(ty.ElementType(), []string{s}))
		}
		return cty.TupleVal(parts)
	case ty == cty.Number:
		if n, err := cty.ParseNumberVal(one(v)); err == nil {
			return n
		}
	case ty == cty.Bool && (one(v) == "true" || one(v) == "false"):
		return cty.BoolVal(one(v) == "true")
	case !ty.IsPrimitiveType():
		return literal(one(v))
	}
	return cty.StringVal(one(v))
}

// toText is an answer that fromText reads as the value.
func toText(v cty.Value) []string {
	switch ty := v.Type(); {
	case v.IsNull():
		return nil
	case ty == cty.String:
		return []string{v.AsString()}
	case ty == cty.Bool:
		return []string{fmt.Sprint(v.True())}
	case ty.IsListType() || ty.IsSetType() || ty.IsTupleType():
		var out []string
		for _, part := range v.AsValueSlice() {
			if !part.Type().IsPrimitiveType() {
				return []string{written(v)}
			}
			out = append(out, toText(part)...)
		}
		return out
	default:
		return []string{written(v)}
	}
}

func written(v cty.Value) string { return string(hclwrite.TokensForValue(v).Bytes()) }

// literal reads a literal of the spec or, where the text is none, a string.
func literal(s string) cty.Value {
	expr, diags := hclsyntax.ParseExpression([]byte(s), "--set", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.StringVal(s)
	}
	v, diags := expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || written(v) != s {
		return cty.StringVal(s) // 007 stays as it is
	}
	return v
}

// Set reads KEY=VALUE of --set into an answer.
func (a Answers) Set(kv string) error {
	key, val, ok := strings.Cut(kv, "=")
	if !ok || !hclsyntax.ValidIdentifier(key) {
		return fmt.Errorf("--set %s: write KEY=VALUE", kv)
	}
	a["inputs."+key] = toText(literal(val))
	return nil
}

// setting is VALUE of --set for an answer, so that Set reads the same back.
func setting(v []string) string {
	if len(v) == 1 && same(toText(literal(v[0])), v) {
		return v[0]
	}
	parts := make([]cty.Value, 0, len(v))
	for _, s := range v {
		parts = append(parts, cty.StringVal(s))
	}
	if len(parts) == 1 {
		return written(parts[0])
	}
	return written(cty.TupleVal(parts))
}

func same(a, b []string) bool {
	return strings.Join(a, "\x00") == strings.Join(b, "\x00") && len(a) == len(b)
}
