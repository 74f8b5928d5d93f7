//go:build unix

package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/otlp"
)

// oneTree wants spans to be one tree below the parent that the request named, ""
// for none: server spans below the client spans of their callers, client spans
// below the server spans of the same service, along exactly these edges. It
// returns a picture of it.
func oneTree(edges map[edge]bool, parent string, spans []otlp.Span) (string, error) {
	byID, below := map[string]otlp.Span{}, map[string][]otlp.Span{}
	for _, s := range spans {
		if _, twice := byID[s.ID]; twice {
			return "", fmt.Errorf("two spans have the id %s", s.ID)
		}
		byID[s.ID] = s
		below[s.Parent] = append(below[s.Parent], s)
	}
	if n := len(below[parent]); n != 1 {
		return "", fmt.Errorf("%d of %d spans are roots, want 1:\n%s", n, len(spans), list(spans))
	}
	seen := map[edge]bool{}
	for _, s := range spans {
		if err := placed(s, byID, s.Parent == parent, seen); err != nil {
			return "", fmt.Errorf("%w:\n%s", err, list(spans))
		}
	}
	if err := sameEdges(edges, seen); err != nil {
		return "", fmt.Errorf("%w:\n%s", err, list(spans))
	}
	picture := draw(below, below[parent], 1)
	if n := strings.Count(picture, "\n"); n != len(spans) {
		return "", fmt.Errorf("%d of %d spans hang below the root:\n%s", n, len(spans), list(spans))
	}
	return picture, nil
}

// placed wants a span to be below one of the right kind, and notes the edge that
// a server's span stands for.
func placed(s otlp.Span, byID map[string]otlp.Span, root bool, seen map[edge]bool) error {
	above, known := byID[s.Parent]
	switch {
	case root && s.Kind == otlp.Server:
		return nil
	case !known:
		return fmt.Errorf("the parent of %s is none of the spans", describe(s))
	case s.Kind == otlp.Server && above.Kind == otlp.Client:
		seen[edge{service(above), service(s)}] = true
		return nil
	case s.Kind == otlp.Server:
		return fmt.Errorf("%s is not below a client span", describe(s))
	case service(above) != service(s):
		return fmt.Errorf("%s is below a span of %s", describe(s), service(above))
	}
	return nil
}

func sameEdges(want, got map[edge]bool) error {
	var errs []error
	for _, e := range sorted(want) {
		if !got[e] {
			errs = append(errs, fmt.Errorf("no pair of spans for the call %s", e))
		}
	}
	known := map[string]bool{}
	for e := range want {
		known[e.caller], known[e.callee] = true, true
	}
	for _, e := range sorted(got) {
		// A gateway with spans of its own calls what the table does not say.
		if !want[e] && known[e.caller] {
			errs = append(errs, fmt.Errorf("spans of a call %s, which nobody makes", e))
		}
	}
	return errors.Join(errs...)
}

func sorted(edges map[edge]bool) []edge {
	return slices.SortedFunc(maps.Keys(edges), func(a, b edge) int { return strings.Compare(a.String(), b.String()) })
}

func service(s otlp.Span) string { return s.Resource["service.name"] }

func describe(s otlp.Span) string {
	kind := map[otlp.Kind]string{otlp.Server: "server", otlp.Client: "client"}[s.Kind]
	return fmt.Sprintf("%s %s %q", service(s), kind, s.Name)
}

func list(spans []otlp.Span) string {
	var b strings.Builder
	for _, s := range spans {
		fmt.Fprintf(&b, "  %s id %s parent %s\n", describe(s), s.ID, s.Parent)
	}
	return b.String()
}

// draw is a line for each span that hangs below; a circle of spans hangs nowhere.
func draw(below map[string][]otlp.Span, spans []otlp.Span, depth int) string {
	slices.SortFunc(spans, func(a, b otlp.Span) int { return strings.Compare(describe(a), describe(b)) })
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(strings.Repeat("  ", depth) + describe(s) + "\n" + draw(below, below[s.ID], depth+1))
	}
	return b.String()
}

// spoiled is a good trace with one thing wrong.
type spoiled struct {
	what  string
	spans []otlp.Span
}

// spoil makes of a good trace what a service would that breaks it.
func spoil(good []otlp.Span) (all []spoiled) {
	server := slices.IndexFunc(good, func(s otlp.Span) bool {
		return s.Kind == otlp.Server && slices.ContainsFunc(good, func(c otlp.Span) bool { return c.ID == s.Parent })
	})
	if server < 0 {
		return nil // no call on the way: nothing can be wrong with it
	}
	client := slices.IndexFunc(good, func(s otlp.Span) bool { return s.ID == good[server].Parent })
	change := func(what string, f func(s otlp.Span) otlp.Span) {
		bad := slices.Clone(good)
		bad[server] = f(bad[server])
		all = append(all, spoiled{what, bad})
	}
	change("a callee that begins a trace of its own", func(s otlp.Span) otlp.Span { s.Parent = ""; return s })
	change("a callee below its caller's server span", func(s otlp.Span) otlp.Span { s.Parent = good[client].Parent; return s })
	return append(all, spoiled{"a caller without a client span", slices.Delete(slices.Clone(good), client, client+1)})
}
