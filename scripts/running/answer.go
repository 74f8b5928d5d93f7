//go:build unix

package running

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Answer is what the starter code of every pack answers.
type Answer struct {
	Name      string          `json:"name"`
	Language  string          `json:"language"`
	Runtime   string          `json:"runtime"`
	ProcessID int             `json:"process_id"`
	Calls     map[string]Call `json:"calls"`
}

// Call is what became of a call.
type Call struct {
	Status int             `json:"status"`
	Answer json.RawMessage `json:"answer"`
	Error  string          `json:"error"`
}

// Part is one service's share of an answer.
type Part struct {
	Name   string // as its caller names it
	Caller string // "" for the one that was asked
	Depth  int
	Failed string // why it has no answer, "" if it has
	Answer
}

const (
	askLimit  = 20 * time.Second
	sizeLimit = 8 << 20
)

// Get returns the answer and its text, indented.
func Get(ctx context.Context, url string) (*Answer, string, error) {
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
	var a Answer
	if err := json.Unmarshal(body, &a); err != nil || res.StatusCode != http.StatusOK || a.Name == "" {
		return nil, text.String(), fmt.Errorf("%s answers %s, not as a starter service does:\n%s", url, res.Status, text.String())
	}
	return &a, text.String(), nil
}

// Walk lists the parts, each one after its caller.
func (a *Answer) Walk() []Part {
	parts := []Part{{Name: a.Name, Answer: *a}}
	return append(parts, a.below(1)...)
}

func (a *Answer) below(depth int) (parts []Part) {
	for _, name := range slices.Sorted(maps.Keys(a.Calls)) {
		c := a.Calls[name]
		if c.Error == circle {
			continue
		}
		p := Part{Name: name, Caller: a.Name, Depth: depth, Failed: c.Error}
		if c.Error == "" && c.Status >= 400 {
			p.Failed = "status " + strconv.Itoa(c.Status)
		}
		// An external answers in a form of its own: it is a part without details.
		if p.Failed == "" && json.Unmarshal(c.Answer, &p.Answer) != nil {
			p.Answer = Answer{}
		}
		parts = append(parts, p)
		parts = append(parts, p.below(depth+1)...)
	}
	return parts
}

// Names are the services that answered.
func Names(parts []Part) map[string]bool {
	set := map[string]bool{}
	for _, p := range parts {
		if p.Failed == "" && p.ProcessID != 0 {
			set[p.Answer.Name] = true
		}
	}
	return set
}

// circle is what a service reports of its calls when it was asked by way of
// itself: no failure, the end of a circle.
const circle = "circle"

// Failed names the first call to a started service that failed, "" if all is well.
func (t Table) Failed(parts []Part) string {
	for _, p := range parts {
		if p.Failed != "" && t[p.Name] != nil {
			return fmt.Sprintf("%s reports %s as failed (%s)", p.Caller, p.Name, p.Failed)
		}
	}
	return ""
}
