package verify

import (
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLogbook(t *testing.T) {
	called := 0
	l := newLogbook(func() { called++ })
	for _, part := range []string{`{"level":"in`, "fo\"}\nnull\n", "plain\n{\"a\":1} {}\n", `{"level":"last"}`} {
		if n, err := l.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	var got []bool
	for _, e := range l.all() {
		got = append(got, e.fields != nil)
	}
	if diff := cmp.Diff([]bool{true, false, false, false, true}, got); diff != "" {
		t.Errorf("which lines are JSON objects (-want +got):\n%s", diff)
	}
	if called != 0 {
		t.Error("five lines are no flood")
	}
}

func TestLogbookFlood(t *testing.T) {
	for what, part := range map[string]string{
		"many lines": strings.Repeat("x\n", 1000),
		"long line":  strings.Repeat("x", 1<<16),
	} {
		called := 0
		l := newLogbook(func() { called++ })
		for range 1000 {
			l.Write([]byte(part))
		}
		if called != 1 || !l.flooded() {
			t.Errorf("%s: called %d times, want once", what, called)
		}
		if len(l.entries) > maxRows+1000 || len(l.partial) > maxLine {
			t.Errorf("%s: %d lines and %d bytes were kept", what, len(l.entries), len(l.partial))
		}
	}
}

func TestCleanEnviron(t *testing.T) {
	got := cleanEnviron([]string{"PATH=/bin", "PORT=1", "CALL_X_URL=u", "OTEL_SDK_DISABLED=true", "REPORT=1", "LOG_LEVEL=debug", "TOKEN=a=b"})
	if diff := cmp.Diff([]string{"PATH=/bin", "REPORT=1", "TOKEN=a=b"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFreePort(t *testing.T) {
	seen := map[int]bool{}
	for range 50 {
		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		if seen[port] {
			t.Fatalf("port %d twice", port)
		}
		seen[port] = true
	}
}

func TestListening(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	want, _ := strconv.Atoi(port)
	got, known := listening(os.Getpid())
	if known && !slices.Contains(got, want) {
		t.Errorf("listening = %v, want %d in it", got, want)
	}
}

func TestClip(t *testing.T) {
	for in, want := range map[string]string{"a\n\x1b[1mb": "a  [1mb", "ééé": "é…", "\xff": "?"} {
		if got := clip(in, 3+strings.Count(in, "b")*9); got != want {
			t.Errorf("clip(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestTable: clauses are unique and explained.
func TestTable(t *testing.T) {
	all := Table()
	seen := map[string]bool{}
	for _, c := range all {
		if seen[c.Clause] {
			t.Errorf("%s is there twice", c.Clause)
		}
		seen[c.Clause] = true
		if c.Explanation == "" || c.probe == nil {
			t.Errorf("%s: explanation or probe missing", c.Clause)
		}
	}
	for stage := range stages {
		for _, l := range stages[stage] {
			if !slices.ContainsFunc(all, func(c Check) bool { return c.lane == l }) {
				t.Errorf("lane %d has no check", l)
			}
		}
	}
}

// TestHeadings: each check stands below a heading, and each clause of the contract
// has a level.
func TestHeadings(t *testing.T) {
	for _, c := range Table() {
		if c.Heading == "" || c.Level > MaxLevel || (c.Level == 0) != strings.HasPrefix(c.Clause, "S") {
			t.Errorf("%s: heading %q, level %d", c.Clause, c.Heading, c.Level)
		}
	}
}
