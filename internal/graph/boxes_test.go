package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// bank is the system of the wizard's design.
func bank() *spec.System {
	return &spec.System{
		Gateway: &spec.Provider{Name: "caddy", Port: 8080},
		Services: []*spec.Service{
			{Name: "accounts", Language: "go", Port: 8080},
			{Name: "customers", Language: "python", Port: 8081, Calls: []spec.Call{{Name: "accounts"}}},
			{Name: "orders", Language: "node", Port: 8082, Calls: []spec.Call{{Name: "payments"}}},
			{Name: "payments", Language: "go", Port: 8083, Routes: []spec.Route{{Path: "/payments"}}, Calls: []spec.Call{{Name: "accounts"}, {Name: "customers"}}},
		},
	}
}

func draw(m *Map, focus string, width int, ascii bool) string {
	return strings.Join(Boxes(m, focus, width, ascii), "\n") + "\n"
}

func TestBoxes(t *testing.T) {
	m := Of(bank())
	golden(t, "boxes.txt", draw(m, "payments", 60, false))
	golden(t, "boxes-ascii.txt", draw(m, "payments", 60, true))
	golden(t, "boxes-narrow.txt", draw(m, "payments", 20, false))
	golden(t, "boxes-crowd.txt", draw(crowd(30, 30, "s"), "hub", 60, false))
	golden(t, "boxes-cycle.txt", draw(mapOf(t, "cycles"), "style", 60, false))
	golden(t, "boxes-cycle-ascii.txt", draw(mapOf(t, "cycles"), "style", 60, true))
	golden(t, "boxes-external.txt", draw(mapOf(t, "shop"), "reviews", 60, false))
	golden(t, "boxes-alone.txt", draw(mapOf(t, "alone"), "orders", 60, false))
}

