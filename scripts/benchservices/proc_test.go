package main

import (
	"slices"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	t.Parallel()
	// The name of the process is "a) R 1 (b".
	got, err := parseStat("42 (a) R 1 (b) S 7 42 42 0 -1 4194304 900 80 3 0 150 25 4 1 20 0 5 0 123456 1000 200 18446744073709551615\n")
	if err != nil || got.parent != 7 || got.cpu != 1800*time.Millisecond {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "42 (x) S 7 42 42", "42 (x) S p 42 42 0 -1 4194304 900 80 3 0 150 25 4 1 20", "42 (x) S 7 42 42 0 -1 4194304 900 80 3 0 x 25 4 1 20"} {
		if _, err := parseStat(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestParseRSS(t *testing.T) {
	t.Parallel()
	got, err := parseRSS("Name:\tVmRSS: x\nVmHWM:\t    9999 kB\nVmRSS:\t    1536 kB\nRssAnon:\t 1 kB\n")
	if err != nil || got != 1.5 {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"Name:\tx\nState:\tZ (zombie)\n", "VmRSS:\tmuch kB\n"} {
		if _, err := parseRSS(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestTreeCounts(t *testing.T) {
	t.Parallel()
	table := processTable{
		1:  {0, 1000},
		10: {1, 100},
		11: {10, 20},
		12: {11, 3},
		13: {10, 4},
		20: {1, 5000},
	}
	pids := table.tree(10)
	slices.Sort(pids)
	if !slices.Equal(pids, []int{10, 11, 12, 13}) {
		t.Errorf("below 10 are %v", pids)
	}
	if got := table.cpu(10); got != 127 {
		t.Errorf("10 and its children used %d", got)
	}
}
