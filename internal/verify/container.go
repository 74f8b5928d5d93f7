package verify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// containerGrace is what starting and removing a container costs beside what runs
// in it.
const containerGrace = 30 * time.Second

// container is the other side of a `docker run` that is an instance's process.
type container struct {
	name string
	env  []string // for docker itself
}

// runImage is the command that runs an image as a process would run: on the
// machine's own network, so that it finds the fakes and its port is its own, with
// its output and its signals passed on. Values go by the environment, not by argv.
func runImage(image string, names, env []string) (*container, []string) {
	c := &container{name: "azulejo-verify-" + strconv.FormatUint(rand.Uint64(), 36), env: env}
	argv := []string{"docker", "run", "--rm", "--pull", "never", "--network", "host", "--name", c.name}
	for _, name := range slices.Sorted(slices.Values(names)) {
		argv = append(argv, "--env", name)
	}
	return c, append(argv, image)
}

// CheckImage says why an image cannot be run: no docker, no engine, no such image.
func CheckImage(ctx context.Context, image string, environ []string) error {
	cmd := exec.CommandContext(ctx, "docker", "image", "inspect", "--format", "{{.Id}}", "--", image)
	cmd.Env = environ
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("running %s: there is no docker here: https://docs.docker.com/get-docker/", image)
	}
	return fmt.Errorf("docker has no image %s that could be run (build or pull it first): %s", image, clip(strings.TrimSpace(string(out)), 300))
}

// remove ends the container, whatever state it is in; that there is none is fine.
func (c *container) remove() { _, _ = c.docker("rm", "--force", "--volumes", c.name) }

// pid is the process in the container as this machine sees it, 0 if it does not.
func (c *container) pid() int {
	out, err := c.docker("inspect", "--format", "{{.State.Pid}}", c.name)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(out)) // "0" of one that has ended
	return n
}

func (c *container) docker(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), containerGrace)
	defer cancel()
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Env = c.env
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("docker %s: %w", args[0], err)
	}
	return string(out), nil
}
