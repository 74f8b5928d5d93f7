//go:build unix && !linux

package local

import "syscall"

// attributes gives a child a process group of its own, which Ctrl-C in the
// terminal does not reach.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
