package spec

// The grammar as data. A word that is known and not yet supported is refused
// with those words, so that nobody's spec is silently ignored.

type kind int

const (
	kindString kind = iota
	kindInt
	kindStrings
	kindStringMap
	kindObject
	kindDuration
)

func (k kind) String() string {
	return [...]string{
		"a string in quotes", "a whole number", "a list of strings", "a map of strings",
		"an object: { name = value }", "a duration in quotes, such as \"500ms\" or \"2s\"",
	}[k]
}

type blockShape struct {
	label  string // what the one label means, "" for a block without
	attrs  map[string]kind
	blocks map[string]*blockShape
	later  []string // attributes and blocks that a later version brings
	single bool     // at most one of it beside its siblings
}

var routeShape = &blockShape{
	label: "a path, such as \"/orders\"",
	attrs: map[string]kind{"to": kindString},
	later: []string{"weight"},
}

var callShape = &blockShape{
	label: "the name of a service or an external",
	attrs: map[string]kind{"attempt_timeout": kindDuration, "deadline": kindDuration, "retries": kindInt},
	blocks: map[string]*blockShape{"breaker": {single: true, attrs: map[string]kind{
		"window": kindDuration, "min_calls": kindInt, "failure_percent": kindInt, "open": kindDuration,
	}}},
}

var serviceShape = &blockShape{
	label: "the service's name",
	attrs: map[string]kind{
		"language": kindString, "pack": kindString, "image": kindString,
		"port": kindInt, "local_port": kindInt, "instances": kindInt, "ready_path": kindString,
		"env": kindStringMap, "secrets": kindStrings, "inputs": kindObject,
	},
	blocks: map[string]*blockShape{"route": routeShape, "call": callShape},
	later:  []string{"api", "uses", "own", "moved"},
}

var systemShape = &blockShape{
	label:  "the system's name",
	single: true,
	attrs:  map[string]kind{"namespace": kindString, "languages": kindStrings},
	blocks: map[string]*blockShape{
		"gateway": {label: "a provider, such as \"caddy\"", single: true, attrs: map[string]kind{"port": kindInt}},
		"target":  {label: "a provider, such as \"docker\""},
		"pack":    {label: "the pack's name", attrs: map[string]kind{"source": kindString}},
		"discovery": {
			label: "a provider, such as \"eureka\"", single: true, attrs: map[string]kind{"url": kindString},
		},
		"config": {label: "a provider, such as \"spring-cloud\"", single: true, attrs: map[string]kind{"url": kindString}},
	},
	later: []string{"own", "moved"},
}

var rootShape = &blockShape{
	blocks: map[string]*blockShape{
		"azulejo": {single: true, attrs: map[string]kind{"required_version": kindString}},
		"system":  systemShape,
		"external": {
			label: "the external's name", attrs: map[string]kind{"url": kindString},
			blocks: map[string]*blockShape{"route": routeShape},
		},
		"service": serviceShape,
	},
	later: []string{"moved", "own"},
}

// providersLater are the providers that azulejo knows and no pack brings yet.
// Those that a spec may name come from the packs.
var providersLater = map[string][]string{
	"gateway": {"spring-cloud", "traefik", "nginx"},
}
