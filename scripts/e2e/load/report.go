package load

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is all results, sorted by when they began.
type Report struct {
	Results []Result
}

// Summary is what became of the requests of one kind.
type Summary struct {
	Kind    Kind           `json:"kind"`
	Sent    int            `json:"sent"`
	Failed  int            `json:"failed"`
	Retried int            `json:"retried"` // answered or not, by Go's client
	Reused  int            `json:"reused"`  // sent on a connection that had been used before
	Slowest time.Duration  `json:"slowest_ns"`
	Errors  map[string]int `json:"errors,omitempty"` // by text
	By      map[string]int `json:"by,omitempty"`     // answers of each that answered
}

// Summary counts the requests of a kind.
func (r *Report) Summary(k Kind) Summary {
	s := Summary{Kind: k, Errors: map[string]int{}, By: map[string]int{}}
	for _, one := range r.Results {
		if one.Kind == k {
			s.add(one)
		}
	}
	return s
}

func (s *Summary) add(r Result) {
	s.Sent++
	s.Slowest = max(s.Slowest, r.Latency)
	if r.Retries > 0 {
		s.Retried++
	}
	if r.Reused {
		s.Reused++
	}
	switch {
	case r.Error != "":
		s.Failed++
		s.Errors[r.Error]++
	case r.By != "":
		s.By[r.By]++
	}
}

// String is one line for a person.
func (s Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d sent, %d failed, slowest %s", s.Kind, s.Sent, s.Failed, s.Slowest.Round(time.Millisecond))
	if s.Retried > 0 {
		fmt.Fprintf(&b, ", %d retried", s.Retried)
	}
	for _, text := range slices.Sorted(maps.Keys(s.Errors)) {
		fmt.Fprintf(&b, "; %d× %s", s.Errors[text], text)
	}
	return b.String()
}

// WriteJSONL writes every result as one line of JSON.
func (r *Report) WriteJSONL(w io.Writer) error {
	e := json.NewEncoder(w)
	for _, one := range r.Results {
		if err := e.Encode(one); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) sort() {
	slices.SortFunc(r.Results, func(a, b Result) int { return a.Start.Compare(b.Start) })
}
