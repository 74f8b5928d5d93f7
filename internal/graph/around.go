package graph

// Around is the part of the map that is within so many calls of a service or an
// external, whichever way the calls go, with the routes to what is left. It is
// empty where the map does not have the name.
func (m *Map) Around(name string, hops int) *Map {
	name = clean(name)
	if !m.has(name) {
		return &Map{}
	}
	near := m.links().within(name, hops)
	part := &Map{
		System:    m.System,
		Services:  only(m.Services, func(s Service) bool { return near[s.Name] }),
		Externals: only(m.Externals, func(e External) bool { return near[e.Name] }),
		Calls:     only(m.Calls, func(c Call) bool { return near[c.From] && near[c.To] }),
		Routes:    only(m.Routes, func(r Route) bool { return near[r.To] }),
	}
	if len(part.Routes) > 0 {
		part.Gateway = m.Gateway
	}
	return part
}

func (m *Map) has(name string) bool {
	for _, s := range m.Services {
		if s.Name == name {
			return true
		}
	}
	for _, e := range m.Externals {
		if e.Name == name {
			return true
		}
	}
	return false
}

func (l links) within(name string, hops int) map[string]bool {
	near := map[string]bool{name: true}
	for edge := []string{name}; hops > 0 && len(edge) > 0; hops-- {
		var next []string
		for _, n := range edge {
			for _, list := range [][]string{l.callees[n], l.callers[n]} {
				for _, other := range list {
					if !near[other] {
						near[other] = true
						next = append(next, other)
					}
				}
			}
		}
		edge = next
	}
	return near
}

func only[T any](list []T, keep func(T) bool) []T {
	var out []T
	for _, x := range list {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}
