package ask

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// filling is a form while it is filled in.
type filling struct {
	form    *Form
	answers Answers
	svc     *spec.Service // nil where none is asked for
	begins  bool          // a system is begun
	begun   *spec.System
	items   []*Item
	sheet   *Sheet
}

// Fill answers all questions that apply, in their order, and says what is wrong.
// It writes nothing.
func (f *Form) Fill(answers Answers) *Sheet {
	in := &filling{form: f, answers: answers, begun: &spec.System{}, sheet: &Sheet{}, begins: f.Purpose == Begin}
	if f.Purpose == Begin {
		in.all(systemQuestions)
	} else {
		in.service()
	}
	in.unasked()
	in.sheet.Items = arrange(in.items)
	in.sheet.Service = in.svc
	in.sheet.Alone = in.alone()
	in.write()
	return in.sheet
}

// unasked tells what was said and has no place in the answers as they are.
func (f *filling) unasked() {
	if f.form.Trouble != "" {
		f.sheet.Problems = append(f.sheet.Problems, Problem{Text: f.form.Trouble, Warning: true})
	}
	for _, field := range slices.Sorted(maps.Keys(f.form.Said)) {
		if _, still := f.answers[field]; still && !f.asked(field) {
			f.sheet.Problems = append(f.sheet.Problems, Problem{Text: flagOf(field) + " is left out: it does not apply to these answers.", Warning: true})
		}
	}
}

// flagOf is the flag that answers a field.
func flagOf(field string) string {
	for _, q := range slices.Concat(serviceQuestions, systemQuestions) {
		if q.Field == field && q.Flag != "" {
			return q.Flag
		}
	}
	return "--set " + attribute(field)
}

func (f *filling) service() {
	f.svc = &spec.Service{Instances: 1, ReadyPath: spec.DefaultReadyPath}
	for _, q := range serviceQuestions {
		f.one(q)
		switch {
		case q.Field == "language" && f.form.Purpose == Alone:
			f.one(standsQuestion)
			if f.begins {
				f.all(lessUrgent(systemQuestions))
			}
		case q.Field == "pack":
			f.inputs()
		}
	}
}

// lessUrgent are questions that a person need not look at.
func lessUrgent(list []question) []question {
	out := make([]question, 0, len(list))
	for _, q := range list {
		q.Essential = false
		out = append(out, q)
	}
	return out
}

func (f *filling) all(list []question) {
	for _, q := range list {
		f.one(q)
	}
}

// one asks a question, if it applies, and puts the answer where it belongs.
func (f *filling) one(q question) {
	if f.asked(q.Field) || q.when != nil && !q.when(f) && !f.insisted(q.Field) {
		return
	}
	if q.options != nil {
		q.Options = q.options(f)
	}
	if q.initial != nil {
		q.Default = q.initial(f)
	}
	q.put(f, f.add(q.Question))
}

// insisted says that an answer is written also where it is not asked for.
func (f *filling) insisted(field string) bool {
	_, said := f.answers[field]
	return said && f.form.Literal
}

func (f *filling) asked(field string) bool {
	for _, i := range f.items {
		if i.Field == field {
			return true
		}
	}
	return false
}

func (f *filling) add(q Question) *Item {
	i := &Item{Question: q, Value: q.Default}
	v, said := f.answers[q.Field]
	if emptied := q.Kind == Number && one(v) == ""; said && !emptied {
		i.Value, i.Given = v, true
	}
	f.items = append(f.items, i)
	return i
}

// alone says that the service has no system around it.
func (f *filling) alone() bool { return f.form.Purpose == Alone && !f.begins }

// sys is the system around what is asked for.
func (f *filling) sys() *spec.System {
	if f.begins {
		return f.begun
	}
	return f.form.Base.System
}

// number reads a whole number, and takes the default where it is none.
func (f *filling) number(i *Item) int {
	n, err := strconv.ParseInt(i.First(), 10, 32)
	if err != nil {
		f.problem(i.Field, Problem{Text: spec.NotANumber(attribute(i.Field), i.First())})
		n, _ = strconv.ParseInt(one(i.Default), 10, 32)
	}
	return int(n)
}

// putPort refuses what the text of a service cannot say: no port is written as 0.
func (f *filling) putPort(i *Item) {
	if f.svc.Port = f.number(i); f.svc.Port == 0 {
		f.problem(i.Field, Problem{Text: spec.NotAPort(0)})
	}
}

// attribute is the last word of a field: what the spec calls it.
func attribute(field string) string { return field[strings.LastIndex(field, ".")+1:] }

func (f *filling) problem(field string, p Problem) {
	for _, i := range f.items {
		if i.Field == field {
			i.Problems = append(i.Problems, p)
			return
		}
	}
	f.sheet.Problems = append(f.sheet.Problems, p)
}

func isSystem(field string) bool { return strings.HasPrefix(field, "system.") }

