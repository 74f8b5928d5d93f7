package house

import (
	"go/build"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/azulejo-dev/azulejo/"

// rule says what a package may import of azulejo and of others, and why the rest
// is banned. Tests of a package are free in what they import.
type rule struct {
	ours   []string
	others []string // prefixes; the standard library is free unless std lists what is not
	std    []string // banned
	reason string
}

var importRules = map[string]rule{
	"templates":             {nil, nil, []string{"os", "net", "time", "os/exec"}, "packs are data: this package only embeds them"},
	"internal/spec":         {nil, []string{"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty", "github.com/agext/levenshtein", "github.com/Masterminds/semver"}, []string{"os", "net", "os/exec"}, "text in, values out: everybody may import it, so it may know nobody"},
	"internal/graph":        {[]string{"internal/spec"}, []string{"github.com/charmbracelet/x/ansi"}, []string{"os", "net", "os/exec"}, "a spec in, pictures out: the command and the wizard draw the same map"},
	"generators":            {[]string{"internal/spec"}, []string{"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty", "github.com/Masterminds/sprig", "github.com/BurntSushi/toml", "go.yaml.in/yaml"}, []string{"os", "net", "net/http", "time", "os/exec", "math/rand", "math/rand/v2", "crypto/rand"}, "the same bytes on every machine: no disk, clock, network, process or chance"},
	"internal/project":      {[]string{"generators", "internal/spec"}, []string{"github.com/rogpeppe/go-internal/diff", "github.com/hashicorp/hcl/v2"}, []string{"net", "net/http", "os/exec"}, "the only writer of users' files runs nothing and calls nobody"},
	"internal/configserver": {nil, []string{"go.yaml.in/yaml"}, []string{"os", "net", "os/exec"}, "a config server knows no service; which folder it reads is its owner's business"},
	"internal/local":        {[]string{"internal/configserver", "internal/registry", "internal/spec"}, nil, nil, "it runs services and must not know how they were made"},
	"internal/registry":     {nil, nil, []string{"os", "net", "os/exec"}, "a registry knows no service, and who listens for it is its owner's business"},
	"internal/otlp":         {nil, []string{"google.golang.org/protobuf/encoding/protowire"}, []string{"os", "net", "os/exec"}, "a collector knows no service, and who listens for it is its owner's business"},
	"internal/verify":       {[]string{"internal/otlp", "internal/registry", "internal/spec"}, nil, nil, "a black box must not know how the box was made"},
	"internal/ask":          {[]string{"internal/spec"}, []string{"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty"}, []string{"os", "net", "os/exec", "io"}, "answers in, text out: who asks, and how, is not its business"},
	"internal/wizard":       {[]string{"internal/ask", "internal/graph"}, []string{"charm.land/bubbletea/v2", "charm.land/bubbles/v2", "charm.land/lipgloss/v2", "github.com/charmbracelet/x/ansi", "github.com/charmbracelet/colorprofile"}, []string{"os", "net", "os/exec"}, "a view: what it shows and writes is handed in, so that it has no way of its own to a disk"},
	"internal/cli":          {[]string{"generators", "internal/ask", "internal/graph", "internal/local", "internal/project", "internal/spec", "internal/verify", "internal/wizard", "templates"}, []string{"github.com/spf13/cobra", "github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty", "github.com/charmbracelet/x/term"}, []string{"net", "net/http"}, "flags in, views out: what it decides belongs elsewhere"},
	"internal/ttytest":      {nil, []string{"github.com/creack/pty", "github.com/charmbracelet/ultraviolet", "github.com/charmbracelet/x/ansi", "github.com/charmbracelet/x/vt"}, nil, "a terminal knows no program; it is for tests and scripts, never in the binary"},
	"cmd/azulejo":           {[]string{"internal/cli"}, nil, nil, "main is one line"},
	"internal/house":        {nil, nil, nil, "tests only"},
	"scripts/demo":          {[]string{"scripts/running"}, nil, nil, "a demo that looks from outside, as a user does"},
	"scripts/running":       {nil, nil, nil, "what it knows of azulejo is what azulejo prints"},
	"scripts/live":          {[]string{"internal/otlp", "scripts/e2e/load", "scripts/running"}, []string{"github.com/prometheus/common", "github.com/prometheus/client_model"}, nil, "it looks at answers, lines, spans and metrics, as an operator does"},
	"scripts/test":          {nil, nil, nil, "counts tests from outside"},
	"scripts/e2e":           {[]string{"scripts/e2e/load"}, nil, nil, "it looks at files, containers and answers, as a user does"},
	"scripts/e2e/load":      {nil, nil, nil, "a client knows no server"},
	"scripts/e2e/stub":      {nil, nil, nil, "a server that azulejo did not make"},
	"scripts/lintgolden":    {nil, nil, nil, "it runs other people's linters"},
	"scripts/bench":         {[]string{"internal/ttytest"}, nil, nil, "measures whole processes from outside"},
	"scripts/bench/bare":    {nil, []string{"charm.land/bubbletea/v2"}, nil, "the yardstick: the library and nothing else"},
	"scripts/benchservices": {nil, nil, nil, "measures whole processes from outside, as a client of theirs"},
	"scripts/picture":       {[]string{"internal/ttytest"}, nil, nil, "it photographs the real binary from outside"},
	"testdata/broken":       {nil, nil, nil, "a specimen is a service of nobody's"},

	"scripts/benchservices/bare/go": {nil, nil, nil, "the yardstick: the standard library and nothing else"},
}

func TestImportOrder(t *testing.T) {
	for dir, pkg := range packages(t) {
		r, ok := importRules[dir]
		if !ok {
			t.Errorf("package %s has no rule in importRules: say what it may import and why", dir)
			continue
		}
		for _, imp := range pkg.Imports {
			if !r.allows(imp) {
				t.Errorf("%s imports %s: %s", dir, imp, r.reason)
			}
		}
	}
}

func (r rule) allows(imp string) bool {
	if own, ok := strings.CutPrefix(imp, module); ok {
		return contains(r.ours, own)
	}
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return !contains(r.std, imp)
	}
	for _, p := range r.others {
		if imp == p || strings.HasPrefix(imp, p+"/") {
			return true
		}
	}
	return false
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// TestImportRulesBite proves that the rules catch what they are for.
func TestImportRulesBite(t *testing.T) {
	for dir, imp := range map[string]string{
		"generators":       "os",
		"internal/local":   module + "generators",
		"internal/verify":  module + "internal/project",
		"internal/project": "github.com/spf13/cobra",
		"internal/spec":    module + "internal/project",
		"internal/graph":   module + "internal/project",
		"internal/ask":     module + "generators",
		"internal/wizard":  module + "internal/project",
	} {
		if importRules[dir].allows(imp) {
			t.Errorf("%s may import %s", dir, imp)
		}
	}
}

// The terminal of the tests stays out of the binary; the picture, which needs it,
// proves that it would be found.
func TestBinaryLinksNoTerminalOfTests(t *testing.T) {
	for _, banned := range []string{module + "internal/ttytest", "github.com/creack/pty", "github.com/charmbracelet/x/vt"} {
		if slices.Contains(deps(t, "cmd/azulejo"), banned) {
			t.Errorf("the binary links %s, which is for tests and scripts", banned)
		}
		if !slices.Contains(deps(t, "scripts/picture"), banned) {
			t.Errorf("scripts/picture does not link %s: this test looks for a wrong name", banned)
		}
	}
}

// deps are all packages that one links.
func deps(t *testing.T, dir string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "./"+dir)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list -deps ./%s: %v", dir, err)
	}
	return strings.Fields(string(out))
}

