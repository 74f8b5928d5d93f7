package project

import (
	"bytes"
	"fmt"
	"path"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/azulejo-dev/azulejo/generators"
)

// Unit is what one folder with a lock of its own shall hold.
type Unit struct {
	Dir    string // below the root; "." for the root itself
	Lock   Lock   // its head; Files is filled in by the plan
	Render func() (generators.Tree, error)
	Gone   bool // the spec no longer has the service: nothing is wanted
}

// Request is everything that a plan is made from, besides the disk.
type Request struct {
	Root  string
	Specs map[string][]byte // the spec's own files as they shall read; nil removes one
	Units []Unit
	Packs []*generators.Pack // to be kept beside the locks that name them

	// KeepMine keeps edited seeded files that the spec or a pack changes too, and
	// counts the new version as seen.
	KeepMine bool
}

// Change is one path of a plan.
type Change struct {
	Path    string // below the root
	Action  Action
	Reason  string
	Class   string // managed, seeded, or spec
	Service string
	Pack    string
	Before  string // sha256 of what is there, "" for nothing
	After   string // sha256 of what will be there, "" for nothing
	Exec    bool
	Diff    string // unified, for changed text

	bytes    []byte
	observed state
}

// Text is what the file will hold, nil where nothing is written.
func (c Change) Text() []byte { return c.bytes }

// Plan is a value: what will happen to each path, and nothing else happens.
type Plan struct {
	Root    string
	Changes []Change // sorted by path, without those that need nothing
	Files   int      // how many files are looked after

	units  []plannedUnit
	packs  []*generators.Pack
	unsure bool // the locks must be written though no file changes

	keepMine bool
}

type plannedUnit struct {
	dir   string
	lock  Lock
	old   *Lock
	bases map[string][]byte // baseline to be kept, by sha256
	gone  bool
}

// NoChanges says that applying would change no file.
func (p *Plan) NoChanges() bool { return p.count(Action.Changes) == 0 && !p.HasConflicts() }

// HasConflicts says that a person must decide before anything can be applied.
func (p *Plan) HasConflicts() bool {
	return p.count(func(a Action) bool { return a == Conflict }) > 0
}

// Pending says that there is something to write, if only the lock.
func (p *Plan) Pending() bool { return !p.NoChanges() || p.unsure }

func (p *Plan) count(of func(Action) bool) int {
	n := 0
	for _, c := range p.Changes {
		if of(c.Action) {
			n++
		}
	}
	return n
}

// MakePlan compares what is wanted with the disk. It writes nothing.
func MakePlan(req Request) (*Plan, error) {
	d, err := openDisk(req.Root)
	if err != nil {
		return nil, err
	}
	defer d.close()
	p := &Plan{Root: req.Root, packs: req.Packs, keepMine: req.KeepMine}
	for _, name := range sortedNames(req.Specs) {
		if err := p.planSpec(d, name, req.Specs[name]); err != nil {
			return nil, err
		}
	}
	for _, u := range req.Units {
		if err := p.planUnit(d, u); err != nil {
			return nil, err
		}
	}
	sort.SliceStable(p.Changes, func(i, j int) bool { return p.Changes[i].Path < p.Changes[j].Path })
	return p, nil
}

// planSpec plans an edit of the user's own spec, which -f and new ask for.
func (p *Plan) planSpec(d *disk, name string, want []byte) error {
	disk, have, blocked, err := d.look(name)
	if err != nil {
		return err
	}
	c := Change{Path: name, Class: "spec", Before: disk.sum, observed: disk, bytes: want, Exec: disk.exec, Action: Update}
	switch {
	case blocked != "":
		c.Action, c.Reason = Conflict, blocked+": azulejo writes through no link. Move it away."
	case want == nil && !disk.exists():
		return nil
	case want == nil:
		c.Action, c.Reason = Delete, "the spec no longer has this service"
	case !disk.exists():
		c.Action = Create
	}
	if want != nil {
		c.After = sum(want)
	}
	if c.Before == c.After && blocked == "" {
		return nil
	}
	if c.Action != Create {
		c.Diff = unified(name, have, want)
	}
	p.Changes = append(p.Changes, c)
	return nil
}

// planUnit plans one service against its lock. Where the lock's key says that
// the render would be the same, the lock stands for it and nothing is rendered
// unless a file has to be written.
func (p *Plan) planUnit(d *disk, u Unit) error {
	old, err := d.readLock(u.Dir)
	if err != nil {
		return err
	}
	if old != nil && old.RenderKey == u.Lock.RenderKey && !u.Gone {
		cells, err := p.cells(d, u, old, remembered(old))
		if err != nil {
			return err
		}
		if !needsBytes(cells) {
			p.add(u, old, cells)
			return nil
		}
	}
	var tree generators.Tree
	if !u.Gone {
		if tree, err = u.Render(); err != nil {
			return err
		}
	}
	cells, err := p.cells(d, u, old, rendered(tree))
	if err != nil {
		return err
	}
	p.add(u, old, cells)
	return nil
}

