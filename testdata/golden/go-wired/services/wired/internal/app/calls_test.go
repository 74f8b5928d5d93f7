package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/case/wired/internal/chassis"
)

// callee is the service that the tests put behind this one.
const callee = "leaf"

// called gives what home reports of the callee.
func called(t *testing.T, vars ...string) callResult {
	t.Helper()
	var answer homeAnswer
	if err := json.Unmarshal(ask(t, "/api/", vars...).Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Calls[callee]
}

func TestCallIsReported(t *testing.T) {
	for body, want := range map[string]callResult{
		`{"stars":5}`: {Status: 200, Answer: json.RawMessage(`{"stars":5}`)},
		`<html>`:      {Status: 200, Error: "not_json"},
		`fail`:        {Status: 503, Error: "status"},
	} {
		upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/" {
				t.Errorf("the call goes to %s", r.URL.Path)
			}
			if body == "fail" {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			_, _ = fmt.Fprint(w, body)
		}))
		got := called(t, urlVariable()+"="+upstream.URL)
		upstream.Close()
		if got.Status != want.Status || got.Error != want.Error || string(got.Answer) != string(want.Answer) {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestCallWithoutAddressIsReported(t *testing.T) {
	if got := called(t); got.Error != chassis.CodeNotConfigured {
		t.Errorf("%+v", got)
	}
}

func TestCallThatIsRefusedIsReported(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if got := called(t, urlVariable()+"="+gone.URL); got.Error != chassis.CodeConnect {
		t.Errorf("%+v", got)
	}
}

func TestCallsEndInACircle(t *testing.T) {
	var asked []string
	upstream := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("via"))
	}))
	defer upstream.Close()
	vars := []string{"SERVICE_NAME=me", urlVariable() + "=" + upstream.URL}
	for via, want := range map[string]string{"": "not_json", "a&b=1": "not_json", "a,me,b": "circle"} {
		var answer homeAnswer
		if err := json.Unmarshal(ask(t, "/api/?via="+url.QueryEscape(via), vars...).Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if got := answer.Calls[callee].Error; got != want {
			t.Errorf("via %q: %q, want %q", via, got, want)
		}
	}
	slices.Sort(asked)
	if want := []string{"a&b=1,me", "me"}; !slices.Equal(asked, want) {
		t.Errorf("asked with %q, want %q", asked, want)
	}
}

func urlVariable() string {
	return "CALL_" + strings.ToUpper(strings.ReplaceAll(callee, "-", "_")) + "_URL"
}
