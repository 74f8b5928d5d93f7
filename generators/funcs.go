package generators

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"github.com/zclconf/go-cty/cty/gocty"
)

// own are azulejo's functions, under the same names in templates and in the
// expressions of pack.hcl.
var own = map[string]any{
	"snake": snake, "kebab": kebab, "camel": camel, "pascal": pascal, "envName": envName,
	"goString": goString, "jsonString": jsonString, "jsString": jsString, "pyString": pyString,
	"tomlString": tomlString, "yamlString": yamlString, "hclString": hclString, "xmlText": xmlText,
	"shellWord": shellWord, "dockerWord": dockerWord, "comment": comment, "markdown": markdown,
	"caddyString": caddyString, "regexQuote": regexp.QuoteMeta, "json": jsonValue,
	"join": func(sep string, items []any) string {
		var s []string
		for _, it := range items {
			s = append(s, toString(it))
		}
		return strings.Join(s, sep)
	},
}

// fromSprig is an allow-list: sprig also holds clocks, random numbers, keys and
// the environment, and then two renders would differ.
var fromSprig = []string{
	"lower", "upper", "trim", "trimPrefix", "trimSuffix", "hasPrefix", "hasSuffix", "contains", "replace",
	"default", "ternary", "add", "sub", "list", "indent", "nindent", "repeat", "sortAlpha", "uniq",
}

func toString(v any) string {
	s, _ := v.(string)
	return s
}

// templateFuncs is the function set of templates.
var templateFuncs = sync.OnceValue(func() template.FuncMap {
	all := sprig.GenericFuncMap()
	m := template.FuncMap{}
	for _, name := range fromSprig {
		m[name] = all[name]
	}
	for name, f := range own {
		m[name] = f
	}
	return m
})

// expressionFuncs is the same set for HCL, as far as HCL's types carry it;
// length and concat come from HCL's own library. Nobody may change the map.
var expressionFuncs = sync.OnceValue(func() map[string]function.Function {
	m := map[string]function.Function{"length": lengthFunc, "concat": stdlib.ConcatFunc, "join": stdlib.JoinFunc}
	for name, f := range templateFuncs() {
		if _, done := m[name]; done {
			continue
		}
		if cf, ok := adapt(f); ok {
			m[name] = cf
		}
	}
	return m
})

// lengthFunc counts letters of a string too, as people know it from Terraform.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].Type() == cty.String {
			return stdlib.Strlen(args[0])
		}
		return stdlib.Length(args[0])
	},
})

// adapt wraps a Go function of strings, numbers and booleans for HCL. The others
// have no need to be there: HCL has its own conditions and lists.
func adapt(f any) (function.Function, bool) {
	v := reflect.ValueOf(f)
	t := v.Type()
	if t.IsVariadic() || t.NumOut() != 1 {
		return function.Function{}, false
	}
	out, ok := primitive(t.Out(0))
	var params []function.Parameter
	for i := range t.NumIn() {
		in, fits := primitive(t.In(i))
		params, ok = append(params, function.Parameter{Name: "value", Type: in}), ok && fits
	}
	return function.New(&function.Spec{
		Params: params, Type: function.StaticReturnType(out),
		Impl: func(args []cty.Value, ret cty.Type) (cty.Value, error) { return call(v, args, ret) },
	}), ok
}

func primitive(t reflect.Type) (cty.Type, bool) {
	switch t.Kind() {
	case reflect.String:
		return cty.String, true
	case reflect.Bool:
		return cty.Bool, true
	case reflect.Int, reflect.Int64:
		return cty.Number, true
	default:
		return cty.DynamicPseudoType, false
	}
}

func call(f reflect.Value, args []cty.Value, ret cty.Type) (cty.Value, error) {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		p := reflect.New(f.Type().In(i))
		if err := gocty.FromCtyValue(a, p.Interface()); err != nil {
			return cty.NilVal, err
		}
		in[i] = p.Elem()
	}
	return gocty.ToCtyValue(f.Call(in)[0].Interface(), ret)
}

// FunctionNames lists what templates can call, sorted.
func FunctionNames() []string { return slices.Sorted(maps.Keys(templateFuncs())) }
