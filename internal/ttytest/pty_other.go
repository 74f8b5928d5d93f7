//go:build !unix

package ttytest

import (
	"os"

	"github.com/creack/pty"
)

// Start fails before any of these is called.

func pollable(*os.File) (*os.File, error) { return nil, pty.ErrUnsupported }

func killGroup(*os.Process) {}

func exitCode(state *os.ProcessState) int { return state.ExitCode() }
