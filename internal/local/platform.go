package local

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/azulejo-dev/azulejo/internal/configserver"
	"github.com/azulejo-dev/azulejo/internal/registry"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// platform is what services lean on beside what they call: a registry and a
// config server. What the spec does not say to be elsewhere, and nobody else
// runs, azulejo plays itself.
type platform struct {
	registry string // its URL, "" without
	config   string // its URL, "" without
	played   net.Listener
}

// lean decides where registry and config server are, and takes the port for those
// that are played here. The caller's EUREKA_URL and CONFIG_URL win over the spec.
func (p *plan) lean(o *Options, h *holder) {
	port := cmp.Or(o.PlatformPort, spec.PlatformPort)
	own := localURL(port)
	p.registry = where(o.System.Discovery, lookup(o.Environ, "EUREKA_URL"), own+"/eureka")
	p.config = where(o.System.Config, lookup(o.Environ, "CONFIG_URL"), own+"/config")
	if len(o.Platform) == 0 && (p.registry == own+"/eureka" || p.config == own+"/config") {
		p.played = h.take("the registry or config server", port)
	}
}

func where(provider *spec.Provider, fromCaller, own string) string {
	switch {
	case provider == nil:
		return ""
	case fromCaller != "":
		return strings.TrimRight(fromCaller, "/")
	case provider.URL != "":
		return strings.TrimRight(provider.URL, "/")
	}
	return own
}

// play answers as a registry and as a config server, for the folder of files that
// a Spring Config server would read.
func play(configDir string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/eureka/", http.StripPrefix("/eureka", registry.New()))
	mux.Handle("/config/", http.StripPrefix("/config", configserver.New(os.DirFS(configDir))))
	return mux
}

// variables are those that tell a service where the platform is, and the platform
// where its configuration is.
func (p *platform) variables(o *Options, l *spec.Launch) map[string]string {
	env := map[string]string{}
	if l.Service == spec.PlatformName {
		env["CONFIG_DIR"] = o.ConfigDir
	}
	if l.Discovery != "" && p.registry != "" {
		env["EUREKA_URL"], env["ADVERTISE_HOST"] = p.registry, "127.0.0.1"
	}
	if l.Config != "" && p.config != "" {
		env["CONFIG_URL"] = p.config
	}
	return env
}

// awaitRegistered returns when the registry knows every instance that looks for
// others in it: until then, who calls one may not find it.
func (r *runner) awaitRegistered(ctx context.Context) error {
	if r.registry == "" {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, r.o.ReadyTimeout)
	defer cancel()
	for _, in := range r.all() {
		if l := in.service.launch; l.Discovery == "" || isPlatform(r.o, l.Service) {
			continue // a gateway looks others up and is not looked up
		}
		if err := r.awaitLease(limited, in); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return &ServiceError{
				Service: in.name, Phase: "run", Argv: in.proc.argv, ExitCode: -1, LastLines: in.proc.tail.lines(),
				Err: fmt.Errorf("is ready and did not register with EUREKA_URL=%s within %s (%w)", r.registry, r.o.ReadyTimeout, err),
			}
		}
	}
	return nil
}

func isPlatform(o *Options, name string) bool {
	return slices.ContainsFunc(o.Platform, func(l spec.Launch) bool { return l.Service == name })
}

func (r *runner) awaitLease(ctx context.Context, in *instance) error {
	for {
		err := r.leased(ctx, in)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-in.proc.done:
			return errors.New("it ended")
		case <-time.After(pollEvery):
		}
	}
}

// application is Eureka's answer about one name, as far as it matters here.
type application struct {
	Application struct {
		Instance []struct {
			Status string `json:"status"`
			Port   struct {
				Number json.Number `json:"$"`
			} `json:"port"`
		} `json:"instance"`
	} `json:"application"`
}

// leased returns nil if the registry lists the instance.
func (r *runner) leased(ctx context.Context, in *instance) error {
	url := r.registry + "/apps/" + strings.ToUpper(in.service.name())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("asking the registry: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	res, err := r.prober.client.Do(req)
	if err != nil {
		return fmt.Errorf("asking the registry: %w", err)
	}
	defer res.Body.Close()
	var found application
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s answers %d", url, res.StatusCode)
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 1<<20)).Decode(&found); err != nil {
		return fmt.Errorf("GET %s: %w", url, err)
	}
	for _, one := range found.Application.Instance {
		if one.Status == "UP" && one.Port.Number.String() == fmt.Sprint(in.port) {
			return nil
		}
	}
	return fmt.Errorf("GET %s does not list port %d as UP", url, in.port)
}
