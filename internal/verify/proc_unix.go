//go:build unix

package verify

import (
	"os"
	"os/exec"
	"syscall"
)

const signalsWork = true

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = attributes() }

// killGroup ends what is left of the group; that nothing is left is no error.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func (in *instance) terminate() error { return in.cmd.Process.Signal(syscall.SIGTERM) }

func (in *instance) interrupt() error { return in.cmd.Process.Signal(os.Interrupt) }

func exitCode(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return state.ExitCode()
}
