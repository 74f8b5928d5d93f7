//go:build unix

package running

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	all := Read(strings.Join([]string{
		"SERVICE URL PID ROUTES CALLS", "a http://127.0.0.1:1 11 /aa b", "b http://127.0.0.1:2 12,13 /x,/y a,c,outside",
		"c http://127.0.0.1:3 14 - -", "billing is an image: start", "d http://127.0.0.1:4 0 - -", "ready: http://127.0.0.1:8080",
	}, "\n"))
	if len(all) != 3 {
		t.Fatalf("%d services: %v", len(all), all)
	}
	s, path := all.Widest()
	if s.Name != "b" || path != "/x" || strings.Join(all.Reach(s), " ") != "b a c" || s.PIDList() != "12 13" {
		t.Errorf("widest is %s %s, reaching %v", s.Name, path, all.Reach(s))
	}
}

func TestProcesses(t *testing.T) {
	all := processes()
	if !all[os.Getpid()].live() || !all.descends(os.Getpid(), os.Getppid()) || all.descends(os.Getppid(), os.Getpid()) {
		t.Errorf("of %d processes: %+v", len(all), all[os.Getpid()])
	}
	table := processTable{}
	table.add(strconv.Itoa(7) + " Z+ 1")
	if table[7].live() || table[8].live() {
		t.Error("a dead process is taken for a live one")
	}
}
