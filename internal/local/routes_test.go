package local

import (
	"encoding/json"
	"os"
	"testing"
)

// The same table that Caddy is held to.
func TestRoutesTable(t *testing.T) {
	b, err := os.ReadFile("../../testdata/routes.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Routes []struct {
			Path, To, Owner, Base string
			External              bool
		}
		Requests []struct {
			Target, Owner, Path string
			Status              int
		}
	}
	if err := json.Unmarshal(b, &table); err != nil {
		t.Fatal(err)
	}
	var routes []Route
	for _, r := range table.Routes {
		routes = append(routes, Route{Path: r.Path, To: r.To, Name: r.Owner, External: r.External, Backends: one(r.Owner, echo(t, r.Owner)+r.Base)})
	}
	a := serve(t, routes...)
	for _, q := range table.Requests {
		status, kind, body := raw(t, a, q.Target)
		if q.Owner != "" {
			if want := q.Owner + " GET " + q.Path; status != 200 || body != want {
				t.Errorf("%s: %d %q, want %q", q.Target, status, body, want)
			}
		} else if status != q.Status || kind != "application/problem+json" {
			t.Errorf("%s: %d %s %s", q.Target, status, kind, body)
		}
	}
}
