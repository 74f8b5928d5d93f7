package project_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/project"
)

// TestStamp tells every change of a spec from none, also one that leaves the size.
func TestStamp(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "services", "orders")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string, at time.Time) func() error {
		return func() error {
			if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
				return err
			}
			return os.Chtimes(filepath.Join(root, name), at, at)
		}
	}
	now := time.Now()
	before := project.Stamp(root)
	for _, step := range []struct {
		name string
		do   func() error
		same bool
	}{
		{"a system", write("azulejo.hcl", "one", now), false},
		{"nothing", func() error { return nil }, true},
		{"another size", write("azulejo.hcl", "four", now), false},
		{"another time", write("azulejo.hcl", "five", now.Add(time.Millisecond)), false},
		{"a file that is no spec", write("README.md", "six", now), true},
		{"a service", write("services/orders/service.hcl", "seven", now), false},
		{"a service elsewhere", func() error { return os.Rename(dir, filepath.Join(root, "services", "bills")) }, false},
		{"no folder of services", func() error { return os.RemoveAll(filepath.Join(root, "services")) }, false},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		after := project.Stamp(root)
		if (after == before) != step.same {
			t.Errorf("%s: the same: %t", step.name, after == before)
		}
		before = after
	}
}
