package verify

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// listening returns the TCP ports on which the process or a child of it listens
// (npm and flask put one between), sorted, and whether this system can tell.
func listening(pid int) ([]int, bool) {
	own := map[string]bool{}
	for _, member := range family(pid) {
		links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", member)) // gone process: no links
		for _, l := range links {
			if to, err := os.Readlink(l); err == nil && strings.HasPrefix(to, "socket:[") {
				own[strings.Trim(to, "socket:[]")] = true
			}
		}
	}
	if len(own) == 0 {
		return nil, true // the tables can be long
	}
	var ports []int
	for _, table := range []string{"tcp", "tcp6"} {
		ports = append(ports, listeners(fmt.Sprintf("/proc/%d/net/%s", pid, table), own)...)
	}
	slices.Sort(ports)
	return slices.Compact(ports), true
}

// family is the process and all below it, at most 100.
func family(pid int) []int {
	all := []int{pid}
	for i := 0; i < len(all) && len(all) < 100; i++ {
		lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", all[i]))
		for _, list := range lists {
			text, _ := os.ReadFile(list) // gone process: no children
			for _, word := range strings.Fields(string(text)) {
				if child, err := strconv.Atoi(word); err == nil {
					all = append(all, child)
				}
			}
		}
	}
	return all
}

// listeners reads lines such as
//
//	0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345 ...
func listeners(table string, inodes map[string]bool) []int {
	f, err := os.Open(table)
	if err != nil {
		return nil
	}
	defer f.Close()
	const listen = "0A"
	var ports []int
	for s := bufio.NewScanner(f); s.Scan(); {
		w := strings.Fields(s.Text())
		if len(w) < 10 || w[3] != listen || !inodes[w[9]] {
			continue
		}
		_, hex, _ := strings.Cut(w[1], ":")
		if port, err := strconv.ParseInt(hex, 16, 32); err == nil {
			ports = append(ports, int(port))
		}
	}
	return ports
}

// secondAddress is a local address other than 127.0.0.1: Linux owns all of 127/8.
func secondAddress() string { return "127.0.0.2" }
