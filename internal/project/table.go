package project

import "github.com/azulejo-dev/azulejo/generators"

// Action is what a plan does with one path.
type Action string

// The actions of a plan.
const (
	None         Action = "none"          // nothing to do
	Create       Action = "create"        // the path is new
	Update       Action = "update"        // ours, unchanged since we wrote it, and wanted otherwise
	Delete       Action = "delete"        // ours, unchanged, and no longer wanted
	Recreate     Action = "recreate"      // a managed file that somebody removed
	Record       Action = "record"        // holds what is wanted already: only the lock learns it
	Forget       Action = "forget"        // gone and no longer wanted: only the lock learns it
	Keep         Action = "keep"          // the user's edit stays
	Untrack      Action = "untrack"       // the user's edit stays, and azulejo lets go of the file
	StaysDeleted Action = "stays_deleted" // a seeded file that somebody removed
	Conflict     Action = "conflict"      // a person must decide
)

// Changes says whether the action changes a file that a user sees.
func (a Action) Changes() bool {
	switch a {
	case Create, Update, Delete, Recreate:
		return true
	case None, Record, Forget, Keep, Untrack, StaysDeleted, Conflict:
	}
	return false
}

// state is a file's content and executable bit; the zero state is no file.
type state struct {
	sum  string // sha256 in hex
	exec bool
}

func (s state) exists() bool { return s.sum != "" }

// cell is one path: what we wrote last (base), what is there (disk), what shall
// be there (want).
type cell struct {
	class            generators.Class
	base, disk, want state
	blocked          string // why no file can stand here: a link, a folder, …
	keepMine         bool   // the user has put the change in by hand, or does not want it
	guarded          string // why the files of a pack that is no longer wanted must stay for now
}

// row is one line of the plan table. The first row that matches decides.
type row struct {
	name   string
	match  func(c cell) bool
	action Action
	reason string
}

func (c cell) managed() bool { return c.class == generators.Managed }
func (c cell) tracked() bool { return c.base.exists() }
func (c cell) wanted() bool  { return c.want.exists() }
func (c cell) edited() bool  { return c.tracked() && c.disk.exists() && c.disk != c.base }

const threeWays = "Three ways out: put the change where it belongs (the spec, or a seeded file); make the file yours (known, not yet supported); or discard it: delete the file and apply again."

var table = []row{
	{"blocked", func(c cell) bool { return c.blocked != "" && c.wanted() }, Conflict, "azulejo writes regular files only, and through no link. Move it away and apply again."},
	{"blocked and unwanted", func(c cell) bool { return c.blocked != "" }, Untrack, "what stands there now is not what azulejo wrote; it stays"},
	{"new", func(c cell) bool { return !c.tracked() && !c.disk.exists() && c.wanted() }, Create, ""},
	{"nothing to say", func(c cell) bool { return !c.tracked() && !c.wanted() }, None, ""},
	{"up to date", func(c cell) bool { return c.base == c.disk && c.disk == c.want }, None, ""},
	{"as wanted", func(c cell) bool { return c.wanted() && c.disk == c.want }, Record, "holds what is wanted already"},
	{"kept already", func(c cell) bool { return !c.tracked() && !c.managed() && c.keepMine }, Keep, "was there already and is kept as it is; azulejo's version counts as seen"},
	{"a stranger's", func(c cell) bool { return !c.tracked() }, Conflict, "the file is there and azulejo did not write it. Move it away or delete it, and apply again; one that is yours to edit can also be kept as it is: apply --keep-mine."},
	{"guarded", func(c cell) bool { return c.guarded != "" && c.disk.exists() && !c.wanted() }, Conflict, ""},
	{"changed", func(c cell) bool { return c.disk == c.base && c.wanted() }, Update, ""},
	{"unwanted", func(c cell) bool { return c.disk == c.base && !c.wanted() }, Delete, "no longer wanted"},
	{"unwanted and gone", func(c cell) bool { return !c.disk.exists() && !c.wanted() }, Forget, "already gone"},
	{"managed and gone", func(c cell) bool { return !c.disk.exists() && c.managed() }, Recreate, "a managed file was deleted"},
	{"seeded and gone", func(c cell) bool { return !c.disk.exists() }, StaysDeleted, "you deleted it; it stays deleted"},
	{"edited and unwanted", func(c cell) bool { return c.edited() && !c.wanted() }, Untrack, "no longer wanted, but you edited it: it stays, as yours"},
	{"managed and edited", func(c cell) bool { return c.edited() && c.managed() }, Conflict, "you edited a managed file, which azulejo rewrites whole. " + threeWays},
	{"seeded and edited", func(c cell) bool { return c.edited() && c.want == c.base }, Keep, "edited by you"},
	{"both changed and kept", func(c cell) bool { return c.edited() && c.keepMine }, Keep, "edited by you and kept as it is; the new version counts as seen"},
	{"both changed", func(c cell) bool { return c.edited() }, Conflict, "you edited it and the spec or the pack changes it too. Merging is known, not yet supported: put the change into your file by hand, as the diff shows it, and then apply with --keep-mine."},
}

// decide looks a path up in the table.
func decide(c cell) (Action, string) {
	for _, r := range table {
		if r.match(c) {
			if c.blocked != "" {
				return r.action, c.blocked + ": " + r.reason
			}
			if r.name == "guarded" {
				return r.action, c.guarded
			}
			return r.action, r.reason
		}
	}
	return Conflict, "no rule of azulejo covers this state; please report it"
}
