package generators

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// systemContext holds the variables of scope system.
func systemContext(sys *spec.System, gateway *Pack) *hcl.EvalContext {
	vars := systemValues(sys)
	g := vars["gateway"].AsValueMap()
	g["containers"] = containersValue(gateway)
	vars["gateway"] = cty.ObjectVal(g)
	return &hcl.EvalContext{Functions: expressionFuncs(), Variables: vars}
}

// systemValues are all that the system's own files can see, but for what the
// packs themselves say.
func systemValues(sys *spec.System) map[string]cty.Value {
	provider, port := "", 0
	if g := sys.ActiveGateway(); g != nil {
		provider, port = g.Name, g.Port
	}
	table := routeTable(sys)
	return map[string]cty.Value{
		"system":    factsValue(FactsOf(sys, nil)),
		"gateway":   cty.ObjectVal(map[string]cty.Value{"provider": cty.StringVal(provider), "port": cty.NumberIntVal(int64(port))}),
		"discovery": providerValue(sys.Discovery),
		"config":    providerValue(sys.Config),
		"services":  servicesValue(sys),
		"externals": externalsValue(sys),
		"routes":    cty.TupleVal(rowValues(table)),
		"routed":    routedValue(table),
	}
}

// providerValue is a registry or a config server: url is "" where the system
// brings its own, and provider where it has none.
func providerValue(p *spec.Provider) cty.Value {
	if p == nil {
		p = &spec.Provider{}
	}
	return cty.ObjectVal(map[string]cty.Value{"provider": cty.StringVal(p.Name), "url": cty.StringVal(p.URL)})
}

func containersValue(gateway *Pack) cty.Value {
	vals := []cty.Value{}
	if gateway == nil {
		return cty.TupleVal(vals)
	}
	for _, c := range gateway.manifest.Containers {
		vals = append(vals, cty.ObjectVal(map[string]cty.Value{
			"name": cty.StringVal(c.Name), "public": cty.BoolVal(c.Public), "image": cty.StringVal(c.Image), "config": cty.StringVal(c.Config),
			"command": strings2cty(c.Command), "health": strings2cty(c.Health), "reload": strings2cty(c.Reload),
		}))
	}
	return cty.TupleVal(vals)
}

func servicesValue(sys *spec.System) cty.Value {
	after := startsAfter(sys)
	vals := []cty.Value{}
	for _, svc := range sys.Services {
		addresses := map[string]string{}
		for _, c := range svc.Calls {
			addresses[c.Name] = address(sys, c.Name)
		}
		local := svc.LocalPort
		if local == 0 {
			local = svc.Port
		}
		v := deployed(svc, addresses)
		v["local_port"] = cty.NumberIntVal(int64(local))
		v["starts_after"] = strings2cty(after[svc.Name])
		vals = append(vals, cty.ObjectVal(v))
	}
	return cty.TupleVal(vals)
}

// startsAfter lists what each service calls and shall wait for. A call that would
// close a circle is left out: somebody has to be first.
func startsAfter(sys *spec.System) map[string][]string {
	after := map[string][]string{}
	onPath := map[string]bool{}
	var visit func(svc *spec.Service)
	visit = func(svc *spec.Service) {
		after[svc.Name], onPath[svc.Name] = []string{}, true
		for _, c := range svc.Calls {
			next := sys.Service(c.Name)
			if next == nil || onPath[c.Name] {
				continue
			}
			if after[c.Name] == nil {
				visit(next)
			}
			after[svc.Name] = append(after[svc.Name], c.Name)
		}
		onPath[svc.Name] = false
	}
	for _, svc := range sys.Services {
		if after[svc.Name] == nil {
			visit(svc)
		}
	}
	return after
}

func externalsValue(sys *spec.System) cty.Value {
	vals := []cty.Value{}
	for _, e := range sys.Externals {
		vals = append(vals, cty.ObjectVal(map[string]cty.Value{
			"name": cty.StringVal(e.Name), "url": cty.StringVal(address(sys, e.Name)), "routes": routesValue(e.Routes),
		}))
	}
	return cty.TupleVal(vals)
}

// row is one line of the table that every gateway pack receives.
type row struct {
	spec.Route
	owner, url string
	external   bool
}

// routeTable is sorted as a gateway must try it: the longest path first.
func routeTable(sys *spec.System) []row {
	var table []row
	for _, svc := range sys.Services {
		for _, r := range svc.Routes {
			table = append(table, row{r, svc.Name, serviceURL(svc), false})
		}
	}
	for _, e := range sys.Externals {
		for _, r := range e.Routes {
			table = append(table, row{r, e.Name, address(sys, e.Name), true})
		}
	}
	slices.SortFunc(table, func(a, b row) int {
		if d := len(b.Path) - len(a.Path); d != 0 {
			return d
		}
		return strings.Compare(a.Path, b.Path)
	})
	return table
}

func rowValues(table []row) []cty.Value {
	vals := []cty.Value{}
	for _, r := range table {
		backend := backendValue(r.owner, r.url)
		vals = append(vals, cty.ObjectVal(map[string]cty.Value{
			"path": cty.StringVal(r.Path), "to": cty.StringVal(r.To), "owner": cty.StringVal(r.owner),
			"external": cty.BoolVal(r.external), "backends": cty.TupleVal([]cty.Value{backend}),
		}))
	}
	return vals
}

// backendValue is one address behind a route, whole and in parts: many gateways
// take host and port in one place and the path in another.
func backendValue(name, address string) cty.Value {
	u, err := url.Parse(address)
	if err != nil {
		u = &url.URL{} // validation refuses what is no address
	}
	port, _ := strconv.Atoi(u.Port()) // "" where the scheme says it
	if port == 0 {
		port = map[string]int{"http": 80, "https": 443}[u.Scheme]
	}
	return cty.ObjectVal(map[string]cty.Value{
		"name": cty.StringVal(name), "url": cty.StringVal(address), "weight": cty.NumberIntVal(1),
		"origin": cty.StringVal(u.Scheme + "://" + u.Host), "base": cty.StringVal(strings.TrimRight(u.EscapedPath(), "/")),
		"host": cty.StringVal(u.Hostname()), "port": cty.NumberIntVal(int64(port)),
	})
}

// routedValue is the table by owner, so that each can have a file of its own.
func routedValue(table []row) cty.Value {
	rows := map[string][]row{}
	for _, r := range table {
		rows[r.owner] = append(rows[r.owner], r)
	}
	vals := []cty.Value{}
	for _, owner := range slices.Sorted(maps.Keys(rows)) {
		vals = append(vals, cty.ObjectVal(map[string]cty.Value{
			"name": cty.StringVal(owner), "external": cty.BoolVal(rows[owner][0].external), "routes": cty.TupleVal(rowValues(rows[owner])),
		}))
	}
	return cty.TupleVal(vals)
}
