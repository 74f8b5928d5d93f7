package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

const testdata = "../../testdata"

// specs lists the fixtures of a folder; a test over none of them is none.
func specs(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata, "specs", folder, "*.hcl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no specs in %s: %v", folder, err)
	}
	return files
}

func TestValidSpecs(t *testing.T) {
	for _, f := range specs(t, "valid") {
		w, err := load(source{file: f})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range w.diags {
			t.Errorf("%s: %s", f, d)
		}
	}
}

var expectation = regexp.MustCompile(`# (ERROR|WARNING): (.*)$`)

// Each invalid spec says, on the line where a message must appear, which. No
// other message may appear.
func TestInvalidSpecs(t *testing.T) {
	for _, f := range specs(t, "invalid") {
		t.Run(filepath.Base(f), func(t *testing.T) {
			w, err := load(source{file: f})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range w.diags {
				word := "ERROR"
				if d.Severity == hcl.DiagWarning {
					word = "WARNING"
				}
				if len(strings.Fields(d.Summary)) > 10 {
					t.Errorf("a summary of more than ten words: %s", d.Summary)
				}
				if !strings.HasSuffix(strings.TrimSpace(d.Detail), ".") && !strings.HasSuffix(d.Detail, "?") {
					t.Errorf("%s does not end as a sentence: %q", d.Summary, d.Detail)
				}
				got = append(got, line(d.Subject.Start.Line, word, d.Summary))
			}
			sort.Strings(got)
			want := expected(t, f)
			if len(want) == 0 {
				t.Fatal("the fixture expects nothing")
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func expected(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, text := range strings.Split(string(b), "\n") {
		if m := expectation.FindStringSubmatch(text); m != nil {
			out = append(out, line(i+1, m[1], m[2]))
		}
	}
	sort.Strings(out)
	return out
}

func line(n int, word, summary string) string {
	return strings.Join([]string{string(rune('0'+n/10)) + string(rune('0'+n%10)), word, strings.TrimSpace(summary)}, " ")
}
