package generators

import (
	"bytes"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"text/template"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Class says who owns a file.
type Class string

// The classes that a pack can give.
const (
	Managed Class = "managed" // azulejo rewrites it whole
	Seeded  Class = "seeded"  // written once, then merged around the user's edits
)

// File is one generated file.
type File struct {
	Path       string // below the service's folder, with slashes
	Bytes      []byte
	Executable bool
	Class      Class
	Pack       string // name of the pack
	Template   string // the pack's file it came from
	Format     string
	Merge      string // how edits are merged: text, json or lock
}

// Tree is what one service is rendered to: sorted, each path once.
type Tree []File

// Render makes a service's files of one pack. The spec must have been validated
// with the pack in the catalog.
func Render(p *Pack, svc *spec.Service, facts Facts) (Tree, hcl.Diagnostics) {
	return p.render(ScopeService, p.context(svc, facts))
}

// RenderSystem makes the system's own files of one pack. gateway is the pack of
// the system's gateway, nil where there is none.
func RenderSystem(p *Pack, sys *spec.System, gateway *Pack) (Tree, hcl.Diagnostics) {
	return p.render(ScopeSystem, systemContext(sys, gateway))
}

func (p *Pack) render(scope Scope, ctx *hcl.EvalContext) (Tree, hcl.Diagnostics) {
	r := &renderer{pack: p, scope: scope, ctx: ctx}
	templates := p.ofScope(scope)
	if len(templates) == 0 {
		return nil, nil
	}
	if diags := r.locals(); diags.HasErrors() {
		return nil, diags
	}
	r.data = map[string]any{"pack": map[string]any{"name": p.Name()}}
	for name, v := range r.ctx.Variables {
		r.data[name] = toGo(v)
	}
	var tree Tree
	var diags hcl.Diagnostics
	for _, t := range templates {
		files, more := r.file(t)
		tree, diags = append(tree, files...), append(diags, more...)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	if err := sortFiles(tree); err != nil {
		return nil, problem(p.rng, "Paths collide", err.Error())
	}
	return tree, nil
}

func (p *Pack) ofScope(scope Scope) (list []*packFile) {
	for i, t := range p.templates {
		if p.scope(p.manifest.Files[t.rule]) == scope {
			list = append(list, &p.templates[i])
		}
	}
	return list
}

// Merge brings the trees of one unit's packs together.
func Merge(trees ...Tree) (Tree, error) {
	var all Tree
	for _, t := range trees {
		all = append(all, t...)
	}
	return all, sortFiles(all)
}

type renderer struct {
	pack  *Pack
	scope Scope
	ctx   *hcl.EvalContext
	data  map[string]any
	base  *template.Template // the partials, parsed once
}

// locals evaluates the pack's locals, in rounds because they may use each other.
// In a pack of two scopes, those that need the other scope do not exist in this.
func (r *renderer) locals() hcl.Diagnostics {
	open := map[string]*hcl.Attribute{}
	for _, b := range r.pack.manifest.Locals {
		attrs, diags := b.Body.JustAttributes()
		if diags.HasErrors() {
			return diags
		}
		maps.Copy(open, attrs)
	}
	r.dropOtherScope(open)
	done := map[string]cty.Value{}
	for {
		r.ctx.Variables["local"] = cty.ObjectVal(done)
		var last hcl.Diagnostics
		progress := false
		for name, a := range open {
			v, diags := a.Expr.Value(r.ctx)
			if diags.HasErrors() {
				last = append(last, diags...)
				continue
			}
			done[name], progress = v, true
			delete(open, name)
		}
		if len(open) == 0 {
			r.ctx.Variables["local"] = cty.ObjectVal(done)
			return nil
		}
		if !progress {
			return last
		}
	}
}

// scopeVariables are the variables that only one scope has.
var scopeVariables = map[Scope][]string{
	ScopeService: {"service", "input"},
	ScopeSystem:  {"gateway", "discovery", "config", "services", "externals", "routes", "routed"},
}

func (r *renderer) dropOtherScope(open map[string]*hcl.Attribute) {
	if len(packKinds[r.pack.Kind()].scopes) == 1 {
		return
	}
	foreign := scopeVariables[ScopeService]
	if r.scope == ScopeService {
		foreign = scopeVariables[ScopeSystem]
	}
	for dropped := true; dropped; {
		dropped = false
		for name, a := range open {
			if slices.ContainsFunc(a.Expr.Variables(), func(t hcl.Traversal) bool { return oneOf(variableName(t), foreign) }) {
				delete(open, name)
				foreign, dropped = append(foreign[:len(foreign):len(foreign)], "local."+name), true
			}
		}
	}
}

// variableName is what a traversal begins with, of a local with its name.
func variableName(t hcl.Traversal) string {
	if len(t) > 1 && t.RootName() == "local" {
		if attr, ok := t[1].(hcl.TraverseAttr); ok {
			return "local." + attr.Name
		}
	}
	return t.RootName()
}

// file renders one stored file to none, one or (for_each) many.
func (r *renderer) file(t *packFile) (Tree, hcl.Diagnostics) {
	rule := r.pack.manifest.Files[t.rule]
	if when := present(rule.When); when != nil {
		v, diags := when.Value(r.ctx)
		if diags.HasErrors() {
			return nil, diags
		}
		if v.Type() != cty.Bool || v.IsNull() {
			return nil, problem(when.Range(), "Condition is not true or false", "when must give a boolean.")
		}
		if v.False() {
			return nil, nil
		}
	}
	each := present(rule.ForEach)
	if each == nil {
		f, diags := r.one(t, rule, r.ctx, r.data)
		return Tree{f}, diags
	}
	return r.forEach(t, rule, each)
}

func (r *renderer) forEach(t *packFile, rule fileBlock, each hcl.Expression) (Tree, hcl.Diagnostics) {
	list, diags := each.Value(r.ctx)
	if diags.HasErrors() {
		return nil, diags
	}
	if list.IsNull() || !list.CanIterateElements() {
		return nil, problem(each.Range(), "Not a list", "for_each must give a list.")
	}
	var out Tree
	for it := list.ElementIterator(); it.Next(); {
		_, item := it.Element()
		val := cty.ObjectVal(map[string]cty.Value{"value": item})
		ctx := r.ctx.NewChild()
		ctx.Variables = map[string]cty.Value{"each": val}
		data := map[string]any{"each": toGo(val)}
		for k, v := range r.data {
			data[k] = v
		}
		f, more := r.one(t, rule, ctx, data)
		out, diags = append(out, f), append(diags, more...)
	}
	return out, diags
}

func (r *renderer) one(t *packFile, rule fileBlock, ctx *hcl.EvalContext, data map[string]any) (File, hcl.Diagnostics) {
	f := File{
		Path: t.name, Bytes: t.bytes, Executable: rule.Executable, Class: Class(rule.Class),
		Pack: r.pack.Name(), Template: t.stored, Format: rule.Format, Merge: rule.Merge,
	}
	if dst := present(rule.Destination); dst != nil {
		rest, _ := matchGlob(rule.Source, t.name)
		child := ctx.NewChild()
		child.Variables = map[string]cty.Value{"file": cty.StringVal(rest)}
		v, diags := dst.Value(child)
		if diags.HasErrors() {
			return f, diags
		}
		if v.Type() != cty.String || v.IsNull() {
			return f, problem(dst.Range(), "Destination is not a path", "destination must give a string.")
		}
		f.Path = v.AsString()
	}
	if bad := validDestination(f.Path, r.scope); bad != "" {
		return f, problem(rule.DefRange, "Destination is not allowed", fmt.Sprintf("%q: %s.", f.Path, bad))
	}
	if f.Format == "" {
		f.Format = formatOf(f.Path)
	}
	if !t.template {
		return f, nil
	}
	var diags hcl.Diagnostics
	f.Bytes, diags = r.execute(t, rule, data)
	return f, diags
}

func (r *renderer) execute(t *packFile, rule fileBlock, data map[string]any) ([]byte, hcl.Diagnostics) {
	tmpl, err := r.partials()
	if err != nil {
		return nil, r.templateError(err, "partials")
	}
	tmpl = tmpl.New(t.stored)
	if len(rule.Delimiters) == 2 {
		tmpl.Delims(rule.Delimiters[0], rule.Delimiters[1])
	}
	if _, err = tmpl.Parse(string(t.bytes)); err != nil {
		return nil, r.templateError(err, t.stored)
	}
	var out bytes.Buffer
	out.Grow(len(t.bytes) + len(t.bytes)/8)
	if err := tmpl.Execute(&out, data); err != nil {
		return nil, r.templateError(err, t.stored)
	}
	return out.Bytes(), nil
}

// partials parses partials/ once and hands out copies; the name of a partial is
// its path without .tmpl.
func (r *renderer) partials() (*template.Template, error) {
	if r.base == nil {
		base := template.New("").Funcs(templateFuncs()).Option("missingkey=error")
		for _, p := range r.pack.partials {
			if _, err := base.New(p.name).Parse(string(p.bytes)); err != nil {
				return nil, err
			}
		}
		r.base = base
	}
	if len(r.pack.partials) == 0 {
		return r.base, nil
	}
	return r.base.Clone()
}

// templateError turns "template: NAME:LINE:COL: …" into a message with a range.
func (r *renderer) templateError(err error, stored string) hcl.Diagnostics {
	rng := hcl.Range{Filename: r.pack.where + "/" + stored, Start: hcl.InitialPos, End: hcl.InitialPos}
	msg := strings.TrimPrefix(err.Error(), "template: ")
	if rest, ok := strings.CutPrefix(msg, stored+":"); ok {
		var line, col int
		if n, _ := fmt.Sscanf(rest, "%d:%d:", &line, &col); n >= 1 {
			rng.Start = hcl.Pos{Line: line, Column: col + 1}
			rng.End = rng.Start
			if i := strings.Index(rest, ": "); i >= 0 {
				msg = rest[i+2:]
			}
		}
	}
	if i := strings.Index(msg, "map has no entry for key "); i >= 0 {
		msg = "there is no variable " + msg[i+len("map has no entry for key "):]
	}
	return problem(rng, "Template failed", msg+".")
}

// toGo turns a value into what templates work with.
func toGo(v cty.Value) any {
	switch {
	case v == cty.NilVal || v.IsNull():
		return nil
	case v.Type() == cty.String:
		return v.AsString()
	case v.Type() == cty.Bool:
		return v.True()
	case v.Type() == cty.Number:
		if n, acc := v.AsBigFloat().Int64(); acc == big.Exact {
			return int(n)
		}
		f, _ := v.AsBigFloat().Float64()
		return f
	case v.Type().IsObjectType() || v.Type().IsMapType():
		out := map[string]any{}
		for k, item := range v.AsValueMap() {
			out[k] = toGo(item)
		}
		return out
	}
	out := []any{}
	for _, item := range v.AsValueSlice() {
		out = append(out, toGo(item))
	}
	return out
}
