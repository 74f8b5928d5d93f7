package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/wizard"
)

func sessionIn(t *testing.T, root, kind string) *session {
	t.Helper()
	env := &Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &strings.Builder{}, Dir: filepath.Dir(root), base: root}
	s := env.session(kind, root, &planOptions{})
	if kind == "init" {
		s.purpose = ask.Begin
	}
	return s
}

func writeSpec(t *testing.T, root, text string) {
	t.Helper()
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "azulejo.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWarningsOnce: what a question has said is not said again by the plan, wherever
// the folder is; what is doubtful elsewhere is.
func TestWarningsOnce(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	writeSpec(t, root, `system "shop" {
  gateway "caddy" {}
}
service "a" {
  image = "a:1"
  port  = 80
  route "/a" {}
}
service "b" {
  image = "b:1"
  port  = 81
  route "/a/b" {}
}
`)
	s := sessionIn(t, root, "new")
	f, err := s.form()
	if err != nil {
		t.Fatal(err)
	}
	sheet := f.Fill(ask.Answers{"name": {"pay"}, "language": {"go"}, "route": {"/b", "/a/pay"}})
	if p := sheet.Item("route").Problems; len(p) != 1 || !p[0].Warning {
		t.Fatalf("the question says %v", p)
	}
	plan, err := s.plan(context.Background(), sheet)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Warnings) != 1 || !strings.Contains(plan.Warnings[0], "/a/b") {
		t.Errorf("%q", plan.Warnings)
	}
}

// TestInitReadsNoSpec: a system that somebody else begins meanwhile is not begun again.
func TestInitReadsNoSpec(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	s := sessionIn(t, root, "init")
	if _, err := s.reload(); err != nil {
		t.Fatal(err)
	}
	writeSpec(t, root, "system \"other\" {}\n")
	if _, err := s.reload(); err == nil || !strings.Contains(err.Error(), "holds a spec already") {
		t.Errorf("%v", err)
	}
	if !s.changed() {
		t.Error("the change is forgotten")
	}
}

// TestHint can be pasted into a shell.
func TestHint(t *testing.T) {
	if got := hint([]string{"-C", "my shop"}); got != " -C 'my shop'" {
		t.Error(got)
	}
	env := &Env{Dir: "/x"}
	if got := env.chdirHint("/x/my shop"); got != " -C 'my shop'" {
		t.Error(got)
	}
}

// TestKeepMine holds in the wizard too: it is a flag of new.
func TestKeepMine(t *testing.T) {
	s := sessionIn(t, filepath.Join(t.TempDir(), "shop"), "init")
	s.keepMine = true
	f, err := s.form()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.plan(context.Background(), f.Fill(nil))
	if err != nil || !plan.Value.(*prepared).work.keepMine {
		t.Errorf("%v", err)
	}
}

// TestTheSystemIsGone: a service that was to join it is not made to stand alone.
func TestTheSystemIsGone(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	writeSpec(t, root, "system \"shop\" {}\n")
	s := sessionIn(t, root, "new")
	f, err := s.form()
	if err != nil {
		t.Fatal(err)
	}
	sheet := f.Fill(ask.Answers{"name": {"pay"}, "language": {"go"}})
	if err := os.Remove(filepath.Join(root, "azulejo.hcl")); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"reload": second(s.reload()), "plan": second(s.plan(context.Background(), sheet))} {
		if err == nil || !strings.Contains(err.Error(), "azulejo.hcl is gone from shop") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestTroubleIsTold before anybody answers: a spec with errors is not planned.
func TestTroubleIsTold(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	writeSpec(t, root, "system \"shop\" {\n  gateway \"nosuch\" {}\n  target \"moon\" {}\n}\n")
	f, err := sessionIn(t, root, "new").form()
	if err != nil || !strings.Contains(f.Trouble, "There is no gateway \"nosuch\"") || !strings.Contains(f.Trouble, "and 1 error more") {
		t.Errorf("%v, %q", err, f.Trouble)
	}
}

// TestDraftsThatDoNotFit are not offered: of another name, of another version.
func TestDraftsThatDoNotFit(t *testing.T) {
	env := &Env{Stderr: io.Discard, Environ: []string{"XDG_STATE_HOME=" + filepath.Join(t.TempDir(), "[x")}}
	save := func(a ask.Answers) string {
		name, err := env.drafts(&session{env: env, root: "/shop", kind: "new"}).save(env, a)
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	file := save(ask.Answers{"name": {"pay"}, "language": {"go"}})
	offered := func(said ask.Answers) *wizard.Draft {
		return env.drafts(&session{env: env, root: "/shop", kind: "new"}).offer(said)
	}
	if d := offered(ask.Answers{"name": {"pay"}}); d == nil || d.Answers["language"][0] != "go" {
		t.Errorf("%v", d)
	}
	if offered(ask.Answers{"name": {"orders"}}) != nil || env.drafts(&session{env: env, root: "/shop", kind: "init"}).offer(nil) != nil || env.drafts(&session{env: env, root: "/other", kind: "new"}).offer(nil) != nil {
		t.Error("a draft of something else")
	}
	for _, name := range []string{"orders", "pay"} { // whichever the folder lists first
		file = save(ask.Answers{"name": {name}})
		if d := offered(nil); d == nil || d.Answers["name"][0] != name {
			t.Errorf("not the newest: %v", d)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	later := strings.Replace(string(b), `"format_version": 1`, `"format_version": 2`, 1)
	if err := os.WriteFile(file, []byte(later), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := offered(nil); d == nil || d.Answers["name"][0] != "orders" {
		t.Errorf("of a later version: %v", d)
	}
}
