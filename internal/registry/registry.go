package registry

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	maxBody     = 1 << 20
	maxRequests = 4096
)

// Trouble is how a registry answers badly.
type Trouble int

// The troubles. None is a registry that is well.
const (
	None    Trouble = iota
	Failing         // every request is answered 500, and changes nothing
	Garbage         // every request is answered 200 with what is no JSON, and changes nothing
)

// Instance is what a client registered, as it wrote it: the members of Eureka's
// InstanceInfo.
type Instance map[string]any

// Text returns a member that is a string, else "".
func (i Instance) Text(name string) string {
	s, _ := i[name].(string)
	return s
}

// Request is one request that the registry got.
type Request struct {
	Method   string
	Path     string    // below the registry's root
	App, ID  string    // of the path, upper-case the first; "" where it has none
	At       time.Time // when it came
	Status   int       // how it was answered
	Instance Instance  // of a registration, nil if it could not be read
}

// lease is a registration until it ends.
type lease struct {
	instance Instance
	until    time.Time
}

const defaultLease = 90 * time.Second // of a client that asks for none, as Eureka has it

// Registry is an http.Handler for the paths below a registry's root, such as
// /apps/ORDERS. Its methods may be called at any time.
type Registry struct {
	mux *http.ServeMux

	mu       sync.Mutex
	trouble  Trouble
	apps     map[string]map[string]lease // by name, upper-case, and id
	requests []Request
}

// New returns an empty registry.
func New() *Registry {
	r := &Registry{apps: map[string]map[string]lease{}, mux: http.NewServeMux()}
	for pattern, handle := range map[string]func(*Request) (int, any){
		"POST /apps/{app}":        r.register,
		"PUT /apps/{app}/{id}":    r.renew,
		"DELETE /apps/{app}/{id}": r.cancel,
		"GET /apps":               r.all,
		"GET /apps/delta":         r.all,
		"GET /apps/{app}":         r.app,
		"GET /apps/{app}/{id}":    r.instance,
	} {
		r.mux.HandleFunc(pattern, r.serve(handle))
	}
	r.mux.HandleFunc("GET /vips/{vip}", func(w http.ResponseWriter, req *http.Request) {
		r.serve(func(*Request) (int, any) { return r.vip(req.PathValue("vip")) })(w, req)
	})
	r.mux.HandleFunc("/", r.serve(func(*Request) (int, any) { return http.StatusNotFound, nil }))
	return r
}

// Set makes the registry answer badly from now on, or well again.
func (r *Registry) Set(t Trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = t
}

// Forget drops every registration, as a registry does that was replaced.
func (r *Registry) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.apps)
}

// Register takes up an instance of an app as a request would, and Cancel ends it.
// Neither is among the requests.
func (r *Registry) Register(app string, i Instance) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.register(&Request{App: strings.ToUpper(app), Instance: i, At: time.Now()})
}

// Cancel ends an instance's lease.
func (r *Registry) Cancel(app, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel(&Request{App: strings.ToUpper(app), ID: id})
}

// Requests returns what came so far, oldest first; beyond 4096 the rest is dropped.
func (r *Registry) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// ServeHTTP answers one request.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.mux.ServeHTTP(w, req) }

// serve reads, answers and notes a request under the lock: their order is one.
func (r *Registry) serve(handle func(*Request) (int, any)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		in := Request{Method: req.Method, Path: req.URL.Path, App: strings.ToUpper(req.PathValue("app")), ID: req.PathValue("id"), At: time.Now()}
		if req.Method == http.MethodPost {
			in.Instance = readInstance(req.Body)
		}
		r.mu.Lock()
		trouble := r.trouble
		status, body := troubled(trouble), any(nil)
		if trouble == None {
			r.evict(in.At)
			status, body = handle(&in)
		}
		text := render(trouble, body)
		in.Status = status
		if len(r.requests) < maxRequests {
			r.requests = append(r.requests, in)
		}
		r.mu.Unlock()
		if len(text) > 0 {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		_, _ = w.Write(text) // who has left misses nothing
	}
}

