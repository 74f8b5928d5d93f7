package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

const (
	patience   = 30 * time.Second
	settled    = time.Second // then nothing of the start is left to do
	idleRounds = 3
)

// wizard is what the wizard's numbers need to know.
type wizard struct {
	azulejo, bare, first string
	runs                 int
	idle                 time.Duration
}

// program is what runs on the terminal, and the text that says that its first
// frame is there.
type program struct {
	name, dir, first string
	argv             []string
}

// samples are all numbers of a run: of each program, of each kind.
type samples map[string]map[string][]float64

func (s samples) add(p program, kind string, v float64) {
	if s[p.name] == nil {
		s[p.name] = map[string][]float64{}
	}
	s[p.name][kind] = append(s[p.name][kind], v)
}

func (w wizard) bench() error {
	dir, err := memoryDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	programs, err := w.programs(dir)
	if err != nil {
		return err
	}
	s := samples{}
	for range w.runs {
		for _, p := range programs {
			if err := s.start(p); err != nil {
				return err
			}
		}
	}
	for range idleRounds {
		for _, p := range programs[:2] {
			if err := s.rest(p, w.idle); err != nil {
				return err
			}
		}
	}
	for _, p := range programs {
		info, err := os.Stat(p.argv[0])
		if err != nil {
			return err
		}
		s.add(p, "size", float64(info.Size())/(1<<20))
	}
	w.report(s)
	return nil
}

func (w wizard) programs(dir string) ([]program, error) {
	azulejo, err := filepath.Abs(w.azulejo)
	if err != nil {
		return nil, err
	}
	bare, err := filepath.Abs(w.bare)
	if err != nil {
		return nil, err
	}
	ten, hundred := filepath.Join(dir, "ten"), filepath.Join(dir, "hundred")
	for out, services := range map[string]int{ten: 10, hundred: 100} {
		if err := shop(azulejo, out, services); err != nil {
			return nil, err
		}
	}
	return []program{
		{"wizard", ten, w.first, []string{azulejo, "new"}},
		{"bare", ten, "Hello", []string{bare}},
		{"wizard, 100", hundred, w.first, []string{azulejo, "new"}},
	}, nil
}

// start takes what one start gives: on a terminal that answers, then on one that
// never does, then with a key.
func (s samples) start(p program) error {
	for prefix, mute := range map[string]bool{"": false, "mute ": true} {
		t, err := p.run(mute)
		if err != nil {
			return err
		}
		wall := t.Elapsed()
		t.Kill()
		s.add(p, prefix+"cpu", milliseconds(t.CPU()))
		s.add(p, prefix+"wall", milliseconds(wall))
		t.Close()
	}
	return s.press(p)
}

func (s samples) press(p program) error {
	t, err := p.run(false)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := t.Quiet(200*time.Millisecond, patience); err != nil {
		return err
	}
	if kib, err := resident(t.PID()); err == nil {
		s.add(p, "rss", kib/1024)
	}
	took, err := t.Latency("x", patience)
	if err != nil {
		return err
	}
	s.add(p, "key", milliseconds(took))
	return nil
}

// rest adds what the program costs while nobody touches it: of two that ran side
// by side, one for longer, the difference. The processor time of a process that
// runs cannot be read as exactly everywhere.
func (s samples) rest(p program, idle time.Duration) error {
	type result struct {
		cpu time.Duration
		err error
	}
	leave := func(d time.Duration, out chan<- result) {
		t, err := p.run(false)
		if err != nil {
			out <- result{err: err}
			return
		}
		defer t.Close()
		time.Sleep(d)
		t.Kill()
		out <- result{cpu: t.CPU()}
	}
	short, long := make(chan result, 1), make(chan result, 1)
	go leave(settled, short)
	go leave(settled+idle, long)
	a, b := <-short, <-long
	if a.err != nil {
		return a.err
	}
	if b.err != nil {
		return b.err
	}
	s.add(p, "idle", 100*max(0, (b.cpu-a.cpu).Seconds()/idle.Seconds()))
	return nil
}

// run starts the program and waits for its first frame.
func (p program) run(mute bool) (*ttytest.Terminal, error) {
	t, err := ttytest.Start(ttytest.Options{
		Argv: p.argv, Dir: p.dir, Width: 120, Height: 35, Mute: mute,
		Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir},
	})
	if err != nil {
		return nil, err
	}
	if err := t.WaitFor(p.first, patience); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// resident is the memory of a process that runs, in KiB, where there is a ps.
// The largest size that the system keeps of a process is no use: it counts what
// its parent had.
func resident(pid int) (float64, error) {
	out, err := exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0, fmt.Errorf("asking ps for the memory of %d: %w", pid, err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
