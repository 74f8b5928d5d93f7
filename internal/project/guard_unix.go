//go:build unix

package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// guard lets one azulejo at a time write to a root; a second one waits a little
// and then says who is in the way. The kernel drops the guard with the process.
func guard(ctx context.Context, root *os.Root, name string) (release func(), err error) {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, fmt.Errorf("writing to %s: %w", root.Name(), err)
	}
	until := time.Now().Add(10 * time.Second)
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			_ = f.Truncate(0)
			_, _ = fmt.Fprintf(f, "%d\n", os.Getpid()) // only for a person who looks
			return func() { _ = root.Remove(name); _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(until) || ctx.Err() != nil {
			_ = f.Close()
			return nil, fmt.Errorf("another azulejo is writing to %s (%s says which process): wait for it to end", root.Name(), name)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
