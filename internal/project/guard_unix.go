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

// patience is how long a second azulejo waits for the first one.
const patience = 10 * time.Second

// guard lets one azulejo at a time write to a root. It locks the folder of the
// records itself: there is no file to be left behind, and the kernel lets go
// when the process ends, however it ends.
func guard(ctx context.Context, root *os.Root) (release func(), err error) {
	f, err := root.Open(metaDir)
	if err != nil {
		return nil, fmt.Errorf("writing to %s: %w", root.Name(), err)
	}
	until := time.Now().Add(patience)
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(until) || ctx.Err() != nil {
			_ = f.Close()
			return nil, fmt.Errorf("another azulejo is writing to %s: wait for it to end (%w)", root.Name(), err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
