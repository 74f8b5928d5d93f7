package wizard

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// plainWidth is how wide lines are, in cells.
const plainWidth = 80

// noLimit is for text that has to be clean and not short.
const noLimit = 1 << 30

// ascii is for the few signs of our own messages that a plain terminal may lack.
var ascii = strings.NewReplacer("→", "->", "…", "...")

// say writes a sentence, broken at spaces.
func (p *plain) say(text string) { p.wrapped("", text) }

// wrapped writes text with all lines but the first as far in as the mark is long.
// A word is never broken, so that a path can be copied.
func (p *plain) wrapped(mark, text string) {
	text, _ = clean(ascii.Replace(text), noLimit)
	line, empty := mark, true
	for _, word := range strings.Fields(text) {
		if !empty && ansi.StringWidth(line)+1+ansi.StringWidth(word) > plainWidth {
			fmt.Fprintln(p.out, line)
			line, empty = strings.Repeat(" ", len(mark)), true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	fmt.Fprintln(p.out, strings.TrimRight(line, " "))
}

func (p *plain) lines(list ...string) {
	for _, l := range list {
		fmt.Fprintln(p.out, l)
	}
}

// show writes a question: what it is, what it does, what can be chosen, and what
// is wrong with the answer that it has.
func (p *plain) show(heading string, item *ask.Item) {
	p.lines("")
	p.say(heading + item.Label + ". " + item.Why)
	if item.Later {
		p.say("Can be changed later.")
	} else {
		p.say("Fixed once it is created.")
	}
	if n := len(item.Options); n > manyOptions {
		p.say(fmt.Sprintf("%d options; type / and a part of a name to list fewer.", n))
	} else {
		p.options(item, "")
	}
	if item.Given || !item.Required {
		p.problems(item.Problems)
	}
}

// manyOptions are too many to be read out.
const manyOptions = 20

// searches says that a line looks for options and answers nothing.
func searches(item *ask.Item, line string) bool {
	return len(item.Options) > manyOptions && strings.HasPrefix(line, "/")
}

// options lists those with a part of a name.
func (p *plain) options(item *ask.Item, part string) {
	found := false
	for n, o := range item.Options {
		if !strings.Contains(strings.ToLower(o.Value), strings.ToLower(part)) {
			continue
		}
		mark := "- "
		if numbered(item) {
			mark = strconv.Itoa(n+1) + ". "
		}
		text := o.Value
		if o.Note != "" {
			text += ", " + o.Note
		}
		p.wrapped(mark, text)
		found = true
	}
	if !found && part != "" {
		p.say(fmt.Sprintf("No name has %q in it.", part))
	}
}

func (p *plain) problems(list []ask.Problem) {
	for _, problem := range list {
		mark := "Wrong: "
		if problem.Warning {
			mark = "Warning: "
		}
		p.wrapped(mark, problem.Text)
	}
}

// prompt asks for a line, with what an empty one means. A wrong answer is not
// offered again.
func prompt(item *ask.Item) string {
	text := kinds[item.Kind].prompt
	if len(item.Options) > 0 && !numbered(item) {
		text = strings.NewReplacer("Number or name", "Name", "Numbers or names", "Names").Replace(text)
	}
	if item.Wrong() {
		return text + ": "
	}
	return text + " [" + short(item.Value, plainWidth-len(text)-len(" []: ")) + "]: "
}

// short writes an answer in at most width cells, and says it where there is none.
func short(value []string, width int) string {
	text, _ := clean(strings.Join(value, " "), noLimit)
	switch {
	case len(value) == 0:
		return "none"
	case text == "":
		return "empty"
	default:
		return ansi.Truncate(text, width, "...")
	}
}

// summary tells each answer in a few words.
func summary(items []*ask.Item) string {
	var list []string
	for _, i := range items {
		list = append(list, i.Label+" "+short(i.Value, plainWidth/2))
	}
	return strings.Join(list, ", ")
}

func (p *plain) help() {
	p.lines(
		"Enter alone: the answer in brackets.",
		"- none, where a list is asked for.",
		"< back to the question before; answers stay.",
		". to the review now, with defaults for the rest.",
		"d and a file's number or name, at the review: its changes.",
		"End of input or ctrl+c: leave. Nothing is written, the answers are kept.",
	)
}

// signs are what becomes of a file, in words; what stays is not told.
var signs = []struct {
	sign byte
	word string
}{{'+', "new"}, {'~', "changed"}, {'-', "removed"}, {'!', "needs a decision"}}

// showPlan writes all that would happen, and the commands that do the same.
func (p *plain) showPlan() {
	p.lines("")
	p.warnings()
	var counts []string
	for _, s := range signs {
		if n := p.plan.Count(string(s.sign)); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, s.word))
		}
	}
	if len(counts) == 0 {
		counts = []string{"nothing to do"}
	}
	p.say("Files: " + strings.Join(counts, ", ") + ".")
	p.files()
	p.lines("The same without questions:")
	for _, argv := range p.sheet.Commands(p.cfg.Options...) {
		p.lines(ask.Lines(argv, plainWidth-2)...)
	}
	if !p.possible() {
		p.say("Some files need a decision of yours. Leave, keep the draft, decide about them, and come again.")
	}
	p.lines("d and a file's number or name shows its changes.", "Nothing is written yet.")
}

func (p *plain) files() {
	for n, f := range p.told() {
		text := word(f.Sign) + " " + f.Path
		if f.Reason != "" {
			text += ": " + f.Reason
		}
		p.wrapped(strconv.Itoa(n+1)+". ", text)
	}
}

// told are the files of the plan that something becomes of.
func (p *plain) told() (list []File) {
	for _, f := range p.plan.Files {
		if word(f.Sign) != "" {
			list = append(list, f)
		}
	}
	return list
}

func word(sign byte) string {
	for _, s := range signs {
		if s.sign == sign {
			return s.word
		}
	}
	return ""
}

// warnings tells what is doubtful, each once.
func (p *plain) warnings() {
	all := slices.Clone(p.sheet.Problems)
	for _, i := range p.sheet.Items {
		all = append(all, i.Problems...)
	}
	for _, text := range p.plan.Warnings {
		all = append(all, ask.Problem{Text: text, Warning: true})
	}
	var once []ask.Problem
	for _, w := range all {
		if !slices.Contains(once, w) {
			once = append(once, w)
		}
	}
	p.problems(once)
}

// diff shows what would change in a file, by its number, path or last name.
func (p *plain) diff(name string) {
	f, ok := p.file(name)
	if !ok {
		p.say(fmt.Sprintf("The plan has no file %q, or several. Type its number.", name))
		return
	}
	for line := range strings.Lines(f.Diff()) {
		line, _ = clean(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    "), noLimit)
		p.lines(line)
	}
}

func (p *plain) file(name string) (File, bool) {
	list := p.told()
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(list) {
		return list[n-1], true
	}
	var found []File
	for _, f := range list {
		if f.Path == name {
			return f, true
		}
		if path.Base(f.Path) == name {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return File{}, false
	}
	return found[0], true
}
