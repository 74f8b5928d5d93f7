package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Project is what a folder holds: the spec's texts and the locks.
type Project struct {
	Root   string
	Texts  []spec.Text
	System bool             // azulejo.hcl is there; otherwise service.hcl alone
	Locks  map[string]*Lock // by unit: "." or services/NAME
}

// ErrNoSpec says that a folder holds neither a system nor a service.
var ErrNoSpec = errors.New("there is no azulejo.hcl and no service.hcl")

// Open reads the spec and the locks of a folder. A folder without any is an
// empty Project and ErrNoSpec.
func Open(root string) (*Project, error) { return open(root, true) }

// OpenSpec is Open without the locks, for who only asks what the spec says.
func OpenSpec(root string) (*Project, error) { return open(root, false) }

func open(root string, locks bool) (*Project, error) {
	p := &Project{Root: root, Locks: map[string]*Lock{}}
	d, err := openDisk(root)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if err := p.readSpec(d); err != nil {
		return nil, err
	}
	if locks {
		if err := p.readLocks(d); err != nil {
			return nil, err
		}
	}
	if len(p.Texts) == 0 {
		return p, fmt.Errorf("%s: %w", root, ErrNoSpec)
	}
	return p, nil
}

// Stamp tells two states of a folder's spec apart by names, sizes and times, without
// reading it. It is never an error: what cannot be read is part of the state.
func Stamp(root string) string {
	names := []string{spec.SystemFile, spec.ServiceFile}
	dirs, err := os.ReadDir(filepath.Join(root, spec.ServicesDir))
	for _, d := range dirs {
		names = append(names, spec.ServicePath(d.Name()))
	}
	var b strings.Builder
	fmt.Fprintln(&b, err)
	for _, n := range names {
		if info, err := os.Lstat(filepath.Join(root, filepath.FromSlash(n))); err == nil {
			fmt.Fprintln(&b, n, info.Size(), info.Mode(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

func (p *Project) readSpec(d *disk) error {
	found, err := p.readText(d, spec.SystemFile, "")
	if err != nil {
		return err
	}
	if p.System = found; !found {
		_, err = p.readText(d, spec.ServiceFile, "")
		return err
	}
	dirs, links, err := d.folders(spec.ServicesDir)
	if err != nil {
		return err
	}
	if len(links) > 0 {
		return fmt.Errorf("%s/%s is a symbolic link: azulejo follows none, move the service's folder there", spec.ServicesDir, links[0])
	}
	sort.Strings(dirs)
	for _, name := range dirs {
		if _, err := p.readText(d, spec.ServicePath(name), name); err != nil {
			return err
		}
	}
	return nil
}

func (p *Project) readText(d *disk, name, folder string) (bool, error) {
	s, b, blocked, err := d.look(name)
	if err != nil {
		return false, err
	}
	if blocked != "" {
		return false, fmt.Errorf("%s: a spec is a regular file", blocked)
	}
	if s.exists() {
		p.Texts = append(p.Texts, spec.Text{Path: filepath.ToSlash(filepath.Join(p.Root, name)), Bytes: b, Folder: folder})
	}
	return s.exists(), nil
}

func (p *Project) readLocks(d *disk) error {
	units := []string{"."}
	dirs, _, err := d.folders(spec.ServicesDir)
	if err != nil {
		return err
	}
	for _, name := range dirs {
		units = append(units, path.Join(spec.ServicesDir, name))
	}
	for _, u := range units {
		l, err := d.readLock(u)
		if err != nil {
			return err
		}
		if l != nil {
			p.Locks[u] = l
		}
	}
	return nil
}

// CheckTarget says why a folder cannot take a new system: it is a file, or holds
// files that are not azulejo's. The spec itself (a path, or "") may lie there, and
// so may hidden files.
func CheckTarget(root, specFile string) error {
	entries, err := os.ReadDir(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		if info, serr := os.Stat(root); serr == nil && !info.IsDir() {
			return fmt.Errorf("%s is a file: name a folder", root)
		}
		return fmt.Errorf("reading %s: %w", root, err)
	}
	for _, e := range entries {
		switch e.Name() {
		case metaDir, spec.SystemFile, spec.ServiceFile:
			return nil
		}
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && filepath.Join(root, e.Name()) != specFile {
			return fmt.Errorf("%s holds files that are not azulejo's (%s …): name an empty folder, or say --force to write beside them; no file of theirs is overwritten either way", root, e.Name())
		}
	}
	return nil
}
