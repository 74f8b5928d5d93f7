//go:build unix

package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

// hostileKeys are what no field may hold or show: titles, colours, moves, NUL, bells,
// bidirectional overrides, line separators.
const hostileKeys = "a\x1b]0;owned\x07\x1b[31mb\x1b[2J\x1b[5;5H\x00c\u202ed\u2066e\u2028f\u0085g\x7fh\ti"

// What is pasted is text, however much of it there is and whatever is in it.
func TestHostilePaste(t *testing.T) {
	for name, text := range map[string]string{
		"much":                     strings.Repeat("x", 10_000),
		"lines":                    strings.Repeat("one\ntwo\r\n", 500),
		"controls":                 hostileKeys,
		"not text":                 "\xff\xfe\x80 x \xc3\x28",
		"the end of a paste in it": "x\x1b[201~y",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, env := tileShop(t), home(t)
			p := sit(t, dir, env, "new", "--lang", "go").sees("Name").types("payments<enter><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n>").sees("▸ Description")
			if err := p.Paste(text); err != nil {
				t.Fatal(err)
			}
			p.types("<end>~end<ctrl+r>").sees("to add").types("<enter>").ends(exitOK)
			mustHoldNothingOdd(t, p, filepath.Join(dir, "services/payments/service.hcl"))
			if code, out := azulejo(t, dir, "plan", "--detailed-exitcode"); code != exitOK {
				t.Errorf("plan afterwards: %d\n%s", code, out)
			}
		})
	}
}

// mustHoldNothingOdd checks a spec that somebody pasted into, and the terminal.
func mustHoldNothingOdd(t *testing.T, p *person, file string) {
	t.Helper()
	text := readFile(t, file)
	if len(text) > 2000 || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\x07\x1b\x7f\u202e\u2028\u0085") || strings.Contains(text, `\u`) {
		t.Errorf("the spec holds %q", text)
	}
	for _, bad := range []string{"owned", "\x1b[31m", "\u202e", "\u2066"} {
		if strings.Contains(string(p.Output()), bad) {
			t.Errorf("%q reached the terminal", bad)
		}
	}
}

// A terminal that does not mark what is pasted sends it as keys.
func TestHostileKeys(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	p := sit(t, dir, home(t), "new", "--lang", "go").sees("Name").types("payments<enter><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n>").sees("▸ Description")
	if err := p.Send("pay\u202e\u2066\u200f\u0085ment" + strings.Repeat("x", 2_000)); err != nil {
		t.Fatal(err)
	}
	p.types("<ctrl+r>").sees("to add").types("<enter>").ends(exitOK)
	mustHoldNothingOdd(t, p, filepath.Join(dir, "services/payments/service.hcl"))
}

// Flags are shown too, and the spec around can hold names that nobody would choose.
func TestHostileFlagsAndSpec(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	write(t, filepath.Join(dir, "services/zoo/service.hcl"), "service \"zoo\" {\n  image = \"x:1\"\n  port = 4567\n  route \"/\\u001b]0;owned\\u0007\" {}\n}\n")
	p := sit(t, dir, home(t), "new", "--lang", "\x1b[31m\u202ego", "--set", "description=\x1b]0;owned\x07", "--route", "/\x1b[31m", "--call", "\u202ex")
	p.sees("Name").types("payments<ctrl+n><ctrl+n><ctrl+n><ctrl+n><ctrl+n>").types("<ctrl+o><ctrl+o>").sees("▸ Port").types("<ctrl+c><ctrl+c>")
	said := p.ends(exitInterrupted)
	for _, bad := range []string{"\x1b]0;owned", "\x1b[31m", "\u202e"} {
		if strings.Contains(string(p.Output()), bad) {
			t.Errorf("%q reached the terminal: %q", bad, said)
		}
	}
}

