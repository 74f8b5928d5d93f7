package ttytest

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// Send types text as it stands. It fails when the program does not read it or
// the terminal is closed.
func (t *Terminal) Send(text string) error {
	if err := t.write([]byte(text)); err != nil {
		return fmt.Errorf("sending %q to %s: %w", text, t.cmd.Path, err)
	}
	return nil
}

// keys are what a terminal sends that has not been asked for anything special.
var keys = map[string]string{
	"enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "esc": "\x1b", "space": " ", "backspace": "\x7f",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"home": "\x1b[H", "end": "\x1b[F", "insert": "\x1b[2~", "delete": "\x1b[3~", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
	"f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
	"f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
	"ctrl+space": "\x00",
}

// Key presses keys one after the other: a single character, or a name such as
// enter, shift+tab, up, pgdown, f1, ctrl+c or alt+x. It fails for a name that it
// does not know, and as Send does.
func (t *Terminal) Key(names ...string) error {
	for _, name := range names {
		seq, err := sequence(name)
		if err != nil {
			return err
		}
		if err := t.Send(seq); err != nil {
			return err
		}
	}
	return nil
}

func sequence(name string) (string, error) {
	if seq, ok := keys[name]; ok {
		return seq, nil
	}
	if utf8.RuneCountInString(name) == 1 {
		return name, nil
	}
	if rest, ok := strings.CutPrefix(name, "alt+"); ok {
		seq, err := sequence(rest)
		return "\x1b" + seq, err
	}
	if c, ok := strings.CutPrefix(name, "ctrl+"); ok && len(c) == 1 && strings.Contains("abcdefghijklmnopqrstuvwxyz[\\]^_", c) {
		return string(c[0] & 0x1f), nil
	}
	return "", fmt.Errorf("there is no key %q", name)
}

// Paste pastes text as terminals do: with marks around it if the program asked
// for them, and with a carriage return for each line end. It fails as Send does.
func (t *Terminal) Paste(text string) error {
	text = strings.ReplaceAll(text, "\n", "\r")
	t.mu.Lock()
	marked := t.modes[ansi.ModeBracketedPaste]
	t.mu.Unlock()
	if marked {
		text = ansi.BracketedPasteStart + text + ansi.BracketedPasteEnd
	}
	return t.Send(text)
}

// Resize makes the window width by height cells; the program is told by a
// signal. It fails when the terminal is closed.
func (t *Terminal) Resize(width, height int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.emulator.Resize(width, height)
	if err := pty.Setsize(t.tty, t.size()); err != nil {
		return fmt.Errorf("resizing the terminal of %s: %w", t.cmd.Path, err)
	}
	return nil
}

// Hangup closes the window: the program loses its terminal and gets SIGHUP. The
// screen stays as it was. It fails when the terminal is closed already.
func (t *Terminal) Hangup() error {
	if err := t.tty.Close(); err != nil {
		return fmt.Errorf("hanging up on %s: %w", t.cmd.Path, err)
	}
	return nil
}

// Signal sends a signal to the program, not to what it started. It fails when
// the program has ended.
func (t *Terminal) Signal(sig os.Signal) error {
	if err := t.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("sending %v to %s: %w", sig, t.cmd.Path, err)
	}
	return nil
}

// Latency presses a key and returns the time until the first byte came back. It
// fails as Key does, and when none came within the timeout. What the program
// writes by itself meanwhile counts too: wait for Quiet before.
func (t *Terminal) Latency(key string, timeout time.Duration) (time.Duration, error) {
	t.mu.Lock()
	before := len(t.arrivals)
	t.mu.Unlock()
	pressed := time.Now()
	if err := t.Key(key); err != nil {
		return 0, err
	}
	var took time.Duration
	err := t.wake(timeout, "output after "+key, func() bool {
		if len(t.arrivals) == before {
			return false
		}
		took = t.arrivals[before].Sub(pressed)
		return true
	})
	return took, err
}
