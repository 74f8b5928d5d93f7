package ask

import (
	"maps"
	"slices"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Kind says how a question is answered.
type Kind int

// The kinds of questions.
const (
	Text   Kind = iota // one line
	Number             // a whole number
	List               // words
	Select             // one of the options
	Multi              // any of the options
)

// Option is one thing that can be chosen.
type Option struct {
	Value string
	Note  string // what it is, for a person
}

// Question is one thing that is asked.
type Question struct {
	Field     string // where the answer stands: "port", "inputs.size", "system.gateway"
	Label     string // one or two words
	Group     string // the heading it stands under, where it is not essential
	Why       string // what the answer does
	Later     bool   // it can be changed after creation
	Kind      Kind
	Options   []Option
	Default   []string // what holds without an answer
	Required  bool     // there is no default
	Essential bool     // asked first; the others have a default that surprises nobody
	Flag      string   // says the same without the wizard; "" for the name itself
	None      string   // what an empty answer means, for a person
	Pinned    bool     // the default depends on the system: a command says it always
}

// Answers are what a person, a flag or a draft said, by field. A field that is
// not there is left to its default, an empty list is an answer.
type Answers map[string][]string

// Problem is something wrong, or doubtful, with an answer.
type Problem struct {
	Text    string
	Warning bool
}

// Item is a question with its answer.
type Item struct {
	Question
	Value    []string // the answer, or else the default
	Given    bool     // it was answered
	Problems []Problem
}

// First is the answer of a question that has one, "" for none.
func (i *Item) First() string {
	if len(i.Value) == 0 {
		return ""
	}
	return i.Value[0]
}

// Wrong says that the answer has an error.
func (i *Item) Wrong() bool { return hasError(i.Problems) }

func hasError(list []Problem) bool {
	return slices.ContainsFunc(list, func(p Problem) bool { return !p.Warning })
}

// Purpose is what a form is for.
type Purpose int

// The purposes.
const (
	Join  Purpose = iota // a new service in the system of Base
	Alone                // a new service where there is no system yet
	Begin                // a new system
)

// Form holds what the questions and their answers depend on.
type Form struct {
	Purpose Purpose
	Base    *spec.Parsed  // the system around, of no text where there is none
	Catalog *spec.Catalog // what can be chosen
	Folder  string        // the working folder's name

	// Load reads a language's questions, which the catalog may not have yet.
	Load func(spec.Language) (spec.Language, error)
	// Blocked says why no folder of a name can be begun here, or "". May be nil.
	Blocked func(name string) string
	// Said are answers that nobody can take back here: those that do not apply are
	// told, never dropped in silence. May be nil.
	Said Answers
	// Trouble is what is wrong with the spec as it stands, or "".
	Trouble string
	// Literal writes every answer, also where the question would not be asked: what
	// flags say is never dropped.
	Literal bool

	loaded map[string]bool
}

// Sheet is what all answers together come to.
type Sheet struct {
	Items    []*Item      // the essential ones first; within these, as they are asked
	Texts    []spec.Text  // what would be written, by path below the root
	System   *spec.System // with what is new in it
	Service  *spec.Service
	Alone    bool      // the service stands alone, in a folder of its own
	Problems []Problem // about nothing that is asked
}

// Valid says that nothing is wrong, as far as the spec alone can tell.
func (s *Sheet) Valid() bool {
	return !hasError(s.Problems) && !slices.ContainsFunc(s.Items, (*Item).Wrong)
}

// Item returns the question of a field, or nil where it is not asked.
func (s *Sheet) Item(field string) *Item {
	for _, i := range s.Items {
		if i.Field == field {
			return i
		}
	}
	return nil
}

// Value is the first value of a field, "" for none.
func (s *Sheet) Value(field string) string {
	if i := s.Item(field); i != nil {
		return i.First()
	}
	return ""
}

// Place finds the line that an answer stands on: the index of a text and a line
// from 1; 0 for nowhere.
func (s *Sheet) Place(field string) (text, line int) {
	if n := s.System.Line(spec.Field(field)); n > 0 {
		return 0, n
	}
	if s.Service == nil {
		return 0, 0
	}
	return len(s.Texts) - 1, s.Service.Line(spec.Field(field))
}

// most is how many questions are essential.
const most = 4

// arrange puts the essential questions first, and no more of them than people
// bear; what has no default, or one that depends on the system, stays among them.
func arrange(items []*Item) []*Item {
	essential := 0
	for _, i := range items {
		if i.Required || i.Essential {
			i.Essential = true
			essential++
		}
	}
	for n := len(items) - 1; n >= 0 && essential > most; n-- {
		if i := items[n]; i.Essential && !i.Required && !i.Pinned {
			i.Essential = false
			essential--
		}
	}
	group := map[string]int{} // in the order in which they come up
	for _, i := range items {
		if _, known := group[i.Group]; !known {
			group[i.Group] = len(group)
		}
	}
	slices.SortStableFunc(items, func(a, b *Item) int {
		if d := rank(a) - rank(b); d != 0 || a.Essential {
			return d
		}
		return group[a.Group] - group[b.Group]
	})
	return items
}

func rank(i *Item) int {
	switch {
	case i.Essential:
		return 0
	case strings.HasPrefix(i.Field, "inputs."): // a pack's small print comes last
		return 2
	}
	return 1
}

// Clone returns a copy that can be changed.
func (a Answers) Clone() Answers { return maps.Clone(a) }

// Heading is what the essential questions are about.
func (f *Form) Heading() string {
	if f.Purpose == Begin {
		return "SYSTEM"
	}
	return "SERVICE"
}

// Title is what the form makes.
func (f *Form) Title() string {
	if f.Purpose == Begin {
		return "New system"
	}
	return "New service"
}
