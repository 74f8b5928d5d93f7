//go:build unix

package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// building is one service whose steps append a letter to installed and built.
type building struct {
	*testing.T
	l   spec.Launch
	err *buffer
}

func newBuilding(t *testing.T) *building {
	b := &building{T: t, err: &buffer{}, l: spec.Launch{Service: "orders", Dir: t.TempDir()}}
	step := func(file string) [][]string { return [][]string{{os.Args[0], "step", "write", file}} }
	b.l.Install = spec.Command{Steps: step("installed"), Inputs: []string{"lock"}, Outputs: []string{"installed"}}
	b.l.Build = spec.Command{Steps: step("built"), Inputs: []string{"src/**"}, Outputs: []string{"built"}}
	write(t, b.l.Dir, "lock", "1")
	write(t, b.l.Dir, "src/a/b.txt", "1")
	return b
}

func (b *building) run(ctx context.Context) error {
	o := Options{Environ: []string{"PATH=/nowhere", quickRace}, Stderr: b.err}.withDefaults()
	spawn := newSpawner()
	defer spawn.close()
	return (&builder{o: &o, spawn: spawn, progress: newProgress(&o, 0)}).all(ctx, []*service{{launch: b.l}})
}

// times is how often each of the two has run so far.
func (b *building) times() [2]int {
	b.Helper()
	if err := b.run(b.Context()); err != nil {
		b.Fatal(err)
	}
	installed, _ := os.ReadFile(filepath.Join(b.l.Dir, "installed"))
	built, _ := os.ReadFile(filepath.Join(b.l.Dir, "built"))
	return [2]int{len(installed), len(built)}
}

func TestStepsAreReused(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	for _, c := range []struct {
		what   string
		change func()
		want   [2]int
	}{
		{"first", func() {}, [2]int{1, 1}},
		{"nothing", func() {}, [2]int{1, 1}},
		{"other file", func() { write(t, b.l.Dir, "README", "x") }, [2]int{1, 1}},
		{"source", func() { write(t, b.l.Dir, "src/a/b.txt", "2") }, [2]int{1, 2}},
		{"new source", func() { write(t, b.l.Dir, "src/c.txt", "") }, [2]int{1, 3}},
		{"renamed source", func() { _ = os.Rename(b.l.Dir+"/src/c.txt", b.l.Dir+"/src/d.txt") }, [2]int{1, 4}},
		{"dependencies", func() { write(t, b.l.Dir, "lock", "2") }, [2]int{2, 5}},
		{"argv", func() { b.l.Build.Steps[0] = append(b.l.Build.Steps[0], "more") }, [2]int{2, 6}},
		{"output gone", func() { _ = os.Remove(b.l.Dir + "/built") }, [2]int{2, 1}},
		{"no inputs: each time", func() { b.l.Build.Inputs = nil }, [2]int{2, 2}},
		{"no inputs: each time, again", func() {}, [2]int{2, 3}},
	} {
		c.change()
		if diff := cmp.Diff(c.want, b.times()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
	ignore, _ := os.ReadFile(filepath.Join(b.l.Dir, ".azulejo/cache/.gitignore"))
	if string(ignore) != "*\n" {
		t.Errorf(".gitignore of the cache is %q", ignore)
	}
	for _, text := range []string{"orders  install  reused\n", "orders  build    done "} {
		if !strings.Contains(b.err.String(), text) {
			t.Errorf("stderr does not say %q:\n%s", text, b.err)
		}
	}
}

func TestStepFails(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	b.times()
	b.l.Build.Steps = [][]string{{os.Args[0], "step", "fail", "it's"}}
	err := b.run(t.Context())
	var failed *ServiceError
	if !errors.As(err, &failed) || failed.Phase != "build" || failed.ExitCode != 7 || len(failed.LastLines) != 20 {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), `step fail 'it'\''s'`) || !strings.Contains(err.Error(), "step line 29") {
		t.Errorf("got %v", err)
	}
	if !missingStamp(b.l.Dir, "build") || missingStamp(b.l.Dir, "install") {
		t.Error("the stamp of a failed command is left, or another is gone")
	}
}

func missingStamp(dir, name string) bool {
	return missing(filepath.Join(dir, ".azulejo/cache"), []string{name + ".stamp"}) != ""
}

func TestCommand(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	o := Options{Stderr: b.err, Environ: []string{quickRace}}
	for range 2 {
		if err := Command(t.Context(), o, b.l, "lint", b.l.Build); err != nil {
			t.Fatal(err)
		}
	}
	if text, _ := os.ReadFile(b.l.Dir + "/built"); string(text) != "x" || !strings.HasSuffix(b.err.String(), "orders  lint     reused\n") {
		t.Errorf("not run once: %q\n%s", text, b.err)
	}
	b.l.Build.Inputs, b.l.Build.Steps = nil, [][]string{{os.Args[0], "step", "fail"}}
	var failed *ServiceError
	if err := Command(t.Context(), o, b.l, "test", b.l.Build); !errors.As(err, &failed) || failed.Phase != "test" {
		t.Errorf("got %v", err)
	}
}

func TestStepMakesNoOutput(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	b.l.Build.Outputs = []string{"dist"}
	if err := b.run(t.Context()); err == nil || !strings.Contains(err.Error(), "orders: build succeeded, but did not make") {
		t.Errorf("got %v", err)
	}
}

func TestStepIsInterrupted(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	file := filepath.Join(b.l.Dir, "state")
	b.l.Install.Steps = [][]string{{os.Args[0], "step", "sleep", file}}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for missing("/", []string{file}) != "" && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if err := b.run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if text, _ := os.ReadFile(file); string(text) != "asked to stop" {
		t.Errorf("the step was not waited for: %q", text)
	}
}

func TestMatching(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{
		"go.mod", "main.go", "a/x.go", "a/b/y.go", "a/b/c/z.go", "a/b/n.txt", "node_modules/m/i.go", ".git/h.go", "src/p/q.py",
	} {
		write(t, dir, name, "")
	}
	_ = os.Symlink("a/x.go", filepath.Join(dir, "link.go"))
	_ = os.Symlink("nowhere", filepath.Join(dir, "broken.go"))
	_ = os.Symlink("..", filepath.Join(dir, "a/loop"))
	skip := []string{".git", "node_modules"}
	for glob, want := range map[string]string{
		"*.go":        "link.go main.go",
		"**/*.go":     "a/b/c/z.go a/b/y.go a/x.go link.go main.go",
		"a/**/*.go":   "a/b/c/z.go a/b/y.go a/x.go",
		"a/**/b/*.go": "a/b/y.go",
		"a/**":        "a/b/c/z.go a/b/n.txt a/b/y.go a/x.go",
		"a/*/*":       "a/b/n.txt a/b/y.go",
		"./go.mod":    "go.mod",
		"src":         "src/p/q.py",
		"nothing/**":  "",
		"g?.mod":      "go.mod",
	} {
		got, err := matching(dir, []string{glob, glob}, skip)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v %v, want %s", glob, got, err, want)
		}
	}
	if _, err := matching(dir, []string{"[a"}, nil); err == nil {
		t.Error("a broken glob was taken")
	}
}
