package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
)

// ErrConflict says that a plan needs a person's decision and was not applied.
var ErrConflict = errors.New("a person must decide first: nothing was written")

// Apply carries a plan out. Everything is staged before the first rename, so
// that until then nothing is touched; the locks come last, so that a run which
// was killed between two renames is finished by the next.
func Apply(ctx context.Context, p *Plan) error {
	if p.HasConflicts() {
		return ErrConflict
	}
	if !p.Pending() {
		return nil
	}
	if _, err := os.Lstat(p.Root); errors.Is(err, fs.ErrNotExist) {
		return applyNew(ctx, p)
	}
	return applyInto(ctx, p)
}

// write is one file to be put in place.
type write struct {
	path  string
	bytes []byte
	exec  bool
}

// applyNew stages a whole tree beside its place and renames it: it appears at
// once or not at all.
func applyNew(ctx context.Context, p *Plan) error {
	parent, base := filepath.Dir(p.Root), filepath.Base(p.Root)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return fmt.Errorf("making %s: %w", parent, err)
	}
	tmp, err := os.MkdirTemp(parent, "."+base+".azulejo-")
	if err != nil {
		return fmt.Errorf("staging beside %s: %w", p.Root, err)
	}
	defer os.RemoveAll(tmp) // nothing is left of it once it was renamed
	if err := os.Chmod(tmp, 0o755); err != nil {
		return fmt.Errorf("staging beside %s: %w", p.Root, err)
	}
	root, err := os.OpenRoot(tmp)
	if err != nil {
		return fmt.Errorf("staging beside %s: %w", p.Root, err)
	}
	defer root.Close()
	writes, err := p.writes(&disk{dirs: map[string]string{".": ""}})
	if err != nil {
		return err
	}
	if err := stage(ctx, root, "", writes); err != nil {
		return err
	}
	if err := os.Rename(tmp, p.Root); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s appeared since the plan was made: nothing was written, plan again", p.Root)
	} else if err != nil {
		return fmt.Errorf("putting %s in place: %w", p.Root, err)
	}
	return nil
}

// applyInto changes a tree that exists.
func applyInto(ctx context.Context, p *Plan) error {
	root, err := os.OpenRoot(p.Root)
	if err != nil {
		return fmt.Errorf("opening %s: %w", p.Root, err)
	}
	defer root.Close()
	if err := root.MkdirAll(metaDir, 0o777); err != nil {
		return fmt.Errorf("writing to %s: %w", p.Root, err)
	}
	release, err := guard(ctx, root)
	if err != nil {
		return err
	}
	defer release()
	d := &disk{root: root, dirs: map[string]string{".": ""}}
	if err := p.unmoved(d); err != nil {
		return err
	}
	writes, err := p.writes(d)
	if err != nil {
		return err
	}
	tmp := metaDir + "/tmp"
	if err := root.RemoveAll(tmp); err != nil { // left by a run that was killed
		return fmt.Errorf("clearing %s: %w", tmp, err)
	}
	defer root.RemoveAll(tmp)
	if err := stage(ctx, root, tmp, writes); err != nil {
		return err
	}
	return p.commit(root, d, tmp, writes)
}

// unmoved makes sure that the disk is still as the plan saw it.
func (p *Plan) unmoved(d *disk) error {
	for _, c := range p.Changes {
		now, _, blocked, err := d.look(c.Path)
		if err != nil {
			return err
		}
		if c.Action.Changes() && (blocked != "" || now != c.observed) {
			return fmt.Errorf("%s changed since the plan was made: nothing was written, plan again", c.Path)
		}
	}
	return nil
}

// writes lists the files of the plan, then azulejo's own records, locks last.
func (p *Plan) writes(d *disk) ([]write, error) {
	var out, locks []write
	for _, c := range p.Changes {
		if c.Action.Changes() && c.Action != Delete {
			out = append(out, write{c.Path, c.bytes, c.Exec})
		}
	}
	packs, err := p.packWrites(d)
	if err != nil {
		return nil, err
	}
	out = append(out, packs...)
	for _, u := range p.units {
		if u.gone {
			continue
		}
		for _, sha := range sortedNames(u.bases) {
			if name := path.Join(u.dir, basePath, sha); !d.holds(name, sha) {
				out = append(out, write{name, u.bases[sha], false})
			}
		}
		b, err := u.lock.encode()
		if err != nil {
			return nil, fmt.Errorf("encoding the lock of %s: %w", u.dir, err)
		}
		if name := path.Join(u.dir, lockPath); !d.holds(name, sum(b)) {
			locks = append(locks, write{name, b, false})
		}
	}
	return append(out, locks...), nil
}

func (d *disk) holds(name, sha string) bool {
	s, _, _, err := d.look(name)
	return err == nil && s.sum == sha
}

