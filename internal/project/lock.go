package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"

	"github.com/azulejo-dev/azulejo/generators"
)

// Where azulejo keeps its records, below a unit's folder.
const (
	metaDir       = ".azulejo"
	lockPath      = metaDir + "/lock.json"
	basePath      = metaDir + "/base"
	packsPath     = metaDir + "/packs" // below the root only
	formatVersion = 1
)

// Lock is the pinned record of one unit.
type Lock struct {
	FormatVersion int                        `json:"format_version"`
	Service       string                     `json:"service,omitempty"` // "" for the system's own files
	Facts         generators.Facts           `json:"facts"`
	Packs         []LockedPack               `json:"packs"`
	Inputs        map[string]json.RawMessage `json:"inputs,omitempty"`
	RenderKey     string                     `json:"render_key"` // digest of packs, service and facts
	Files         []LockedFile               `json:"files"`      // sorted by path
}

// LockedPack names the exact pack that a unit is rendered with.
type LockedPack struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Provides string `json:"provides,omitempty"` // the language or provider
	Version  string `json:"version"`
	Digest   string `json:"digest"`

	Guards map[string]string `json:"guards,omitempty"` // see generators.Pack.Guards
}

// LockedFile is one file as azulejo wrote it last.
type LockedFile struct {
	Path       string           `json:"path"` // below the unit
	Class      generators.Class `json:"class"`
	SHA256     string           `json:"sha256"`
	Executable bool             `json:"exec"`
	Pack       string           `json:"pack"`
	Merge      string           `json:"merge,omitempty"`
}

func (f LockedFile) state() state { return state{f.SHA256, f.Executable} }

// encode writes one line for each file, so that two branches which add files
// merge like text.
func (l *Lock) encode() ([]byte, error) {
	sort.Slice(l.Files, func(i, j int) bool { return l.Files[i].Path < l.Files[j].Path })
	files := l.Files
	head := *l
	head.Files = []LockedFile{}
	b, err := json.MarshalIndent(head, "", "  ")
	if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	for i, f := range files {
		line, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		sep := ","
		if i == len(files)-1 {
			sep = ""
		}
		fmt.Fprintf(&lines, "\n    %s%s", line, sep)
	}
	if len(files) > 0 {
		b = bytes.Replace(b, []byte(`"files": []`), []byte(`"files": [`+lines.String()+"\n  ]"), 1)
	}
	return append(b, '\n'), nil
}

// readLock returns nil where there is no lock.
func (d *disk) readLock(unit string) (*Lock, error) {
	name := path.Join(unit, lockPath)
	if why := d.obstacle(path.Dir(name)); why != "" {
		return nil, fmt.Errorf("%s: azulejo writes through no link and over no file, move it away", why)
	}
	b, err := d.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var l Lock
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): restore it from version control", name, err)
	}
	if l.FormatVersion != formatVersion {
		return nil, fmt.Errorf("%s has format %d, this azulejo reads %d: use the azulejo that wrote it, or a newer one", name, l.FormatVersion, formatVersion)
	}
	for _, f := range l.Files {
		if !fs.ValidPath(f.Path) || f.Path == "." {
			return nil, fmt.Errorf("%s is damaged: %q leads outside of the service", name, f.Path)
		}
	}
	return &l, nil
}
