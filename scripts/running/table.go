//go:build unix

package running

import (
	"slices"
	"strconv"
	"strings"
)

// Service is one line of the table that `azulejo up` prints.
type Service struct {
	Name   string
	URL    string
	PIDs   []int // one for each instance
	Routes []string
	Calls  []string
}

// Table has the started services by name.
type Table map[string]*Service

// Read takes the table out of what `azulejo up` printed.
func Read(text string) Table {
	t := Table{}
	for line := range strings.Lines(text) {
		t.add(line)
	}
	return t
}

// add takes a line if it is one of the table: SERVICE URL PID ROUTES CALLS.
func (t Table) add(line string) {
	words := strings.Fields(line)
	if len(words) != 5 || !strings.HasPrefix(words[1], "http://") {
		return
	}
	s := &Service{Name: words[0], URL: words[1], Routes: items(words[3]), Calls: items(words[4])}
	for _, word := range items(words[2]) {
		pid, err := strconv.Atoi(word)
		if err != nil || pid <= 0 {
			return
		}
		s.PIDs = append(s.PIDs, pid)
	}
	t[s.Name] = s
}

func items(word string) []string {
	if word == "-" {
		return nil
	}
	return strings.Split(word, ",")
}

// PIDList is the process ids as words.
func (s *Service) PIDList() string {
	words := make([]string, len(s.PIDs))
	for i, pid := range s.PIDs {
		words[i] = strconv.Itoa(pid)
	}
	return strings.Join(words, " ")
}

// Reach lists the started services that s leads to by calls, s first.
func (t Table) Reach(s *Service) []string {
	found := []string{s.Name}
	for i := 0; i < len(found); i++ {
		for _, name := range t[found[i]].Calls {
			if t[name] != nil && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found
}

// Widest is the route that reaches most services; of several the shortest, then
// the first.
func (t Table) Widest() (best *Service, path string) {
	most := 0
	for _, s := range t {
		n := len(t.Reach(s))
		for _, r := range s.Routes {
			if n > most || n == most && (len(r) < len(path) || len(r) == len(path) && r < path) {
				best, path, most = s, r, n
			}
		}
	}
	return best, path
}
