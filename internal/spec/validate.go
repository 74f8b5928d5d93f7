package spec

import (
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/Masterminds/semver/v3"
	"github.com/hashicorp/hcl/v2"
)

// Validate checks what a parsed spec says against itself and against the
// catalog, and collects everything that is wrong or doubtful.
func Validate(p *Parsed, catalog *Catalog) hcl.Diagnostics {
	return validate(p, catalog, p.System.Services)
}

// ValidateNew says of what is about to be written all that Validate says. The other
// services are not checked one by one: a wizard asks with each key.
func ValidateNew(p *Parsed, catalog *Catalog) hcl.Diagnostics {
	var fresh []*Service
	for _, svc := range p.System.Services {
		if svc.New {
			fresh = append(fresh, svc)
		}
	}
	return validate(p, catalog, fresh)
}

// validate checks the whole, and each of some services by itself.
func validate(p *Parsed, catalog *Catalog, each []*Service) hcl.Diagnostics {
	v := &validator{decoder: decoder{sys: p.System}, catalog: catalog}
	v.system()
	v.names()
	for _, e := range v.sys.Externals {
		v.external(e)
	}
	for _, svc := range each {
		v.service(svc)
		v.variables(svc)
		v.calls(svc)
	}
	v.ports()
	v.routes()
	v.cycles()
	return Sorted(v.diags)
}

type validator struct {
	decoder
	catalog *Catalog
}

func (v *validator) warnf(rng hcl.Range, summary, format string, args ...any) {
	v.report(hcl.DiagWarning, rng, summary, format, args...)
}

// lazy compiles a pattern when it is first used: most runs use few of them.
func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