// A window may shrink to nothing and grow again: what was answered and where one was
// stays, and keys that nobody sees the effect of have none.
func TestTinyWindow(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	p := sit(t, dir, home(t), "new").sees("Name").types("payments<enter>").sees("▸ Language")
	const seen = "<ctrl+c>" // the one key that shows that those before it were read
	for _, size := range [][2]int{{20, 5}, {59, 14}, {300, 4}} {
		p.resized(size[0], size[1]).sees("The window is").types("xyz<enter>3"+seen).sees("Leave the wizard?").types("<esc>").sees("The window is").resized(1, 1)
	}
	p.resized(120, 40).sees("▸ Language", "payments").seesNo("paymentsxyz")
	p.types("<ctrl+r>").sees("to add").resized(20, 5).sees("The window is 20x5").
		types("<enter>"+seen).sees("Leave the wizard?").types("<esc>").sees("The window is 20x5").resized(80, 24).sees("to add").types("<enter>").ends(exitOK)
}

func TestStartsInATinyWindow(t *testing.T) {
	t.Parallel()
	p := sitAt(t, ttytest.Options{Dir: tileShop(t), Env: home(t), Width: 20, Height: 5}, "new").sees("The window is 20x5").types("<ctrl+c>")
	mustSay(t, p.ends(exitInterrupted), "Nothing was written.")
}

// A terminal that answers no question gets the same page.
func TestMuteTerminal(t *testing.T) {
	t.Parallel()
	p := sitAt(t, ttytest.Options{Dir: tileShop(t), Env: home(t), Mute: true}, "new").sees("Name").types("payments<enter><enter><enter><enter><enter>").sees("Plan:", "to add").types("<enter>")
	p.ends(exitOK)
	mustBePutBack(t, p)
}

// settled waits until the wizard has read the spec as a whole, which it does soon after
// its first frame: what changes before that is taken in silence.
func (p *person) settled() *person {
	p.t.Helper()
	p.sees("Name")
	for range 5 { // a key beside that reading is dropped
		if p.types("<ctrl+l>").WaitFor("The spec was read anew", patience/5) == nil {
			return p
		}
	}
	p.t.Fatalf("the spec is not read anew:\n%s", p.Screen())
	return nil
}

// Two wizards on one system choose the same port: who comes second is told, keeps the
// answers and gets another port; nothing is overwritten.
func TestTwoWizardsAtOnce(t *testing.T) {
	for name, port := range map[string]string{"by default": "", "by hand": "8200"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tileShop(t)
			begin := func(name string) *person {
				p := sit(t, dir, home(t), "new").settled().types(name + "<enter><ctrl+n><ctrl+n><ctrl+n><ctrl+n>").sees("▸ Port")
				if port != "" {
					p.types("<backspace><backspace><backspace><backspace>" + port)
				}
				return p.types("<ctrl+r>").sees("to add")
			}
			first, second := begin("first"), begin("second")
			first.types("<enter>").ends(exitOK)
			check := unchanged(t, dir)
			second.types("<enter>").sees("The spec changed on disk", "ctrl+l")
			second.types("<enter><enter>").sees("The spec changed on disk")
			check()
			second.types("<ctrl+l>")
			if port != "" {
				second.sees("▸ Port", "✗ 8200 is the port of first", "free").types("<ctrl+d><ctrl+r>")
			}
			second.sees("to add", "Same thing").seesNo("ctrl+l").types("<enter>").ends(exitOK)
			mustHavePorts(t, dir, "first", "second")
		})
	}
}

// mustHavePorts checks that a system is whole and that services do not share a port.
func mustHavePorts(t *testing.T, dir string, names ...string) {
	t.Helper()
	if code, out := azulejo(t, dir, "plan", "--detailed-exitcode"); code != exitOK {
		t.Errorf("plan afterwards: %d\n%s", code, out)
	}
	seen := map[string]string{}
	for _, name := range names {
		_, port, _ := strings.Cut(readFile(t, filepath.Join(dir, "services", name, "service.hcl")), "port     = ")
		port, _, _ = strings.Cut(port, "\n")
		if seen[port] != "" || port == "" {
			t.Errorf("%s and %s have port %q", name, seen[port], port)
		}
		seen[port] = name
	}
}

