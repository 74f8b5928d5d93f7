package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of   []float64
		want float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1, 5}, 5},
		{[]float64{8, 2, 4, 100}, 6},
	} {
		given := slices.Clone(c.of)
		if got := median(c.of); got != c.want || !slices.Equal(given, c.of) {
			t.Errorf("of %v: %v, want %v; now %v", given, got, c.want, c.of)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, c := range []struct {
		of   []time.Duration
		part float64
		want time.Duration
	}{
		{hundred, 0.99, 99},
		{hundred, 0.5, 50},
		{hundred, 1, 100},
		{hundred, 0, 1},
		{hundred[:10], 0.99, 10},
		{hundred[:1], 0.99, 1},
	} {
		if got := percentile(c.of, c.part); got != c.want {
			t.Errorf("%v of %d: %d, want %d", c.part, len(c.of), got, c.want)
		}
	}
}

func measured(name string, times float64) *variant {
	v := &variant{name: name, requests: 100, samples: map[kind][]float64{}}
	for i, c := range columns {
		v.samples[c.kind] = []float64{1000, times * 10 * float64(i+1), 1}
	}
	return v
}

func TestTable(t *testing.T) {
	t.Parallel()
	exports := measured(exporting, 3.5)
	exports.exported = 450
	l := language{name: "go", aim: 2}
	rows := rowsOf(l, []*variant{measured(bare, 1), measured(generated, 2), exports})
	rows = append(rows, rowsOf(l, []*variant{measured(bare, 1), measured(generated, 2.01), measured(exporting, 1)})...)
	var out bytes.Buffer
	printTable(&out, rows)
	want := strings.TrimPrefix(`
                  cpu us/req x bare      req/s x bare     p99 ms x bare   start ms x bare   MiB idle x bare     loaded x bare  cpu, aim
go bare                 10.0   1.00         20   1.00       30.0   1.00         40   1.00         50   1.00         60   1.00
go generated            20.0   2.00         40   2.00       60.0   2.00         80   2.00        100   2.00        120   2.00  <= 2 ok
go exporting            35.0   3.50         70   3.50      105.0   3.50        140   3.50        175   3.50        210   3.50  exports 4.5 B/req
go bare                 10.0   1.00         20   1.00       30.0   1.00         40   1.00         50   1.00         60   1.00
go generated            20.1   2.01         40   2.01       60.3   2.01         80   2.01        100   2.01        121   2.01  <= 2 over
go exporting            10.0   1.00         20   1.00       30.0   1.00         40   1.00         50   1.00         60   1.00  exports nothing
`, "\n")
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	chosen, err := choose("node,go")
	if err != nil || len(chosen) != 2 || chosen[0].name != "node" || chosen[1].name != "go" {
		t.Errorf("%v, %v", chosen, err)
	}
	for _, list := range []string{"", "cobol", "go,"} {
		if _, err := choose(list); err == nil {
			t.Errorf("%q was accepted", list)
		}
	}
}

var runCommand = regexp.MustCompile(`(?s)command "run" \{\s*steps\s*=\s*\[\[(.*?)\]\]`)

// Each language runs as its pack says, and has its bare program.
func TestLanguagesRunAsTheirPacksSay(t *testing.T) {
	t.Parallel()
	for _, l := range languages {
		pack, err := os.ReadFile(filepath.Join("../../templates", l.name, "pack.hcl"))
		if err != nil {
			t.Fatal(err)
		}
		m := runCommand.FindSubmatch(pack)
		if m == nil {
			t.Errorf("%s: its pack has no command to run", l.name)
			continue
		}
		said := strings.NewReplacer("${service.name}", serviceName, "${local.package}", serviceName).Replace(string(m[1]))
		if here := `"` + strings.Join(l.run, `", "`) + `"`; here != said {
			t.Errorf("%s runs %s here, its pack says %s", l.name, here, said)
		}
		if files, err := os.ReadDir(filepath.Join("bare", l.name)); err != nil || len(files) == 0 {
			t.Errorf("%s has no bare program: %v", l.name, err)
		}
	}
}
