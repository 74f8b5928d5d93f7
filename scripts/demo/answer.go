//go:build unix

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// answer is what the starter code of every pack answers.
type answer struct {
	Name      string          `json:"name"`
	Language  string          `json:"language"`
	Runtime   string          `json:"runtime"`
	ProcessID int             `json:"process_id"`
	Calls     map[string]call `json:"calls"`
}

type call struct {
	Status int             `json:"status"`
	Answer json.RawMessage `json:"answer"`
	Error  string          `json:"error"`
}

// part is one service's share of an answer.
type part struct {
	name   string // as its caller names it
	caller string // "" for the one that was asked
	depth  int
	failed string // why it has no answer, "" if it has
	answer
}

const (
	askLimit  = 20 * time.Second
	sizeLimit = 8 << 20
)

// get returns the answer and its text, indented.
func get(ctx context.Context, url string) (*answer, string, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, sizeLimit))
	if err != nil {
		return nil, "", fmt.Errorf("reading the answer of %s: %w", url, err)
	}
	var text bytes.Buffer
	if json.Indent(&text, body, "", "  ") != nil {
		text.Reset()
		text.Write(body)
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || res.StatusCode != http.StatusOK || a.Name == "" {
		return nil, text.String(), fmt.Errorf("%s answers %s, not as a starter service does:\n%s", url, res.Status, text.String())
	}
	return &a, text.String(), nil
}

// walk lists the parts, each one after its caller.
func (a *answer) walk() []part {
	parts := []part{{name: a.Name, answer: *a}}
	return append(parts, a.below(1)...)
}

func (a *answer) below(depth int) (parts []part) {
	for _, name := range slices.Sorted(maps.Keys(a.Calls)) {
		c := a.Calls[name]
		if c.Error == circle {
			continue
		}
		p := part{name: name, caller: a.Name, depth: depth, failed: c.Error}
		if c.Error == "" && c.Status >= 400 {
			p.failed = "status " + strconv.Itoa(c.Status)
		}
		// An external answers in a form of its own: it is a part without details.
		if p.failed == "" && json.Unmarshal(c.Answer, &p.answer) != nil {
			p.answer = answer{}
		}
		parts = append(parts, p)
		parts = append(parts, p.below(depth+1)...)
	}
	return parts
}

// names are the services that answered.
func names(parts []part) map[string]bool {
	set := map[string]bool{}
	for _, p := range parts {
		if p.failed == "" && p.ProcessID != 0 {
			set[p.Name] = true
		}
	}
	return set
}

func languages(parts []part) map[string]bool {
	set := map[string]bool{}
	for _, p := range parts {
		if p.Language != "" {
			set[p.Language] = true
		}
	}
	return set
}

// describe is a table of the parts.
func describe(parts []part) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "SERVICE\tLANGUAGE\tRUNTIME\tPROCESS")
	for _, p := range parts {
		fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\n", strings.Repeat("  ", p.depth), p.name,
			cmp.Or(p.Language, "-"), cmp.Or(p.Runtime, "-"), cmp.Or(p.failed, strconv.Itoa(p.ProcessID)))
	}
	_ = w.Flush()
	return b.String()
}

// circle is what a service reports of its calls when it was asked by way of
// itself: no failure, the end of a circle.
const circle = "circle"

// failed names the first call to a started service that failed, "" if all is well.
func (t table) failed(parts []part) string {
	for _, p := range parts {
		if p.failed != "" && t[p.name] != nil {
			return fmt.Sprintf("%s reports %s as failed (%s)", p.caller, p.name, p.failed)
		}
	}
	return ""
}

// deepest is the started service furthest from the one that was asked, the first
// by name of several; nil if no other service has answered.
func deepest(parts []part, t table) *service {
	var best part
	for _, p := range parts[1:] {
		if p.failed == "" && t[p.name] != nil && p.name != parts[0].name && p.depth > best.depth {
			best = p
		}
	}
	return t[best.name]
}

// allReportFailed says whether every call to a service that the answer shows has
// failed. There is one at least.
func (a *answer) allReportFailed(name string) bool {
	seen := false
	for _, p := range a.walk() {
		if p.name == name && p.failed == "" {
			return false
		}
		seen = seen || p.name == name
	}
	return seen
}

// difference says in words what became of each call.
func difference(before, after []part) string {
	was := map[string]string{}
	for _, p := range before {
		was[p.caller+" "+p.name] = p.state()
	}
	var lines []string
	for _, p := range after {
		if old := was[p.caller+" "+p.name]; old != p.state() && p.caller != "" {
			lines = append(lines, fmt.Sprintf("%s reports %s: %s (was: %s)", p.caller, p.name, p.state(), old))
		}
	}
	for _, p := range after {
		if p.failed == "" && p.state() == was[p.caller+" "+p.name] {
			lines = append(lines, p.name+" answers as before")
		}
	}
	return strings.Join(slices.Compact(lines), "\n")
}

func (p part) state() string {
	if p.failed != "" {
		return "failed, " + p.failed
	}
	return "ok"
}
