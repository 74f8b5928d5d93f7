package ask

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

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
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
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
		if n, err := cty.ParseNumberVal(one(v)); err == nil && writable(n) {
			return n
		}
	case ty == cty.Bool && (one(v) == "true" || one(v) == "false"):
		return cty.BoolVal(one(v) == "true")
	case !ty.IsPrimitiveType():
		if val, ok := parsed(one(v)); ok {
			return val
		}
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
	if v, ok := parsed(s); ok && written(v) == s {
		return v
	}
	return cty.StringVal(s) // 007 stays as it is
}

// parsed reads an expression that has a value by itself. It goes through the parser
// of specs, which refuses what is nested so deeply that it would end the program.
func parsed(s string) (cty.Value, bool) {
	f, diags := spec.ParseHCL([]byte("value = "+s+"\n"), "--set")
	if diags.HasErrors() {
		return cty.NilVal, false
	}
	attrs, diags := f.Body.JustAttributes()
	if diags.HasErrors() || len(attrs) != 1 {
		return cty.NilVal, false
	}
	v, diags := attrs["value"].Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !writable(v) {
		return cty.NilVal, false
	}
	return v, true
}

// writable says that no number in a value has more digits than anybody means: 1e99999999
// is written out with all its zeros.
func writable(v cty.Value) bool {
	good := true
	err := cty.Walk(v, func(_ cty.Path, part cty.Value) (bool, error) {
		if part.IsKnown() && !part.IsNull() && part.Type() == cty.Number {
			n := part.AsBigFloat()
			exp := n.MantExp(nil)
			good = good && !n.IsInf() && exp < mostBits && exp > -mostBits
		}
		return true, nil
	})
	return good && err == nil
}

const mostBits = 1000

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
