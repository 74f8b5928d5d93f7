package wizard

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// Plain asks the questions of the page line by line, for screen readers, dumb
// terminals and pipes: plain text, nothing drawn again. A line that nobody ended, an
// end of the input and a context that ends are no answers: the outcome is then Lost.
func Plain(ctx context.Context, cfg Config, in io.Reader, out io.Writer) Outcome {
	p := &plain{cfg: cfg, form: cfg.Form, answers: cfg.Answers.Clone(), in: bufio.NewReader(in), out: out}
	if p.answers == nil {
		p.answers = ask.Answers{}
	}
	p.fill()
	p.say(p.title() + " Enter takes the answer in brackets, ? helps.")
	var err error
	for next := state(p.offerDraft); next != nil && err == nil; {
		next, err = next(ctx)
	}
	if err != nil {
		fmt.Fprintln(p.out)
	}
	p.result.Answers, p.result.Sheet = p.answers, p.sheet
	return p.result
}

// plain is what is known while the questions are asked.
type plain struct {
	cfg     Config
	form    *ask.Form
	answers ask.Answers
	sheet   *ask.Sheet
	plan    *Plan
	in      *bufio.Reader
	out     io.Writer
	result  Outcome
	asked   int // lines so far
}

// state is where a person stands. It returns where they go, nil for the end; its
// only error is errLost.
type state func(context.Context) (state, error)

// errLost ends the questions where nobody is there any more.
var errLost = errors.New("the input ended")

func (p *plain) fill() { p.sheet = p.form.Fill(p.answers) }

func (p *plain) title() string {
	switch p.form.Purpose {
	case ask.Begin:
		return "New system."
	case ask.Alone:
		return "New service."
	default:
		return "New service in " + p.sheet.System.Name + "."
	}
}

// offerDraft asks what shall become of answers of an earlier time.
func (p *plain) offerDraft(ctx context.Context) (state, error) {
	d := p.cfg.Draft
	if d == nil {
		return p.begin(), nil
	}
	p.say(fmt.Sprintf("A draft from %s has %s.", d.Saved.Format("2 January 15:04"), count(len(d.Answers), "answer")))
	for {
		p.lines("1. Go on with it", "2. Begin anew", "3. Throw it away and begin anew")
		line, err := p.read(ctx, "Number [1]: ")
		if err != nil {
			return nil, err
		}
		switch line {
		case "", "1":
			flags := p.answers
			p.answers, p.result.Resumed = d.Answers.Clone(), true
			maps.Copy(p.answers, flags)
			p.fill()
			return p.begin(), nil
		case "2":
			return p.begin(), nil
		case "3":
			p.result.Resumed = true // so that it is removed
			return p.begin(), nil
		}
		p.say("Type 1, 2 or 3.")
	}
}

// begin goes to the first essential question that is open.
func (p *plain) begin() state {
	for _, i := range p.essential() {
		if !i.Given || i.Wrong() {
			return p.ask(i.Field)
		}
	}
	return p.rest
}

func (p *plain) essential() []*ask.Item {
	n := slices.IndexFunc(p.sheet.Items, func(i *ask.Item) bool { return !i.Essential })
	if n < 0 {
		return p.sheet.Items
	}
	return p.sheet.Items[:n]
}

// ask asks an essential question and goes on to the next one.
func (p *plain) ask(field string) state {
	return func(ctx context.Context) (state, error) {
		at := p.position(field)
		m, err := p.question(ctx, fmt.Sprintf("%d of %d. ", at+1, len(p.essential())), field)
		if now := p.position(field); now >= 0 {
			at = now // its answer may have brought questions, or taken some away
		}
		at += m.step()
		switch list := p.essential(); {
		case err != nil:
			return nil, err
		case m == review:
			return p.review, nil
		case at < 0:
			p.say("This is the first question.")
			return p.ask(field), nil
		case at >= len(list):
			return p.rest, nil
		default:
			return p.ask(list[at].Field), nil
		}
	}
}

func (p *plain) position(field string) int {
	return slices.IndexFunc(p.essential(), func(i *ask.Item) bool { return i.Field == field })
}

// again asks questions that a person named, from the nth on.
func (p *plain) again(fields []string, n int) state {
	return func(ctx context.Context) (state, error) {
		if n < 0 || n >= len(fields) || p.sheet.Item(fields[n]) == nil {
			return p.rest, nil
		}
		m, err := p.question(ctx, "", fields[n])
		if m == review {
			return p.review, err
		}
		return p.again(fields, n+m.step()), err
	}
}

// move is what a person does with a question.
type move int

const (
	forward move = iota
	back
	review
)

func (m move) step() int {
	if m == back {
		return -1
	}
	return 1
}

// question asks until the answer is right, or the person goes elsewhere.
func (p *plain) question(ctx context.Context, heading, field string) (move, error) {
	p.show(heading, p.sheet.Item(field))
	for {
		item := p.sheet.Item(field)
		line, err := p.read(ctx, prompt(item))
		if err != nil {
			return forward, err
		}
		switch {
		case line == "<":
			return back, nil
		case line == ".":
			return review, nil
		case line == "?":
			p.help()
		case searches(item, line):
			p.options(item, line[1:])
		case p.answer(item, line):
			return forward, nil
		}
	}
}

