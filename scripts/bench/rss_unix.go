//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// maxRSS is a process's largest resident size in KiB.
func maxRSS(s *os.ProcessState) int64 {
	u, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" { // bytes there
		return u.Maxrss / 1024
	}
	return u.Maxrss
}
