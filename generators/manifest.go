package generators

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// manifest is pack.hcl as it is written.
type manifest struct {
	Pack       packBlock        `hcl:"pack,block"`
	Containers []containerBlock `hcl:"container,block"`
	Requires   []requireBlock   `hcl:"requires,block"`
	Inputs     []inputBlock     `hcl:"input,block"`
	Locals     []localsBlock    `hcl:"locals,block"`
	Commands   []commandBlock   `hcl:"command,block"`
	Files      []fileBlock      `hcl:"file,block"`
	Waivers    []waiverBlock    `hcl:"waiver,block"`
}

type packBlock struct {
	Name        string            `hcl:"name,label"`
	Kind        string            `hcl:"kind"`
	Language    string            `hcl:"language,optional"`
	Provider    string            `hcl:"provider,optional"`
	Discovery   string            `hcl:"discovery,optional"`
	Config      string            `hcl:"config,optional"`
	Version     string            `hcl:"version"`
	Description string            `hcl:"description,optional"`
	Changes     map[string]string `hcl:"changes,optional"`
	Reserved    []string          `hcl:"reserved,optional"`
	Secrets     []string          `hcl:"reserved_secrets,optional"` // patterns
	Guards      map[string]string `hcl:"guards,optional"`           // advice, by a pattern of paths below the unit
}

// containerBlock says how a gateway, or a part of it, runs as a container: data for
// the packs that run it, which know no gateway by name.
type containerBlock struct {
	Name    string   `hcl:"name,label"`
	Public  bool     `hcl:"public,optional"` // the one that is reached from outside
	Image   string   `hcl:"image"`
	Config  string   `hcl:"config"` // where the folder gateway/ is mounted
	Command []string `hcl:"command"`
	Health  []string `hcl:"health"`          // argv, in the container
	Reload  []string `hcl:"reload,optional"` // argv, in the container
}

type requireBlock struct {
	Tool    string   `hcl:"tool,label"`
	Minimum string   `hcl:"minimum,optional"`
	Version []string `hcl:"version"`
	Get     string   `hcl:"get"`
}

type inputBlock struct {
	Name        string            `hcl:"name,label"`
	Type        hcl.Expression    `hcl:"type"`
	Default     hcl.Expression    `hcl:"default,optional"`
	Options     hcl.Expression    `hcl:"options,optional"` // for a list: of its elements
	When        hcl.Expression    `hcl:"when,optional"`
	Why         string            `hcl:"why"`
	Page        string            `hcl:"page,optional"`
	Essential   bool              `hcl:"essential,optional"`
	Later       bool              `hcl:"later,optional"`
	Validations []validationBlock `hcl:"validation,block"`
}

type validationBlock struct {
	Condition    hcl.Expression `hcl:"condition"`
	ErrorMessage string         `hcl:"error_message"`
}

type localsBlock struct {
	Body hcl.Body `hcl:",remain"`
}

type commandBlock struct {
	Name    string         `hcl:"name,label"`
	Steps   hcl.Expression `hcl:"steps"`
	Inputs  hcl.Expression `hcl:"inputs,optional"`
	Outputs hcl.Expression `hcl:"outputs,optional"`
}

type fileBlock struct {
	Source      string         `hcl:"source,label"`
	Destination hcl.Expression `hcl:"destination,optional"`
	When        hcl.Expression `hcl:"when,optional"`
	ForEach     hcl.Expression `hcl:"for_each,optional"`
	Class       string         `hcl:"class"`
	Scope       string         `hcl:"scope,optional"`
	Executable  bool           `hcl:"executable,optional"`
	Delimiters  []string       `hcl:"delimiters,optional"`
	Format      string         `hcl:"format,optional"`
	Merge       string         `hcl:"merge,optional"`
	DefRange    hcl.Range      `hcl:",def_range"`
}

type waiverBlock struct {
	Clause string `hcl:"clause,label"`
	Reason string `hcl:"reason"`
}

var (
	commandNames = []string{"install", "build", "test", "lint", "lock", "run"}
	mergeModes   = []string{"", "text", "json", "lock"}
)

