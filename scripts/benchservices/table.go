package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// kind is a column of the table.
type kind int

const (
	cpu    kind = iota // µs of processor time a request, in user and system mode
	rate               // requests a second
	p99                // ms
	start              // ms from exec to the first 200
	idle               // MiB resident
	loaded             // MiB resident, after all rounds
)

var columns = []struct {
	kind   kind
	title  string
	digits int
}{
	{cpu, "cpu us/req", 1},
	{rate, "req/s", 0},
	{p99, "p99 ms", 1},
	{start, "start ms", 0},
	{idle, "MiB idle", 0},
	{loaded, "loaded", 0},
}

// The programs of a language.
const (
	bare      = "bare"
	generated = "generated"
	exporting = "exporting"
)

// row is a line of the table: a program's medians beside the bare program's.
type row struct {
	name      string
	own, base map[kind]float64
	note      string
}

func rowsOf(l language, variants []*variant) (rows []row) {
	base := medians(variants[0].samples)
	for _, v := range variants {
		own := medians(v.samples)
		rows = append(rows, row{l.name + " " + v.name, own, base, note(l, v, own[cpu]/base[cpu])})
	}
	return rows
}

// note judges the generated service by its aim, and says of the one that exports
// whether it does: under load an exporter may drop nearly all.
func note(l language, v *variant, ratio float64) string {
	switch v.name {
	case generated:
		word := "ok"
		if ratio > l.aim {
			word = "over"
		}
		return fmt.Sprintf("<= %g %s", l.aim, word)
	case exporting:
		if v.exported == 0 {
			return "exports nothing"
		}
		return fmt.Sprintf("exports %.1f B/req", float64(v.exported)/float64(v.requests))
	}
	return ""
}

// printTable has two columns for each kind: the number and, for all but the bare
// programs, how many times theirs it is.
func printTable(w io.Writer, rows []row) {
	line := fmt.Sprintf("%-17s", "")
	for _, c := range columns {
		line += fmt.Sprintf(" %10s %6s", c.title, "x bare")
	}
	fmt.Fprintln(w, line+"  cpu, aim")
	for _, r := range rows {
		line := fmt.Sprintf("%-17s", r.name)
		for _, c := range columns {
			line += fmt.Sprintf(" %10.*f %6.2f", c.digits, r.own[c.kind], r.own[c.kind]/r.base[c.kind])
		}
		fmt.Fprintln(w, strings.TrimRight(line+"  "+r.note, " "))
	}
}

func medians(samples map[kind][]float64) map[kind]float64 {
	out := map[kind]float64{}
	for k, v := range samples {
		out[k] = median(v)
	}
	return out
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// percentile is the least of the sorted times that so large a part does not exceed.
func percentile(sorted []time.Duration, part float64) time.Duration {
	return sorted[max(int(math.Ceil(part*float64(len(sorted))))-1, 0)]
}
