package project

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// TreeFile is one file of a tree that is written outside of any project, such as
// a golden tree.
type TreeFile struct {
	Bytes      []byte
	Executable bool
}

// WriteTree writes a tree, touching only what differs. With exact it also
// removes every file that the tree does not have, azulejo's records excepted.
func WriteTree(dir string, tree map[string]TreeFile, exact bool) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("opening %s: %w", dir, err)
	}
	defer root.Close()
	if exact {
		if err := removeOthers(root, dir, tree); err != nil {
			return err
		}
	}
	for _, name := range sortedNames(tree) {
		if err := writeTreeFile(root, filepath.FromSlash(name), tree[name]); err != nil {
			return fmt.Errorf("writing %s: %w", filepath.Join(dir, name), err)
		}
	}
	return nil
}

func writeTreeFile(root *os.Root, name string, f TreeFile) error {
	mode := fs.FileMode(0o644)
	if f.Executable {
		mode = 0o755
	}
	if have, err := root.ReadFile(name); err == nil && bytes.Equal(have, f.Bytes) {
		return root.Chmod(name, mode)
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	if err := root.WriteFile(name, f.Bytes, mode); err != nil {
		return err
	}
	return root.Chmod(name, mode)
}

func removeOthers(root *os.Root, dir string, tree map[string]TreeFile) error {
	have, err := treeFiles(dir)
	if err != nil {
		return err
	}
	for _, name := range have {
		if _, wanted := tree[name]; wanted {
			continue
		}
		if err := root.Remove(filepath.FromSlash(name)); err != nil {
			return fmt.Errorf("removing %s: %w", filepath.Join(dir, name), err)
		}
	}
	return nil
}

// CompareTree says how a folder differs from a tree, a line for each file;
// azulejo's own records in it are left out.
func CompareTree(dir string, tree map[string]TreeFile) ([]string, error) {
	have, err := treeFiles(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, name := range have {
		if _, wanted := tree[name]; !wanted {
			out = append(out, "- "+name)
		}
	}
	for _, name := range sortedNames(tree) {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			out = append(out, "+ "+name)
		case err != nil:
			return nil, fmt.Errorf("reading a golden file: %w", err)
		case !bytes.Equal(b, tree[name].Bytes):
			out = append(out, "~ "+name+"\n"+unified(name, b, tree[name].Bytes))
		case executable(filepath.Join(dir, name)) != tree[name].Executable:
			out = append(out, "~ "+name+" (executable bit)")
		}
	}
	return out, nil
}

func executable(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode()&0o100 != 0
}

func treeFiles(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if e.Name() == metaDir {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		out = append(out, strings.ReplaceAll(rel, string(filepath.Separator), "/"))
		return err
	})
	sort.Strings(out)
	return out, err
}
