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

// want notes a violation unless ok.
func (f *findings) want(ok bool, format string, args ...any) {
	if !ok && len(*f) < 8 {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

func (f findings) err() error {
	if len(f) == 0 {
		return nil
	}
	return errors.New(strings.Join(f, "; "))
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
