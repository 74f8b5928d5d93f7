//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

// promptly is how soon an error must be there that asks nobody.
const promptly = 5 * time.Second

// Where nobody can be asked, what is missing is said at once, with its flags.
func TestNobodyToAsk(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"nothing":  {[]string{"new"}, []string{"missing: NAME and --lang", "--yes"}},
		"the name": {[]string{"new", "payments"}, []string{"missing: --lang"}},
		"the lang": {[]string{"new", "--lang", "go"}, []string{"missing: NAME."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tileShop(t)
			check := unchanged(t, dir)
			for stdin, file := range silentInputs(t) {
				var out bytes.Buffer
				cmd := exec.Command("azulejo", c.args...)
				cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, home(t), file, &out, &out
				began := time.Now()
				err := cmd.Run()
				if cmd.ProcessState.ExitCode() != exitError || time.Since(began) > promptly {
					t.Errorf("%s: %v after %v\n%s", stdin, err, time.Since(began), out.String())
				}
				mustSay(t, out.String(), c.want...)
			}
			for _, how := range []struct{ env, arg string }{{env: "CI=true"}, {env: "CI=1"}, {arg: "--non-interactive"}, {arg: "--yes"}, {arg: "--json"}, {arg: "--dry-run"}} {
				args := c.args
				if how.arg != "" {
					args = append(args[:len(args):len(args)], how.arg)
				}
				p := sit(t, dir, append(home(t), how.env), args...)
				mustSay(t, p.ends(exitError), c.want...)
				if strings.Contains(string(p.Output()), "\x1b[?1049h") {
					t.Errorf("%v: there was a page", how)
				}
			}
			check()
		})
	}
}

// silentInputs are inputs that nobody answers on.
func silentInputs(t *testing.T) map[string]*os.File {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { null.Close() })
	silent, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close(); _ = writer.Close() }) // it has written nothing
	return map[string]*os.File{"/dev/null": null, "a pipe that nobody writes to": silent}
}

// CI that says no is no CI.
func TestCIFalseAsks(t *testing.T) {
	t.Parallel()
	sit(t, tileShop(t), append(home(t), "CI=false"), "new").sees("▸ Name")
}

var (
	coloured = regexp.MustCompile(`\x1b\[([0-9;:]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])([;:][0-9;:]*)?m`)
	strong   = regexp.MustCompile(`\x1b\[([0-9;]*;)?1(;[0-9;]*)?m`)
	turned   = regexp.MustCompile(`\x1b\[([0-9;]*;)?7(;[0-9;]*)?m`)
)

// Without colours the pointer stays bold and the button in reverse; nothing that is
// printed afterwards has colours either.
func TestNoColour(t *testing.T) {
	for name, c := range map[string]struct {
		env    string
		args   []string
		colour bool
	}{
		"as usual":           {colour: true},
		"NO_COLOR":           {env: "NO_COLOR=1"},
		"--no-color":         {args: []string{"--no-color"}},
		"16 colours are few": {env: "COLORTERM=", colour: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := sit(t, tileShop(t), append(home(t), c.env), append([]string{"new"}, c.args...)...).sees("Name")
			p.types("payments<enter><enter><enter><enter>").sees("▸ [ Review").types("<enter>").sees("to add").types("<enter>").ends(exitOK)
			out := string(p.Output())
			if got := coloured.FindString(out); (got != "") != c.colour {
				t.Errorf("colours: %q", got)
			}
			if !strong.MatchString(out) || !turned.MatchString(out) {
				t.Errorf("bold %t, reverse %t", strong.MatchString(out), turned.MatchString(out))
			}
		})
	}
}