// ManifestFile is the name of a pack's description in its folder.
const ManifestFile = "pack.hcl"

// LoadPack makes a pack of its files and checks it against itself: each file has
// exactly one rule and each rule a file. Messages name the files below where.
func LoadPack(files []PackFile, where string) (*Pack, hcl.Diagnostics) {
	name := where + "/" + ManifestFile
	p := &Pack{where: where, rng: hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}}
	var src []byte
	for _, f := range files {
		if f.Path == ManifestFile {
			src = f.Bytes
		}
		p.add(f)
	}
	if src == nil {
		return nil, problem(p.rng, "No pack here", fmt.Sprintf("%s holds no %s.", where, ManifestFile))
	}
	diags := p.decode(src, name)
	if diags.HasErrors() {
		return nil, diags
	}
	p.sortFiles()
	if diags = append(diags, p.check()...); diags.HasErrors() {
		return nil, diags
	}
	p.digest = p.computeDigest()
	return p, diags
}

func (p *Pack) decode(src []byte, name string) hcl.Diagnostics {
	f, diags := spec.ParseHCL(src, name)
	if diags.HasErrors() {
		return diags
	}
	p.source = f
	return gohcl.DecodeBody(f.Body, nil, &p.manifest)
}

// ReadLanguage reads what a spec sees of a service pack off its manifest alone: who
// only asks the pack's questions needs none of its files.
func ReadLanguage(manifest []byte, where string) (spec.Language, hcl.Diagnostics) {
	p := &Pack{where: where}
	diags := p.decode(manifest, where+"/"+ManifestFile)
	if !diags.HasErrors() {
		diags = p.readInputs()
	}
	return p.AsLanguage(), diags
}

func problem(rng hcl.Range, summary, detail string) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &rng}}
}

// check compares the manifest with the files and with what azulejo knows.
func (p *Pack) check() hcl.Diagnostics {
	var diags hcl.Diagnostics
	bad := func(summary, format string, args ...any) {
		diags = append(diags, problem(p.rng, summary, fmt.Sprintf(format, args...))...)
	}
	m := p.manifest
	diags = append(diags, p.checkKind()...)
	for _, c := range m.Commands {
		if !oneOf(c.Name, commandNames) {
			bad("Unknown command", "command %q: use %s.", c.Name, strings.Join(commandNames, ", "))
		}
	}
	for _, f := range m.Files {
		diags = append(diags, p.checkRule(f)...)
	}
	diags = append(diags, p.readInputs()...)
	return append(diags, p.matchRules()...)
}

func (p *Pack) checkRule(f fileBlock) hcl.Diagnostics {
	var diags hcl.Diagnostics
	bad := func(summary, format string, args ...any) {
		diags = append(diags, problem(f.DefRange, summary, fmt.Sprintf(format, args...))...)
	}
	if c := Class(f.Class); c != Managed && c != Seeded {
		bad("Unknown class", "class = %q: use managed or seeded.", f.Class)
	}
	if !oneOf(f.Merge, mergeModes) {
		bad("Unknown merge", "merge = %q: use text, json or lock.", f.Merge)
	}
	if n := len(f.Delimiters); n != 0 && n != 2 {
		bad("Bad delimiters", "delimiters takes two strings, such as [\"<%%\", \"%%>\"].")
	}
	if k, known := packKinds[p.Kind()]; known && !oneOf(string(p.scope(f)), k.scopes) {
		bad("Wrong scope", "scope = %q: a %s pack has files of scope %s.", f.Scope, p.Kind(), strings.Join(k.scopes, " or "))
	}
	if f.Format != "" && !knownFormat(f.Format) {
		bad("Unknown format", "format = %q: use one of %s.", f.Format, strings.Join(formatNames(), ", "))
	}
	return diags
}

