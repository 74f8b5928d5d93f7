package local

import (
	"fmt"
	"sort"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// Route is one line of the gateway's table.
type Route struct {
	Path     string    // prefix of the requests' path, "/" or "/orders"
	To       string    // prefix at the backend; "" leaves the path unchanged
	Name     string    // the service or external
	External bool      // not ours: it has no probes that have to be hidden
	Backends []Backend // taken in turn
}

// Backend is one address behind a route.
type Backend struct {
	Name  string      // for messages: the service, or one instance of it
	URL   string      // scheme, host and port; an external's may have a path
	Ready func() bool // nil: always
}

// Table is the route table of a system whose services run one instance each on
// this machine, sorted by path.
func Table(sys *spec.System) []Route {
	var table []Route
	for _, svc := range sys.Services {
		for _, r := range svc.Routes {
			table = append(table, Route{Path: r.Path, To: r.To, Name: svc.Name, Backends: one(svc.Name, localURL(localPort(svc)))})
		}
	}
	for _, ext := range sys.Externals {
		for _, r := range ext.Routes {
			table = append(table, Route{Path: r.Path, To: r.To, Name: ext.Name, External: true, Backends: one(ext.Name, ext.URL)})
		}
	}
	sort.SliceStable(table, func(i, j int) bool { return table[i].Path < table[j].Path })
	return table
}

func one(name, url string) []Backend { return []Backend{{Name: name, URL: url}} }

func localURL(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }

// localPort is where a service that is not started here is expected.
func localPort(svc *spec.Service) int {
	if svc.LocalPort != 0 {
		return svc.LocalPort
	}
	return svc.Port
}

// addresses is where each name of the system is reached by its callers.
func addresses(sys *spec.System, started []*service) map[string]string {
	at := map[string]string{}
	for _, ext := range sys.Externals {
		at[ext.Name] = strings.TrimRight(ext.URL, "/")
	}
	for _, svc := range sys.Services {
		at[svc.Name] = localURL(localPort(svc))
	}
	for _, s := range started {
		at[s.name()] = localURL(s.port)
	}
	return at
}
