package ttytest

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// writeTime is how long a program may leave its input unread before a key to it
// is an error. Without it a stuck program would hang the test.
const writeTime = 10 * time.Second

// Options says what to run on which terminal. Argv is the program and its
// arguments, Dir its folder ("" is this process's). Env is its environment, laid
// over TERM=xterm-256color, COLORTERM=truecolor and LC_ALL=C.UTF-8; of this
// process's environment it sees nothing. Width and Height are in cells; 0 is 80
// and 24. A mute terminal never answers a question. Light is a light background.
type Options struct {
	Argv          []string
	Dir           string
	Env           []string
	Width, Height int
	Mute, Light   bool
}

// Terminal is a running program and its screen. Any goroutine may use it.
type Terminal struct {
	cmd             *exec.Cmd
	tty             *os.File // the terminal's side
	began           time.Time
	theme           theme
	mute            bool
	exited, drained chan struct{}

	mu       sync.Mutex
	emulator *vt.Emulator
	modes    map[ansi.Mode]bool // what the program has set
	output   []byte
	arrivals []time.Time   // one for each read of output
	changed  chan struct{} // closed at each arrival, then made anew
}

// Start runs the program. The caller must Close the terminal. It fails when the
// program cannot be started or the system has no pseudo terminals.
func Start(o Options) (*Terminal, error) {
	if len(o.Argv) == 0 {
		return nil, errors.New("starting a program on a terminal: no program is named")
	}
	t := newTerminal(o)
	t.began = time.Now()
	master, err := pty.StartWithSize(t.cmd, t.size())
	if err != nil {
		return nil, fmt.Errorf("starting %s on a terminal: %w", o.Argv[0], err)
	}
	go t.wait()
	t.tty, err = pollable(master)
	if err != nil {
		killGroup(t.cmd.Process)
		return nil, fmt.Errorf("reading the terminal of %s: %w", o.Argv[0], err)
	}
	go t.read()
	go t.reply()
	return t, nil
}

func newTerminal(o Options) *Terminal {
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 80, 24
	}
	t := &Terminal{
		cmd:      exec.Command(o.Argv[0], o.Argv[1:]...),
		theme:    dark,
		mute:     o.Mute,
		exited:   make(chan struct{}),
		drained:  make(chan struct{}),
		emulator: vt.NewEmulator(o.Width, o.Height),
		modes:    map[ansi.Mode]bool{},
		changed:  make(chan struct{}),
	}
	t.cmd.Dir = o.Dir
	t.cmd.Env = append([]string{"TERM=xterm-256color", "COLORTERM=truecolor", "LC_ALL=C.UTF-8"}, o.Env...)
	if o.Light {
		t.theme = light
	}
	t.setUp()
	return t
}

// setUp makes the emulator the terminal that most people have: with its
// palette, and with synchronized output and grapheme widths, which it would
// otherwise say it does not know.
func (t *Terminal) setUp() {
	t.emulator.SetDefaultForegroundColor(t.theme.foreground)
	t.emulator.SetDefaultBackgroundColor(t.theme.background)
	for i, c := range t.theme.palette {
		t.emulator.SetIndexedColor(i, c)
	}
	_, _ = t.emulator.WriteString(ansi.ResetModeSynchronizedOutput + ansi.ResetModeUnicodeCore) // a new emulator takes all
	t.emulator.SetCallbacks(vt.Callbacks{
		EnableMode:  func(m ansi.Mode) { t.modes[m] = true },
		DisableMode: func(m ansi.Mode) { t.modes[m] = false },
	})
}

func (t *Terminal) size() *pty.Winsize {
	return &pty.Winsize{Cols: uint16(t.emulator.Width()), Rows: uint16(t.emulator.Height())}
}

// wait reaps the program; its exit status is no error here.
func (t *Terminal) wait() {
	_ = t.cmd.Wait()
	close(t.exited)
}

// read feeds the screen until nobody has the program's side open any more.
func (t *Terminal) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := t.tty.Read(buf)
		if n > 0 {
			t.arrived(time.Now(), buf[:n])
		}
		if err != nil {
			break
		}
	}
	close(t.drained)
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.changed)
	t.changed = make(chan struct{})
	if c, ok := t.emulator.InputPipe().(io.Closer); ok {
		_ = c.Close() // ends reply; a pipe's Close cannot fail
	}
}

func (t *Terminal) arrived(at time.Time, b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.output = append(t.output, b...)
	t.arrivals = append(t.arrivals, at)
	_, _ = t.emulator.Write(b) // it takes what it does not know in silence
	close(t.changed)
	t.changed = make(chan struct{})
}

// reply hands the emulator's answers to the program. It runs beside read,
// because the emulator does not go on before an answer is taken.
func (t *Terminal) reply() {
	buf := make([]byte, 4<<10)
	for {
		n, err := t.emulator.Read(buf)
		if err != nil {
			return
		}
		if !t.mute {
			_ = t.write(buf[:n]) // the program may have ended: nobody asks any more
		}
	}
}

func (t *Terminal) write(b []byte) error {
	if err := t.tty.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	_, err := t.tty.Write(b)
	return err
}

// Close kills the program and all that it started, and waits for its end. It may
// be called more than once.
func (t *Terminal) Close() {
	killGroup(t.cmd.Process)
	_ = t.tty.Close() // a second time it is closed already
	<-t.exited
	<-t.drained
}

// theme is the colours that a terminal brings: the first 16 of the palette can
// be chosen, the others are fixed.
type theme struct {
	foreground, background color.RGBA
	palette                [16]color.RGBA
}

var dark = theme{rgb(0xd6dae0), rgb(0x111418), colours(
	0x484f58, 0xff7b72, 0x3fb950, 0xd29922, 0x58a6ff, 0xbc8cff, 0x39c5cf, 0xb1bac4,
	0x6e7681, 0xffa198, 0x56d364, 0xe3b341, 0x79c0ff, 0xd2a8ff, 0x56d4dd, 0xffffff)}

var light = theme{rgb(0x1f2328), rgb(0xffffff), colours(
	0x24292f, 0xcf222e, 0x116329, 0x4d2d00, 0x0969da, 0x8250df, 0x1b7c83, 0x6e7781,
	0x57606a, 0xa40e26, 0x1a7f37, 0x633c01, 0x218bff, 0xa475f9, 0x3192aa, 0x8c959f)}

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

func colours(values ...uint32) (p [16]color.RGBA) {
	for i, v := range values {
		p[i] = rgb(v)
	}
	return p
}
