//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

// leftADraft answers name and language, and leaves.
func leftADraft(t *testing.T, dir string, env []string) {
	t.Helper()
	sit(t, dir, env, "new").sees("Name").types("payments<enter>/python<enter><enter>").sees("▸ Route").types("<ctrl+s>").ends(exitInterrupted)
}

// Whatever ends the wizard without an answer to what shall become of the answers
// keeps them, writes nothing into the system, and the next run goes on from there.
func TestDraftIsKept(t *testing.T) {
	for name, end := range map[string]func(*person){
		"ctrl+c twice":   func(p *person) { p.types("<ctrl+c>").sees("You have given 2 answers").types("<ctrl+c>") },
		"ctrl+c, enter":  func(p *person) { p.types("<ctrl+c>").sees("Leave the wizard?").types("<enter>") },
		"ctrl+s":         func(p *person) { p.types("<ctrl+s>") },
		"from review":    func(p *person) { p.types("<ctrl+r>").sees("to add").types("s") },
		"SIGTERM":        func(p *person) { p.signal(syscall.SIGTERM) },
		"SIGINT":         func(p *person) { p.signal(syscall.SIGINT) },
		"SIGHUP":         func(p *person) { p.signal(syscall.SIGHUP) },
		"window closed":  func(p *person) { p.hangsUp() },
		"closed, review": func(p *person) { p.types("<ctrl+r>").sees("to add").hangsUp() },
		"small window": func(p *person) {
			p.resized(20, 5).sees("The window is 20x5").types("<ctrl+c>").sees("Leave the wizard?").types("<ctrl+c>")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, env := tileShop(t), home(t)
			check := unchanged(t, dir)
			p := sit(t, dir, env, "new").sees("Name").types("payments<enter>/python<enter><enter>").sees("▸ Route")
			end(p)
			said := p.ends(exitInterrupted)
			check()
			if _, closed := map[string]bool{"window closed": true, "closed, review": true}[name]; !closed {
				mustSay(t, said, "Nothing was written. The answers are kept: azulejo new offers them again.", "azulejo new payments --lang python")
			}
			p = sit(t, dir, env, "new").sees("A draft of payments is here", "2 answers", "▸ Go on with it").types("<enter>").sees("▸ Route", "python", "payments")
			p.types("<ctrl+r>").sees("to add").types("<enter>").ends(exitOK)
			sit(t, dir, env, "new").sees("▸ Name").seesNo("draft")
			mustHoldNoDraft(t, env)
		})
	}
}

