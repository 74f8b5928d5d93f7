package local

import (
	"fmt"
	"net"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// holder takes ports and remembers for whom.
type holder struct {
	owner    map[int]string
	problems []error
}

// hold takes every port of the plan. Fixed ones come first: a free one must not
// be one of them.
func (p *plan) hold(o *Options) []error {
	h := &holder{owner: map[int]string{}}
	if port := gatewayPort(o); port != 0 && p.gatewayPort == 0 { // else the system's own runs, and is held as a service is
		p.gateway = h.take("the gateway", port)
		p.gatewayPort = portOf(p.gateway)
	}
	p.lean(o, h)
	for _, s := range p.services {
		l := h.take(s.name(), s.launch.Port)
		s.port = portOf(l)
		if len(s.instances) == 1 {
			s.instances[0].held, s.instances[0].port = l, s.port
			continue
		}
		s.balancer = l
	}
	for _, s := range p.services {
		for _, in := range s.instances {
			if in.held == nil && s.balancer != nil {
				in.held = h.take(in.name, 0)
				in.port = portOf(in.held)
			}
		}
	}
	return h.problems
}

// gatewayPort is 0 where no development gateway is wanted: the spec has none, or
// says that its users run their own.
func gatewayPort(o *Options) int {
	g := o.System.Gateway
	switch {
	case o.GatewayPort != 0:
		return o.GatewayPort
	case g == nil || g.Name == spec.NoGateway:
		return 0
	case g.Port != 0:
		return g.Port
	}
	return spec.DefaultGatewayPort
}

// take listens on a port, 0 for any free one, or notes why it cannot.
func (h *holder) take(who string, port int) net.Listener {
	if other := h.owner[port]; other != "" {
		h.problems = append(h.problems, fmt.Errorf("port %d is wanted by %s and by %s", port, other, who))
		return nil
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	// Some systems let us listen beside a program that listens on all addresses.
	if port != 0 && answers(address) {
		h.problems = append(h.problems, taken(who, port, "something answers there"))
		return nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		h.problems = append(h.problems, taken(who, port, err.Error()))
		return nil
	}
	h.owner[portOf(l)] = who
	return l
}

func taken(who string, port int, why string) error {
	return fmt.Errorf("%s cannot have port %d: another program uses it (`lsof -i :%d` shows which): %s", who, port, port, why)
}

func answers(address string) bool {
	conn, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func portOf(l net.Listener) int {
	if l == nil {
		return 0
	}
	return l.Addr().(*net.TCPAddr).Port
}

// release gives back what is still held.
func (p *plan) release() {
	closeListener(&p.gateway)
	closeListener(&p.played)
	for _, s := range p.services {
		closeListener(&s.balancer)
		for _, in := range s.instances {
			closeListener(&in.held)
		}
	}
}

func closeListener(l *net.Listener) {
	if *l != nil {
		_ = (*l).Close()
		*l = nil
	}
}
