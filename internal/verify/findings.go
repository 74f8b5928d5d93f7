package verify

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// findings collects violations, so that one run tells all of them.
type findings []string

// want notes a violation unless ok; the same one only once.
func (f *findings) want(ok bool, format string, args ...any) {
	if ok || len(*f) >= 8 {
		return
	}
	if text := fmt.Sprintf(format, args...); !slices.Contains(*f, text) {
		*f = append(*f, text)
	}
}

func (f findings) err() error {
	if len(f) == 0 {
		return nil
	}
	return violations(f)
}

// violations is what a failed check found, at least one.
type violations []string

func (v violations) Error() string { return strings.Join(v, "; ") }

// evidenceOf writes one violation a line.
func evidenceOf(err error) string {
	var all violations
	if !errors.As(err, &all) {
		return clip(err.Error(), 900)
	}
	lines := make([]string, len(all))
	for i, one := range all {
		lines[i] = clip(one, 600)
	}
	return strings.Join(lines, "\n")
}

// partly is the end of a check that may lack something: what it found counts, and
// that it found nothing is then no pass.
func (f findings) partly(evidence string, missing error) (string, error) {
	if err := f.err(); err != nil || missing == nil {
		return evidence, err
	}
	return "", notRun("as far as it goes it holds (%s); %v", evidence, missing)
}

// tries repeats a check of times until it passes, at most three times and not
// for long: a busy machine must not fail a service.
func tries(check func() error) error {
	var err error
	began := time.Now()
	for range 3 {
		if err = check(); err == nil || time.Since(began) > 3*time.Second {
			return err
		}
	}
	return err
}

// clip makes text of a service fit for one line of evidence.
func clip(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
