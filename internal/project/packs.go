package project

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/azulejo-dev/azulejo/generators"
)

// archiveName is where a locked pack is kept: one uncompressed archive, which no
// linter or test runner looks into and which git compresses itself.
func archiveName(digest string) string { return path.Join(packsPath, ArchiveBase(digest)) }

// ArchiveBase is the name of a kept pack's archive below .azulejo/packs.
func ArchiveBase(digest string) string { return strings.Replace(digest, ":", "-", 1) + ".tar" }

// packWrites keeps the packs that the new locks name.
func (p *Plan) packWrites(d *disk) ([]write, error) {
	named := map[string]bool{}
	for _, u := range p.units {
		for _, lp := range u.lock.Packs {
			named[lp.Digest] = !u.gone || named[lp.Digest]
		}
	}
	var out []write
	for _, pack := range p.packs {
		name := archiveName(pack.Digest())
		if !named[pack.Digest()] {
			continue
		}
		named[pack.Digest()] = false
		if s, _, _, err := d.look(name); err != nil || s.exists() {
			continue
		}
		b, err := archive(pack.Files())
		if err != nil {
			return nil, fmt.Errorf("keeping pack %s: %w", pack.Name(), err)
		}
		out = append(out, write{name, b, false})
	}
	return out, nil
}

// archive is the same bytes for the same files: sorted, no times, no owners.
func archive(files []generators.PackFile) ([]byte, error) {
	var buf bytes.Buffer
	size := 0
	for _, f := range files {
		size += len(f.Bytes) + 1024 // with the header and the filling
	}
	buf.Grow(size)
	w := tar.NewWriter(&buf)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.Path, Mode: 0o644, Size: int64(len(f.Bytes)), Format: tar.FormatPAX}); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Bytes); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return buf.Bytes(), err
}

const maxArchive = 64 << 20

// KeptPack reads a pack that a system keeps; fs.ErrNotExist when it does not.
func KeptPack(root, digest string) ([]generators.PackFile, error) {
	d, err := openDisk(root)
	if err != nil {
		return nil, err
	}
	defer d.close()
	name := archiveName(digest)
	b, err := d.read(name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	var out []generators.PackFile
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s is damaged: %w", name, err)
		}
		data, err := io.ReadAll(io.LimitReader(r, maxArchive))
		if err != nil {
			return nil, fmt.Errorf("%s is damaged: %w", name, err)
		}
		if !fs.ValidPath(h.Name) {
			return nil, fmt.Errorf("%s is damaged: %q leads outside", name, h.Name)
		}
		out = append(out, generators.PackFile{Path: h.Name, Bytes: data})
	}
}
