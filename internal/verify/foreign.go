package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Paths say where a service has what the contract asks for. An empty one is the
// contract's own path; Post has none.
type Paths struct {
	Ready, Live, Metrics, API string
	Post                      string // takes a JSON object by POST, for a service without contract probes
}

// ParsePaths reads pairs such as "ready=/health". The keys are ready, live,
// metrics, api and post.
func ParsePaths(pairs []string) (Paths, error) {
	var p Paths
	fields := map[string]*string{"ready": &p.Ready, "live": &p.Live, "metrics": &p.Metrics, "api": &p.API, "post": &p.Post}
	for _, pair := range pairs {
		key, path, _ := strings.Cut(pair, "=")
		field := fields[key]
		switch {
		case field == nil:
			return p, fmt.Errorf("%q: write KEY=/PATH; the keys are ready, live, metrics, api and post", pair)
		case *field != "":
			return p, fmt.Errorf("%s is mapped twice", key)
		case !strings.HasPrefix(path, "/") || strings.ContainsFunc(path, notInPath):
			return p, fmt.Errorf("%q: a path begins with / and holds only what stands in a URL, without query", pair)
		}
		*field = path
	}
	return p, nil
}

func notInPath(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`?#"<>\^{|}`, r) }

func (p Paths) orContract() Paths {
	return Paths{
		Ready: cmp.Or(p.Ready, "/readyz"), Live: cmp.Or(p.Live, "/livez"),
		Metrics: cmp.Or(p.Metrics, "/metrics"), API: cmp.Or(p.API, "/api/"), Post: p.Post,
	}
}

// UnreachableError says that a running service could not be asked at all.
type UnreachableError struct {
	URL string
	Err error
}

func (e *UnreachableError) Error() string {
	if isRefused(e.Err) {
		return fmt.Sprintf("nobody listens at %s: %v", e.URL, e.Err)
	}
	return fmt.Sprintf("%s gives no answer that is HTTP: %v", e.URL, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// outside returns a running service as an instance without a process, which must
// give some answer first.
func (b *bench) outside() (*instance, error) {
	base := strings.TrimSuffix(b.target.URL, "/")
	in := &instance{base: base, paths: b.target.Paths, done: make(chan struct{}), http: newClient(), lenient: true}
	in.stdout, in.stderr = newLogbook(func() {}), newLogbook(func() {})
	if _, err := in.get(b.ctx, in.paths.Ready); err != nil {
		return nil, &UnreachableError{base + in.paths.Ready, cause(err)}
	}
	return in, nil
}

// cause leaves out the method and URL that net/http puts before an error.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// CheckURL says what is wrong with the URL of a running service, or returns nil.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("reading the URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is no URL of a service: write it as http://127.0.0.1:8080", text)
	}
	return nil
}

// calm returns a path that answers 200, for checks to which any such path will do.
func (b *bench) calm(ctx context.Context, in *instance) (string, error) {
	return b.answering(ctx, in, in.paths.Live, in.paths.Ready, in.paths.API)
}

// answering returns the first of the paths that answers 200. Of a service that
// azulejo generated that is the first one: whether it answers is for C10 and C11.
func (b *bench) answering(ctx context.Context, in *instance, paths ...string) (string, error) {
	if !b.foreign() {
		return paths[0], nil
	}
	var seen []string
	for _, path := range paths {
		a, err := in.get(ctx, path)
		if err == nil && a.status == http.StatusOK {
			return path, nil
		}
		seen = append(seen, fmt.Sprintf("GET %s: %d", path, a.status))
	}
	return "", notRun("no path that answers 200 is known (%s): name one with --map live=/PATH", strings.Join(seen, ", "))
}

// business returns a path that stands for the service's work, "" if none is known.
func (b *bench) business(ctx context.Context, in *instance) string {
	if b.probes() == nil {
		return businessPath
	}
	if a, err := in.get(ctx, in.paths.API); err == nil && a.status == http.StatusOK {
		return in.paths.API
	}
	return ""
}

const noBusiness = "no request to make: GET %s does not answer 200; name a path with --map api=/PATH"

// post returns the path for JSON bodies.
func (b *bench) post(in *instance) (string, error) {
	missing := b.probes()
	switch {
	case missing == nil:
		return echoPath, nil
	case in.paths.Post != "":
		return in.paths.Post, nil
	}
	return "", notRun("%v; or name a path that takes JSON with --map post=/PATH: nothing is posted to a path that you did not name", missing)
}

// elsewhere tells where a path of the contract can be mapped, for one that is 404.
func (in *instance) elsewhere(key string, a answer) string {
	if !in.lenient || a.status != http.StatusNotFound {
		return ""
	}
	return fmt.Sprintf(" (add it, or say where it is: --map %s=/PATH)", key)
}
