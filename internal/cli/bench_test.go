package cli

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkApply makes one service from a spec, in process.
func BenchmarkApply(b *testing.B) {
	dir := b.TempDir()
	spec := filepath.Join(dir, "one.hcl")
	if err := os.WriteFile(spec, []byte("service \"orders\" {\n  language = \"go\"\n}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	for b.Loop() {
		if err := os.RemoveAll(out); err != nil {
			b.Fatal(err)
		}
		env := testEnv(dir)
		env.Stdout, env.Stderr = io.Discard, io.Discard
		if code := Run(b.Context(), env, []string{"apply", "-f", spec, "--out", out, "-y"}); code != exitOK {
			b.Fatal(code)
		}
	}
}
