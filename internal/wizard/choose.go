package wizard

import (
	"slices"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// chooser is the state of a question with options: the one that the pointer is on,
// and the filter.
type chooser struct {
	at        int // among the options that the filter leaves
	filtering bool
	filter    string
}

// visible are the options that the filter leaves.
func (c *chooser) visible(options []ask.Option) []ask.Option {
	if c.filter == "" {
		return options
	}
	var out []ask.Option
	for _, o := range options {
		if strings.Contains(strings.ToLower(o.Value), strings.ToLower(c.filter)) {
			out = append(out, o)
		}
	}
	return out
}

// pointed is the option that the pointer is on.
func (c *chooser) pointed(options []ask.Option) (ask.Option, bool) {
	v := c.visible(options)
	if c.at < 0 || c.at >= len(v) {
		return ask.Option{}, false
	}
	return v[c.at], true
}

// toggled is a list of values with one more, in the order of the options, or one less.
func toggled(values []string, value string, options []ask.Option) []string {
	if i := slices.Index(values, value); i >= 0 {
		return slices.Delete(slices.Clone(values), i, i+1)
	}
	var out []string
	for _, o := range options {
		if o.Value == value || slices.Contains(values, o.Value) {
			out = append(out, o.Value)
		}
	}
	for _, v := range values { // what a flag said and nobody offers stays
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