// stage writes all files below tmp. It opens each folder once: to walk a path
// from the root for every file costs more than to write the file.
func stage(ctx context.Context, root *os.Root, tmp string, writes []write) error {
	folders := map[string]*os.Root{}
	defer func() {
		for _, f := range folders {
			_ = f.Close() // nothing was written through it since its last file was closed
		}
	}()
	for _, w := range writes {
		if err := ctx.Err(); err != nil {
			return err
		}
		dir, base := path.Split(path.Join(tmp, w.path))
		if folders[dir] == nil {
			sub, err := makeFolder(root, filepath.FromSlash(path.Clean(dir)))
			if err != nil {
				return fmt.Errorf("staging %s: %w", w.path, err)
			}
			folders[dir] = sub
		}
		mode := fs.FileMode(0o666)
		if w.exec {
			mode = 0o777
		}
		if err := folders[dir].WriteFile(base, w.bytes, mode); err != nil {
			return fmt.Errorf("staging %s: %w", w.path, err)
		}
	}
	return nil
}

func makeFolder(root *os.Root, dir string) (*os.Root, error) {
	if dir == "" {
		dir = "."
	}
	if err := root.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	return root.OpenRoot(dir)
}

// commit renames what was staged into place: whole folders where none is there,
// else file by file. From here on it does not stop half-way for a signal.
func (p *Plan) commit(root *os.Root, d *disk, tmp string, writes []write) error {
	moved := map[string]bool{}
	for _, w := range writes {
		if below(moved, w.path) {
			continue
		}
		top := topmostMissing(root, w.path)
		from := path.Join(tmp, top)
		if err := keepMode(root, from, top, w.exec); err != nil {
			return fmt.Errorf("putting %s in place: %w", top, err)
		}
		if err := root.Rename(filepath.FromSlash(from), filepath.FromSlash(top)); err != nil {
			return fmt.Errorf("putting %s in place: %w", top, err)
		}
		moved[top] = true
	}
	if err := p.remove(root); err != nil {
		return err
	}
	return p.dropBases(root, d)
}

// below says whether a path or one of its folders was moved already.
func below(moved map[string]bool, name string) bool {
	for ; name != "."; name = path.Dir(name) {
		if moved[name] {
			return true
		}
	}
	return false
}

// topmostMissing is the highest folder of a path that does not exist yet, or the
// path itself.
func topmostMissing(root *os.Root, name string) string {
	for i, r := range name {
		if r != '/' {
			continue
		}
		if _, err := root.Lstat(filepath.FromSlash(name[:i])); errors.Is(err, fs.ErrNotExist) {
			return name[:i]
		}
	}
	return name
}

// keepMode carries the permissions of the file that is replaced over.
func keepMode(root *os.Root, from, to string, exec bool) error {
	info, err := root.Lstat(filepath.FromSlash(to))
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	mode := info.Mode().Perm() &^ 0o111
	if exec {
		mode |= (mode & 0o444) >> 2
	}
	return root.Chmod(filepath.FromSlash(from), mode)
}

// remove deletes what the plan deletes, and the folders that this empties.
func (p *Plan) remove(root *os.Root) error {
	var parents []string
	for _, c := range p.Changes {
		if c.Action != Delete {
			continue
		}
		if err := root.Remove(filepath.FromSlash(c.Path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("deleting %s: %w", c.Path, err)
		}
		parents = append(parents, path.Dir(c.Path))
	}
	for _, u := range p.units {
		if u.gone {
			if err := root.RemoveAll(filepath.FromSlash(path.Join(u.dir, metaDir))); err != nil {
				return fmt.Errorf("deleting the lock of %s: %w", u.dir, err)
			}
			parents = append(parents, u.dir)
		}
	}
	sort.Slice(parents, func(i, j int) bool { return len(parents[i]) > len(parents[j]) })
	for _, dir := range parents {
		for ; dir != "." && root.Remove(filepath.FromSlash(dir)) == nil; dir = path.Dir(dir) {
		}
	}
	return nil
}

// dropBases removes baselines that no lock names any more, also those that a run
// which was killed left behind.
func (p *Plan) dropBases(root *os.Root, d *disk) error {
	for _, u := range p.units {
		dir := path.Join(u.dir, basePath)
		if u.gone || d.obstacle(dir) != "" {
			continue
		}
		named := map[string]bool{}
		for _, f := range u.lock.Files {
			named[f.SHA256] = true
		}
		entries, err := fs.ReadDir(root.FS(), dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("reading %s: %w", dir, err)
		}
		for _, e := range entries {
			if named[e.Name()] {
				continue
			}
			if err := root.Remove(filepath.FromSlash(path.Join(dir, e.Name()))); err != nil {
				return fmt.Errorf("deleting a baseline: %w", err)
			}
		}
	}
	return nil
}
