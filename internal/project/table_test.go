package project

import (
	"testing"

	"github.com/azulejo-dev/azulejo/generators"
)

// One line for each row of the table, in its order, and the states around it.
func TestTable(t *testing.T) {
	var (
		gone = state{}
		a    = state{sum: "a"}
		b    = state{sum: "b"}
		c    = state{sum: "c"}
		ax   = state{sum: "a", exec: true}
	)
	const m, s = generators.Managed, generators.Seeded
	rows := []struct {
		row  string
		cell cell
		want Action
	}{
		{"blocked", cell{m, gone, gone, a, "x is a folder", false, ""}, Conflict},
		{"blocked", cell{s, a, gone, a, "x is a symbolic link", false, ""}, Conflict},
		{"blocked and unwanted", cell{m, a, gone, gone, "x is a folder", false, ""}, Untrack},
		{"new", cell{m, gone, gone, a, "", false, ""}, Create},
		{"new", cell{s, gone, gone, a, "", false, ""}, Create},
		{"nothing to say", cell{m, gone, b, gone, "", false, ""}, None},
		{"up to date", cell{m, a, a, a, "", false, ""}, None},
		{"up to date", cell{s, ax, ax, ax, "", false, ""}, None},
		{"as wanted", cell{m, gone, a, a, "", false, ""}, Record},
		{"as wanted", cell{s, b, a, a, "", false, ""}, Record},
		{"as wanted", cell{m, a, ax, ax, "", false, ""}, Record},
		{"kept already", cell{class: s, disk: b, want: a, keepMine: true}, Keep},
		{"a stranger's", cell{class: m, disk: b, want: a, keepMine: true}, Conflict},
		{"guarded", cell{class: m, base: a, disk: a, guarded: "deployed"}, Conflict},
		{"guarded", cell{class: m, base: a, disk: b, guarded: "deployed"}, Conflict},
		{"a stranger's", cell{m, gone, b, a, "", false, ""}, Conflict},
		{"a stranger's", cell{s, gone, b, a, "", false, ""}, Conflict},
		{"changed", cell{m, a, a, b, "", false, ""}, Update},
		{"changed", cell{s, a, a, b, "", false, ""}, Update},
		{"changed", cell{m, a, a, ax, "", false, ""}, Update},
		{"unwanted", cell{m, a, a, gone, "", false, ""}, Delete},
		{"unwanted", cell{s, a, a, gone, "", false, ""}, Delete},
		{"unwanted and gone", cell{m, a, gone, gone, "", false, ""}, Forget},
		{"managed and gone", cell{m, a, gone, a, "", false, ""}, Recreate},
		{"managed and gone", cell{m, a, gone, b, "", false, ""}, Recreate},
		{"seeded and gone", cell{s, a, gone, a, "", false, ""}, StaysDeleted},
		{"seeded and gone", cell{s, a, gone, b, "", false, ""}, StaysDeleted},
		{"edited and unwanted", cell{m, a, b, gone, "", false, ""}, Untrack},
		{"edited and unwanted", cell{s, a, b, gone, "", false, ""}, Untrack},
		{"managed and edited", cell{m, a, b, a, "", false, ""}, Conflict},
		{"managed and edited", cell{m, a, b, c, "", false, ""}, Conflict},
		{"managed and edited", cell{m, a, ax, a, "", false, ""}, Conflict},
		{"seeded and edited", cell{s, a, b, a, "", false, ""}, Keep},
		{"both changed and kept", cell{class: s, base: a, disk: b, want: c, keepMine: true}, Keep},
		{"managed and edited", cell{class: m, base: a, disk: b, want: c, keepMine: true}, Conflict},
		{"both changed", cell{s, a, b, c, "", false, ""}, Conflict},
	}
	tested := map[string]bool{}
	for _, r := range rows {
		tested[r.row] = true
		if name := firstMatch(r.cell); name != r.row {
			t.Errorf("%+v is decided by %q, want %q", r.cell, name, r.row)
		}
		if got, _ := decide(r.cell); got != r.want {
			t.Errorf("%s: %+v gives %s, want %s", r.row, r.cell, got, r.want)
		}
	}
	for _, r := range table {
		if !tested[r.name] {
			t.Errorf("row %q has no test", r.name)
		}
	}
}

func firstMatch(c cell) string {
	for _, r := range table {
		if r.match(c) {
			return r.name
		}
	}
	return ""
}

// Whatever the state, a row decides it, and no row that writes ever matches a
// file that the user changed.
func TestTableIsTotalAndSafe(t *testing.T) {
	states := []state{{}, {sum: "a"}, {sum: "b"}, {sum: "c"}, {sum: "a", exec: true}}
	for _, class := range []generators.Class{generators.Managed, generators.Seeded} {
		for _, base := range states {
			for _, disk := range states {
				for _, want := range states {
					c := cell{class: class, base: base, disk: disk, want: want}
					if firstMatch(c) == "" {
						t.Errorf("no row decides %+v", c)
					}
					action, _ := decide(c)
					if action.Changes() && disk.exists() && disk != base {
						t.Errorf("%s would overwrite an edit: %+v", action, c)
					}
				}
			}
		}
	}
}
