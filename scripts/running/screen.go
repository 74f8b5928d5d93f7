//go:build unix

package running

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Screen is written to by several goroutines, whole lines at a time.
type Screen struct {
	mu sync.Mutex
	w  io.Writer
}

// NewScreen writes to w.
func NewScreen(w io.Writer) *Screen { return &Screen{w: w} }

// Print writes one or more lines.
func (s *Screen) Print(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.w, strings.TrimRight(format, "\n")+"\n")
}

// Title begins a new part.
func (s *Screen) Title(format string, args ...any) {
	s.Print("%s", "\n== "+fmt.Sprintf(format, args...))
}

// each shows the lines of r to see as they come, without their ends.
func each(r io.Reader, see func(string)) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			see(strings.TrimRight(line, "\n"))
		}
		if err != nil {
			return
		}
	}
}