// The same name in two wizards: the second cannot have it.
func TestTwoWizardsWithOneName(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	begin := func(lang string) *person {
		return sit(t, dir, home(t), "new").settled().types("payments<enter>/" + lang + "<enter><ctrl+r>").sees("to add")
	}
	first, second := begin("go"), begin("python")
	first.types("<enter>").ends(exitOK)
	check := unchanged(t, dir)
	second.types("<enter>").sees("ctrl+l").types("<ctrl+l>").sees(`✗ "payments" is taken`, "▸ Name")
	second.types("<ctrl+r>").sees("▸ Name").types("<ctrl+c><ctrl+c>").ends(exitInterrupted)
	check()
}

// A service of its own in a folder that appears meanwhile is not laid over it.
func TestTwoWizardsAlone(t *testing.T) {
	t.Parallel()
	dir := emptyFolder(t, "desk")
	begin := func(lang string) *person {
		return sit(t, dir, home(t), "new").settled().types("payments<enter>/" + lang + "<enter><ctrl+r>").sees("to add")
	}
	first, second := begin("go"), begin("python")
	first.types("<enter>").ends(exitOK)
	check := unchanged(t, dir)
	second.types("<enter>")
	said := second.ends(exitError)
	check()
	mustSay(t, said, "payments", "The answers are kept")
}

// The spec changes on disk while the page is open: it is said without a key, and taken
// over with one.
func TestSpecChangesMeanwhile(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	p := sit(t, dir, home(t), "new").settled().types("payments<enter><enter><enter>").sees("▸ Calls", "accounts")
	if code, out := azulejo(t, dir, "new", "billing", "--lang", "go", "--yes"); code != exitOK {
		t.Fatalf("%d\n%s", code, out)
	}
	p.sees("The spec changed on disk: ctrl+l reads it").types("<ctrl+l>").sees("billing", "▸ Calls", "payments")
	p.types("2<ctrl+r>").sees("to add").types("<enter>").ends(exitOK)
	mustSay(t, readFile(t, filepath.Join(dir, "services/payments/service.hcl")), `call "billing"`)
	mustHavePorts(t, dir, "accounts", "billing", "payments")
}

// On the button, too, Enter goes on after the spec was read anew.
func TestButtonStaysAfterReload(t *testing.T) {
	t.Parallel()
	p := sit(t, tileShop(t), home(t), "new").sees("Name").types("payments<enter><enter><enter><enter>").sees("▸ [ Review and create ]")
	p.types("<ctrl+l>").sees("The spec was read anew", "▸ [ Review and create ]").types("<enter>").sees("to add")
}

// A spec that got broken meanwhile stops the wizard from writing; the answers stay, and
// it goes on once the spec is mended.
func TestSpecBreaksMeanwhile(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	file := filepath.Join(dir, "services/accounts/service.hcl")
	good := readFile(t, file)
	p := sit(t, dir, home(t), "new").settled().types("payments<ctrl+r>").sees("to add")
	write(t, file, good+"\nservice {{{\n")
	check := unchanged(t, dir)
	p.types("<enter>").sees("The spec changed on disk").types("<ctrl+l>").sees("The spec cannot be read", "services/accounts/service.hcl:")
	p.types("<enter>").sees("The spec changed on disk")
	check()
	write(t, file, good)
	p.types("<ctrl+l>").sees("The spec was read anew").types("<enter>").ends(exitOK)
}

// A spec that is broken from the start is said at once, with its place.
func TestBrokenSpecFromTheStart(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	write(t, filepath.Join(dir, "services/accounts/service.hcl"), "service {{{\n")
	said := sit(t, dir, home(t), "new").ends(exitError)
	mustSay(t, said, "services/accounts/service.hcl", "the spec has errors")
}

// Something stands in the way by the time it is to be written: what was answered is
// kept.
func TestSomethingAppearsInTheWay(t *testing.T) {
	t.Parallel()
	dir, env := tileShop(t), home(t)
	p := sit(t, dir, env, "new").settled().types("payments<ctrl+r>").sees("to add")
	write(t, filepath.Join(dir, "services/payments"), "mine")
	check := unchanged(t, dir)
	mustSay(t, p.types("<enter>").ends(exitError), "services/payments", "The answers are kept")
	check()
	sit(t, dir, env, "new").sees("A draft of payments")
}