// wanted is a file of the tree; file.Bytes is nil where only the lock is known.
type wanted struct {
	file generators.File
	state
}

func rendered(t generators.Tree) []wanted {
	out := make([]wanted, 0, len(t))
	for _, f := range t {
		out = append(out, wanted{f, state{sum(f.Bytes), f.Executable}})
	}
	return out
}

// remembered is the tree as the lock has it, without bytes.
func remembered(l *Lock) []wanted {
	out := make([]wanted, 0, len(l.Files))
	for _, f := range l.Files {
		out = append(out, wanted{generators.File{Path: f.Path, Class: f.Class, Pack: f.Pack, Merge: f.Merge}, f.state()})
	}
	return out
}

type planned struct {
	file   generators.File
	locked LockedFile // as it was
	cell   cell
	action Action
	reason string
	have   []byte
}

func needsBytes(cells []planned) bool {
	for _, c := range cells {
		if c.action != None && c.action != Keep && c.action != StaysDeleted {
			return true
		}
	}
	return false
}

// cells brings base, disk and want of each path together.
func (p *Plan) cells(d *disk, u Unit, old *Lock, want []wanted) ([]planned, error) {
	byPath := map[string]*planned{}
	at := func(name string) *planned {
		if byPath[name] == nil {
			byPath[name] = &planned{}
		}
		return byPath[name]
	}
	for _, w := range want {
		c := at(w.file.Path)
		c.file, c.cell.class, c.cell.want = w.file, w.file.Class, w.state
	}
	if old != nil {
		for _, f := range old.Files {
			c := at(f.Path)
			c.locked, c.cell.base = f, f.state()
			if c.cell.class == "" {
				c.cell.class = f.Class
			}
		}
	}
	guards, err := d.guards(u, old)
	if err != nil {
		return nil, err
	}
	var out []planned
	for _, name := range sortedNames(byPath) {
		c := byPath[name]
		c.file.Path, c.cell.keepMine, c.cell.guarded = name, p.keepMine, guards[c.locked.Pack]
		var err error
		if c.cell.disk, c.have, c.cell.blocked, err = d.look(path.Join(u.Dir, name)); err != nil {
			return nil, err
		}
		c.action, c.reason = decide(c.cell)
		out = append(out, *c)
	}
	return out, nil
}

// add turns a unit's cells into changes and its next lock.
func (p *Plan) add(u Unit, old *Lock, cells []planned) {
	next := plannedUnit{dir: u.Dir, lock: u.Lock, old: old, bases: map[string][]byte{}, gone: u.Gone}
	next.lock.FormatVersion = formatVersion
	next.lock.Files = []LockedFile{}
	for _, c := range cells {
		if c.action != None {
			p.Changes = append(p.Changes, c.change(u))
		}
		if c.cell.wanted() {
			p.Files++
		}
		if c.action == Record || c.action == Forget || c.action == Untrack {
			p.unsure = true
		}
		if f, keep := c.next(); keep {
			next.lock.Files = append(next.lock.Files, f)
			if f.Class == generators.Seeded && c.file.Bytes != nil && c.cell.want.sum == f.SHA256 {
				next.bases[f.SHA256] = c.file.Bytes
			}
		}
	}
	if old == nil && !u.Gone || old != nil && (old.RenderKey != u.Lock.RenderKey || u.Gone) {
		p.unsure = true
	}
	p.units = append(p.units, next)
}

// next is the path's record after the plan was applied.
func (c planned) next() (LockedFile, bool) {
	if !c.cell.wanted() {
		return LockedFile{}, false
	}
	return LockedFile{Path: c.file.Path, Class: c.file.Class, SHA256: c.cell.want.sum, Executable: c.cell.want.exec, Pack: c.file.Pack, Merge: c.file.Merge}, true
}

func (c planned) change(u Unit) Change {
	out := Change{
		Path: path.Join(u.Dir, c.file.Path), Action: c.action, Reason: c.reason, Class: string(c.cell.class),
		Service: u.Lock.Service, Pack: c.file.Pack, Before: c.cell.disk.sum, After: c.cell.want.sum,
		Exec: c.cell.want.exec, bytes: c.file.Bytes, observed: c.cell.disk,
	}
	if out.Pack == "" {
		out.Pack = c.locked.Pack
	}
	if c.cell.disk.exists() && c.cell.wanted() && c.file.Bytes != nil && (c.action == Update || c.action == Conflict) {
		out.Diff = unified(out.Path, c.have, c.file.Bytes)
		if out.Diff == "" {
			out.Reason = strings.TrimSpace(fmt.Sprintf("%s executable: %t", out.Reason, c.cell.want.exec))
		}
	}
	return out
}

func unified(name string, old, new []byte) string {
	if !utf8.Valid(old) || !utf8.Valid(new) || bytes.IndexByte(old, 0) >= 0 || bytes.IndexByte(new, 0) >= 0 {
		return "binary files differ\n"
	}
	d := diff.Diff(name, old, name, new)
	if _, rest, ok := bytes.Cut(d, []byte("\n")); ok {
		return string(rest) // without the "diff a b" line
	}
	return ""
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
