package graph

// cycle is one way around, and how many services there are between which there
// are ways both ways. The way begins and ends with the first of them by name,
// and no way around from it is shorter.
type cycle struct {
	path []string // a, b, a
	size int
}

// cycles finds the groups of services that call each other in circles, in the
// order of their first names. It is linear: to list each circle would not be.
func (m *Map) cycles() []cycle {
	l := m.links()
	group := m.groups(l)
	size := map[int]int{}
	for _, s := range m.Services {
		size[group[s.Name]]++
	}
	var out []cycle
	seen := map[int]bool{}
	for _, s := range m.Services {
		g := group[s.Name]
		if seen[g] {
			continue
		}
		seen[g] = true
		if path := l.wayBack(s.Name, func(n string) bool { return group[n] == g }); path != nil {
			out = append(out, cycle{path, size[g]})
		}
	}
	return out
}

// wayBack is a shortest way from a service back to it, or nil. No way back leads
// outside its group, so none is looked for there.
func (l links) wayBack(start string, inside func(string) bool) []string {
	from := map[string]string{}
	for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		for _, next := range l.callees[n] {
			if next == start {
				return append(pathTo(n, start, from), start)
			}
			if _, seen := from[next]; !seen && inside(next) {
				from[next] = n
				queue = append(queue, next)
			}
		}
	}
	return nil
}

func pathTo(n, start string, from map[string]string) []string {
	if n == start {
		return []string{start}
	}
	return append(pathTo(from[n], start, from), n)
}

// groups gives services between which there are ways both ways the same number
// (Tarjan's strongly connected components). An external calls nobody.
func (m *Map) groups(l links) map[string]int {
	t := &tarjan{links: l, index: map[string]int{}, low: map[string]int{}, group: map[string]int{}}
	for _, s := range m.Services {
		if t.index[s.Name] == 0 {
			t.visit(s.Name)
		}
	}
	return t.group
}

type tarjan struct {
	links
	index, low map[string]int // from 1 on
	group      map[string]int // set when all of a group is known
	stack      []string
}

func (t *tarjan) visit(n string) {
	t.index[n] = len(t.index) + 1
	t.low[n] = t.index[n]
	t.stack = append(t.stack, n)
	for _, next := range t.callees[n] {
		if t.index[next] == 0 {
			t.visit(next)
			t.low[n] = min(t.low[n], t.low[next])
		} else if t.group[next] == 0 {
			t.low[n] = min(t.low[n], t.index[next])
		}
	}
	for t.low[n] == t.index[n] && t.group[n] == 0 {
		top := len(t.stack) - 1
		t.group[t.stack[top]] = t.index[n]
		t.stack = t.stack[:top]
	}
}
