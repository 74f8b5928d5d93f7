package spec

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// System is one whole spec: a system and everything around it, or a single
// service with no system (Name is then empty).
type System struct {
	Name            string
	Namespace       string   // root of module paths and package scopes, such as "example.com/shop"
	RequiredVersion string   // version constraint on azulejo itself, "" when absent
	Languages       []string // allow-list; empty allows all
	Gateway         *Provider
	Discovery       *Provider
	Config          *Provider
	Targets         []Provider
	Packs           []PackSource
	Externals       []*External
	Services        []*Service // sorted by name
	Range           hcl.Range

	nameRange, namespaceRange, versionRange hcl.Range
	languageRanges                          []hcl.Range
}

// Provider is one choice of a kind: gateway "caddy", target "docker".
type Provider struct {
	Name  string
	Port  int    // the public port of a gateway, 0 elsewhere
	URL   string // an instance that exists already, "" elsewhere
	Range hcl.Range

	portRange, urlRange hcl.Range
}

// PackSource names a pack that the system brings itself.
type PackSource struct {
	Name   string
	Source string // folder, relative to the spec that names it
	Range  hcl.Range
}

// External is something that is called or routed to and is not ours.
type External struct {
	Name   string
	URL    string
	Routes []Route
	Range  hcl.Range

	nameRange, urlRange hcl.Range
}

// Service is one deployable. Exactly one of Language and Image is set.
type Service struct {
	Name      string
	Language  string
	Pack      string // chosen pack where several share the language, "" otherwise
	Image     string
	Port      int // where it listens: process, container, cluster
	LocalPort int // on a developer's machine, 0 means Port
	Instances int
	ReadyPath string
	Env       map[string]string
	Secrets   []string // names of variables, never values
	Routes    []Route
	Calls     []Call
	Inputs    map[string]cty.Value
	Range     hcl.Range // the block's header
	File      string    // where the block stands
	New       bool      // about to be written

	nameRange hcl.Range
	attrs     map[string]value // for messages about single values
	badPort   bool             // a port was written and is wrong: do not choose another
}

// Route is one path prefix at the gateway.
type Route struct {
	Path  string
	To    string // prefix at the backend; "" leaves the path unchanged
	Range hcl.Range

	toRange hcl.Range
}

// Call is one dependency of a service on another service or on an external.
type Call struct {
	Name           string
	AttemptTimeout time.Duration // one attempt
	Deadline       time.Duration // all attempts together
	Retries        int           // attempts after the first
	Breaker        Breaker
	Range          hcl.Range
}

// Breaker is when a call's circuit breaker opens: at MinCalls attempts within
// Window of which FailurePercent or more failed.
type Breaker struct {
	Window         time.Duration
	MinCalls       int
	FailurePercent int
	Open           time.Duration // until one call is let through
}

// Defaults of the contract that a spec can change.
const (
	DefaultGatewayPort    = 8080
	FirstServicePort      = 8101
	DefaultAttemptTimeout = time.Second
	DefaultDeadline       = 3 * time.Second
	DefaultRetries        = 2
	MaxRetries            = 5
	MaxBreakerCalls       = 1_000_000
	DefaultReadyPath      = "/readyz"
	GeneratedTo           = "/api" // where a generated service serves its routes
)

// DefaultBreaker has the numbers of Netflix Hystrix.
var DefaultBreaker = Breaker{Window: 10 * time.Second, MinCalls: 20, FailurePercent: 50, Open: 5 * time.Second}

// A generated platform has one address in every system, as a service has its own:
// PlatformName is its host there, and PlatformPort its port everywhere.
const (
	PlatformName = "platform"
	PlatformPort = 8761
)

// NewCall is a call with the defaults of the contract.
func NewCall(name string) Call {
	return Call{Name: name, AttemptTimeout: DefaultAttemptTimeout, Deadline: DefaultDeadline, Retries: DefaultRetries, Breaker: DefaultBreaker}
}

// NoGateway is the provider of a system whose gateway is not azulejo's.
const NoGateway = "none"

// ActiveGateway returns the gateway that is generated for the system, or nil.
func (s *System) ActiveGateway() *Provider {
	if s.Gateway == nil || s.Gateway.Name == NoGateway {
		return nil
	}
	return s.Gateway
}

// Service returns the named service, or nil.
func (s *System) Service(name string) *Service {
	for _, svc := range s.Services {
		if svc.Name == name {
			return svc
		}
	}
	return nil
}

// External returns the named external, or nil.
func (s *System) External(name string) *External {
	for _, e := range s.Externals {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// FreePort is the first port from FirstServicePort on that nobody in the spec has.
func (s *System) FreePort() int {
	taken := s.takenPorts()
	port := FirstServicePort
	for taken[port] {
		port++
	}
	return port
}

func (s *System) takenPorts() map[int]bool {
	taken := map[int]bool{}
	if s.Gateway != nil {
		taken[s.Gateway.Port] = true
	}
	for _, svc := range s.Services {
		taken[svc.Port], taken[svc.LocalPort] = true, true
	}
	return taken
}