// answer takes a line and says whether it will do. What does not is forgotten, so
// that it never becomes the answer in brackets.
func (p *plain) answer(item *ask.Item, line string) bool {
	before, had := p.answers[item.Field]
	if line != "" {
		value, why := kinds[item.Kind].read(item, line)
		if why != "" {
			p.say(why)
			return false
		}
		p.answers[item.Field] = value
		p.fill()
	}
	now := p.sheet.Item(item.Field)
	if now == nil { // it took away its own question
		return true
	}
	if line != "" || now.Wrong() {
		p.problems(now.Problems)
	}
	if !now.Wrong() {
		return true
	}
	if delete(p.answers, item.Field); had {
		p.answers[item.Field] = before
	}
	p.fill()
	return false
}

// rest tells what holds where nobody is asked, and asks what shall be changed.
func (p *plain) rest(ctx context.Context) (state, error) {
	list := p.essential()
	others := p.sheet.Items[len(list):]
	if len(others) == 0 {
		return p.review, nil
	}
	p.lines("")
	p.say("The rest has defaults: " + summary(others) + ".")
	for {
		line, err := p.read(ctx, "Change any of them? Name or Enter for none: ")
		switch {
		case err != nil:
			return nil, err
		case line == "" || line == ".":
			return p.review, nil
		case line == "<":
			return p.ask(list[len(list)-1].Field), nil
		case line == "?":
			p.help()
			continue
		}
		fields, unknown := named(others, line)
		if unknown == "" {
			return p.again(fields, 0), nil
		}
		p.say(fmt.Sprintf("There is no %q among them. Several names stand with commas between.", unknown))
	}
}

// named finds questions by their labels or by what the spec calls them.
func named(items []*ask.Item, line string) (fields []string, unknown string) {
	for _, word := range strings.Split(line, ",") {
		word = strings.TrimSpace(word)
		n := len(fields)
		for _, i := range items {
			if strings.EqualFold(word, i.Label) || word == i.Field {
				fields = append(fields, i.Field)
			}
		}
		if len(fields) == n && word != "" {
			return nil, word
		}
	}
	return fields, ""
}

// review shows what would be written, and asks.
func (p *plain) review(ctx context.Context) (state, error) {
	for _, i := range p.sheet.Items {
		if i.Wrong() {
			p.say(i.Label + missing(i))
			return p.mend(i.Field), nil
		}
	}
	if !p.sheet.Valid() {
		p.plan = nil
		p.problems(p.sheet.Problems)
		return p.decide, nil
	}
	p.say("Planning.")
	plan, err := p.cfg.Plan(ctx, p.sheet)
	switch {
	case ctx.Err() != nil:
		return nil, errLost
	case err != nil:
		p.plan = nil
		p.wrapped("Wrong: ", "It cannot be planned. "+err.Error())
		return p.decide, nil
	}
	p.plan = plan
	p.showPlan()
	return p.decide, nil
}

// mend asks what is wrong or missing, and reviews again.
func (p *plain) mend(field string) state {
	return func(ctx context.Context) (state, error) {
		m, err := p.question(ctx, "", field)
		if m == back {
			return p.back(), err
		}
		return p.review, err
	}
}

func missing(i *ask.Item) string {
	if i.Required && !i.Given {
		return " needs an answer."
	}
	return " is not right yet."
}

// possible says that the plan can be carried out as it is.
func (p *plain) possible() bool { return p.plan != nil && p.plan.Count("!") == 0 }

// decide asks whether to create what was shown.
func (p *plain) decide(ctx context.Context) (state, error) {
	prompt := "Create? yes, no, or < to go back: "
	if !p.possible() {
		prompt = "Nothing can be created like this. no, or < to go back: "
	}
	line, err := p.read(ctx, prompt)
	name, wantsDiff := strings.CutPrefix(line, "d ")
	switch {
	case err != nil:
		return nil, err
	case line == "<":
		return p.back(), nil
	case line == "no" || line == "n":
		return p.leave, nil
	case line == "?":
		p.help()
	case wantsDiff && p.plan != nil:
		p.diff(strings.TrimSpace(name))
	case (line == "yes" || line == "y") && p.possible():
		return p.create()
	case p.possible():
		p.say("Only yes creates it.")
	}
	return p.decide, nil
}

// back is where a person goes from the review.
func (p *plain) back() state {
	if list := p.essential(); len(list) == len(p.sheet.Items) {
		return p.ask(list[len(list)-1].Field)
	}
	return p.rest
}

// create ends with the plan, unless it was made for a spec that is no more.
func (p *plain) create() (state, error) {
	if !p.cfg.Changed() {
		p.result.Action, p.result.Plan = Create, p.plan
		return nil, nil
	}
	p.say("The spec changed on the disk meanwhile. It is read again; your answers stay.")
	form, err := p.cfg.Reload()
	if err != nil {
		p.plan = nil
		p.wrapped("Wrong: ", "It cannot be read. "+err.Error())
		return p.decide, nil
	}
	p.form = form
	p.fill()
	return p.review, nil
}

func (p *plain) leave(ctx context.Context) (state, error) {
	line, err := p.read(ctx, "Keep the answers as a draft? yes, no, or < to go back: ")
	switch {
	case err != nil:
		return nil, err
	case line == "<":
		return p.decide, nil
	case line == "yes" || line == "y":
		p.result.Action = Save
		return nil, nil
	case line == "no" || line == "n":
		p.result.Action = Discard
		return nil, nil
	default:
		return p.leave, nil
	}
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}
