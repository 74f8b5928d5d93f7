// Package templates holds the packs that azulejo ships. Adding a language, a
// gateway or a target is adding a folder here: nothing is registered.
//
// A pack stores no bare .go file, go.mod or link: embedding would compile the
// first, silently skip the folder of the second and drop the third.
package templates

import (
	"embed"
	"io/fs"
	"path"
)

//go:embed all:*
var files embed.FS

// Folders returns each pack's folder, sorted by its path.
func Folders() ([]string, error) {
	var out []string
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() != "pack.hcl" {
			return err
		}
		out = append(out, path.Dir(name))
		return fs.SkipDir
	})
	return out, err
}

// Folder opens one pack's folder.
func Folder(name string) (fs.FS, error) { return fs.Sub(files, name) }
