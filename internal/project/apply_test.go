package project

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/azulejo-dev/azulejo/generators"
)

func tree(files ...string) func() (generators.Tree, error) {
	return func() (generators.Tree, error) {
		var t generators.Tree
		for i := 0; i < len(files); i += 2 {
			class := generators.Managed
			if strings.HasSuffix(files[i], ".mine") {
				class = generators.Seeded
			}
			t = append(t, generators.File{Path: files[i], Bytes: []byte(files[i+1]), Class: class, Pack: "p", Executable: strings.HasSuffix(files[i], ".sh")})
		}
		return t, nil
	}
}

func unit(key string, files ...string) Unit {
	return Unit{Dir: "services/a", Lock: Lock{Service: "a", RenderKey: key}, Render: tree(files...)}
}

func request(root string, units ...Unit) Request {
	return Request{Root: root, Specs: map[string][]byte{"azulejo.hcl": []byte("system \"s\" {}\n")}, Units: units}
}

func apply(t *testing.T, req Request) *Plan {
	t.Helper()
	p, err := MakePlan(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

// files reads a folder without azulejo's records.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := treeFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(dir, n))
		if err != nil {
			t.Fatal(err)
		}
		out[n] = string(b)
	}
	return out
}

func TestApplyIsAFixedPoint(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	one := request(root, unit("1", "x", "1", "deep/y.mine", "1", "run.sh", "#!"))
	apply(t, one)
	if info, err := os.Stat(filepath.Join(root, "services/a/run.sh")); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("run.sh is not executable: %v", err)
	}
	if p, err := MakePlan(one); err != nil || !p.NoChanges() || p.Pending() {
		t.Errorf("a second plan has changes: %+v %v", p, err)
	}
	two := request(root, unit("2", "x", "2", "deep/y.mine", "2", "new/z", "2"))
	apply(t, two)
	want := map[string]string{"azulejo.hcl": "system \"s\" {}\n", "services/a/x": "2", "services/a/deep/y.mine": "2", "services/a/new/z": "2"}
	if d := cmp.Diff(want, files(t, root)); d != "" {
		t.Error(d)
	}
	bases, _ := os.ReadDir(filepath.Join(root, "services/a", basePath))
	if len(bases) != 1 {
		t.Errorf("%d baselines are kept, want that of y.mine", len(bases))
	}
	if left, _ := filepath.Glob(filepath.Join(root, metaDir, "tmp*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What a plan says is what happens, or nothing happens.
func TestApplyRefusesAMovedTree(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	apply(t, request(root, unit("1", "x", "1", "y", "1")))
	p, err := MakePlan(request(root, unit("2", "x", "2", "y", "2")))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, "services/a/y")
	if err := os.WriteFile(name, []byte("edited meanwhile"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Apply(t.Context(), p); err == nil || !strings.Contains(err.Error(), "plan again") {
		t.Errorf("applied over an edit: %v", err)
	}
	if got := files(t, root); got["services/a/x"] != "1" || got["services/a/y"] != "edited meanwhile" {
		t.Errorf("something was written: %v", got)
	}
}

func TestApplyStopsBeforeAnythingIsWritten(t *testing.T) {
	parent := t.TempDir()
	root := filepath.Join(parent, "shop")
	p, err := MakePlan(request(root, unit("1", "x", "1")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Apply(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("err %v", err)
	}
	if left, _ := os.ReadDir(parent); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	apply(t, request(root, unit("1", "x", "1")))
	p, err = MakePlan(request(root, unit("2", "x", "2")))
	if err != nil {
		t.Fatal(err)
	}
	if err := Apply(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("err %v", err)
	}
	if got := files(t, root)["services/a/x"]; got != "1" {
		t.Errorf("x is %q", got)
	}
}

// A run that was killed after some renames is finished by the next one.
func TestApplyFinishesWhatWasKilled(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	apply(t, request(root, unit("1", "x", "1", "y", "1")))
	if err := os.WriteFile(filepath.Join(root, "services/a/x"), []byte("2"), 0o600); err != nil { // renamed, the lock not yet
		t.Fatal(err)
	}
	next := request(root, unit("2", "x", "2", "y", "2"))
	if p := apply(t, next); p.HasConflicts() {
		t.Errorf("%+v", p.Changes)
	}
	if p, err := MakePlan(next); err != nil || p.Pending() {
		t.Errorf("%+v %v", p, err)
	}
}

func TestApplyKeepsPermissions(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	apply(t, request(root, unit("1", "x", "1")))
	name := filepath.Join(root, "services/a/x")
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	apply(t, request(root, unit("2", "x", "2")))
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
}

func TestGoneServiceLeavesEdits(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	apply(t, request(root, unit("1", "x", "1", "deep/y.mine", "1")))
	if err := os.WriteFile(filepath.Join(root, "services/a/deep/y.mine"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	gone := Unit{Dir: "services/a", Lock: Lock{Service: "a"}, Gone: true}
	apply(t, request(root, gone))
	want := map[string]string{"azulejo.hcl": "system \"s\" {}\n", "services/a/deep/y.mine": "mine"}
	if d := cmp.Diff(want, files(t, root)); d != "" {
		t.Error(d)
	}
	if _, err := os.Stat(filepath.Join(root, "services/a", metaDir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock is still there: %v", err)
	}
}

// The lock is read by people and merged by git: one line for each file.
func TestLockFormat(t *testing.T) {
	l := Lock{
		FormatVersion: 1, Service: "a", RenderKey: "sha256:00",
		Facts: generators.Facts{System: "s", Namespace: "n", Targets: []string{"docker"}},
		Packs: []LockedPack{{Name: "go", Kind: "service", Provides: "go", Version: "1.0.0", Digest: "sha256:11"}},
		Files: []LockedFile{{Path: "b", Class: generators.Seeded, SHA256: "22", Pack: "go", Merge: "lock"}, {Path: "a", Class: generators.Managed, SHA256: "33", Executable: true, Pack: "go"}},
	}
	b, err := l.encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `  "files": [
    {"path":"a","class":"managed","sha256":"33","exec":true,"pack":"go"},
    {"path":"b","class":"seeded","sha256":"22","exec":false,"pack":"go","merge":"lock"}
  ]
}
`
	if !strings.HasSuffix(string(b), want) {
		t.Errorf("lock:\n%s", b)
	}
}

func TestTwoAtOnce(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shop")
	apply(t, request(root, unit("1", "x", "1")))
	apply(t, request(root, unit("2", "x", "2")))
	r, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	release, err := guard(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // do not wait for the other
	if _, err := guard(ctx, r); err == nil || !strings.Contains(err.Error(), "another azulejo") {
		t.Errorf("err %v", err)
	}
	release()
	apply(t, request(root, unit("3", "x", "3")))
}
