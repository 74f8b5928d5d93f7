package verify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseMetrics(t *testing.T) {
	const text = `# HELP a What it is, with a "quote".
# TYPE a histogram
a_bucket{le="0.5",path="x\"y\\z\nw"} 1
a_bucket{path="x\"y\\z\nw",le="+Inf",} 2.0 1700000000000
a_sum 1e-3
# TYPE b gauge
b{} NaN
b{ k = "}, " , l="" } -Inf
`
	got, err := parseMetrics(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "histogram", "b": "gauge"}, got.types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
	var names []string
	for _, s := range got.series {
		names = append(names, s.name)
	}
	if diff := cmp.Diff("a_bucket a_bucket a_sum b b", strings.Join(names, " ")); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"le": "0.5", "path": "x\"y\\z\nw"}, got.series[0].labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"k": "}, ", "l": ""}, got.series[4].labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if sum := got.sum("a_bucket", "path", "x\"y\\z\nw"); sum != 3 {
		t.Errorf("sum = %v, want 3", sum)
	}
	if n := len(got.named("a_bucket", "le", "+Inf")); n != 1 {
		t.Errorf("%d series with le=+Inf, want 1", n)
	}
}

func TestParseMetricsRefuses(t *testing.T) {
	for _, text := range []string{
		"a", "a one", "a{x=1} 1", `a{x="1"`, `a{x="1" y="2"} 1`, `a{x="1",x="2"} 1`, "1a 1",
		"a 1\na 2", "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1", "<html>",
	} {
		if e, err := parseMetrics(text); err == nil {
			t.Errorf("%q was taken as %v", text, e.series)
		}
	}
}

func FuzzParseMetrics(f *testing.F) {
	f.Add("a{x=\"1\"} 2\n# TYPE a gauge\n")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseMetrics(text)
		if err == nil && len(e.series) > strings.Count(text, "\n")+1 {
			t.Errorf("more series than lines in %q", text)
		}
	})
}
