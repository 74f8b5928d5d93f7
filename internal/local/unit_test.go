//go:build unix

package local

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

func TestReadLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                                    nil,
		"a\nb\r\n\nc":                         {"a", "b", "", "c"},
		"12345678\n123456789\nx":              {"12345678", "12345678" + cutMark, "x"},
		strings.Repeat("z", 99_999) + "\ny\n": {"zzzzzzzz" + cutMark, "y"},
	} {
		var got []string
		readLines(strings.NewReader(text), 8, func(line []byte) { got = append(got, string(line)) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.20q (-want +got):\n%s", text, diff)
		}
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	last := &tail{}
	for i := range 50 {
		last.add([]byte{byte('A' + i)})
	}
	last.add([]byte(strings.Repeat("x", 3*tailWidth)))
	got := last.lines()
	if len(got) != tailLines || got[0] != "`" || len(got[tailLines-1]) != tailWidth {
		t.Errorf("%d lines: %.200q", len(got), got)
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	got := quote([]string{"a", "", "b c", "it's", "$x", "--k=v"})
	if want := `a '' 'b c' 'it'\''s' '$x' --k=v`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAtLeast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		have, want string
		ok         bool
	}{
		{"1.26.8", "1.26", true}, {"1.9", "1.26", false}, {"3.11", "3.11.0", true}, {"20.20.2", "22", false}, {"24", "22.19", true},
	} {
		if atLeast(c.have, c.want) != c.ok {
			t.Errorf("%s at least %s: want %t", c.have, c.want, c.ok)
		}
	}
}

func TestCheckTools(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "old", "#!/bin/sh\necho 'Old v1.2.3 (2019)'\n")
	write(t, dir, "odd", "#!/bin/sh\nexit 1\n")
	write(t, dir, "data", "")
	makeExecutable(t, dir, "old", "odd")
	tool := func(name, minimum string) spec.Tool {
		return spec.Tool{Name: name, Minimum: minimum, Version: []string{name, "--version"}, Get: "build it"}
	}
	for _, c := range []struct {
		tool spec.Tool
		want string
	}{
		{tool("old", "1.2"), ""},
		{tool("old", ""), ""},
		{tool("old", "1.10"), "a, b: old is version 1.2.3, 1.10 or newer is needed; get it: build it"},
		{tool("odd", "9"), "a, b: odd is missing (" + filepath.Join(dir, "odd") + " --version: exit status 1); get it: build it"},
		{tool("data", "1"), "a, b: data is missing (data is not in PATH); get it: build it"},
	} {
		got := ""
		launches := []spec.Launch{{Service: "a", Requires: []spec.Tool{c.tool}}, {Service: "b", Requires: []spec.Tool{c.tool}}}
		if err := CheckTools(t.Context(), launches, []string{"PATH=/nowhere:" + dir}); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.tool.Name, c.tool.Minimum, got, c.want)
		}
	}
}

func TestProgressOnATerminal(t *testing.T) {
	t.Parallel()
	out := &buffer{}
	p := &progress{out: out, tty: true, width: 6, running: map[string]time.Time{}}
	end := p.begin("orders", "install")
	p.remind()
	p.step("a", "build", "reused")
	p.remind()
	end()
	p.clear()
	want := "running: orders install 0s" + clearLine + "a       build    reused\nrunning: orders install 0s" + clearLine
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
