package wizard

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// read asks for one line. It waits for the context too: a person who interrupts
// need not type first.
func (p *plain) read(ctx context.Context, prompt string) (string, error) {
	if p.asked++; p.asked > maxLines {
		return "", errLost
	}
	type typed struct {
		line string
		err  error
	}
	fmt.Fprint(p.out, prompt)
	got := make(chan typed, 1)
	go func() {
		line, err := readLine(p.in)
		got <- typed{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", errLost
	case t := <-got:
		if t.err != nil || ctx.Err() != nil {
			return "", errLost
		}
		line, cut := clean(t.line, maxAnswer)
		if cut {
			p.say(fmt.Sprintf("The line was cut at %d letters.", maxAnswer))
		}
		return strings.TrimSpace(line), nil
	}
}

// maxLines bounds how many lines are read: no person types so many, and a pipe
// without end would be asked for ever.
const maxLines = 1000

// maxLine bounds what is kept of a line, in bytes: more than an answer can have.
const maxLine = 64 << 10

// readLine reads to the end of a line, which must be there.
func readLine(in *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part[:min(len(part), maxLine-len(line))]...)
		if err == nil {
			return string(line), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
	}
}

// kinds says how the questions of each kind are asked, and how a line is read: as
// an answer, or else why not.
var kinds = map[ask.Kind]struct {
	prompt string
	read   func(*ask.Item, string) ([]string, string)
}{
	ask.Text:   {"Answer", readOne},
	ask.Number: {"Number", readOne},
	ask.List:   {"Words with spaces between, - for none", readWords},
	ask.Select: {"Number or name", readOption},
	ask.Multi:  {"Numbers or names with spaces between, - for none", readOptions},
}

func readOne(_ *ask.Item, line string) ([]string, string) { return []string{line}, "" }

func readWords(_ *ask.Item, line string) ([]string, string) {
	if line == "-" {
		return []string{}, ""
	}
	return strings.Fields(line), ""
}

func readOptions(item *ask.Item, line string) (all []string, why string) {
	words, _ := readWords(item, line)
	all = []string{}
	for _, w := range words {
		one, why := readOption(item, w)
		if why != "" {
			return nil, why
		}
		if !slices.Contains(all, one[0]) {
			all = append(all, one[0])
		}
	}
	return all, ""
}

// readOption finds an option by its number. A name that is none is left to the
// validator, which knows what to say.
func readOption(item *ask.Item, line string) ([]string, string) {
	n, err := strconv.Atoi(line)
	switch {
	case err != nil || !numbered(item):
		return []string{line}, ""
	case n < 1 || n > len(item.Options):
		return nil, fmt.Sprintf("There is no option %d: the last is %d.", n, len(item.Options))
	default:
		return []string{item.Options[n-1].Value}, ""
	}
}

// numbered says that options can be chosen by numbers: not where a number could
// as well be one of them.
func numbered(item *ask.Item) bool {
	return !slices.ContainsFunc(item.Options, func(o ask.Option) bool {
		_, err := strconv.Atoi(o.Value)
		return err == nil
	})
}
