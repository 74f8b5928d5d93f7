package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The README's example is a formatted spec, and apply prints what the README
// shows.
func TestReadmeExample(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "```hcl\n")
	text, rest, _ := strings.Cut(rest, "```")
	_, rest, _ = strings.Cut(rest, "-y\n")
	shown, _, _ := strings.Cut(rest, "$ azulejo up")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop.hcl"), text)
	if code, out := azulejo(t, dir, "fmt", "--check", "shop.hcl"); code != exitOK {
		t.Errorf("fmt: %d\n%s", code, out)
	}
	code, out := azulejo(t, dir, "apply", "-f", "shop.hcl", "--out", "shop", "-y")
	if *update {
		if err := os.WriteFile("../../README.md", bytes.Replace(b, []byte(shown), []byte(out), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if code != exitOK || out != shown {
		t.Errorf("apply: %d\n%s\nthe README shows (make golden-update writes it):\n%s", code, out, shown)
	}
}