const root = "../.."

// packages finds azulejo's own packages by walking, so that none is forgotten.
func packages(t *testing.T) map[string]*build.Package {
	t.Helper()
	out := map[string]*build.Package{}
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(name, root), string(filepath.Separator)))
		switch {
		case rel == "build" || rel == "testdata/golden" || strings.HasPrefix(e.Name(), ".") && rel != "":
			return fs.SkipDir
		case rel == "":
			return nil
		}
		if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
			return fs.SkipDir // a tool's own module: nothing of azulejo's imports it
		}
		pkg, err := build.ImportDir(name, 0)
		if _, none := err.(*build.NoGoError); none {
			return nil
		}
		if err != nil {
			return err
		}
		out[rel] = pkg
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 8 {
		t.Fatalf("only %d packages found", len(out))
	}
	return out
}

// Every package says what it is for, and what it does not do.
func TestPackagesAreDocumented(t *testing.T) {
	for dir, pkg := range packages(t) {
		if pkg.Doc == "" {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

var mapLine = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| ([^|]+) \\|$")

// The map of the packages in docs/architecture.md is the tree.
func TestArchitectureMapIsTheTree(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(root, "docs/architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, m := range mapLine.FindAllStringSubmatch(string(doc), -1) {
		told[m[1]] = m[2]
	}
	there := packages(t)
	for dir := range there {
		if _, ok := told[dir]; !ok {
			t.Errorf("docs/architecture.md does not name %s", dir)
		}
		for _, ours := range importRules[dir].ours {
			if !strings.Contains(told[dir], "`"+ours+"`") && !strings.Contains(told[dir], "all of the above") {
				t.Errorf("docs/architecture.md does not say that %s may import %s", dir, ours)
			}
		}
	}
	for dir := range told {
		if there[dir] == nil {
			t.Errorf("docs/architecture.md names %s, which is not there", dir)
		}
	}
}
