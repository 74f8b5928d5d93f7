package local

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// environment is all that a process gets: doc.go has the layers.
func (p *plan) environment(o *Options, in *instance, at map[string]string) []string {
	l := in.service.launch
	env := map[string]string{}
	maps.Copy(env, l.Env)
	env["SHUTDOWN_DRAIN_MS"] = "0"
	if len(in.service.instances) > 1 {
		env["SHUTDOWN_DRAIN_MS"] = strconv.Itoa(drainMS)
	}
	env["SHUTDOWN_TIMEOUT_MS"] = strconv.Itoa(shutdownMS)
	for _, pair := range o.Environ {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	env["HOST"], env["PORT"] = "127.0.0.1", strconv.Itoa(in.port)
	env["SERVICE_NAME"], env["PWD"] = l.Service, l.Dir
	maps.Copy(env, p.variables(o, &l))
	for _, name := range l.Calls {
		if url := at[name]; url != "" {
			env[callURL(name)] = url
		}
	}
	pairs := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		pairs = append(pairs, name+"="+env[name])
	}
	return pairs
}

// callURL is the variable in which a caller looks for a callee.
func callURL(name string) string { return "CALL_" + spec.EnvName(name) + "_URL" }

// lookup reads a variable, the last one where there are several.
func lookup(environ []string, name string) string {
	for _, pair := range slices.Backward(environ) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

func defined(environ []string, name string) bool {
	return slices.ContainsFunc(environ, func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
}
