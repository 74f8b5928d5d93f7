package project

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// FormatFile lays one spec file out in the canonical form and says whether that
// changed it. With check it only says so.
func FormatFile(name string, check bool) (changed bool, err error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return false, fmt.Errorf("reading the spec: %w", err)
	}
	if _, diags := spec.ParseHCL(src, name); diags.HasErrors() {
		return false, diags
	}
	out := spec.Format(src)
	if bytes.Equal(src, out) || check {
		return !bytes.Equal(src, out), nil
	}
	return true, replaceFile(name, out)
}

// replaceFile writes beside a file and renames, so that it is the old or the new
// one, never half of it. A link keeps pointing where it does.
func replaceFile(name string, b []byte) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	f, err := os.CreateTemp(filepath.Dir(target), ".azulejo-fmt-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already once it was renamed
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(f.Name(), info.Mode().Perm())
	}
	if err == nil {
		err = os.Rename(f.Name(), target)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
