package spec

import "github.com/hashicorp/hcl/v2"

// Field names a place of a spec that a person answers for. It stands as Extra in
// diagnostics about something that is not written.
type Field string

func inputField(name string) Field { return Field("inputs." + name) }

// about says what the last message is about, where no text stands to point at.
func (v *validator) about(f Field) { v.diags[len(v.diags)-1].Extra = f }

// Field names what a message about the service is about: "name", an attribute,
// "route", "call", or "inputs.NAME"; "" for the service as a whole.
func (s *Service) Field(d *hcl.Diagnostic) Field {
	if f, ok := d.Extra.(Field); ok {
		return f
	}
	for name, r := range s.places() {
		if d.Subject != nil && r.Filename != "" && r.ContainsPos(d.Subject.Start) {
			return name
		}
	}
	return ""
}

// Line is where a field of the service stands in its text, 0 for nowhere.
func (s *Service) Line(f Field) int { return s.places()[f].Start.Line }

func (s *Service) places() map[Field]hcl.Range {
	out := map[Field]hcl.Range{"name": s.nameRange}
	for name, v := range s.attrs {
		if name != "inputs" {
			out[Field(name)] = v.rng
		}
	}
	for name, r := range s.attrs["inputs"].items {
		out[inputField(name)] = r
	}
	for _, r := range s.Routes {
		out["route"] = hcl.RangeBetween(or(out["route"], r.Range), or(r.toRange, r.Range))
	}
	for _, c := range s.Calls {
		out["call"] = hcl.RangeBetween(or(out["call"], c.Range), c.Range)
	}
	return out
}

// Field names what a message about the system is about, with "system." before it;
// "" for the system as a whole.
func (s *System) Field(d *hcl.Diagnostic) Field {
	for name, r := range s.places() {
		if d.Subject != nil && r.Filename != "" && r.ContainsPos(d.Subject.Start) {
			return name
		}
	}
	return ""
}

// Line is where a field of the system stands in its text, 0 for nowhere.
func (s *System) Line(f Field) int { return s.places()[f].Start.Line }

func (s *System) places() map[Field]hcl.Range {
	out := map[Field]hcl.Range{"system.name": s.nameRange, "system.namespace": s.namespaceRange}
	for kind, p := range map[Field]*Provider{"gateway": s.Gateway, "discovery": s.Discovery, "config": s.Config} {
		if p != nil {
			out["system."+kind] = p.Range
		}
	}
	if s.Gateway != nil {
		out["system.port"] = s.Gateway.portRange
	}
	for _, t := range s.Targets {
		out["system.target"] = hcl.RangeBetween(or(out["system.target"], t.Range), t.Range)
	}
	for _, r := range s.languageRanges {
		out["system.languages"] = hcl.RangeBetween(or(out["system.languages"], r), r)
	}
	return out
}

// or is the first of two ranges, unless there is none.
func or(r, other hcl.Range) hcl.Range {
	if r == (hcl.Range{}) {
		return other
	}
	return r
}
