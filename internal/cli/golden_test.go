package cli

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden trees anew")

// TestGoldenBookinfo applies the spec of Bookinfo and compares the whole system,
// azulejo's own records included, with the committed tree.
func TestGoldenBookinfo(t *testing.T) {
	spec, err := filepath.Abs(filepath.Join(testdata, "specs/valid/bookinfo.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join(testdata, "golden/bookinfo")
	dir := t.TempDir()
	if code, out := azulejo(t, dir, "apply", "-f", spec, "--out", "bookinfo", "-y"); code != exitOK {
		t.Fatalf("apply: %d\n%s", code, out)
	}
	got := tree(t, filepath.Join(dir, "bookinfo"))
	if *update {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(golden, os.DirFS(filepath.Join(dir, "bookinfo"))); err != nil {
			t.Fatal(err)
		}
	}
	want := tree(t, golden)
	for name, b := range got {
		if !bytes.Equal(want[name], b) {
			t.Errorf("%s differs from the golden tree; accept with make golden-update", name)
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is no longer generated; accept with make golden-update", name)
		}
	}
	if code, out := azulejo(t, golden, "plan", "--detailed-exitcode"); code != exitOK {
		t.Errorf("plan in the golden tree: %d\n%s", code, out)
	}
}

func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		out[rel] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
