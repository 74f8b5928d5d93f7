package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// plan is what will run. Its ports are held from the first check on, so that
// nobody takes one while the services are installed.
type plan struct {
	platform
	services    []*service // sorted by name
	gateway     net.Listener
	gatewayPort int // 0: no gateway
	routes      []Route
	notes       []string // what is not started, and what a person does about it
}

// service is one generated service that is started here.
type service struct {
	launch    spec.Launch
	port      int          // where its callers reach it
	balancer  net.Listener // on that port; nil with one instance
	instances []*instance
}

// platform tells the process of the system's own registry and config server, which
// the others need when they start.
func (s *service) platform() bool { return s.launch.Service == spec.PlatformName }

func (s *service) name() string { return s.launch.Service }

// instance is one process of a service.
type instance struct {
	service *service
	name    string // the service's, with a number where there are several
	port    int
	held    net.Listener // until the process starts
	env     []string
	proc    *process
	ready   atomic.Bool
}

func (s *service) backends() []Backend {
	list := make([]Backend, len(s.instances))
	for i, in := range s.instances {
		list[i] = Backend{Name: in.name, URL: localURL(in.port), Ready: in.ready.Load}
	}
	return list
}

// makePlan checks everything that can be checked before anything is started, and
// reports all problems at once.
func makePlan(ctx context.Context, o *Options) (*plan, error) {
	p := &plan{}
	problems := p.choose(o)
	for _, s := range p.services {
		problems = append(problems, checkLaunch(s.launch, o.Environ)...)
	}
	problems = append(problems, CheckTools(ctx, p.launches(), o.Environ))
	problems = append(problems, p.hold(o)...)
	if err := errors.Join(problems...); err != nil {
		p.release()
		return nil, err
	}
	p.connect(o)
	return p, nil
}

// choose decides what runs here and in how many instances.
func (p *plan) choose(o *Options) (problems []error) {
	known := map[string]bool{}
	for _, l := range o.Platform {
		if l.Service == spec.PlatformName {
			l.Port = cmp.Or(o.PlatformPort, l.Port)
		} else {
			l.Port = cmp.Or(o.GatewayPort, l.Port)
			p.gatewayPort = l.Port
		}
		p.services = append(p.services, newService(l, 1))
	}
	for _, l := range o.Launches {
		known[l.Service] = true
		count := max(l.Instances, 1)
		if n, ok := o.Scale[l.Service]; ok {
			count = n
		}
		if count > 0 {
			p.services = append(p.services, newService(l, count))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Scale)) {
		switch {
		case !known[name]:
			problems = append(problems, fmt.Errorf("cannot scale %s: there is no such generated service", name))
		case o.Scale[name] < 0:
			problems = append(problems, fmt.Errorf("cannot scale %s to %d", name, o.Scale[name]))
		}
	}
	slices.SortFunc(p.services, func(a, b *service) int { return strings.Compare(a.name(), b.name()) })
	return problems
}

func (p *plan) launches() (list []spec.Launch) {
	for _, s := range p.services {
		list = append(list, s.launch)
	}
	return list
}

func newService(l spec.Launch, count int) *service {
	s := &service{launch: l}
	for i := range count {
		name := l.Service
		if count > 1 {
			name = fmt.Sprintf("%s.%d", l.Service, i+1)
		}
		s.instances = append(s.instances, &instance{service: s, name: name})
	}
	return s
}

func checkLaunch(l spec.Launch, environ []string) (problems []error) {
	if info, err := os.Stat(l.Dir); err != nil {
		problems = append(problems, fmt.Errorf("%s: its folder is missing: %w", l.Service, err))
	} else if !info.IsDir() {
		problems = append(problems, fmt.Errorf("%s: %s is not a folder", l.Service, l.Dir))
	}
	if len(l.Run) == 0 {
		problems = append(problems, fmt.Errorf("%s: its pack does not say how to run it", l.Service))
	}
	for _, name := range l.Secrets {
		if !defined(environ, name) {
			problems = append(problems, fmt.Errorf("%s: the secret %s is not set: put it into the environment of this command", l.Service, name))
		}
	}
	return problems
}

// connect works out addresses, environments and routes, once the ports are known.
func (p *plan) connect(o *Options) {
	at := addresses(o.System, p.services)
	running := map[string]*service{}
	for _, s := range p.services {
		running[s.name()] = s
	}
	for _, s := range p.services {
		for _, in := range s.instances {
			in.env = p.environment(o, in, p.without(at, &s.launch, running))
		}
		for _, name := range s.launch.Calls {
			if variable := callURL(name); at[name] == "" && !defined(o.Environ, variable) {
				p.notes = append(p.notes, fmt.Sprintf("%s calls %s, which is not in this spec: set %s", s.name(), name, variable))
			}
		}
	}
	p.routes = Table(o.System)
	for i, r := range p.routes {
		if s := running[r.Name]; s != nil {
			p.routes[i].Backends = s.backends()
		}
	}
	p.notes = append(p.notes, outside(o.System, running)...)
}

// without leaves out the addresses that a service finds in the registry.
func (p *plan) without(at map[string]string, l *spec.Launch, running map[string]*service) map[string]string {
	if l.Discovery == "" || p.registry == "" {
		return at
	}
	rest := maps.Clone(at)
	for name, s := range running {
		if s.launch.Discovery != "" {
			delete(rest, name)
		}
	}
	return rest
}

// outside tells what belongs to the system and is not started.
func outside(sys *spec.System, running map[string]*service) (notes []string) {
	for _, svc := range sys.Services {
		switch {
		case running[svc.Name] != nil:
		case svc.Image != "":
			notes = append(notes, fmt.Sprintf("%s is an image: start it yourself on port %d (%s)", svc.Name, localPort(svc), svc.Image))
		default:
			notes = append(notes, fmt.Sprintf("%s is not started: start it yourself on port %d", svc.Name, localPort(svc)))
		}
	}
	for _, ext := range sys.Externals {
		notes = append(notes, fmt.Sprintf("%s is external: %s", ext.Name, ext.URL))
	}
	return notes
}
