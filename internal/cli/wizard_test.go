//go:build unix

package cli

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// person is somebody at a terminal on which azulejo runs.
type person struct {
	*ttytest.Terminal
	t *testing.T
}

// home is the part of a person's environment that lasts: where drafts are kept.
func home(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	return []string{"HOME=" + dir, "XDG_STATE_HOME=" + filepath.Join(dir, "state"), "PATH=" + os.Getenv("PATH")}
}

// sit starts azulejo on a terminal of 120 by 40.
func sit(t *testing.T, dir string, env []string, args ...string) *person {
	t.Helper()
	return sitAt(t, ttytest.Options{Dir: dir, Env: env, Width: 120, Height: 40}, args...)
}

func sitAt(t *testing.T, o ttytest.Options, args ...string) *person {
	t.Helper()
	o.Argv = append([]string{"azulejo"}, args...)
	term, err := ttytest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(term.Close)
	return &person{term, t}
}

// sees waits for texts on the screen.
func (p *person) sees(texts ...string) *person {
	p.t.Helper()
	for _, text := range texts {
		if err := p.WaitFor(text, patience); err != nil {
			p.t.Fatal(err)
		}
	}
	return p
}

// seesNo waits until a text is gone.
func (p *person) seesNo(text string) *person {
	p.t.Helper()
	if err := p.WaitUntil("screen without "+text, patience, func(s string) bool { return !strings.Contains(s, text) }); err != nil {
		p.t.Fatal(err)
	}
	return p
}

// types presses keys: letters as they are, other keys as <name>.
func (p *person) types(script string) *person {
	p.t.Helper()
	for script != "" {
		name := string([]rune(script)[0])
		rest := script[len(name):]
		if inside, after, ok := strings.Cut(script[1:], ">"); script[0] == '<' && ok {
			name, rest = inside, after
		}
		if err := p.Key(name); err != nil {
			p.t.Fatal(err)
		}
		script = rest
	}
	return p
}

// ends waits for azulejo's end and returns what stands on the terminal after its page
// is gone.
func (p *person) ends(code int) string {
	p.t.Helper()
	got, err := p.Exit(patience)
	if err != nil {
		p.t.Fatal(err)
	}
	if got != code {
		p.t.Fatalf("exit code %d, want %d; it said:\n%s", got, code, p.said())
	}
	return p.said()
}

// said is what was printed after the page.
func (p *person) said() string {
	out := string(p.Output())
	if at := strings.LastIndex(out, "\x1b[?1049l"); at >= 0 {
		out = out[at:]
	}
	return strings.ReplaceAll(ansi.Strip(out), "\r\n", "\n")
}

// snapshot is all that a folder holds: modes, bytes, azulejo's own records.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		if out[rel] = info.Mode().String(); e.IsDir() {
			return nil
		}
		b, err := os.ReadFile(name)
		out[rel] += " " + string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustBeSame(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("nothing to compare")
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// unchanged checks, at its end, that a folder is as it was.
func unchanged(t *testing.T, dir string) (check func()) {
	t.Helper()
	before := snapshot(t, dir)
	return func() {
		t.Helper()
		if d := cmp.Diff(before, snapshot(t, dir)); d != "" {
			t.Errorf("something was written:\n%s", d)
		}
	}
}

// tileShop makes a system with a gateway, a target and something to call.
func tileShop(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "shop", "--gateway", "caddy", "--target", "docker", "--target", "kubernetes", "--yes"},
		{"new", "accounts", "--lang", "go", "--route", "/accounts", "--yes"},
	} {
		if code, out := azulejo(t, dir, args...); code != exitOK {
			t.Fatalf("%v: %d\n%s", args, code, out)
		}
	}
	return dir
}

// copied is a copy of a folder, under the same name.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(dir))
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func emptyFolder(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shell runs what somebody copied from the terminal.
func shell(t *testing.T, dir, script string) {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(home(t), "LC_ALL=C.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\nsaid:\n%s", err, script, out)
	}
}

// printed is what the end of a run says: the spec's files, the commands that do the
// same again, and the one that makes it from the spec.
func printed(t *testing.T, said string) (files []string, commands, fromSpec string) {
	t.Helper()
	m := endOfRun.FindStringSubmatch(said)
	if m == nil {
		t.Fatalf("no commands are printed:\n%s", said)
	}
	return strings.Fields(m[1]), m[2], m[3]
}

var endOfRun = regexp.MustCompile(`(?s)\nSpec +(.*)\nAgain +(.*)\nor +(.*)\n`)

var (
	specFlag = regexp.MustCompile(`--file \S+`)
)

