package local

import "syscall"

// attributes gives a child a process group of its own, which Ctrl-C in the
// terminal does not reach, and lets it die with us even if we are killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
