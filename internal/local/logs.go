package local

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
)

// maxLine is where a longer line is cut, in bytes.
const maxLine = 1 << 20

const cutMark = " ... [cut]"

// readLines hands over each line of r without its end, the last one even
// without a newline. The bytes are valid during the call only.
func readLines(r io.Reader, limit int, emit func([]byte)) {
	in := bufio.NewReaderSize(r, 16<<10)
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = appendCut(line, part, limit)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == nil || len(line) > 0 {
			emit(bytes.TrimRight(line, "\r\n"))
		}
		if err != nil {
			return
		}
		line = line[:0]
	}
}

func appendCut(line, part []byte, limit int) []byte {
	line = append(line, part...)
	if len(bytes.TrimRight(line, "\r\n")) > limit {
		line = append(line[:limit], cutMark...)
	}
	return line
}

// logs writes the lines of all services to one stream, each whole and with the
// name of its service before it.
type logs struct {
	mu    sync.Mutex
	out   io.Writer
	width int
	color bool
}

// Cyan, yellow, green, magenta, blue, and their bright forms; no red: it means an error.
var palette = []int{36, 33, 32, 35, 34, 96, 93, 92, 95, 94}

func (l *logs) writer(name string, number int) func([]byte) {
	prefix := fmt.Sprintf("%-*s | ", l.width, name)
	if l.color {
		prefix = fmt.Sprintf("\x1b[%dm%s\x1b[0m", palette[number%len(palette)], prefix)
	}
	var line []byte
	return func(text []byte) {
		l.mu.Lock() // one service has two streams: line is shared by them
		defer l.mu.Unlock()
		line = append(append(append(line[:0], prefix...), text...), '\n')
		_, _ = l.out.Write(line)
	}
}
