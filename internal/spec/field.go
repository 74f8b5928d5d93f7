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
	return fieldAt(s.places(), d.Subject)
}

// Line is the first line on which a field of the service stands in its text, 0 for
// nowhere.
func (s *Service) Line(f Field) int { return firstLine(s.places(), f) }

func (s *Service) places() []place {
	out := []place{{"name", s.nameRange}}
	for name, v := range s.attrs {
		if name != "inputs" {
			out = append(out, place{Field(name), v.rng})
		}
	}
	for name, r := range s.attrs["inputs"].items {
		out = append(out, place{inputField(name), r})
	}
	for _, r := range s.Routes {
		out = append(out, place{"route", r.Range}, place{"route", r.toRange})
	}
	for _, c := range s.Calls {
		out = append(out, place{"call", c.Range})
	}
	return out
}

// Field names what a message about the system is about, with "system." before it;
// "" for the system as a whole.
func (s *System) Field(d *hcl.Diagnostic) Field {
	return fieldAt(s.places(), d.Subject)
}

// Line is the first line on which a field of the system stands in its text, 0 for
// nowhere.
func (s *System) Line(f Field) int { return firstLine(s.places(), f) }

func (s *System) places() []place {
	out := []place{{"system.name", s.nameRange}, {"system.namespace", s.namespaceRange}}
	for kind, p := range map[Field]*Provider{"gateway": s.Gateway, "discovery": s.Discovery, "config": s.Config} {
		if p != nil {
			out = append(out, place{"system." + kind, p.Range})
		}
	}
	if s.Gateway != nil {
		out = append(out, place{"system.port", s.Gateway.portRange})
	}
	for _, t := range s.Targets {
		out = append(out, place{"system.target", t.Range})
	}
	for _, r := range s.languageRanges {
		out = append(out, place{"system.languages", r})
	}
	return out
}

// place is where one part of a field stands.
type place struct {
	field Field
	rng   hcl.Range
}

func fieldAt(places []place, subject *hcl.Range) Field {
	for _, p := range places {
		if subject != nil && p.rng.Filename == subject.Filename && p.rng.ContainsPos(subject.Start) {
			return p.field
		}
	}
	return ""
}

func firstLine(places []place, f Field) int {
	first := 0
	for _, p := range places {
		if line := p.rng.Start.Line; p.field == f && line > 0 && (first == 0 || line < first) {
			first = line
		}
	}
	return first
}
