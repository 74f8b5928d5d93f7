//go:build unix && !linux

package verify

import "syscall"

// attributes gives a service a process group of its own.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
