package verify

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// series is one sample line of Prometheus' text format 0.0.4.
type series struct {
	name   string
	labels map[string]string
	value  float64
}

// has reports whether the series carries these labels (name, value, name, value), and maybe more.
func (s series) has(labels ...string) bool {
	for i := 0; i+1 < len(labels); i += 2 {
		if v, ok := s.labels[labels[i]]; !ok || v != labels[i+1] {
			return false
		}
	}
	return true
}

// exposition is a parsed scrape.
type exposition struct {
	types  map[string]string
	series []series
}

// named returns the series of that name which carry the labels.
func (e exposition) named(name string, labels ...string) []series {
	var out []series
	for _, s := range e.series {
		if s.name == name && s.has(labels...) {
			out = append(out, s)
		}
	}
	return out
}

// sum adds up the series of that name which carry the labels.
func (e exposition) sum(name string, labels ...string) float64 {
	total := 0.0
	for _, s := range e.named(name, labels...) {
		total += s.value
	}
	return total
}

var (
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*(\S+)(?:\s+-?\d+)?\s*$`)
	labelPair  = regexp.MustCompile(`^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)`)
	unescape   = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n")
)

func parseMetrics(text string) (exposition, error) {
	e := exposition{types: map[string]string{}}
	twice := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if words := strings.Fields(line); len(words) == 4 && words[0] == "#" && words[1] == "TYPE" {
			e.types[words[2]] = words[3]
		}
		if line == "" || line[0] == '#' {
			continue
		}
		s, err := parseSample(line)
		if err != nil {
			return e, fmt.Errorf("line %d: %w", i+1, err)
		}
		key := fmt.Sprint(s.name, s.labels) // fmt sorts maps
		if twice[key] {
			return e, fmt.Errorf("line %d: %s stands there twice", i+1, clip(key, 200))
		}
		twice[key] = true
		e.series = append(e.series, s)
	}
	return e, nil
}

func parseSample(line string) (series, error) {
	m := sampleLine.FindStringSubmatch(line)
	if m == nil {
		return series{}, fmt.Errorf("not a sample: %q", clip(line, 100))
	}
	value, err := strconv.ParseFloat(m[3], 64)
	if err != nil {
		return series{}, fmt.Errorf("value %q", m[3])
	}
	labels, err := parseLabels(m[2])
	return series{m[1], labels, value}, err
}

func parseLabels(text string) (map[string]string, error) {
	labels := map[string]string{}
	for strings.TrimSpace(text) != "" {
		m := labelPair.FindStringSubmatch(text)
		if m == nil {
			return nil, fmt.Errorf("labels at %q", clip(text, 100))
		}
		if _, ok := labels[m[1]]; ok {
			return nil, fmt.Errorf("label %s twice", m[1])
		}
		labels[m[1]] = unescape.Replace(m[2])
		text = text[len(m[0]):]
	}
	return labels, nil
}

// scrape reads the metrics.
func (in *instance) scrape(ctx context.Context) (exposition, error) {
	path := in.paths.Metrics
	a, err := in.get(ctx, path)
	if err != nil {
		return exposition{}, fmt.Errorf("GET %s: %w", path, err)
	}
	if a.status != 200 || a.mediaType() != "text/plain" {
		return exposition{}, fmt.Errorf("GET %s: %d as %q, want 200 as text/plain%s", path, a.status, a.mediaType(), in.elsewhere("metrics", a))
	}
	e, err := parseMetrics(string(a.body))
	if err == nil && len(e.series) == 0 {
		err = errors.New("no sample in it")
	}
	if err != nil {
		return e, fmt.Errorf("GET %s: %w", path, err)
	}
	return e, nil
}
