//go:build unix

package ttytest

import (
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const patience = 20 * time.Second

// sh runs a shell script on a terminal.
func sh(t *testing.T, script string, change func(*Options)) *Terminal {
	t.Helper()
	o := Options{Argv: []string{"sh", "-c", script}, Dir: t.TempDir(), Env: []string{"PATH=" + os.Getenv("PATH")}, Width: 40, Height: 6}
	if change != nil {
		change(&o)
	}
	term, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(term.Close)
	return term
}

func waitFor(t *testing.T, term *Terminal, text string) {
	t.Helper()
	if err := term.WaitFor(text, patience); err != nil {
		t.Fatal(err)
	}
}

func exit(t *testing.T, term *Terminal, want int) {
	t.Helper()
	if code, err := term.Exit(patience); err != nil || code != want {
		t.Errorf("exit code %d, %v; want %d", code, err, want)
	}
}

func TestScreenHasColoursAndWideCharacters(t *testing.T) {
	t.Parallel()
	term := sh(t, `printf '\033[1;31mred\033[0m 漢e\314\201\033[3;5H\033[7;4;38;2;1;2;3;48;5;16mx\033[0m'`, nil)
	exit(t, term, 0)
	if got, want := term.Screen(), "red 漢e\u0301\n\n    x\n\n\n"; got != want {
		t.Errorf("screen %q, want %q", got, want)
	}
	cells := term.Cells()
	if len(cells) != 6 || len(cells[0]) != 40 {
		t.Fatalf("%d rows of %d cells", len(cells), len(cells[0]))
	}
	for _, c := range []struct {
		x, y int
		want Cell
	}{
		{0, 0, Cell{Text: "r", Width: 1, Foreground: dark.palette[1], Bold: true}},
		{3, 0, Cell{Text: " ", Width: 1}},
		{4, 0, Cell{Text: "漢", Width: 2}},
		{5, 0, Cell{}},
		{6, 0, Cell{Text: "e\u0301", Width: 1}},
		{4, 2, Cell{Text: "x", Width: 1, Foreground: color.RGBA{1, 2, 3, 255}, Background: color.RGBA{0, 0, 0, 255}, Reverse: true, Underline: true}},
	} {
		if got := cells[c.y][c.x]; !same(got, c.want) {
			t.Errorf("cell %d,%d is %+v, want %+v", c.x, c.y, got, c.want)
		}
	}
	if x, y, visible := term.Cursor(); x != 5 || y != 2 || !visible {
		t.Errorf("cursor %d,%d visible %v", x, y, visible)
	}
}

func same(a, b Cell) bool {
	equal := func(a, b color.Color) bool {
		if a == nil || b == nil {
			return a == b
		}
		return color.RGBAModel.Convert(a) == color.RGBAModel.Convert(b)
	}
	fore, back := equal(a.Foreground, b.Foreground), equal(a.Background, b.Background)
	a.Foreground, a.Background, b.Foreground, b.Background = nil, nil, nil, nil
	return fore && back && a == b
}

// A program's questions are answered, unless the terminal is mute.
func TestQuestions(t *testing.T) {
	t.Parallel()
	const ask = `stty raw -echo min 0 time 20; printf '\033]11;?\007\033[?2026$p\033[?2027$p\033[c'; cat -v; printf '\r\nend'`
	for name, c := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"dark":  {nil, "^[]11;rgb:1111/1414/1818^G^[[?2026;2$y^[[?2027;2$y^[[?62;1;6;22c"},
		"light": {func(o *Options) { o.Light = true }, "^[]11;rgb:ffff/ffff/ffff^G^[[?2026;2$y^[[?2027;2$y^[[?62;1;6;22c"},
		"mute":  {func(o *Options) { o.Mute = true }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := sh(t, ask, func(o *Options) {
				o.Width = 100
				if c.change != nil {
					c.change(o)
				}
			})
			waitFor(t, term, "end")
			if got, _, _ := strings.Cut(term.Screen(), "\n"); got != c.want {
				t.Errorf("answers %q, want %q", got, c.want)
			}
		})
	}
}