var (
	nameRE      = lazy(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	namespaceRE = lazy(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*$`)
	variableRE  = lazy(`^[A-Za-z_][A-Za-z0-9_]*$`)
	imageRE     = lazy(`^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*$`)
	segmentRE   = lazy(`^[A-Za-z0-9._~-]+$`)
)

func (v *validator) system() {
	s := v.sys
	if s.nameRange != (hcl.Range{}) {
		v.name("system", s.Name, s.nameRange)
	}
	if s.namespaceRange != (hcl.Range{}) && (len(s.Namespace) > 200 || !namespaceRE().MatchString(s.Namespace)) {
		v.errorf(s.namespaceRange, "Bad namespace", "%s cannot be the root of module paths. Use lower-case letters, digits, dots, dashes and slashes, such as \"example.com/shop\".", quoted(s.Namespace))
	}
	known := v.catalog.languageNames()
	for i, l := range s.Languages {
		if !contains(known, l) {
			v.errorf(s.languageRanges[i], "Unknown language", "No pack brings the language %s.%s", quoted(l), DidYouMean(l, known))
		}
	}
	for _, p := range s.Packs {
		v.name("pack", p.Name, p.Range)
	}
	v.providers()
	v.requiredVersion()
}

// providers reports a gateway, target, registry or config server that no pack
// brings.
func (v *validator) providers() {
	s := v.sys
	for kind, p := range map[string]*Provider{"gateway": s.ActiveGateway(), "discovery": s.Discovery, "config": s.Config} {
		if p == nil {
			continue
		}
		v.provider(kind, *p)
		if p.URL != "" && !absoluteURL(p.URL) {
			v.errorf(p.urlRange, "Bad URL", "%s is not an address. Use http://host:port/path, with no query.", quoted(p.URL))
		}
	}
	for _, t := range s.Targets {
		v.provider("target", t)
	}
}

func (v *validator) provider(kind string, p Provider) {
	now, later := v.catalog.Providers[kind], providersLater[kind]
	known := append(append([]string{}, now...), later...)
	if kind == "gateway" {
		known = append(known, NoGateway)
	}
	switch {
	case contains(now, p.Name):
	case contains(later, p.Name):
		v.errorf(p.Range, "Known, not yet supported", "%s %q comes with a later version of azulejo. Remove the block until then.", kind, p.Name)
	default:
		v.errorf(p.Range, "Unknown provider", "There is no %s %q.%s", kind, p.Name, DidYouMean(p.Name, known))
	}
}

func (v *validator) requiredVersion() {
	if v.sys.RequiredVersion == "" {
		return
	}
	c, err := semver.NewConstraint(v.sys.RequiredVersion)
	if err != nil {
		v.errorf(v.sys.versionRange, "Bad version constraint", "%s is not a constraint. Write one such as \">= 0.1\".", quoted(v.sys.RequiredVersion))
		return
	}
	have, err := semver.NewVersion(v.catalog.Version)
	if err == nil && !c.Check(have) {
		v.errorf(v.sys.versionRange, "Another azulejo is required", "The spec asks for %s, this is %s. Install a version that fits.", v.sys.RequiredVersion, v.catalog.Version)
	}
}

// noFileNames cannot name a file on every system that a repository is cloned to.
var noFileNames = []string{"con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"}

// name reports a name that could not be a host name, a folder and a variable.
func (v *validator) name(what, name string, rng hcl.Range) {
	if contains(noFileNames, name) {
		v.errorf(rng, "Bad name", "%s cannot name a %s: files are named after it, and Windows has a device of that name. Choose another.", quoted(name), what)
	}
	if !nameRE().MatchString(name) {
		v.errorf(rng, "Bad name", "%s cannot name a %s: it becomes a host name. Use 1 to 63 lower-case letters, digits and dashes, beginning with a letter and not ending with a dash.", quoted(name), what)
	}
}

// names reports names that are taken: a call may name a service or an external,
// so they share one set.
func (v *validator) names() {
	first := map[string]hcl.Range{}
	one := func(what, name string, rng hcl.Range) {
		v.name(what, name, rng)
		if at, ok := first[name]; ok {
			v.errorf(rng, "Duplicate name", "%s is taken at %s. Choose another name.", quoted(name), position(at))
			return
		}
		first[name] = rng
	}
	service := func(svc *Service) {
		one("service", svc.Name, svc.nameRange)
		if pack, taken := v.catalog.Reserved[svc.Name]; taken {
			v.errorf(svc.nameRange, "Reserved name", "%s has a meaning of its own to the system's pack %s. Choose another name.", quoted(svc.Name), pack)
		}
	}
	old, fresh := v.byAge()
	for _, svc := range old {
		service(svc)
	}
	for _, e := range v.sys.Externals {
		one("external", e.Name, e.nameRange)
	}
	for _, svc := range fresh {
		service(svc)
	}
}

// byAge parts the services that stand in the spec from those about to be written.
func (v *validator) byAge() (old, fresh []*Service) {
	for _, svc := range v.sys.Services {
		if svc.New {
			fresh = append(fresh, svc)
		} else {
			old = append(old, svc)
		}
	}
	return old, fresh
}

func (v *validator) external(e *External) {
	if e.URL != "" && !absoluteURL(e.URL) {
		v.errorf(e.urlRange, "Bad URL", "%s is not an address. Use http://host:port or https://host, with no query.", quoted(e.URL))
	}
	for _, r := range e.Routes {
		v.route(r, false)
	}
}

func (v *validator) service(svc *Service) {
	switch {
	case svc.Language == "" && svc.Image == "" && !svc.wrote("language", "image"):
		v.errorf(svc.Range, "Language or image missing", "service %s needs language = \"…\" to be generated, or image = \"…\" to be taken as it is.", quoted(svc.Name))
		v.about("language")
	case svc.Language != "" && svc.Image != "":
		v.errorf(svc.attrs["image"].rng, "Language and image together", "A service is generated (language) or taken as it is (image). Remove one of the two.")
	case svc.Image != "":
		v.imageService(svc)
	default:
		v.generatedService(svc)
	}
	if svc.wrote("instances") && (svc.Instances < 1 || svc.Instances > 1000) {
		v.errorf(svc.attrs["instances"].rng, "Instances out of range", "%d instances cannot be run. Use 1 to 1000.", svc.Instances)
	}
	for _, r := range svc.Routes {
		v.route(r, svc.Image == "")
	}
}

func (s *Service) wrote(names ...string) bool {
	for _, n := range names {
		if _, ok := s.attrs[n]; ok {
			return true
		}
	}
	return false
}

func (v *validator) imageService(svc *Service) {
	if len(svc.Image) > 255 || !imageRE().MatchString(svc.Image) {
		v.errorf(svc.attrs["image"].rng, "Bad image", "%s is not an image reference. Write one such as \"registry.example/billing:4.2\".", quoted(svc.Image))
	}
	if !svc.wrote("port") && !svc.badPort {
		v.errorf(svc.Range, "Port missing", "azulejo cannot know where an image listens. Add port = ….")
	}
	if svc.wrote("ready_path") && !validPath(svc.ReadyPath) {
		v.errorf(svc.attrs["ready_path"].rng, "Bad path", "%s is not a path. %s", quoted(svc.ReadyPath), pathAdvice)
	}
	v.onlyFor(svc, "a generated service (language)", "inputs", "pack")
}

func (v *validator) generatedService(svc *Service) {
	v.onlyFor(svc, "an image; generated services answer /readyz on their own port", "ready_path", "local_port")
	if svc.Language == "" {
		return
	}
	lang, ok := v.catalog.LanguageOf(svc)
	known := v.catalog.languageNames()
	at := svc.attrs["language"].rng
	switch {
	case !contains(known, svc.Language) && !lang.Unknown:
		v.errorf(at, "Unknown language", "No pack brings the language %s.%s", quoted(svc.Language), DidYouMean(svc.Language, known))
	case len(v.sys.Languages) > 0 && !contains(v.sys.Languages, svc.Language):
		v.errorf(at, "Language not allowed", "The system allows %s. Choose one of them, or add %s to languages.", strings.Join(v.sys.Languages, ", "), quoted(svc.Language))
	case !ok:
		v.errorf(svc.attrs["pack"].rng, "Unknown pack", "No pack %s brings the language %s.", quoted(svc.Pack), quoted(svc.Language))
	default:
		if contains(lang.Reserved, svc.Name) {
			v.errorf(svc.nameRange, "Reserved name", "%s has a meaning of its own in %s and cannot name a service there. Choose another name.", quoted(svc.Name), svc.Language)
		}
		if !lang.Unknown {
			v.inputs(svc, lang)
		}
	}
}

func (v *validator) onlyFor(svc *Service, what string, names ...string) {
	for _, n := range names {
		if svc.wrote(n) {
			v.errorf(svc.attrs[n].rng, "Attribute does not apply", "%s is for %s. Remove it.", n, what)
		}
	}
}

// contractVariables are set by whoever runs the service, from the spec.
var contractVariables = []string{"HOST", "PORT", "SERVICE_NAME", "CONTRACT_PROBES"}

// variables reports names that would meet in one variable of the service.
func (v *validator) variables(svc *Service) {
	owner := map[string]string{}
	for _, n := range contractVariables {
		owner[n] = "the contract"
	}
	for _, c := range svc.Calls {
		owner["CALL_"+EnvName(c.Name)+"_URL"] = "the address of call " + quoted(c.Name)
	}
	for _, name := range sortedKeys(svc.Env) {
		v.variable(name, "env", svc.attrs["env"].items[name], owner)
	}
	for i, name := range svc.Secrets {
		v.variable(name, "secrets", svc.attrs["secrets"].ranges[i], owner)
	}
}

func (v *validator) variable(name, where string, rng hcl.Range, owner map[string]string) {
	if !variableRE().MatchString(name) || len(name) > 255 {
		v.errorf(rng, "Bad variable name", "%s cannot be set in an environment. Use letters, digits and _, not beginning with a digit.", quoted(name))
		return
	}
	for pattern, pack := range v.catalog.ReservedSecrets {
		if taken, _ := path.Match(pattern, name); taken && where == "secrets" {
			v.errorf(rng, "Variable taken", "%s has a meaning of its own in the environment that the system's pack %s takes secrets from. Choose another name.", quoted(name), pack)
			return
		}
	}
	if by, taken := owner[name]; taken {
		v.errorf(rng, "Variable taken", "%s is set by %s already. Remove it from %s.", name, by, where)
		return
	}
	owner[name] = where
}
