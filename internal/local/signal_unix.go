//go:build unix

package local

import (
	"os"
	"syscall"
)

// terminate asks the process itself: it decides what its children hear, as
// process 1 of a container does.
func terminate(p *os.Process) { _ = p.Signal(syscall.SIGTERM) }

// killGroup ends the process and all that it started and did not detach.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
