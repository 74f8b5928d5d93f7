package spec

import (
	"fmt"
	"sort"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// body is a block's content after it was checked against its shape: only known
// attributes of the right type, only known blocks with the right labels.
type body struct {
	values map[string]value
	blocks []*hclsyntax.Block
	shape  *blockShape
}

// check compares what is written with the shape and reports every difference.
func (d *decoder) check(in *hclsyntax.Body, shape *blockShape, where string) body {
	out := body{values: map[string]value{}, shape: shape}
	for _, a := range sortedAttributes(in) {
		k, known := shape.attrs[a.Name]
		switch {
		case known:
			if v, ok := d.value(a, k); ok {
				out.values[a.Name] = v
			}
		case contains(shape.later, a.Name):
			d.later(a.NameRange, a.Name)
		case shape.blocks[a.Name] != nil:
			d.errorf(a.NameRange, "Attribute where a block is due", "%q is a block: %s.", a.Name, shape.blocks[a.Name].example(a.Name))
		default:
			d.errorf(a.NameRange, "Unknown attribute", "%s has no attribute %q.%s", where, a.Name, shape.hint(a.Name))
		}
	}
	first := map[string]bool{}
	for _, b := range in.Blocks {
		if d.checkBlock(b, shape, where, first) {
			out.blocks = append(out.blocks, b)
		}
	}
	return out
}

func (d *decoder) checkBlock(b *hclsyntax.Block, shape *blockShape, where string, first map[string]bool) bool {
	inner, known := shape.blocks[b.Type]
	switch {
	case contains(shape.later, b.Type):
		d.later(b.TypeRange, b.Type)
		return false
	case !known && shape.hasAttr(b.Type):
		d.errorf(b.TypeRange, "Block where an attribute is due", "%q is an attribute: %s = …, %s.", b.Type, b.Type, shape.attrs[b.Type])
		return false
	case !known:
		d.errorf(b.TypeRange, "Unknown block", "%s has no block %q.%s", where, b.Type, shape.hint(b.Type))
		return false
	case inner.single && first[b.Type]:
		d.errorf(b.TypeRange, "Block given twice", "%s has one %s block at most. Remove one.", where, b.Type)
		return false
	}
	first[b.Type] = true
	return d.checkLabels(b, inner)
}

func (d *decoder) checkLabels(b *hclsyntax.Block, shape *blockShape) bool {
	want := 0
	if shape.label != "" {
		want = 1
	}
	switch {
	case len(b.Labels) < want:
		d.errorf(b.DefRange(), "Label missing", "A %s block needs %s: %s \"…\" { … }.", b.Type, shape.label, b.Type)
	case len(b.Labels) > want:
		d.errorf(b.LabelRanges[want], "Too many labels", "A %s block has %d label(s). Remove %q.", b.Type, want, b.Labels[want])
	default:
		return true
	}
	return false
}

func (d *decoder) later(rng hcl.Range, word string) {
	d.errorf(rng, "Known, not yet supported", "%q is a word of the spec that this version of azulejo cannot act on yet. Remove it until then.", word)
}

// hint proposes the nearest known word, or lists them.
func (s *blockShape) hint(word string) string {
	var known []string
	for name := range s.attrs {
		known = append(known, name)
	}
	for name := range s.blocks {
		known = append(known, name)
	}
	sort.Strings(known)
	if len(known) == 0 {
		return " It is empty: { }."
	}
	return DidYouMean(word, known)
}

func (s *blockShape) hasAttr(name string) bool {
	_, ok := s.attrs[name]
	return ok
}

// example is how a block of the shape begins.
func (s *blockShape) example(name string) string {
	if s.label == "" {
		return name + " { … }"
	}
	return name + " \"…\" { … }, with " + s.label
}

func sortedAttributes(in *hclsyntax.Body) []*hclsyntax.Attribute {
	out := make([]*hclsyntax.Attribute, 0, len(in.Attributes))
	for _, a := range in.Attributes {
		out = append(out, a)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].SrcRange.Start.Byte < out[j].SrcRange.Start.Byte })
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (b body) str(name string) string        { return b.values[name].str }
func (b body) number(name string) int        { return b.values[name].number }
func (b body) has(name string) bool          { _, ok := b.values[name]; return ok }
func (b body) rangeOf(name string) hcl.Range { return b.values[name].rng }