// The texts as they are parsed here: names that no file of the spec has, so that
// each message is known by its file.
const (
	newService = "the new service"
	newSystem  = "the new system"
)

// write makes the texts and checks them as validate does.
func (f *filling) write() {
	var parsed []spec.Text
	add := func(text spec.Text, here string) {
		f.sheet.Texts = append(f.sheet.Texts, text)
		parsed = append(parsed, spec.Text{Path: here, Bytes: text.Bytes, New: true})
	}
	if f.begins {
		add(spec.Text{Path: spec.SystemFile, Bytes: spec.SystemText(f.begun), New: true}, newSystem)
	}
	switch {
	case f.svc == nil:
	case f.alone():
		add(spec.Text{Path: spec.ServiceFile, Bytes: spec.ServiceText(f.svc), New: true}, newService)
	default:
		add(spec.Text{Path: spec.ServicePath(f.svc.Name), Bytes: spec.ServiceText(f.svc), Folder: f.svc.Name, New: true}, newService)
	}
	p, diags := f.form.Base.With(parsed...)
	f.sheet.System = p.System
	for _, svc := range p.System.Services {
		if svc.New {
			f.sheet.Service = svc
		}
	}
	f.report(append(diags, spec.ValidateNew(p, f.form.Catalog)...))
	if f.alone() && f.form.Blocked != nil && f.svc.Name != "" && !f.sheet.Item("name").Wrong() {
		if why := f.form.Blocked(f.svc.Name); why != "" {
			f.problem("name", Problem{Text: why})
		}
	}
}

// report hands each message about what is new to the question that it is about.
func (f *filling) report(diags hcl.Diagnostics) {
	for _, d := range diags {
		p := Problem{Text: strings.TrimSpace(d.Detail), Warning: d.Severity == hcl.DiagWarning}
		switch {
		case d.Subject == nil:
		case d.Subject.Filename == newService && f.sheet.Service != nil:
			f.problem(string(f.sheet.Service.Field(d)), p)
		case d.Subject.Filename == newSystem:
			f.problem(string(f.sheet.System.Field(d)), p)
		}
	}
}

// inputs asks what the pack of the service's language asks.
func (f *filling) inputs() {
	lang, err := f.form.language(f.svc)
	if err != nil {
		f.problem("language", Problem{Text: err.Error()})
		return
	}
	f.svc.Inputs = map[string]cty.Value{}
	hidden := f.hidden(lang)
	for _, in := range lang.Inputs {
		field := "inputs." + in.Name
		v, said := f.answers[field]
		if hidden[in.Name] && !f.insisted(field) {
			continue
		}
		f.add(inputQuestion(in, lang))
		if said && (in.Default == cty.NilVal || !same(v, toText(in.Default))) {
			f.svc.Inputs[in.Name] = fromText(in.Type, v)
		}
	}
	for field, v := range f.answers { // what no pack asks is the validator's to refuse
		if name, ok := strings.CutPrefix(field, "inputs."); ok && f.form.Literal && !f.asked(field) {
			f.svc.Inputs[name] = fromText(cty.DynamicPseudoType, v)
		}
	}
}

// hidden are the inputs that do not apply with the answers as they are. An answer
// that is hidden counts as not given, which may hide others in turn.
func (f *filling) hidden(lang spec.Language) map[string]bool {
	hidden := map[string]bool{}
	for range lang.Inputs {
		values := map[string]cty.Value{}
		for _, in := range lang.Inputs {
			v, said := f.answers["inputs."+in.Name]
			switch {
			case said && !hidden[in.Name]:
				values[in.Name] = fromText(in.Type, v)
			case in.Default != cty.NilVal:
				values[in.Name] = in.Default
			default:
				values[in.Name] = cty.NullVal(in.Type)
			}
		}
		before := len(hidden)
		ctx := spec.InputContext(values, f.form.Catalog)
		for _, in := range lang.Inputs {
			if in.When == nil {
				continue
			}
			if asked, diags := in.When.Value(ctx); !diags.HasErrors() && asked.RawEquals(cty.False) {
				hidden[in.Name] = true
			}
		}
		if len(hidden) == before {
			break
		}
	}
	return hidden
}

// language is the service's, with its questions.
func (f *Form) language(svc *spec.Service) (spec.Language, error) {
	l, ok := f.Catalog.LanguageOf(svc)
	if !ok || f.Load == nil || f.loaded[l.Pack] {
		return l, nil
	}
	full, err := f.Load(l)
	if err != nil {
		return l, fmt.Errorf("reading pack %s: %w", l.Pack, err)
	}
	if f.loaded == nil {
		f.loaded = map[string]bool{}
	}
	f.loaded[l.Pack] = true
	for i, have := range f.Catalog.Languages {
		if have.Pack == l.Pack && have.Own == l.Own {
			f.Catalog.Languages[i] = full
		}
	}
	return full, nil
}
