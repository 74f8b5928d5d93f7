//go:build unix

package main

import (
	"slices"
	"strconv"
	"strings"
)

// service is one line of the table that `azulejo up` prints.
type service struct {
	name   string
	url    string
	pids   []int
	routes []string
	calls  []string
}

type table map[string]*service

// add takes a line if it is one of the table: SERVICE URL PID ROUTES CALLS.
func (t table) add(line string) {
	words := strings.Fields(line)
	if len(words) != 5 || !strings.HasPrefix(words[1], "http://") {
		return
	}
	s := &service{name: words[0], url: words[1], routes: items(words[3]), calls: items(words[4])}
	for _, word := range items(words[2]) {
		pid, err := strconv.Atoi(word)
		if err != nil || pid <= 0 {
			return
		}
		s.pids = append(s.pids, pid)
	}
	t[s.name] = s
}

func items(word string) []string {
	if word == "-" {
		return nil
	}
	return strings.Split(word, ",")
}

func (s *service) pidList() string {
	words := make([]string, len(s.pids))
	for i, pid := range s.pids {
		words[i] = strconv.Itoa(pid)
	}
	return strings.Join(words, " ")
}

// reach lists the started services that s leads to by calls, s first.
func (t table) reach(s *service) []string {
	found := []string{s.name}
	for i := 0; i < len(found); i++ {
		for _, name := range t[found[i]].calls {
			if t[name] != nil && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found
}

// widest is the route that reaches most services; of several the shortest, then
// the first.
func (t table) widest() (best *service, path string) {
	most := 0
	for _, s := range t {
		n := len(t.reach(s))
		for _, r := range s.routes {
			if n > most || n == most && (len(r) < len(path) || len(r) == len(path) && r < path) {
				best, path, most = s, r, n
			}
		}
	}
	return best, path
}