func (d *decoder) root(in *hclsyntax.Body, t Text) {
	b := d.check(in, rootShape, "A spec")
	for _, blk := range b.blocks {
		if d.again(blk) || d.misplaced(blk, t.Folder) {
			continue
		}
		inner := d.check(blk.Body, rootShape.blocks[blk.Type], "A "+blk.Type+" block")
		switch blk.Type {
		case "azulejo":
			d.sys.RequiredVersion = inner.str("required_version")
			d.sys.versionRange = inner.rangeOf("required_version")
		case "system":
			d.system(blk, inner)
		case "external":
			d.external(blk, inner)
		case "service":
			d.service(blk, inner, t)
		}
	}
}

// misplaced reports what does not belong into a service's own file.
func (d *decoder) misplaced(blk *hclsyntax.Block, folder string) bool {
	switch {
	case folder == "":
		return false
	case blk.Type != "service":
		d.errorf(blk.DefRange(), "Block out of place", "services/%s/service.hcl holds that service only. Move the %s block to azulejo.hcl.", folder, blk.Type)
	case blk.Labels[0] != folder:
		d.errorf(blk.LabelRanges[0], "Service in another's folder", "services/%s/service.hcl must describe service %s. Rename the block or the folder.", folder, quoted(folder))
	default:
		return false
	}
	return true
}

// again reports a block that may stand once in the whole spec, also across files.
func (d *decoder) again(blk *hclsyntax.Block) bool {
	if !rootShape.blocks[blk.Type].single {
		return false
	}
	if at, ok := d.seen[blk.Type]; ok {
		d.errorf(blk.DefRange(), "Block given twice", "The spec has a %s block already, at %s. Remove one.", blk.Type, position(at))
		return true
	}
	d.seen[blk.Type] = blk.DefRange()
	return false
}

func (d *decoder) system(blk *hclsyntax.Block, b body) {
	s := d.sys
	s.Name, s.Range, s.nameRange = blk.Labels[0], blk.DefRange(), blk.LabelRanges[0]
	s.Namespace, s.namespaceRange = b.str("namespace"), b.rangeOf("namespace")
	s.Languages, s.languageRanges = b.values["languages"].list, b.values["languages"].ranges
	for _, in := range b.blocks {
		inner := d.check(in.Body, b.shape.blocks[in.Type], "A "+in.Type+" block")
		if in.Type == "pack" {
			s.Packs = append(s.Packs, PackSource{Name: in.Labels[0], Source: inner.str("source"), Range: in.DefRange()})
			continue
		}
		p := Provider{Name: in.Labels[0], Port: inner.number("port"), URL: inner.str("url"), urlRange: inner.rangeOf("url"), Range: in.LabelRanges[0]}
		d.addProvider(in.Type, p, inner)
	}
}

func (d *decoder) addProvider(kind string, p Provider, b body) {
	switch kind {
	case "gateway":
		if p.portRange = b.rangeOf("port"); !b.has("port") {
			p.Port = DefaultGatewayPort
		} else {
			d.port("port", b)
		}
		d.sys.Gateway = &p
	case "discovery":
		d.sys.Discovery = &p
	case "config":
		d.sys.Config = &p
	case "target":
		for _, t := range d.sys.Targets {
			if t.Name == p.Name {
				d.errorf(p.Range, "Block given twice", "The system has target %q already. Remove one.", p.Name)
				return
			}
		}
		d.sys.Targets = append(d.sys.Targets, p)
	}
}

func (d *decoder) external(blk *hclsyntax.Block, b body) {
	e := &External{Name: blk.Labels[0], URL: b.str("url"), Range: blk.DefRange(), nameRange: blk.LabelRanges[0], urlRange: b.rangeOf("url")}
	if blk.Body.Attributes["url"] == nil {
		d.errorf(blk.DefRange(), "Attribute missing", "external %q needs url = \"http://host:port\".", e.Name)
	}
	for _, in := range b.blocks {
		e.Routes = append(e.Routes, d.route(in, ""))
	}
	d.sys.Externals = append(d.sys.Externals, e)
}

