package ttytest

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// WaitFor waits until the screen holds the text. The error, when it never did
// within the timeout or the program ended first, holds the screen.
func (t *Terminal) WaitFor(text string, timeout time.Duration) error {
	return t.WaitUntil(fmt.Sprintf("%q", text), timeout, func(screen string) bool { return strings.Contains(screen, text) })
}

// WaitUntil waits until the screen's text is as ok wants it; what names that in
// the error, which is as WaitFor's. A frame that the program is still drawing
// (synchronized output) is not looked at.
func (t *Terminal) WaitUntil(what string, timeout time.Duration, ok func(screen string) bool) error {
	return t.wake(timeout, what, func() bool { return !t.modes[ansi.ModeSynchronizedOutput] && ok(t.text()) })
}

// wake asks ok at once and after each output; ok is called with mu held.
func (t *Terminal) wake(timeout time.Duration, what string, ok func() bool) error {
	late := time.After(timeout)
	for ended := false; ; {
		t.mu.Lock()
		done, changed := ok(), t.changed
		t.mu.Unlock()
		switch {
		case done:
			return nil
		case ended:
			return t.failure(what, "the program has closed its terminal")
		}
		select {
		case <-changed:
		case <-t.drained:
			ended = true // but what it wrote last has to be looked at
		case <-late:
			return t.failure(what, "waited "+timeout.String())
		}
	}
}

func (t *Terminal) failure(what, why string) error {
	return fmt.Errorf("no %s on the terminal of %s: %s; the screen:\n%s", what, t.cmd.Path, why, t.Screen())
}

// Quiet waits until nothing has come for d. It fails when output did not stop
// within the timeout.
func (t *Terminal) Quiet(d, timeout time.Duration) error {
	late := time.After(timeout)
	for {
		t.mu.Lock()
		changed := t.changed
		t.mu.Unlock()
		select {
		case <-time.After(d):
			return nil
		case <-changed:
		case <-late:
			return t.failure("pause of "+d.String(), "waited "+timeout.String())
		}
	}
}

// Exit waits for the program's end and the last of its output. The code is as a
// shell tells it: 128 and the signal's number for one that a signal ended. It
// fails, with the screen, when the program still runs after the timeout.
func (t *Terminal) Exit(timeout time.Duration) (code int, err error) {
	late := time.After(timeout)
	select {
	case <-t.exited:
	case <-late:
		return 0, t.failure("exit", "waited "+timeout.String())
	}
	select {
	case <-t.drained:
	case <-late: // something that it started holds the terminal
	}
	return exitCode(t.cmd.ProcessState), nil
}

// Kill ends the program at once and waits for its end.
func (t *Terminal) Kill() {
	_ = t.cmd.Process.Signal(os.Kill) // it may have ended already
	<-t.exited
}

// CPU is the processor time, user and system, of a program that has ended; 0 of
// one that runs.
func (t *Terminal) CPU() time.Duration {
	select {
	case <-t.exited:
		return t.cmd.ProcessState.UserTime() + t.cmd.ProcessState.SystemTime()
	default:
		return 0
	}
}

// PID is the number of the program's process.
func (t *Terminal) PID() int { return t.cmd.Process.Pid }
