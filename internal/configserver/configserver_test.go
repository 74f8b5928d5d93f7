package configserver

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func ask(t *testing.T, folder fstest.MapFS, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	New(folder).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestOrder(t *testing.T) {
	folder := fstest.MapFS{
		"application.yml":       {Data: []byte("a:\n  b: 1\n  list: [x, {y: true}]\nnone:\n")},
		"application-prod.yaml": {Data: []byte("a.b: 2\n")},
		"orders.properties":     {Data: []byte("# a comment\n a.b = 3 \ngreeting: hi = there\n")},
		"orders-prod.yml":       {Data: []byte("a:\n  b: 4.5\n")},
		"billing.yml":           {Data: []byte("secret: other\n")},
	}
	code, text := ask(t, folder, "/orders/prod")
	var got environment
	if err := json.Unmarshal([]byte(text), &got); err != nil || code != http.StatusOK {
		t.Fatalf("%d %v: %s", code, err, text)
	}
	want := []source{
		{"file:orders-prod.yml", map[string]any{"a.b": 4.5}},
		{"file:application-prod.yaml", map[string]any{"a.b": 2.0}},
		{"file:orders.properties", map[string]any{"a.b": "3", "greeting": "hi = there"}},
		{"file:application.yml", map[string]any{"a.b": 1.0, "a.list[0]": "x", "a.list[1].y": true, "none": ""}},
	}
	if d := cmp.Diff(want, got.Sources); d != "" || got.Name != "orders" || got.Profiles[0] != "prod" {
		t.Errorf("%s %v: %s", got.Name, got.Profiles, d)
	}
}

func TestBadRequestsAndFiles(t *testing.T) {
	folder := fstest.MapFS{
		"broken.yml": {Data: []byte("a: [")}, "odd.properties": {Data: []byte("no value here")},
		"hidden/application.yml": {Data: []byte("a: 1")},
	}
	for path, want := range map[string]struct {
		code int
		says string
	}{
		"/broken/default":      {500, "broken.yml"},
		"/odd/default":         {500, "odd.properties"},
		"/..%2Fhidden/default": {404, ""},
		"/hidden%2Fx/default":  {404, ""},
		"/orders":              {404, ""},
		"/orders/default":      {200, `"propertySources":[]`},
	} {
		if code, text := ask(t, folder, path); code != want.code || !strings.Contains(text, want.says) {
			t.Errorf("GET %s: %d %s, want %d with %q", path, code, text, want.code, want.says)
		}
	}
}