func troubled(t Trouble) int {
	if t == Failing {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

func render(t Trouble, body any) []byte {
	switch {
	case t == Garbage:
		return []byte("<html>not a registry</html>")
	case body == nil:
		return nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return []byte(err.Error()) // what came as JSON goes as JSON
	}
	return text
}

func readInstance(body io.Reader) Instance {
	var in struct{ Instance Instance }
	if json.NewDecoder(io.LimitReader(body, maxBody)).Decode(&in) != nil {
		return nil
	}
	return in.Instance
}

func (r *Registry) register(in *Request) (int, any) {
	id := in.Instance.Text("instanceId")
	if id == "" || in.Instance.Text("hostName") == "" {
		return http.StatusBadRequest, map[string]string{"error": "instance.instanceId and instance.hostName are wanted"}
	}
	if r.apps[in.App] == nil {
		r.apps[in.App] = map[string]lease{}
	}
	r.apps[in.App][id] = lease{in.Instance, in.At.Add(in.Instance.lease())}
	in.ID = id
	return http.StatusNoContent, nil
}

func (r *Registry) renew(in *Request) (int, any) {
	l, known := r.apps[in.App][in.ID]
	if !known {
		return http.StatusNotFound, nil
	}
	l.until = in.At.Add(l.instance.lease())
	r.apps[in.App][in.ID] = l
	return http.StatusOK, nil
}

func (r *Registry) cancel(in *Request) (int, any) {
	if _, known := r.apps[in.App][in.ID]; !known {
		return http.StatusNotFound, nil
	}
	r.drop(in.App, in.ID)
	return http.StatusOK, nil
}

func (r *Registry) drop(app, id string) {
	delete(r.apps[app], id)
	if len(r.apps[app]) == 0 {
		delete(r.apps, app)
	}
}

// evict drops what was not renewed in time: its process is gone.
func (r *Registry) evict(now time.Time) {
	for app, leases := range r.apps {
		for id, l := range leases {
			if now.After(l.until) {
				r.drop(app, id)
			}
		}
	}
}

// lease is how long an instance is kept without a renewal.
func (i Instance) lease() time.Duration {
	info, _ := i["leaseInfo"].(map[string]any)
	if seconds, ok := info["durationInSecs"].(float64); ok && seconds > 0 {
		return time.Duration(min(seconds, 3600) * float64(time.Second))
	}
	return defaultLease
}

// all is also the answer to a question for what has changed lately: everything may
// have, and a client that knows of more compares apps__hashcode.
func (r *Registry) all(*Request) (int, any) {
	return http.StatusOK, r.applications(func(Instance) bool { return true })
}

// vip finds by virtual address, which is how clients ask for a service by name.
func (r *Registry) vip(name string) (int, any) {
	return http.StatusOK, r.applications(func(i Instance) bool { return strings.EqualFold(i.Text("vipAddress"), name) })
}

func (r *Registry) app(in *Request) (int, any) {
	if r.apps[in.App] == nil {
		return http.StatusNotFound, nil
	}
	return http.StatusOK, map[string]any{"application": application(in.App, sorted(r.apps[in.App]))}
}

func (r *Registry) instance(in *Request) (int, any) {
	one, known := r.apps[in.App][in.ID]
	if !known {
		return http.StatusNotFound, nil
	}
	return http.StatusOK, map[string]any{"instance": one.instance}
}

// applications is Eureka's answer with all that match, sorted by name and id.
func (r *Registry) applications(match func(Instance) bool) any {
	apps, counts := []any{}, map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(r.apps)) {
		instances := slices.DeleteFunc(sorted(r.apps[name]), func(i Instance) bool { return !match(i) })
		if len(instances) > 0 {
			apps = append(apps, application(name, instances))
		}
		for _, i := range instances {
			counts[i.Text("status")]++
		}
	}
	return map[string]any{"applications": map[string]any{
		"versions__delta": "1", "apps__hashcode": hashcode(counts), "application": apps,
	}}
}

// hashcode is Eureka's: how many instances there are of each status.
func hashcode(counts map[string]int) (text string) {
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		text += fmt.Sprintf("%s_%d_", status, counts[status])
	}
	return text
}

func application(name string, instances []Instance) map[string]any {
	return map[string]any{"name": name, "instance": instances}
}

func sorted(m map[string]lease) []Instance {
	var out []Instance
	for _, id := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[id].instance)
	}
	return out
}