// A service that has no name yet, or is not in the spec yet, has a picture.
func TestBoxesOfTheNew(t *testing.T) {
	sys := bank()
	for focus, want := range map[string]string{"": "║ (new service) ║", "ledger": "║ ledger ║", "a": "║ a    ║"} {
		if got := Boxes(Of(sys), focus, 60, false); len(got) != 3 || got[1] != want {
			t.Errorf("%q: %q, want %s", focus, got, want)
		}
	}
	sys.Services = append(sys.Services, &spec.Service{Language: "go", Calls: []spec.Call{{Name: "accounts"}, {Name: ""}}})
	got := draw(Of(sys), "", 60, false)
	for _, want := range []string{"║ (new service)  go ║", "├─▶ ↺ (new service)", "─▶ │ accounts go :8080 │"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

// The way back to the focus is seen however much else is called.
func TestBoxesShowTheWayBack(t *testing.T) {
	sys := &spec.System{Services: []*spec.Service{
		{Name: "zoo", Calls: []spec.Call{{Name: "a"}}},
		{Name: "a", Calls: []spec.Call{{Name: "zoo"}}},
	}}
	for i := range 20 {
		sys.Services[1].Calls = append(sys.Services[1].Calls, spec.Call{Name: fmt.Sprintf("s%d", i)})
	}
	if got := draw(Of(sys), "zoo", 40, false); !strings.Contains(got, "└─▶ ↺ zoo, s0, … and 19 more\n") {
		t.Error(got)
	}
}

// A name that is cut keeps its arrow.
func TestBoxesCallersPointAtTheFocus(t *testing.T) {
	if got := draw(crowd(1, 0, strings.Repeat("n", 57)), "hub", 30, false); !strings.Contains(got, "\nin-"+strings.Repeat("n", 24)+"… ▶\n") {
		t.Error(got)
	}
}

// crowd is a hub with so many callers and callees, which call the hub and their
// neighbour in turn.
func crowd(callers, callees int, name string) *Map {
	sys := &spec.System{Gateway: &spec.Provider{Name: "caddy"}}
	hub := &spec.Service{Name: "hub", Language: "python", Port: 8101}
	for i := range callers {
		hub.Routes = append(hub.Routes, spec.Route{Path: fmt.Sprintf("/%s%02d", name, i)})
		sys.Services = append(sys.Services, &spec.Service{Name: fmt.Sprintf("in-%s%02d", name, i), Language: "go", Port: 9000 + i, Calls: []spec.Call{{Name: "hub"}}})
	}
	for i := range callees {
		callee := fmt.Sprintf("out-%s%02d", name, i)
		hub.Calls = append(hub.Calls, spec.Call{Name: callee})
		next := fmt.Sprintf("out-%s%02d", name, (i+1)%callees)
		sys.Services = append(sys.Services, &spec.Service{Name: callee, Language: "node", Port: 10000 + i, Calls: []spec.Call{{Name: "hub"}, {Name: next}, {Name: "mail"}}})
	}
	sys.Services = append(sys.Services, hub)
	sys.Externals = append(sys.Externals, &spec.External{Name: "mail", URL: "http://mail"})
	return Of(sys)
}

// maps are all that the sweep draws, by what they try.
func maps() map[string]*Map {
	out := map[string]*Map{}
	for _, n := range []int{0, 1, 2, 5, 6, 7, 30} {
		out[fmt.Sprintf("%d others", n)] = crowd(n, n, "s")
		out[fmt.Sprintf("%d others with long names", n)] = crowd(n, n, strings.Repeat("n", 57))
	}
	for _, s := range hostile {
		sys := hostileSystem(s)
		sys.Services = append(sys.Services, &spec.Service{Name: "hub", Language: s, Routes: []spec.Route{{Path: s}}, Calls: []spec.Call{{Name: s}, {Name: "a"}}})
		out[fmt.Sprintf("hostile %.20q", s)] = Of(sys)
	}
	return out
}

// No line is wider than it may be, boxes are whole, and ascii is ASCII. Below 20
// cells there need be no picture, but no panic either.
func TestBoxesKeepToTheWidth(t *testing.T) {
	widths := []int{-1, 0, 1, 2, 3, 7, 12}
	for w := 20; w <= 140; w += 7 {
		widths = append(widths, w)
	}
	for name, m := range maps() {
		for _, width := range widths {
			for _, ascii := range []bool{false, true} {
				got := Boxes(m, "hub", width, ascii)
				if bad := badLines(got, width, ascii); len(bad) > 0 {
					t.Fatalf("%s, width %d, ascii %v: %q in\n%s", name, width, ascii, bad, strings.Join(got, "\n"))
				}
				if width >= 20 && !whole(got, ascii) {
					t.Fatalf("%s, width %d, ascii %v: a box is not whole\n%s", name, width, ascii, strings.Join(got, "\n"))
				}
			}
		}
	}
}

func badLines(got []string, width int, ascii bool) []string {
	return slices.DeleteFunc(slices.Clone(got), func(line string) bool {
		wide := ansi.StringWidth(line) > max(width, 0)
		foreign := strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || ascii && r > '~' })
		return !wide && !foreign && !strings.Contains(line, "\n")
	})
}

// whole says whether the double box has three lines of the same width.
func whole(got []string, ascii bool) bool {
	top, side := "╔", "║"
	if ascii {
		top, side = "#=", "#"
	}
	i := slices.IndexFunc(got, func(line string) bool { return strings.HasPrefix(line, top) })
	if i < 0 || i+2 >= len(got) {
		return false
	}
	w := ansi.StringWidth(got[i])
	return strings.HasSuffix(got[i+1], " "+side) && ansi.StringWidth(got[i+1]) == w && ansi.StringWidth(got[i+2]) == w
}

// What is not shown is counted. Those that the hub calls call it too.
func TestBoxesCount(t *testing.T) {
	for n := range 40 {
		got := draw(crowd(n, n, "s"), "hub", 80, false)
		for _, c := range []struct {
			what  string
			n     int
			most  int
			count string
		}{
			{"routes", n, mostRoutes, "│  … and %d more\n"},
			{"callers", 2 * n, mostCallers, "\n… and %d more ▶\n"},
			{"callees", n, mostCallees, "└─▶ … and %d more\n"},
		} {
			want := fmt.Sprintf(c.count, c.n-c.most)
			if strings.Contains(got, want) != (c.n > c.most) {
				t.Fatalf("%d %s: %q\n%s", c.n, c.what, want, got)
			}
		}
	}
}
