package generators

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Pack is a versioned set of templates, read whole and checked.
type Pack struct {
	Own bool // brought by the system itself

	manifest  manifest
	where     string
	source    *hcl.File
	rng       hcl.Range
	inputs    []spec.Input
	templates []packFile // below files/, sorted by name
	partials  []packFile
	raw       []PackFile
	digest    string
}

// PackFile is one file of a pack as it is stored.
type PackFile struct {
	Path  string // below the pack's folder, with slashes
	Bytes []byte
}

type packFile struct {
	name     string // below files/ or partials/, without .tmpl
	stored   string // below the pack's folder
	template bool
	bytes    []byte
	rule     int
}

// Name is what the pack calls itself.
func (p *Pack) Name() string { return p.manifest.Pack.Name }

// Version is the pack's own version.
func (p *Pack) Version() string { return p.manifest.Pack.Version }

// Digest is "sha256:" and the hash over the sorted paths and bytes of all files.
func (p *Pack) Digest() string { return p.digest }

// Guards are patterns of paths below a unit, and what a person must do where one of
// them is there before the pack's files may go: they belong to something that is
// deployed.
func (p *Pack) Guards() map[string]string { return p.manifest.Pack.Guards }

// Files returns the pack as stored, sorted by path, so that it can be kept.
func (p *Pack) Files() []PackFile { return p.raw }

// Source is the parsed manifest, for snippets in messages.
func (p *Pack) Source() (name string, f *hcl.File) { return p.rng.Filename, p.source }

const tmplSuffix = ".tmpl"

// ReadFolder reads a pack's files, all but what only pack test needs.
// It refuses what could not be embedded or would lead outside.
func ReadFolder(fsys fs.FS) ([]PackFile, error) {
	var out []PackFile
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (name == CasesDir || name == GoldenDir || strings.HasPrefix(e.Name(), ".git")):
			return fs.SkipDir
		case e.IsDir():
			return nil
		case !e.Type().IsRegular():
			return fmt.Errorf("%s is no regular file: a pack holds no links", name)
		}
		b, err := fs.ReadFile(fsys, name)
		out = append(out, PackFile{Path: name, Bytes: b})
		return err
	})
	return out, err
}

// Folders of a pack that are for pack test: the specs that it renders, and the
// trees that it expects.
const (
	CasesDir  = "cases"
	GoldenDir = "golden"
)

func (p *Pack) add(raw PackFile) {
	p.raw = append(p.raw, raw)
	dir, rest, _ := strings.Cut(raw.Path, "/")
	f := packFile{name: strings.TrimSuffix(rest, tmplSuffix), stored: raw.Path, template: strings.HasSuffix(rest, tmplSuffix), bytes: raw.Bytes}
	switch dir {
	case "files":
		p.templates = append(p.templates, f)
	case "partials":
		p.partials = append(p.partials, f)
	}
}

func (p *Pack) sortFiles() {
	sort.Slice(p.raw, func(i, j int) bool { return p.raw[i].Path < p.raw[j].Path })
	sort.Slice(p.templates, func(i, j int) bool { return p.templates[i].name < p.templates[j].name })
}

func (p *Pack) computeDigest() string {
	h := sha256.New()
	for _, f := range p.raw {
		fmt.Fprintf(h, "%s\x00%d\x00", f.Path, len(f.Bytes))
		h.Write(f.Bytes)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Tools lists what the pack needs on the machine.
func (p *Pack) Tools() []spec.Tool {
	var out []spec.Tool
	for _, r := range p.manifest.Requires {
		out = append(out, spec.Tool{Name: r.Tool, Minimum: r.Minimum, Version: r.Version, Get: r.Get})
	}
	return out
}

// Waivers lists the clauses of the contract that the pack cannot hold, with the reasons.
func (p *Pack) Waivers() map[string]string {
	out := map[string]string{}
	for _, w := range p.manifest.Waivers {
		out[w.Clause] = w.Reason
	}
	return out
}

// validDestination says what is wrong with the path that a rule gave, or "".
func validDestination(dst string, scope Scope) string {
	first := strings.SplitN(dst, "/", 2)[0]
	switch {
	case dst == "" || dst == ".":
		return "it is empty"
	case strings.ContainsAny(dst, "\\:\x00\n\r\"<>|?*"):
		return "it holds a character that not every file system takes"
	case path.IsAbs(dst) || path.Clean(dst) != dst || !fs.ValidPath(dst):
		return "it leads outside of the " + string(scope)
	case scope == ScopeSystem && strings.EqualFold(first, spec.ServicesDir):
		return "what is below services/ belongs to the services"
	case strings.EqualFold(first, ".azulejo"):
		return ".azulejo belongs to azulejo"
	case strings.EqualFold(dst, spec.ServiceFile), strings.EqualFold(dst, spec.SystemFile):
		return "the spec belongs to the user"
	case strings.EqualFold(first, ".git"):
		return ".git belongs to git"
	}
	return reservedName(dst)
}

// reservedName refuses the names that Windows cannot hold.
func reservedName(dst string) string {
	for _, seg := range strings.Split(dst, "/") {
		base, _, _ := strings.Cut(strings.ToLower(seg), ".")
		switch base {
		case "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "lpt1", "lpt2", "lpt3":
			return seg + " is a reserved name on Windows"
		}
		if strings.HasSuffix(seg, ".") || strings.HasSuffix(seg, " ") {
			return "a name ends in a dot or a space"
		}
	}
	return ""
}