// again checks that what the run printed makes the same in a copy of the folder as it
// was before: the commands, and the spec that was written.
func again(t *testing.T, dir, before, said string) {
	t.Helper()
	files, commands, fromSpec := printed(t, said)
	want := snapshot(t, dir)
	same := copied(t, before)
	shell(t, same, commands)
	mustBeSame(t, "made by "+commands, want, snapshot(t, same))

	same = copied(t, before)
	if strings.Contains(fromSpec, "--file ") { // a spec from elsewhere
		fromSpec = specFlag.ReplaceAllString(fromSpec, "--file "+filepath.Join(dir, files[0]))
	} else {
		for _, f := range files {
			write(t, filepath.Join(same, f), readFile(t, filepath.Join(dir, f)))
			if err := os.Chmod(filepath.Join(same, f), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	shell(t, same, fromSpec)
	mustBeSame(t, "made by "+fromSpec, want, snapshot(t, same))
}

// languages are what the shipped packs bring.
func languages(t *testing.T) (list []string) {
	t.Helper()
	c, err := shippedCatalog()
	if err != nil || len(c.Languages) < 3 {
		t.Fatalf("%v: %v", c, err)
	}
	for _, l := range c.Languages {
		if !slices.Contains(list, l.Name) {
			list = append(list, l.Name)
		}
	}
	return list
}

// In each language, in a system, alone and as the first of a system: the command that
// the wizard prints, and the spec that it wrote, make the same tree byte for byte.
func TestPrintedCommandMakesTheSame(t *testing.T) {
	for _, lang := range languages(t) {
		pick := "payments<enter>/" + lang + "<enter><enter>"
		t.Run(lang+"/joins", func(t *testing.T) {
			t.Parallel()
			dir := tileShop(t)
			before := copied(t, dir)
			p := sit(t, dir, home(t), "new").sees("Name").types(pick+"<enter> <enter><enter>").sees("Plan:", "to add").types("<enter>")
			said := p.ends(exitOK)
			again(t, dir, before, said)
			mustSay(t, readFile(t, filepath.Join(dir, "services/payments/service.hcl")), `language = "`+lang+`"`, `call "accounts"`, `route "/payments"`)
		})
		t.Run(lang+"/alone", func(t *testing.T) {
			t.Parallel()
			dir := emptyFolder(t, "desk")
			before := copied(t, dir)
			said := sit(t, dir, home(t), "new").sees("Name").types(pick+"<enter><enter>").sees("Plan:", "to add").types("<enter>").ends(exitOK)
			again(t, dir, before, said)
			mustSay(t, readFile(t, filepath.Join(dir, "payments/service.hcl")), `language = "`+lang+`"`)
		})
		t.Run(lang+"/begins", func(t *testing.T) {
			t.Parallel()
			dir := emptyFolder(t, "wall")
			before := copied(t, dir)
			said := sit(t, dir, home(t), "new").sees("Name").types(pick+"2<enter><enter><enter>").sees("Plan:", "to add").types("<enter>").ends(exitOK)
			again(t, dir, before, said)
			mustSay(t, readFile(t, filepath.Join(dir, "azulejo.hcl")), `system "wall"`)
		})
	}
}

func TestPrintedCommandMakesTheSameSystem(t *testing.T) {
	for name, keys := range map[string]string{
		"defaults":     "<enter><enter><enter><enter><enter>",
		"other-things": "<ctrl+n>2<ctrl+n> <down> <ctrl+n> <ctrl+r>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := emptyFolder(t, "wall")
			before := copied(t, dir)
			said := sit(t, dir, home(t), "init").sees("System").types(keys).sees("Plan:", "to add").types("<enter>").ends(exitOK)
			again(t, dir, before, said)
		})
	}
}

// hostileAnswer is every character that a shell, HCL or a template could take for its
// own.
const hostileAnswer = "-it's \"50\" $HOME ${x} %{y} `id` $(id) \\ {{ z }} é 語 #"

func TestPrintedCommandOfHostileAnswers(t *testing.T) {
	for _, lang := range languages(t) {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			dir := tileShop(t)
			before := copied(t, dir)
			p := sit(t, dir, home(t), "new", "--lang", lang).sees("Name").types("payments<enter>").
				types(strings.Repeat("<ctrl+n>", 6)).sees("▸ Description")
			said := p.types(hostileAnswer+"<ctrl+r>").sees("Plan:", "to add").types("<enter>").ends(exitOK)
			again(t, dir, before, said)
			text := spec.Text{Path: spec.ServiceFile, Bytes: []byte(readFile(t, filepath.Join(dir, "services/payments/service.hcl")))}
			parsed, diags := spec.Parse([]spec.Text{text})
			if got := parsed.System.Services[0].Inputs["description"]; diags.HasErrors() || !got.RawEquals(cty.StringVal(hostileAnswer)) {
				t.Errorf("%v; the description is %#v", diags, got)
			}
		})
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func mustSay(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in:\n%s", w, text)
		}
	}
}