func (p *person) hangsUp() {
	p.t.Helper()
	if err := p.Hangup(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) resized(width, height int) *person {
	p.t.Helper()
	if err := p.Resize(width, height); err != nil {
		p.t.Fatal(err)
	}
	return p
}

// draftsIn are the files of the drafts that an environment keeps.
func draftsIn(t *testing.T, env []string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(strings.TrimPrefix(env[1], "XDG_STATE_HOME="), "azulejo", "drafts", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func mustHoldNoDraft(t *testing.T, env []string) {
	t.Helper()
	if left := draftsIn(t, env); len(left) > 0 {
		t.Errorf("drafts are left: %v", left)
	}
}

func TestDraftIsThrownAway(t *testing.T) {
	t.Parallel()
	dir, env := tileShop(t), home(t)
	leftADraft(t, dir, env)
	p := sit(t, dir, env, "new").sees("A draft of payments").types("<down><down>").sees("▸ Throw it away").types("<enter>").sees("▸ Name").seesNo("payments")
	p.types("<ctrl+c>").ends(exitInterrupted)
	mustHoldNoDraft(t, env)
}

// Beginning anew keeps the draft for later, also when something else is made meanwhile.
func TestDraftIsKeptForLater(t *testing.T) {
	t.Parallel()
	dir, env := tileShop(t), home(t)
	leftADraft(t, dir, env)
	p := sit(t, dir, env, "new").sees("A draft of payments").types("<down>").sees("▸ Begin anew").types("<enter>").sees("▸ Name")
	p.types("other<ctrl+r>").sees("to add").types("<enter>").ends(exitOK)
	sit(t, dir, env, "new").sees("A draft of payments").types("<ctrl+c>").ends(exitInterrupted)
	sit(t, dir, env, "new").sees("A draft of payments").types("<esc>").ends(exitInterrupted)
	if n := len(draftsIn(t, env)); n != 1 {
		t.Errorf("%d drafts", n)
	}
	sit(t, dir, env, "new", "billing").sees("billing").seesNo("draft") // another one's draft
	sit(t, dir, env, "init").sees("holds a spec already").ends(exitError)
	sit(t, tileShop(t), env, "new").sees("▸ Name").seesNo("draft") // another system's
}

// "d" throws the answers away, and with them the draft that they came from.
func TestDraftIsDiscarded(t *testing.T) {
	t.Parallel()
	dir, env := tileShop(t), home(t)
	leftADraft(t, dir, env)
	p := sit(t, dir, env, "new").sees("A draft of payments").types("<enter>").sees("▸ Route").types("<ctrl+c>").sees("Leave the wizard?").types("d")
	mustSay(t, p.ends(exitInterrupted), "Nothing was written.")
	mustHoldNoDraft(t, env)
}

// A draft that was taken up and given another name is one draft, not two.
func TestDraftIsRenamed(t *testing.T) {
	t.Parallel()
	dir, env := tileShop(t), home(t)
	leftADraft(t, dir, env)
	sit(t, dir, env, "new").sees("A draft of payments").types("<enter>").sees("▸ Route").
		types("<shift+tab><shift+tab>-2<ctrl+s>").ends(exitInterrupted)
	sit(t, dir, env, "new").sees("A draft of payments-2")
	if n := len(draftsIn(t, env)); n != 1 {
		t.Errorf("%d drafts", n)
	}
}

// What a flag says holds also where a draft says something else.
func TestFlagsHoldOverADraft(t *testing.T) {
	t.Parallel()
	dir, env := tileShop(t), home(t)
	leftADraft(t, dir, env)
	sit(t, dir, env, "new", "--lang", "node").sees("A draft of payments").types("<enter>").sees("payments", `language = "node"`)
}

func TestDraftThatCannotBeReadIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no JSON": "{", "another version": `{"format_version": 99, "answers": {"name": ["x"]}}`,
		"nothing in it": `{"format_version": 1, "answers": {}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, env := tileShop(t), home(t)
			leftADraft(t, dir, env)
			for _, f := range draftsIn(t, env) {
				write(t, f, text)
			}
			sit(t, dir, env, "new").sees("▸ Name").seesNo("draft")
		})
	}
}

// A draft may hold what nobody answered: it is shown, and cannot steer the terminal.
func TestHostileDraft(t *testing.T) {
	t.Parallel()
	dir, env := tileShop(t), home(t)
	leftADraft(t, dir, env)
	for _, f := range draftsIn(t, env) {
		write(t, f, `{"format_version": 1, "saved": "2026-11-23T16:02:00Z", "answers": {"name": ["pay\u001b]0;owned\u0007\u202e"], "language": ["\u001b[31mred"], "port": ["x", "y"], "call": ["\u001b[5mzzz"], "route": [], "nothing": null, "inputs.nobody": ["x"]}}`)
	}
	p := sit(t, dir, env, "new").sees("A draft of pay is here").types("<enter>").sees("✗")
	p.types("<ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n>").sees("▸ Instances")
	for _, bad := range []string{"\x1b]0;owned", "\x1b[31m", "\x1b[5m", "\u202e"} {
		if strings.Contains(string(p.Output()), bad) {
			t.Errorf("%q reached the terminal", bad)
		}
	}
	p.types("<ctrl+c><ctrl+c>").ends(exitInterrupted)
}

// Where drafts cannot be kept the wizard works, and says what is lost.
func TestNoPlaceForDrafts(t *testing.T) {
	for name, state := range map[string]func(string) string{
		"a file":   func(dir string) string { return filepath.Join(dir, "file") },
		"relative": func(string) string { return "state" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, elsewhere := tileShop(t), t.TempDir()
			write(t, filepath.Join(elsewhere, "file"), "")
			env := []string{"HOME=nowhere", "XDG_STATE_HOME=" + state(elsewhere), "PATH=" + os.Getenv("PATH")}
			check := unchanged(t, dir)
			p := sitAt(t, ttytest.Options{Dir: dir, Env: env, Width: 120, Height: 40}, "new").sees("Name").types("payments<ctrl+s>")
			mustSay(t, p.ends(exitInterrupted), "Nothing was written, and the answers could not be kept:", "Same thing without the wizard: azulejo new payments")
			check()
			p = sitAt(t, ttytest.Options{Dir: dir, Env: env, Width: 120, Height: 40}, "new").sees("Name").types("payments<ctrl+r>").sees("to add").types("<enter>")
			p.ends(exitOK)
		})
	}
}

// A system that is not begun yet has drafts of its own.
func TestDraftOfASystem(t *testing.T) {
	t.Parallel()
	dir, env := emptyFolder(t, "wall"), home(t)
	check := unchanged(t, dir)
	sit(t, dir, env, "init").sees("▸ System").types("<end>-2<enter>").sees("▸ Gateway").types("<ctrl+c><ctrl+c>").ends(exitInterrupted)
	check()
	sit(t, dir, env, "new").sees("▸ Name").seesNo("draft")
	sit(t, dir, env, "init").sees("A draft", "1 answer").types("<enter>").sees("wall-2", "▸ Gateway").types("<ctrl+r>").sees("to add").types("<enter>").ends(exitOK)
	mustHoldNoDraft(t, env)
}

// Lines keep the answers too, whatever ends them.
func TestDraftOfLines(t *testing.T) {
	for name, end := range map[string]func(*person){
		"SIGTERM":       func(p *person) { p.signal(syscall.SIGTERM) },
		"window closed": func(p *person) { p.hangsUp() },
		"end of input":  func(p *person) { p.types("<ctrl+d>") },
		"ctrl+c":        func(p *person) { p.types("<ctrl+c>") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, env := tileShop(t), home(t)
			check := unchanged(t, dir)
			p := sit(t, dir, env, "new", "--accessible").sees("1 of 4. Name.").types("payments<enter>").sees("2 of 4.")
			end(p)
			said := p.ends(exitInterrupted)
			if len(draftsIn(t, env)) == 0 {
				t.Fatalf("no draft is kept; it said:\n%s", said)
			}
			check()
			sit(t, dir, env, "new", "--accessible").sees("1. Go on with it").types("1<enter>").sees("2 of 4.")
			sit(t, dir, env, "new").sees("A draft of payments is here")
		})
	}
}

func TestDraftIsThrownAwayInLines(t *testing.T) {
	t.Parallel()
	dir, env := tileShop(t), home(t)
	leftADraft(t, dir, env)
	sit(t, dir, env, "new", "--accessible").sees("3. Throw it away").types("3<enter>").sees("1 of 4.").types("<ctrl+d>").ends(exitInterrupted)
	mustHoldNoDraft(t, env)
}
