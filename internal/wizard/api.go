package wizard

import (
	"context"
	"fmt"
	"time"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// Config is what a wizard works with.
type Config struct {
	Form    *ask.Form
	Answers ask.Answers // what flags said
	Options []string    // flags that the commands it prints need too, such as -C DIR
	Draft   *Draft      // to be offered, or nil

	// Plan shows what writing a valid sheet would do. It is called beside the
	// wizard, never twice at once, and stops when its context ends.
	Plan func(context.Context, *ask.Sheet) (*Plan, error)
	// Reload reads the spec from the disk anew.
	Reload func() (*ask.Form, error)
	// Changed says that the spec on the disk is no longer the form's.
	Changed func() bool
}

// Draft is what somebody answered and did not finish.
type Draft struct {
	Answers ask.Answers
	Saved   time.Time
}

// Plan is what creating would do to each file.
type Plan struct {
	Files    []File
	Warnings []string // about the spec as a whole
	Value    any      // the caller's own
}

// File is one file of a plan.
type File struct {
	Path   string        // below the root
	Sign   byte          // '+' new, '~' changed, '-' removed, '!' needs a person's decision, '=' kept
	Reason string        // why, where that is not plain
	Diff   func() string // unified, or the text of a new file with + before each line
}

// Count says how many files have one of the signs.
func (p *Plan) Count(signs string) int {
	n := 0
	for _, f := range p.Files {
		for _, s := range []byte(signs) {
			if f.Sign == s {
				n++
			}
		}
	}
	return n
}

// Action is how a wizard ended.
type Action int

// The ways to end. Lost is the first: whatever ends a wizard unforeseen keeps the
// answers.
const (
	Lost    Action = iota // interrupted, or its terminal went away
	Save                  // the person left and wants to go on later
	Discard               // the person left for good
	Create                // the person looked at Plan and wants it
)

// Outcome is what a wizard ended with. Nothing is written yet.
type Outcome struct {
	Action  Action
	Answers ask.Answers // what was answered, without defaults
	Sheet   *ask.Sheet
	Plan    *Plan // set for Create
	Resumed bool  // the offered draft was taken up
	Bug     *Bug  // a mistake of azulejo's ended it
}

// Bug is a panic that was caught, so that the answers could be kept.
type Bug struct {
	Value any
	Stack []byte
}

func (b *Bug) String() string { return fmt.Sprint(b.Value) }
