package spec

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// value is one attribute's value, in the field that its kind selects.
type value struct {
	rng      hcl.Range
	str      string
	number   int
	list     []string
	ranges   []hcl.Range // of the list's items
	strings  map[string]string
	object   map[string]cty.Value
	items    map[string]hcl.Range // of a map's or an object's items
	duration time.Duration
}

const maxDuration = 10 * time.Minute

// value reads an attribute as the kind that the grammar gives it.
func (d *decoder) value(a *hclsyntax.Attribute, k kind) (value, bool) {
	v := value{rng: a.Expr.Range()}
	if bad := nonLiteral(a.Expr); bad != nil {
		d.errorf(bad.Range(), "Not a literal", "%s must be written out: a spec has no variables, functions or arithmetic. For a plain ${ in a string write $${.", a.Name)
		return v, false
	}
	got, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		d.diags = append(d.diags, diags...)
		return v, false
	}
	if why := v.fill(got, k, a.Expr); why != "" {
		d.errorf(v.rng, "Wrong type or value", "%s = %s: %s", a.Name, excerpt(got), why)
		return v, false
	}
	return v, true
}

// fill converts strictly (a number in quotes is a mistake worth naming) and
// returns what is wrong, or "".
func (v *value) fill(got cty.Value, k kind, expr hclsyntax.Expression) string {
	expected := fmt.Sprintf("expected %s.", k)
	switch k {
	case kindString, kindDuration:
		if got.IsNull() || got.Type() != cty.String {
			return expected
		}
		v.str = got.AsString()
		if k == kindDuration {
			return v.fillDuration(expected)
		}
		if strings.ContainsRune(v.str, 0) {
			return "a string cannot hold a zero byte."
		}
	case kindInt:
		if got.IsNull() || got.Type() != cty.Number {
			return expected
		}
		n, acc := got.AsBigFloat().Int64()
		if acc != big.Exact || n > 1<<31 || n < -1<<31 {
			return expected
		}
		v.number = int(n)
	case kindStrings:
		return v.fillList(got, expr, expected)
	case kindStringMap, kindObject:
		return v.fillMap(got, expr, k, expected)
	}
	return ""
}

func (v *value) fillDuration(expected string) string {
	t, err := time.ParseDuration(v.str)
	if err != nil {
		return expected
	}
	if t < time.Millisecond || t > maxDuration || t%time.Millisecond != 0 {
		return fmt.Sprintf("use whole milliseconds from 1ms to %s.", maxDuration)
	}
	v.duration = t
	return ""
}

func (v *value) fillList(got cty.Value, expr hclsyntax.Expression, expected string) string {
	if got.IsNull() || !got.Type().IsTupleType() {
		return expected
	}
	exprs, _ := hcl.ExprList(expr)
	for i, item := range got.AsValueSlice() {
		if item.IsNull() || item.Type() != cty.String {
			return expected
		}
		v.list = append(v.list, item.AsString())
		v.ranges = append(v.ranges, exprs[i].Range())
	}
	return ""
}

func (v *value) fillMap(got cty.Value, expr hclsyntax.Expression, k kind, expected string) string {
	if got.IsNull() || !got.Type().IsObjectType() {
		return expected
	}
	v.strings, v.object, v.items = map[string]string{}, map[string]cty.Value{}, map[string]hcl.Range{}
	for name, item := range got.AsValueMap() {
		v.object[name] = item
		if k == kindObject {
			continue
		}
		if item.IsNull() || item.Type() != cty.String {
			return fmt.Sprintf("%s must be a string in quotes.", name)
		}
		if strings.ContainsRune(item.AsString(), 0) {
			return fmt.Sprintf("%s cannot hold a zero byte.", name)
		}
		v.strings[name] = item.AsString()
	}
	pairs, _ := hcl.ExprMap(expr)
	for _, p := range pairs {
		key, diags := p.Key.Value(nil)
		if diags.HasErrors() || key.Type() != cty.String {
			continue
		}
		if _, twice := v.items[key.AsString()]; twice {
			return fmt.Sprintf("%q is given twice.", key.AsString())
		}
		v.items[key.AsString()] = p.Key.Range()
	}
	return ""
}

// nonLiteral returns the first part of an expression that is more than a
// literal. The wizard's edits can only round-trip literals.
func nonLiteral(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return nil
	case *hclsyntax.TemplateExpr:
		return firstNonLiteral(e.Parts)
	case *hclsyntax.TupleConsExpr:
		return firstNonLiteral(e.Exprs)
	case *hclsyntax.UnaryOpExpr:
		return nonLiteral(e.Val)
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if bad := nonLiteralKey(item.KeyExpr); bad != nil {
				return bad
			}
			if bad := nonLiteral(item.ValueExpr); bad != nil {
				return bad
			}
		}
		return nil
	}
	return e
}

func nonLiteralKey(e hclsyntax.Expression) hclsyntax.Expression {
	if key, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok && !key.ForceNonLiteral && hcl.ExprAsKeyword(key.Wrapped) != "" {
		return nil
	} else if ok {
		return nonLiteral(key.Wrapped)
	}
	return nonLiteral(e)
}

func firstNonLiteral(es []hclsyntax.Expression) hclsyntax.Expression {
	for _, e := range es {
		if bad := nonLiteral(e); bad != nil {
			return bad
		}
	}
	return nil
}

// excerpt shows a value in a message, short and on one line.
func excerpt(v cty.Value) string {
	switch {
	case v.IsNull():
		return "null"
	case v.Type() == cty.String:
		return shorten(fmt.Sprintf("%q", v.AsString()))
	case v.Type() == cty.Number:
		return shorten(v.AsBigFloat().Text('g', 20))
	case v.Type() == cty.Bool:
		return fmt.Sprint(v.True())
	}
	return v.Type().FriendlyName()
}

func shorten(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:57], "") + "…"
	}
	return s
}

// mostKnown is how many words a message lists.
const mostKnown = 20

// DidYouMean is a sentence, with a space before it, that proposes the nearest of
// the known words or lists them all; "" where none is known.
func DidYouMean(word string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if n := levenshtein.Distance(word, k, nil); n < at || (n == at && best == "" && n < len(k)/2) {
			best, at = k, n
		}
	}
	if best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	if len(known) == 0 {
		return ""
	}
	if n := len(known) - mostKnown; n > 0 {
		return fmt.Sprintf(" Known: %s and %d more.", strings.Join(known[:mostKnown], ", "), n)
	}
	return fmt.Sprintf(" Known: %s.", strings.Join(known, ", "))
}

// NotAPort is the message about a number that no port has.
func NotAPort(n int) string {
	return fmt.Sprintf("%d is not a port. Use 1 to 65535; services start at %d by default.", n, FirstServicePort)
}

// NotANumber is the message about a text where a whole number is due.
func NotANumber(attribute, text string) string {
	return fmt.Sprintf("%s = %s: expected %s.", attribute, excerpt(cty.StringVal(text)), kindInt)
}