// A locale without UTF-8 gets ASCII, on the page and after it.
func TestASCIILocale(t *testing.T) {
	for _, env := range [][]string{{"LC_ALL=C"}, {"LC_ALL=", "LC_CTYPE=", "LANG=POSIX"}} {
		t.Run(strings.Join(env, " "), func(t *testing.T) {
			t.Parallel()
			p := sit(t, tileShop(t), append(home(t), env...), "new").sees("> Name")
			p.types("payments<enter><enter><enter> <ctrl+o>").sees("`- main.go").types("<ctrl+o><ctrl+o>").types("<f1>").sees("Any key").types("x")
			p.types("<ctrl+r>").sees("to add").types("<enter>").ends(exitOK)
			for _, b := range p.Output() {
				if b >= 0x80 {
					t.Fatalf("byte %#x in %q", b, p.Output())
				}
			}
		})
	}
}

// Lines are asked where a page would be of no use.
func TestLinesInsteadOfAPage(t *testing.T) {
	for name, c := range map[string]struct {
		env  string
		args []string
	}{
		"TERM=dumb": {env: "TERM=dumb"}, "no TERM": {env: "TERM="}, "ACCESSIBLE": {env: "ACCESSIBLE=1"}, "--accessible": {args: []string{"--accessible"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tileShop(t)
			before := copied(t, dir)
			p := sit(t, dir, append(home(t), c.env), append([]string{"new"}, c.args...)...).sees("1 of 4. Name.")
			p.types("payments<enter><enter><enter><enter>").sees("Name or Enter for none").types("<enter>").sees("Create?").types("yes<enter>")
			said := p.ends(exitOK)
			if strings.Contains(string(p.Output()), "\x1b[?1049h") {
				t.Error("there was a page")
			}
			again(t, dir, before, said)
		})
	}
}

// A name and flags are answers: what is still open is asked.
func TestFlagsAreAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		args, sees []string
	}{
		"a name":      {[]string{"payments"}, []string{"▸ Language", "✓ Name", "payments"}},
		"a language":  {[]string{"--lang", "python"}, []string{"▸ Name", "✓ Language", "python", "PYTHON PACK"}},
		"unknown":     {[]string{"--lang", "cobol"}, []string{"✗ Language", "cobol"}},
		"a bad name":  {[]string{"Pay_Ments"}, []string{"▸ Name", "✗", "lower-case letters"}},
		"a taken one": {[]string{"accounts"}, []string{"▸ Name", "✗", "is taken"}},
		"a port":      {[]string{"--port", "8101"}, []string{"✗ Port", "8101"}},
		"an input":    {[]string{"--set", "description=Pays."}, []string{"✓ Description", "Pays."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sit(t, tileShop(t), home(t), append([]string{"new"}, c.args...)...).sees(c.sees...)
		})
	}
}

// An unknown language is an error that is answered on the page, not before it.
func TestUnknownLanguageIsMended(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	p := sit(t, dir, home(t), "new", "--lang", "cobol").sees("▸ Name").types("payments<ctrl+r>").sees("▸ Language", "✗")
	p.types("1<ctrl+r>").sees("to add").types("<enter>").ends(exitOK)
}

// With --chdir the commands that are printed say it too, and work where one stands.
func TestChdir(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	before := copied(t, dir)
	parent, same := strings.TrimSuffix(dir, "/shop"), strings.TrimSuffix(before, "/shop")
	said := sitAt(t, ttytest.Options{Dir: parent, Env: home(t), Width: 120, Height: 40}, "-C", "shop", "new", "payments").
		sees("Language").types("<ctrl+r>").sees("-C shop", "to add").types("<enter>").ends(exitOK)
	again(t, parent, same, said)
}

// What is doubtful about the new service is said once, wherever one stands.
func TestWarningIsSaidOnce(t *testing.T) {
	for _, chdir := range []bool{false, true} {
		t.Run(fmt.Sprint("chdir ", chdir), func(t *testing.T) {
			t.Parallel()
			dir, args := emptyFolder(t, "desk"), []string{"new", "--call", "ghost"}
			if chdir {
				dir, args = filepath.Dir(dir), append([]string{"-C", "desk"}, args...)
			}
			p := sit(t, dir, home(t), args...).sees("Name").types("payments<ctrl+r>").sees("to add")
			if n := strings.Count(p.Screen(), `"ghost" cannot be checked`); n != 1 {
				t.Errorf("said %d times:\n%s", n, p.Screen())
			}
		})
	}
}
