//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// sample is one value, as Prometheus would store it.
type sample struct {
	name   string
	labels map[string]string
	value  float64
}

// vector is what a query selects from.
type vector []sample

// scrape asks a service for its metrics.
func scrape(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s/metrics: %s", url, res.Status)
	}
	return string(text), err
}

// parseMetrics reads a scrape with Prometheus' own parser. The instance is the
// label that tells whose it is.
func parseMetrics(instance, text string) (vector, error) {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("the metrics of %s: %w", instance, err)
	}
	var v vector
	for _, name := range slices.Sorted(maps.Keys(families)) {
		for _, m := range families[name].GetMetric() {
			labels := map[string]string{"instance": instance}
			for _, pair := range m.GetLabel() {
				labels[pair.GetName()] = pair.GetValue()
			}
			v = append(v, values(name, labels, m)...)
		}
	}
	return v, nil
}

func values(name string, labels map[string]string, m *dto.Metric) vector {
	one := func(v float64) vector { return vector{{name, labels, v}} }
	switch {
	case m.Counter != nil:
		return one(m.Counter.GetValue())
	case m.Gauge != nil:
		return one(m.Gauge.GetValue())
	case m.Untyped != nil:
		return one(m.Untyped.GetValue())
	case m.Histogram == nil:
		return nil // a summary: the contract has none
	}
	v := vector{
		{name + "_count", labels, float64(m.Histogram.GetSampleCount())},
		{name + "_sum", labels, m.Histogram.GetSampleSum()},
	}
	for _, bucket := range m.Histogram.GetBucket() {
		with := maps.Clone(labels)
		with["le"] = strconv.FormatFloat(bucket.GetUpperBound(), 'g', -1, 64)
		v = append(v, sample{name + "_bucket", with, float64(bucket.GetCumulativeCount())})
	}
	return v
}

// named is name{label="value",…}.
func (v vector) named(name string, labels ...string) (out vector) {
	for _, s := range v {
		matches := s.name == name
		for i := 0; i < len(labels); i += 2 {
			matches = matches && s.labels[labels[i]] == labels[i+1]
		}
		if matches {
			out = append(out, s)
		}
	}
	return out
}

// join is v * on (instance) group_left(label) one. As in PromQL, what has no
// partner is left out.
func (v vector) join(label string, one vector) (out vector) {
	for _, s := range v {
		for _, other := range one {
			if s.labels["instance"] == other.labels["instance"] {
				with := maps.Clone(s.labels)
				with[label] = other.labels[label]
				out = append(out, sample{s.name, with, s.value * other.value})
			}
		}
	}
	return out
}

// sumBy is sum by (labels) (v), with the labels' values as one word.
func (v vector) sumBy(labels ...string) map[string]float64 {
	sums := map[string]float64{}
	for _, s := range v {
		var key []string
		for _, l := range labels {
			key = append(key, s.labels[l])
		}
		sums[strings.Join(key, " ")] += s.value
	}
	return sums
}

func (v vector) sum() float64 { return v.sumBy()[""] }
