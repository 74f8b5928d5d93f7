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
		{"blocked", cell{m, gone, gone, a, "x is a folder"}, Conflict},
		{"blocked", cell{s, a, gone, a, "x is a symbolic link"}, Conflict},
		{"blocked and unwanted", cell{m, a, gone, gone, "x is a folder"}, Untrack},
		{"new", cell{m, gone, gone, a, ""}, Create},
		{"new", cell{s, gone, gone, a, ""}, Create},
		{"nothing to say", cell{m, gone, b, gone, ""}, None},
		{"up to date", cell{m, a, a, a, ""}, None},
		{"up to date", cell{s, ax, ax, ax, ""}, None},
		{"as wanted", cell{m, gone, a, a, ""}, Record},
		{"as wanted", cell{s, b, a, a, ""}, Record},
		{"as wanted", cell{m, a, ax, ax, ""}, Record},
		{"a stranger's", cell{m, gone, b, a, ""}, Conflict},
		{"a stranger's", cell{s, gone, b, a, ""}, Conflict},
		{"changed", cell{m, a, a, b, ""}, Update},
		{"changed", cell{s, a, a, b, ""}, Update},
		{"changed", cell{m, a, a, ax, ""}, Update},
		{"unwanted", cell{m, a, a, gone, ""}, Delete},
		{"unwanted", cell{s, a, a, gone, ""}, Delete},
		{"unwanted and gone", cell{m, a, gone, gone, ""}, Forget},
		{"managed and gone", cell{m, a, gone, a, ""}, Recreate},
		{"managed and gone", cell{m, a, gone, b, ""}, Recreate},
		{"seeded and gone", cell{s, a, gone, a, ""}, StaysDeleted},
		{"seeded and gone", cell{s, a, gone, b, ""}, StaysDeleted},
		{"edited and unwanted", cell{m, a, b, gone, ""}, Untrack},
		{"edited and unwanted", cell{s, a, b, gone, ""}, Untrack},
		{"managed and edited", cell{m, a, b, a, ""}, Conflict},
		{"managed and edited", cell{m, a, b, c, ""}, Conflict},
		{"managed and edited", cell{m, a, ax, a, ""}, Conflict},
		{"seeded and edited", cell{s, a, b, a, ""}, Keep},
		{"both changed", cell{s, a, b, c, ""}, Conflict},
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
