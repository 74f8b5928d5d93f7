package local

import (
	"net/url"
	"slices"
	"strings"
)

// elements splits the path of a request into its elements as they were sent,
// still escaped. It refuses the forms that a backend might read as another path
// than we do: dot segments (plain, escaped, with parameters as in "..;x" or
// behind a backslash) and empty elements.
func elements(u *url.URL) ([]string, bool) {
	raw := u.EscapedPath()
	if !strings.HasPrefix(raw, "/") {
		return nil, false
	}
	parts := decoded(u.Path)
	for i, part := range parts {
		name, _, _ := strings.Cut(part, ";")
		if name == "." || name == ".." || part == "" && i < len(parts)-1 {
			return nil, false
		}
	}
	return strings.Split(raw, "/")[1:], true
}

// decoded splits an unescaped path as the most generous backend would.
func decoded(path string) []string {
	return strings.Split(strings.ReplaceAll(path, `\`, "/"), "/")[1:]
}

// under says whether the elements of a request begin with those of a route, and
// returns the others. A slash that was sent escaped separates nothing.
func under(request, route []string) (rest []string, ok bool) {
	if len(request) < len(route) {
		return nil, false
	}
	for i, want := range route {
		if have, err := url.PathUnescape(request[i]); err != nil || have != want {
			return nil, false
		}
	}
	return request[len(route):], true
}

// target is the escaped path at the backend.
func (r *Route) target(sent string, rest []string) string {
	if r.To == "" {
		return sent
	}
	to := &url.URL{Path: strings.TrimRight(r.To, "/")}
	return to.EscapedPath() + "/" + strings.Join(rest, "/")
}

// private is what every service of ours has and no gateway shows.
var private = []string{"_contract", "livez", "metrics", "readyz"}

// hidden says whether an unescaped path at a backend is one of those.
func hidden(path string) bool {
	if !strings.HasPrefix(path, "/") {
		return true
	}
	first, _, _ := strings.Cut(decoded(path)[0], ";")
	return slices.Contains(private, first)
}

func splitRoute(path string) []string {
	if path = strings.Trim(path, "/"); path == "" {
		return nil
	}
	return strings.Split(path, "/")
}