// matchRules finds the one rule of each file. An exact rule wins over a glob.
func (p *Pack) matchRules() hcl.Diagnostics {
	var diags hcl.Diagnostics
	used := make([]bool, len(p.manifest.Files))
	for i := range p.templates {
		t := &p.templates[i]
		best, count := -1, 0
		for j, rule := range p.manifest.Files {
			if _, ok := matchGlob(rule.Source, t.name); !ok {
				continue
			}
			used[j] = true
			switch {
			case rule.Source == t.name:
				best, count = j, 1
			case best < 0 || p.manifest.Files[best].Source != t.name:
				best = j
				count++
			}
		}
		if t.rule = best; count != 1 {
			diags = append(diags, problem(p.rng, "File without a rule of its own", fmt.Sprintf("files/%s is matched by %d rules in %s; it needs exactly one.", t.name, count, ManifestFile))...)
		}
	}
	for j, ok := range used {
		if !ok {
			rule := p.manifest.Files[j]
			diags = append(diags, problem(rule.DefRange, "Rule without a file", fmt.Sprintf("No file below files/ matches %q.", rule.Source))...)
		}
	}
	return diags
}

// matchGlob matches a rule's label: one exact path, or a prefix and ** for all
// below it. rest is what ** stands for.
func matchGlob(pattern, name string) (rest string, ok bool) {
	prefix, glob := strings.CutSuffix(pattern, "**")
	if !glob {
		return name, pattern == name
	}
	return strings.CutPrefix(name, prefix)
}

func (p *Pack) readInputs() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, in := range p.manifest.Inputs {
		out, more := in.read()
		if diags = append(diags, more...); !more.HasErrors() {
			p.inputs = append(p.inputs, out)
		}
	}
	return diags
}

func (in inputBlock) read() (spec.Input, hcl.Diagnostics) {
	if !hclsyntax.ValidIdentifier(in.Name) {
		return spec.Input{}, problem(in.Type.Range(), "Bad name of an input", fmt.Sprintf("%q cannot be answered in inputs = { … }: use letters, digits and _.", in.Name))
	}
	ty, diags := typeexpr.TypeConstraint(in.Type)
	if diags.HasErrors() {
		return spec.Input{}, diags
	}
	out := spec.Input{Name: in.Name, Type: ty, Why: in.Why, Page: in.Page, Essential: in.Essential, Later: in.Later, When: present(in.When)}
	if present(in.Default) != nil {
		val, more := in.constant(in.Default, ty, "Default of the wrong type")
		diags, out.Default = append(diags, more...), val
	}
	if present(in.Options) != nil {
		more := in.readOptions(&out)
		diags = append(diags, more...)
	}
	for _, v := range in.Validations {
		out.Validations = append(out.Validations, spec.Validation{Condition: v.Condition, ErrorMessage: v.ErrorMessage})
	}
	return out, diags
}

// readOptions reads what can be chosen: values of the input's type or, for a list
// or set, of its elements.
func (in inputBlock) readOptions(out *spec.Input) hcl.Diagnostics {
	element := out.Type
	if out.Type.IsListType() || out.Type.IsSetType() {
		element = out.Type.ElementType()
	}
	if !element.IsPrimitiveType() {
		return problem(in.Options.Range(), "Options of the wrong type", fmt.Sprintf("input %q: only strings, numbers, booleans and lists of them have options.", in.Name))
	}
	list, diags := in.constant(in.Options, cty.List(element), "Options of the wrong type")
	if !diags.HasErrors() && list.LengthInt() > 0 {
		out.Options = list.AsValueSlice()
	}
	return diags
}

func (in inputBlock) constant(e hcl.Expression, ty cty.Type, summary string) (cty.Value, hcl.Diagnostics) {
	got, diags := e.Value(nil)
	if diags.HasErrors() {
		return cty.NilVal, diags
	}
	val, err := convert.Convert(got, ty)
	if err != nil {
		return cty.NilVal, problem(e.Range(), summary, fmt.Sprintf("input %q: %v.", in.Name, err))
	}
	return val, diags
}

// present returns nil for an optional attribute that was left out: gohcl gives
// an expression that is null there.
func present(e hcl.Expression) hcl.Expression {
	if e == nil {
		return nil
	}
	if v, diags := e.Value(nil); !diags.HasErrors() && v.IsNull() && v.Type() == cty.DynamicPseudoType && len(e.Variables()) == 0 {
		return nil
	}
	return e
}

func oneOf(s string, list []string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
