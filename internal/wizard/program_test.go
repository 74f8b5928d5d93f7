//go:build unix

package wizard

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

// asProgram, as the first argument, makes this test binary a program that shows the
// page of the frame that the second one names.
const asProgram = "show-the-page-of"

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == asProgram {
		os.Exit(program(os.Args[2]))
	}
	os.Exit(m.Run())
}

// outsideOfTests is the testing.TB of the program: what goes wrong ends it.
type outsideOfTests struct{ testing.TB }

func (outsideOfTests) Helper()           {}
func (outsideOfTests) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// program runs Page as azulejo does, with the things of drive_test.go around it. Its
// exit code is 10 and the action.
func program(frame string) int {
	n, err := strconv.Atoi(frame)
	if err != nil {
		panic(err)
	}
	out, err := Page(context.Background(), frameConfig(outsideOfTests{}, n), Options{
		In: os.Stdin, Out: os.Stdout, Environ: os.Environ(), Width: 80, Height: 24,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("Answers:", len(out.Answers))
	return 10 + int(out.Action)
}

func show(t *testing.T, frame int) *ttytest.Terminal {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	term, err := ttytest.Start(ttytest.Options{Argv: []string{self, asProgram, strconv.Itoa(frame)}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(term.Close)
	return term
}

// split parts a script as press reads it into keys.
func split(script string) (list []string) {
	for script != "" {
		if name, rest, ok := strings.Cut(script[1:], ">"); script[0] == '<' && ok {
			list, script = append(list, name), rest
			continue
		}
		r := string([]rune(script)[0])
		list, script = append(list, r), script[len(r):]
	}
	return list
}

// mustShow waits until the screen is a frame, as text.
func mustShow(t *testing.T, term *ttytest.Terminal, what, frame string) {
	t.Helper()
	frame = strings.TrimSuffix(frame, "\n")
	if err := term.WaitUntil(what, patience, func(screen string) bool { return screen == frame }); err != nil {
		t.Fatalf("%s: the terminal shows another frame (-want +got):\n%s", what, cmp.Diff(frame, term.Screen()))
	}
}

func golden(t *testing.T, frame string, width, height int) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "frames", frame+"-"+sizeName(width, height)+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// follow types the keys of a frame on a terminal and into a model without one: after
// each key both show the same.
func follow(t *testing.T, n int) *ttytest.Terminal {
	t.Helper()
	term, m := show(t, n), newTest(frameConfig(t, n), 80, 24)
	mustShow(t, term, "the first frame", m.screen())
	for _, name := range split(frames[n].keys) {
		if err := term.Key(name); err != nil {
			t.Fatal(err)
		}
		m.press(script(name))
		mustShow(t, term, "the frame after "+name, m.screen())
	}
	return term
}

// script is one key as press reads it.
func script(name string) string {
	if len([]rune(name)) == 1 {
		return name
	}
	return "<" + name + ">"
}

// What a terminal shows is, cell for cell, what the model drew: nothing is lost or
// left over on the way from one frame to the next.
func TestTerminalShowsTheFrames(t *testing.T) {
	for n, f := range frames {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			term := follow(t, n)
			mustShow(t, term, "the golden frame", golden(t, f.name, 80, 24))
		})
	}
}

func frameNamed(t *testing.T, name string) int {
	t.Helper()
	for n, f := range frames {
		if f.name == name {
			return n
		}
	}
	t.Fatalf("no frame %q", name)
	return 0
}

// A page follows its window, down to one that is too small for it and back.
func TestTerminalIsResized(t *testing.T) {
	t.Parallel()
	n := frameNamed(t, "new-4-calls")
	term := follow(t, n)
	for _, size := range slices.Concat(sizes, sizes) {
		if err := term.Resize(20, 5); err != nil {
			t.Fatal(err)
		}
		if err := term.WaitFor("The window is 20x5;", patience); err != nil {
			t.Fatal(err)
		}
		if err := term.Resize(size[0], size[1]); err != nil {
			t.Fatal(err)
		}
		mustShow(t, term, "the golden frame at "+sizeName(size[0], size[1]), golden(t, frames[n].name, size[0], size[1]))
	}
	if err := term.Key("ctrl+s"); err != nil {
		t.Fatal(err)
	}
	if code, err := term.Exit(patience); err != nil || code != 10+int(Save) || !strings.HasPrefix(term.Screen(), "Answers: 2\n") {
		t.Errorf("exit code %d, %v, and then:\n%s", code, err, term.Screen())
	}
}
