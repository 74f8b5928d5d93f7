package local

import (
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// ServiceError is a command of a service that failed: a step of install or
// build, or the service itself.
type ServiceError struct {
	Service   string   // the instance's name where there are several: orders.2
	Phase     string   // install, build or run
	Argv      []string // what was run
	ExitCode  int      // -1 if it did not end by itself
	LastLines []string // what it printed last, at most 20 lines
	Err       error    // what happened
}

func (e *ServiceError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %v: %s", e.Service, e.Phase, e.Err, quote(e.Argv))
	if len(e.LastLines) == 0 {
		b.WriteString("\n  (it printed nothing)")
	}
	for _, line := range e.LastLines {
		b.WriteString("\n  | " + line)
	}
	return b.String()
}

func (e *ServiceError) Unwrap() error { return e.Err }

// failure describes a process that ended though it should not have.
func failure(name, phase string, p *process, when string) *ServiceError {
	return &ServiceError{
		Service: name, Phase: phase, Argv: p.argv, ExitCode: exitCode(p.err), LastLines: p.tail.lines(),
		Err: errors.New(ending(p.err) + when),
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

func ending(err error) string {
	if code := exitCode(err); code >= 0 {
		return "ended with exit code " + strconv.Itoa(code)
	}
	return "was ended (" + err.Error() + ")"
}

// quote writes an argv so that a person can paste it into a shell.
func quote(argv []string) string {
	words := make([]string, len(argv))
	for i, arg := range argv {
		words[i] = arg
		if arg == "" || strings.ContainsAny(arg, " \t\n\"'\\$`*?[]{}()<>|&;#~!") {
			words[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
