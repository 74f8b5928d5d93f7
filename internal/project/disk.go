package project

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// disk reads below one root and never leaves it: os.Root refuses "..", and
// links are reported instead of followed.
type disk struct {
	root *os.Root          // nil while the root does not exist
	dirs map[string]string // folders looked at: why nothing can stand below, or ""
}

// openDisk opens a root that may not exist yet.
func openDisk(dir string) (*disk, error) {
	d := &disk{dirs: map[string]string{".": ""}}
	r, err := os.OpenRoot(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d, nil
	case errors.Is(err, syscall.ENOTDIR):
		return nil, fmt.Errorf("%s is a file: name a folder", dir)
	case err != nil:
		return nil, fmt.Errorf("opening %s: %w", dir, err)
	}
	d.root = r
	return d, nil
}

func (d *disk) close() {
	if d.root != nil {
		_ = d.root.Close() // read only
	}
}

func (d *disk) read(name string) ([]byte, error) {
	if d.root == nil {
		return nil, fs.ErrNotExist
	}
	return d.root.ReadFile(filepath.FromSlash(name))
}

// obstacle says why no regular file can stand below a folder: a component of
// its path is a link or a file.
func (d *disk) obstacle(dir string) string {
	if why, known := d.dirs[dir]; known {
		return why
	}
	why := d.obstacle(path.Dir(dir))
	if why == "" && d.root != nil {
		switch info, err := d.root.Lstat(filepath.FromSlash(dir)); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			why = err.Error()
		case info.Mode()&fs.ModeSymlink != 0:
			why = dir + " is a symbolic link"
		case !info.IsDir():
			why = dir + " is a file, not a folder"
		}
	}
	d.dirs[dir] = why
	return why
}

// look returns what stands at a path: its state and bytes, or why it is no
// regular file.
func (d *disk) look(name string) (s state, b []byte, blocked string, err error) {
	if d.root == nil {
		return state{}, nil, "", nil
	}
	if why := d.obstacle(path.Dir(name)); why != "" {
		return state{}, nil, why, nil
	}
	info, err := d.root.Lstat(filepath.FromSlash(name))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return state{}, nil, "", nil
	case err != nil:
		return state{}, nil, "", fmt.Errorf("looking at %s: %w", name, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return state{}, nil, name + " is a symbolic link", nil
	case info.IsDir():
		return state{}, nil, name + " is a folder", nil
	case !info.Mode().IsRegular():
		return state{}, nil, name + " is no regular file", nil
	}
	if b, err = d.read(name); err != nil {
		return state{}, nil, "", fmt.Errorf("reading %s: %w", name, err)
	}
	return state{sum: sum(b), exec: info.Mode()&0o100 != 0}, b, "", nil
}

// folders lists the folders below a folder, sorted; links are reported.
func (d *disk) folders(name string) (dirs, links []string, err error) {
	if d.root == nil {
		return nil, nil, nil
	}
	f, err := d.root.Open(filepath.FromSlash(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			dirs = append(dirs, e.Name())
		case e.Type()&fs.ModeSymlink != 0:
			links = append(links, e.Name())
		}
	}
	return dirs, links, nil
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
