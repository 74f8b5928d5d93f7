package project

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
)

// guards says of each pack that a unit loses why its files must stay for now:
// something lies beside them that says they are in use.
func (d *disk) guards(u Unit, old *Lock) (map[string]string, error) {
	out := map[string]string{}
	if old == nil {
		return out, nil
	}
	stays := map[string]bool{}
	for _, lp := range u.Lock.Packs {
		stays[lp.Name] = true
	}
	for _, lp := range old.Packs {
		if stays[lp.Name] {
			continue
		}
		for _, pattern := range sortedNames(lp.Guards) {
			found, err := d.glob(path.Join(u.Dir, pattern))
			if err != nil {
				return nil, err
			}
			if found != "" && out[lp.Name] == "" {
				out[lp.Name] = fmt.Sprintf("%s is there: %s", found, lp.Guards[pattern])
			}
		}
	}
	return out, nil
}

// glob returns the first file whose last element fits a pattern, or "".
func (d *disk) glob(pattern string) (string, error) {
	if d.root == nil {
		return "", nil
	}
	dir, base := path.Split(pattern)
	entries, err := fs.ReadDir(d.root.FS(), filepath.ToSlash(path.Clean(dir)))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		return "", fmt.Errorf("reading %s: %w", dir, err)
	}
	for _, e := range entries {
		if ok, _ := path.Match(base, e.Name()); ok { // a bad pattern fits nothing
			return path.Join(dir, e.Name()), nil
		}
	}
	return "", nil
}
