//go:build unix

package ttytest

import (
	"fmt"
	"os"
	"syscall"
)

// pollable takes the terminal over as a file whose Close ends a Read that waits.
// The file that pty opens does not: with it a window could not be closed while
// it is read, which is always.
func pollable(master *os.File) (*os.File, error) {
	syscall.ForkLock.RLock() // or a program started meanwhile holds the window open
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Dup(int(master.Fd()))
	if err != nil {
		return nil, fmt.Errorf("copying the descriptor: %w", err)
	}
	syscall.CloseOnExec(fd)
	_ = master.Close() // nothing was written to it
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd) // it is of no use
		return nil, fmt.Errorf("reading without blocking: %w", err)
	}
	return os.NewFile(uintptr(fd), master.Name()), nil
}

// killGroup ends the program and all that it started; pty made it a session of
// its own. That nothing is left is no error.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

func exitCode(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return state.ExitCode()
}
