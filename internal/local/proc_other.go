//go:build !unix

package local

import (
	"os"
	"syscall"
)

// Windows is supported through WSL only: this file lets the package compile.

func attributes() *syscall.SysProcAttr { return nil }

func terminate(p *os.Process) { _ = p.Kill() }

func killGroup(p *os.Process) { _ = p.Kill() }