func TestKeysAndPaste(t *testing.T) {
	t.Parallel()
	term := sh(t, `stty raw -echo; printf '\033[?2004hready'; dd bs=1 count=28 2>/dev/null | cat -v`, func(o *Options) { o.Width = 100 })
	waitFor(t, term, "ready")
	if err := term.Key("a", "é", "ctrl+c", "up", "enter", "alt+x", "shift+tab"); err != nil {
		t.Fatal(err)
	}
	if err := term.Paste("p\nq"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, term, `readyaM-CM-)^C^[[A^M^[x^[[Z^[[200~p^Mq^[[201~`)
	exit(t, term, 0)
	if err := term.Key("entre"); err == nil || err.Error() != `there is no key "entre"` {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestResize(t *testing.T) {
	t.Parallel()
	term := sh(t, `trap 'stty size; exit 7' WINCH; stty size; while :; do sleep 0.05; done`, nil)
	waitFor(t, term, "6 40")
	if err := term.Resize(50, 9); err != nil {
		t.Fatal(err)
	}
	waitFor(t, term, "9 50")
	exit(t, term, 7)
	if lines := strings.Count(term.Screen(), "\n") + 1; lines != 9 {
		t.Errorf("the screen has %d lines", lines)
	}
}

// A closed window is SIGHUP to the program, and nothing of it is left.
func TestHangup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	term := sh(t, `trap 'echo gone >hup; exit 3' HUP; echo ready; while :; do sleep 0.05; done`, func(o *Options) { o.Dir = dir })
	waitFor(t, term, "ready")
	if err := term.Hangup(); err != nil {
		t.Fatal(err)
	}
	exit(t, term, 3)
	if _, err := os.Stat(filepath.Join(dir, "hup")); err != nil {
		t.Error(err)
	}
	if err := term.Send("x"); err == nil {
		t.Error("keys reach a closed window")
	}
}

func TestSignalAndCPU(t *testing.T) {
	t.Parallel()
	term := sh(t, `echo ready; while :; do :; done`, nil)
	waitFor(t, term, "ready")
	if err := term.WaitFor("never", 50*time.Millisecond); err == nil || !strings.Contains(err.Error(), "ready") {
		t.Errorf("the error does not hold the screen: %v", err)
	}
	if got := term.CPU(); got != 0 {
		t.Errorf("CPU %v of a program that runs", got)
	}
	if err := term.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	exit(t, term, 128+int(syscall.SIGTERM))
	if term.CPU() == 0 {
		t.Error("a program that was busy took no CPU")
	}
}

// Close ends what the program started too.
func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	term := sh(t, `(trap '' HUP; echo ready; while :; do echo x >>alive; sleep 0.02; done) & wait`, func(o *Options) { o.Dir = dir })
	waitFor(t, term, "ready")
	term.Close()
	term.Close()
	before, _ := os.ReadFile(filepath.Join(dir, "alive")) // Close may have come before the first line
	time.Sleep(300 * time.Millisecond)
	if after, _ := os.ReadFile(filepath.Join(dir, "alive")); len(after) != len(before) {
		t.Error("a child of the program still runs")
	}
}

func TestQuietAndLatency(t *testing.T) {
	t.Parallel()
	term := sh(t, `stty -echo; printf 1; sleep 0.2; printf 2; read x; printf 3`, nil)
	waitFor(t, term, "1")
	if err := term.Quiet(time.Second, patience); err != nil {
		t.Fatal(err)
	}
	if got := term.Screen(); !strings.HasPrefix(got, "12\n") {
		t.Errorf("quiet too early: %q", got)
	}
	before := term.Elapsed()
	took, err := term.Latency("enter", patience)
	if err != nil || took <= 0 || took > patience {
		t.Errorf("latency %v, %v", took, err)
	}
	if after := term.Elapsed(); after < before+took {
		t.Errorf("elapsed %v after %v and %v", after, before, took)
	}
	exit(t, term, 0)
	if got := string(term.Output()); got != "123" {
		t.Errorf("output %q", got)
	}
	busy := sh(t, `while :; do echo x; sleep 0.01; done`, nil)
	if err := busy.Quiet(time.Second, 300*time.Millisecond); err == nil {
		t.Error("a busy program is quiet")
	}
}

// A frame is looked at when it is whole.
func TestSynchronizedOutput(t *testing.T) {
	t.Parallel()
	term := sh(t, `printf '\033[?2026hhalf'; read x; printf ' whole\033[?2026l'; read x`, nil)
	if err := term.WaitFor("half", 300*time.Millisecond); err == nil {
		t.Error("half a frame was looked at")
	}
	if err := term.Key("enter"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, term, "whole")
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{nil, {"/no/such/program"}} {
		if term, err := Start(Options{Argv: argv}); err == nil {
			term.Close()
			t.Errorf("%q started", argv)
		}
	}
}

// The program sees nothing of the environment of who tests it.
func TestEnvironmentIsClean(t *testing.T) {
	t.Setenv("TTYTEST_LEAK", "yes")
	term := sh(t, `echo "leak=$TTYTEST_LEAK term=$TERM own=$OWN"`, func(o *Options) { o.Env = append(o.Env, "OWN=1", "TERM=dumb") })
	exit(t, term, 0)
	if got, _, _ := strings.Cut(term.Screen(), "\n"); got != "leak= term=dumb own=1" {
		t.Errorf("environment: %q", got)
	}
}
