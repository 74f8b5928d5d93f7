package registry

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const orders = `{"instance":{"instanceId":"h:orders:1","hostName":"h","app":"ORDERS","vipAddress":"orders","status":"UP","port":{"$":1,"@enabled":"true"}}}`

func ask(t *testing.T, url, method, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// TestLife follows a lease through its life, with what is found at each step.
func TestLife(t *testing.T) {
	r := New()
	s := httptest.NewServer(http.StripPrefix("/eureka", r))
	defer s.Close()
	for i, row := range []struct {
		method, path, body string
		want               int
		holds              string // of the answer
	}{
		{"PUT", "/apps/ORDERS/h:orders:1", "", 404, ""},
		{"POST", "/apps/orders", orders, 204, ""},
		{"POST", "/apps/ORDERS", `{"instance":{}}`, 400, "instanceId"},
		{"POST", "/apps/ORDERS", `{`, 400, "instanceId"},
		{"PUT", "/apps/ORDERS/h%3Aorders%3A1", "", 200, ""},
		{"GET", "/apps", "", 200, `"name":"ORDERS"`},
		{"GET", "/apps/ORDERS", "", 200, `"@enabled":"true"`},
		{"GET", "/apps/ORDERS/h:orders:1", "", 200, `"vipAddress":"orders"`},
		{"GET", "/vips/orders", "", 200, `"hostName":"h"`},
		{"GET", "/vips/other", "", 200, `"application":[]`},
		{"GET", "/apps/OTHER", "", 404, ""},
		{"GET", "/nope", "", 404, ""},
		{"DELETE", "/apps/ORDERS/h:orders:1", "", 200, ""},
		{"DELETE", "/apps/ORDERS/h:orders:1", "", 404, ""},
		{"GET", "/apps/ORDERS", "", 404, ""},
		{"PUT", "/apps/ORDERS/h:orders:1", "", 404, ""},
	} {
		status, body := ask(t, s.URL+"/eureka"+row.path, row.method, row.body)
		if status != row.want || !strings.Contains(body, row.holds) {
			t.Errorf("%d. %s %s: %d %s, want %d with %q", i, row.method, row.path, status, body, row.want, row.holds)
		}
		last := r.Requests()[i]
		if last.Method != row.method || last.Status != row.want {
			t.Errorf("%d. noted as %s %d", i, last.Method, last.Status)
		}
	}
}

func TestTrouble(t *testing.T) {
	r := New()
	s := httptest.NewServer(r)
	defer s.Close()
	var got []int
	step := func(method, path, body string) string {
		status, text := ask(t, s.URL+path, method, body)
		got = append(got, status)
		return text
	}
	r.Set(Failing)
	step("POST", "/apps/ORDERS", orders)
	r.Set(Garbage)
	if text := step("POST", "/apps/ORDERS", orders); json.Valid([]byte(text)) {
		t.Errorf("garbage is JSON: %s", text)
	}
	r.Set(None)
	step("GET", "/apps/ORDERS", "")
	step("POST", "/apps/ORDERS", orders)
	r.Forget()
	step("PUT", "/apps/ORDERS/h:orders:1", "")
	if diff := cmp.Diff([]int{500, 200, 404, 204, 404}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	first := r.Requests()[0]
	if first.App != "ORDERS" || first.Instance.Text("vipAddress") != "orders" || first.At.IsZero() {
		t.Errorf("the first request was noted as %+v", first)
	}
}

// TestLeaseEnds: what is not renewed for as long as it said is gone; what is, stays.
func TestLeaseEnds(t *testing.T) {
	r := New()
	s := httptest.NewServer(r)
	defer s.Close()
	short := strings.Replace(orders, `"status"`, `"leaseInfo":{"durationInSecs":15},"status"`, 1)
	ask(t, s.URL+"/apps/ORDERS", "POST", short)
	ask(t, s.URL+"/apps/OTHER", "POST", strings.ReplaceAll(orders, "orders", "other"))
	for _, row := range []struct {
		after time.Duration
		want  string
	}{{14 * time.Second, "UP_2_"}, {16 * time.Second, "UP_1_"}, {defaultLease + time.Second, ""}} {
		r.mu.Lock()
		r.evict(time.Now().Add(row.after))
		r.mu.Unlock()
		for _, path := range []string{"/apps", "/apps/delta"} {
			if _, got := ask(t, s.URL+path, "GET", ""); !strings.Contains(got, `"apps__hashcode":"`+row.want+`"`) {
				t.Errorf("after %s, GET %s: %s, want %q", row.after, path, got, row.want)
			}
		}
	}
}

// TestOwnersHand: what the owner registers and ends is as if a client had.
func TestOwnersHand(t *testing.T) {
	r := New()
	s := httptest.NewServer(r)
	defer s.Close()
	r.Register("orders", Instance{"instanceId": "a", "hostName": "h", "status": "UP"})
	if code, text := ask(t, s.URL+"/apps/ORDERS", "GET", ""); code != 200 || !strings.Contains(text, `"instanceId":"a"`) {
		t.Errorf("%d %s", code, text)
	}
	r.Cancel("orders", "a")
	if code, text := ask(t, s.URL+"/apps/ORDERS", "GET", ""); code != 404 {
		t.Errorf("%d %s", code, text)
	}
	if len(r.Requests()) != 2 {
		t.Errorf("%d requests, want the two of the client", len(r.Requests()))
	}
}
