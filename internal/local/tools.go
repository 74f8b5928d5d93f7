package local

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// ToolStatus is what became of the search for a tool.
type ToolStatus string

// What a search for a tool can come to.
const (
	ToolOK      ToolStatus = "ok"
	ToolOld     ToolStatus = "old"
	ToolMissing ToolStatus = "missing"
)

// ToolState is how a tool was found. Version is "" where nobody asked for it, or
// where it could not be read: that is taken as good.
type ToolState struct {
	Status  ToolStatus
	Version string
	Err     error // why it is missing
}

// Probe looks for a tool on this machine, where environ's PATH says.
func Probe(ctx context.Context, tool spec.Tool, environ []string) ToolState {
	name := tool.Name
	if len(tool.Version) > 0 {
		name = tool.Version[0]
	}
	path, err := lookPath(name, ".", environ)
	if err != nil {
		return ToolState{Status: ToolMissing, Err: err}
	}
	if len(tool.Version) == 0 {
		return ToolState{Status: ToolOK}
	}
	have, err := version(ctx, path, tool.Version[1:], environ)
	if err != nil {
		return ToolState{Status: ToolMissing, Err: err}
	}
	if have != "" && tool.Minimum != "" && !atLeast(have, tool.Minimum) {
		return ToolState{Status: ToolOld, Version: have}
	}
	return ToolState{Status: ToolOK, Version: have}
}

// ToolsError says which tools are missing or too old, and how to get them.
type ToolsError struct{ Problems []string }

func (e *ToolsError) Error() string { return strings.Join(e.Problems, "\n") }

const versionLimit = 10 * time.Second

var versionNumber = regexp.MustCompile(`\d+(\.\d+)*`)

func version(ctx context.Context, path string, args, environ []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.WaitDelay = environ, time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", path, strings.Join(args, " "), err)
	}
	return versionNumber.FindString(string(out)), nil
}

// atLeast compares versions number by number; a missing one is 0.
func atLeast(have, want string) bool {
	h, w := strings.Split(have, "."), strings.Split(want, ".")
	for i := range max(len(h), len(w)) {
		if a, b := number(h, i), number(w, i); a != b {
			return a > b
		}
	}
	return true
}

func number(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}

// CheckTools probes each distinct tool of the services once, all at the same
// time. The error is a *ToolsError.
func CheckTools(ctx context.Context, launches []spec.Launch, environ []string) error {
	var tools []spec.Tool
	users := map[string][]string{}
	for _, l := range launches {
		for _, tool := range l.Requires {
			if users[toolKey(tool)] == nil {
				tools = append(tools, tool)
			}
			users[toolKey(tool)] = append(users[toolKey(tool)], l.Service)
		}
	}
	states := make([]ToolState, len(tools))
	var wait sync.WaitGroup
	for i, tool := range tools {
		wait.Go(func() { states[i] = Probe(ctx, tool, environ) })
	}
	wait.Wait()
	failed := &ToolsError{}
	for i, tool := range tools {
		if text := states[i].problem(tool); text != "" {
			failed.Problems = append(failed.Problems, strings.Join(users[toolKey(tool)], ", ")+": "+text)
		}
	}
	if len(failed.Problems) > 0 {
		return failed
	}
	return nil
}

func toolKey(t spec.Tool) string { return t.Name + " " + t.Minimum }

func (s ToolState) problem(tool spec.Tool) string {
	switch s.Status {
	case ToolMissing:
		return fmt.Sprintf("%s is missing (%v); get it: %s", tool.Name, s.Err, tool.Get)
	case ToolOld:
		return fmt.Sprintf("%s is version %s, %s or newer is needed; get it: %s", tool.Name, s.Version, tool.Minimum, tool.Get)
	case ToolOK:
	}
	return ""
}
