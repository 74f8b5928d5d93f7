package local

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// A stamp is the digest of all that the result of a command depends on. It
// stands in the cache folder while the result is good.

// stampOf digests the command, the folder (environments of Python hold absolute
// paths), the stamp of the command before it and the contents of its inputs. It
// is "" for a command without inputs, which runs each time.
func stampOf(dir string, c spec.Command, previous string, skip []string) (string, error) {
	if len(c.Inputs) == 0 {
		return "", nil
	}
	files, err := matching(dir, c.Inputs, skip)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	field(h, "1", dir, previous)
	for _, step := range c.Steps {
		field(h, "step")
		field(h, step...)
	}
	for _, name := range files {
		if err := digestFile(h, dir, name); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// field writes strings so that no two lists of them are written alike.
func field(h hash.Hash, values ...string) {
	for _, v := range values {
		fmt.Fprintf(h, "%d:%s,", len(v), v)
	}
}

func digestFile(h hash.Hash, dir, name string) error {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer f.Close()
	content := sha256.New()
	if _, err := io.Copy(content, f); err != nil {
		return fmt.Errorf("reading %s: %w", f.Name(), err)
	}
	field(h, "file", name, hex.EncodeToString(content.Sum(nil)))
	return nil
}

type globber struct {
	dir   string
	skip  []string // paths that are not looked into
	found map[string]bool
}

// matching lists the regular files below dir that one of the globs names, sorted;
// never what lies below a path of skip.
func matching(dir string, globs, skip []string) ([]string, error) {
	g := &globber{dir: dir, skip: skip, found: map[string]bool{}}
	for _, glob := range globs {
		glob = path.Clean(filepath.ToSlash(glob))
		if _, err := path.Match(glob, ""); err != nil {
			return nil, fmt.Errorf("glob %q: %w", glob, err)
		}
		if err := g.walk(".", strings.Split(glob, "/")); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(g.found)), nil
}

// walk reads only the folders that the pattern, one element a folder, can match.
func (g *globber) walk(at string, pattern []string) error {
	if pattern[0] == "**" {
		if len(pattern) == 1 {
			pattern = []string{"**", "*"}
		}
		if err := g.walk(at, pattern[1:]); err != nil { // ** may stand for no folder at all
			return err
		}
	}
	entries, err := os.ReadDir(filepath.Join(g.dir, filepath.FromSlash(at)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(at, e.Name())
		if slices.Contains(g.skip, name) {
			continue
		}
		if err := g.visit(name, e.IsDir(), pattern); err != nil {
			return err
		}
	}
	return nil
}

func (g *globber) visit(name string, folder bool, pattern []string) error {
	if pattern[0] == "**" {
		if folder {
			return g.walk(name, pattern)
		}
		return nil
	}
	if ok, _ := path.Match(pattern[0], path.Base(name)); !ok {
		return nil
	}
	last := len(pattern) == 1
	switch {
	case folder && !last:
		return g.walk(name, pattern[1:])
	case folder && !strings.ContainsAny(pattern[0], "*?["): // a folder by its name: all of it
		return g.walk(name, []string{"**"})
	case !folder && last:
		// A link counts with what it leads to.
		info, err := os.Stat(filepath.Join(g.dir, filepath.FromSlash(name)))
		if err == nil && info.Mode().IsRegular() {
			g.found[name] = true
		}
	}
	return nil
}
