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

// CheckTool says what is wrong with a tool on this machine: that it is missing
// or too old, and how to get it. A version that cannot be read is taken as good.
func CheckTool(ctx context.Context, tool spec.Tool, environ []string) error {
	name := tool.Name
	if len(tool.Version) > 0 {
		name = tool.Version[0]
	}
	path, err := lookPath(name, ".", environ)
	if err != nil {
		return fmt.Errorf("%s is missing (%w); get it: %s", tool.Name, err, tool.Get)
	}
	if tool.Minimum == "" || len(tool.Version) == 0 {
		return nil
	}
	have := version(ctx, path, tool.Version[1:], environ)
	if have == "" || atLeast(have, tool.Minimum) {
		return nil
	}
	return fmt.Errorf("%s is version %s, %s or newer is needed; get it: %s", tool.Name, have, tool.Minimum, tool.Get)
}

const versionLimit = 10 * time.Second

var versionNumber = regexp.MustCompile(`\d+(\.\d+)*`)

func version(ctx context.Context, path string, args, environ []string) string {
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.WaitDelay = environ, time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return ""
	}
	return versionNumber.FindString(string(out))
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

// checkTools checks each distinct tool once, all at the same time, and names the
// services that need it.
func checkTools(ctx context.Context, services []*service, environ []string) []error {
	var tools []spec.Tool
	users := map[string][]string{}
	for _, s := range services {
		for _, tool := range s.launch.Requires {
			key := tool.Name + " " + tool.Minimum
			if users[key] == nil {
				tools = append(tools, tool)
			}
			users[key] = append(users[key], s.name())
		}
	}
	problems := make([]error, len(tools))
	var wait sync.WaitGroup
	for i, tool := range tools {
		wait.Go(func() {
			if err := CheckTool(ctx, tool, environ); err != nil {
				problems[i] = fmt.Errorf("%s: %w", strings.Join(users[tool.Name+" "+tool.Minimum], ", "), err)
			}
		})
	}
	wait.Wait()
	return problems
}
