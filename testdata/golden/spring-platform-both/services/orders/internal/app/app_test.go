package app

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"example.com/case/orders/internal/chassis"
)

// ask sends a GET to the service that runs with the variables.
func ask(t *testing.T, path string, vars ...string) *httptest.ResponseRecorder {
	t.Helper()
	cfg, err := chassis.LoadConfig(vars)
	if err != nil {
		t.Fatal(err)
	}
	svc := chassis.New(cfg, slog.New(slog.DiscardHandler))
	Register(svc)
	recorder := httptest.NewRecorder()
	svc.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder
}

func TestHome(t *testing.T) {
	for _, path := range []string{"/api/", "/api"} {
		response := ask(t, path)
		var answer homeAnswer
		if err := json.Unmarshal(response.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if response.Code != http.StatusOK || answer.Language != "go" || answer.Host == "" || answer.ProcessID != os.Getpid() {
			t.Errorf("%s: %d %+v", path, response.Code, answer)
		}
	}
}

func TestHomeIsOnlyHome(t *testing.T) {
	if response := ask(t, "/api/other"); response.Code != http.StatusNotFound {
		t.Errorf("status %d", response.Code)
	}
}
