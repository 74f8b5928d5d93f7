package house

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/azulejo-dev/azulejo/internal/verify"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// docs/contract.md says of each clause what its check says.
func TestContractIsWhatIsChecked(t *testing.T) {
	doc := read(t, "docs/contract.md")
	for _, c := range verify.Table() {
		level := strconv.Itoa(c.Level)
		if c.Level == 0 {
			level = "–"
		}
		_, below, _ := strings.Cut(doc, "\n## "+c.Heading+"\n")
		part, _, _ := strings.Cut(below, "\n## ")
		if line := "| " + c.Clause + " | " + level + " | " + c.Explanation + " |"; !strings.Contains(part, line) {
			t.Errorf("docs/contract.md lacks the line below %q:\n%s", c.Heading, line)
		}
	}
	lines := regexp.MustCompile(`(?m)^\| [CS]\d\d \|`).FindAllString(doc, -1)
	if len(lines) != len(verify.Table()) {
		t.Errorf("docs/contract.md has %d clauses, %d are checked", len(lines), len(verify.Table()))
	}
}

// Every command that the README shows exists, with its flags.
func TestReadmeCommands(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "azulejo")
	if out, err := exec.Command("go", "build", "-o", bin, root+"/cmd/azulejo").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	shown := regexp.MustCompile("`azulejo ([a-z]+(?: test)?)([^`]*)`").FindAllStringSubmatch(read(t, "README.md")+read(t, "docs/spec.md")+read(t, "docs/pack-format.md"), -1)
	if len(shown) < 10 {
		t.Fatalf("only %d commands are shown", len(shown))
	}
	for _, m := range shown {
		help, err := exec.Command(bin, append(strings.Fields(m[1]), "--help")...).CombinedOutput()
		if err != nil {
			t.Errorf("azulejo %s: %v\n%s", m[1], err, help)
		}
		for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(m[2], -1) {
			if !strings.Contains(string(help), flag) {
				t.Errorf("azulejo %s has no flag %s", m[1], flag)
			}
		}
	}
}

// The fields that docs/plan-json.md shows are those that plan prints.
func TestPlanJSONIsDocumented(t *testing.T) {
	_, rest, _ := strings.Cut(read(t, "docs/plan-json.md"), "```json\n")
	example, _, _ := strings.Cut(rest, "```")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.hcl"), []byte("service \"a\" {\n  language = \"go\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, err := exec.Command("go", "run", root+"/cmd/azulejo", "plan", "-f", filepath.Join(dir, "a.hcl"), "--out", filepath.Join(dir, "a"), "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	if a, b := fields(t, []byte(example)), fields(t, printed); a != b {
		t.Errorf("documented: %s\nprinted:    %s", a, b)
	}
}

// The fields that docs/verify-json.md shows are those that verify prints.
func TestVerifyJSONIsDocumented(t *testing.T) {
	_, rest, _ := strings.Cut(read(t, "docs/verify-json.md"), "```json\n")
	example, _, _ := strings.Cut(rest, "```")
	printed, err := exec.Command("go", "run", root+"/cmd/azulejo", "verify", "--only", "C02", "--json", "--", "true").Output()
	if err == nil {
		t.Error("a program that is no service was judged well")
	}
	var want, got any
	for text, v := range map[string]*any{example: &want, string(printed): &got} {
		if err := json.Unmarshal([]byte(text), v); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	if a, b := shape(want), shape(got); a != b {
		t.Errorf("documented: %s\nprinted:    %s", a, b)
	}
}

// shape writes the keys of objects, sorted, and of the first element of lists.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var out []string
		for k, inner := range v {
			out = append(out, k+shape(inner))
		}
		sort.Strings(out)
		return "{" + strings.Join(out, " ") + "}"
	case []any:
		if len(v) > 0 {
			return "[" + shape(v[0]) + "]"
		}
	}
	return ""
}

// fields lists the keys of an object and of the first element of its lists.
func fields(t *testing.T, b []byte) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	var out []string
	for _, k := range []string{"", "summary", "changes"} {
		obj, _ := v[k].(map[string]any)
		if k == "" {
			obj = v
		}
		if list, ok := v[k].([]any); ok && len(list) > 0 {
			obj, _ = list[0].(map[string]any)
		}
		for name := range obj {
			out = append(out, k+"."+name)
		}
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

var link = regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`)

// Links between documents lead somewhere.
func TestLinks(t *testing.T) {
	n := 0
	for _, doc := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, doc), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			n++
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", doc, m[1], err)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d links found", n)
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	docs := []string{"README.md", "CONTRIBUTING.md"}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(name string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".md") {
			rel, _ := filepath.Rel(root, name)
			docs = append(docs, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}
