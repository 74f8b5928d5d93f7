//go:build !unix

package verify

import (
	"errors"
	"os"
	"os/exec"
)

// signalsWork is false where a process cannot be asked to stop: C60 to C64
// are then not run.
const signalsWork = false

var errNoSignals = errors.New("this system has no signals")

func ownGroup(*exec.Cmd) {}

func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill() // it may be gone already
	}
}

func (in *instance) terminate() error { return errNoSignals }

func (in *instance) interrupt() error { return errNoSignals }

func exitCode(state *os.ProcessState) int { return state.ExitCode() }
