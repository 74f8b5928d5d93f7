// Package wizard asks a person for what a form needs: on a page of a terminal, with
// a live preview, or line by line for screen readers, pipes and plain terminals.
//
// It has no way of its own to a disk: what it comes to is the text of a spec, and
// the plan that its caller made of it and the person looked at.
package wizard