func (d *decoder) route(blk *hclsyntax.Block, to string) Route {
	b := d.check(blk.Body, routeShape, "A route block")
	r := Route{Path: blk.Labels[0], To: to, Range: blk.LabelRanges[0], toRange: b.rangeOf("to")}
	if b.has("to") {
		r.To = b.str("to")
	}
	return r
}

func (d *decoder) call(blk *hclsyntax.Block) Call {
	b := d.check(blk.Body, callShape, "A call block")
	c := NewCall(blk.Labels[0])
	c.Range = blk.LabelRanges[0]
	b.durationInto(&c.AttemptTimeout, "attempt_timeout")
	b.durationInto(&c.Deadline, "deadline")
	d.numberInto(&c.Retries, b, "retries", 0, MaxRetries)
	if c.AttemptTimeout > c.Deadline && b.has("attempt_timeout") {
		d.errorf(b.rangeOf("attempt_timeout"), "Attempt timeout above deadline", "One attempt may take %s, all together %s (%s unless deadline says otherwise). Give the deadline at least the time of one attempt.", c.AttemptTimeout, c.Deadline, DefaultDeadline)
	}
	c.AttemptTimeout = min(c.AttemptTimeout, c.Deadline)
	for _, in := range b.blocks {
		d.breaker(&c.Breaker, d.check(in.Body, callShape.blocks["breaker"], "A breaker block"))
	}
	return c
}

func (d *decoder) breaker(to *Breaker, b body) {
	b.durationInto(&to.Window, "window")
	b.durationInto(&to.Open, "open")
	d.numberInto(&to.MinCalls, b, "min_calls", 1, MaxBreakerCalls)
	d.numberInto(&to.FailurePercent, b, "failure_percent", 1, 100)
}

func (b body) durationInto(to *time.Duration, name string) {
	if b.has(name) {
		*to = b.values[name].duration
	}
}

func (d *decoder) numberInto(to *int, b body, name string, first, last int) {
	switch n := b.number(name); {
	case !b.has(name):
	case n < first || n > last:
		d.errorf(b.rangeOf(name), "Number out of range", "%s is %d: write a number from %d to %d.", name, n, first, last)
	default:
		*to = n
	}
}

func (d *decoder) service(blk *hclsyntax.Block, b body, t Text) {
	svc := &Service{
		Name: blk.Labels[0], Language: b.str("language"), Pack: b.str("pack"), Image: b.str("image"),
		Port: b.number("port"), LocalPort: b.number("local_port"), Instances: 1, ReadyPath: DefaultReadyPath,
		Env: b.values["env"].strings, Secrets: b.values["secrets"].list, Inputs: b.values["inputs"].object,
		Range: blk.DefRange(), File: t.Path, New: t.New, nameRange: blk.LabelRanges[0], attrs: b.values,
	}
	if b.has("instances") {
		svc.Instances = b.number("instances")
	}
	if b.has("ready_path") {
		svc.ReadyPath = b.str("ready_path")
	}
	_, written := blk.Body.Attributes["port"]
	svc.badPort = written && (!b.has("port") || !d.port("port", b))
	if b.has("local_port") {
		d.port("local_port", b)
	}
	to := ""
	if svc.Language != "" {
		to = GeneratedTo
	}
	for _, in := range b.blocks {
		if in.Type == "route" {
			svc.Routes = append(svc.Routes, d.route(in, to))
		} else {
			svc.Calls = append(svc.Calls, d.call(in))
		}
	}
	sort.SliceStable(svc.Routes, func(i, j int) bool { return svc.Routes[i].Path < svc.Routes[j].Path })
	sort.SliceStable(svc.Calls, func(i, j int) bool { return svc.Calls[i].Name < svc.Calls[j].Name })
	d.sys.Services = append(d.sys.Services, svc)
}

func (d *decoder) port(name string, b body) bool {
	if n := b.number(name); n < 1 || n > 65535 {
		d.errorf(b.rangeOf(name), "Port out of range", "%s", NotAPort(n))
		return false
	}
	return true
}

func position(r hcl.Range) string {
	return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line)
}
