package verify

import "syscall"

// attributes gives a service a process group of its own, and lets it die with us
// even if we are killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
