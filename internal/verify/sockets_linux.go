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

// listening returns the TCP ports on which the process listens, sorted, and
// whether this system can tell.
func listening(pid int) ([]int, bool) {
	own := map[string]bool{}
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid)) // gone process: no links
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && strings.HasPrefix(to, "socket:[") {
			own[strings.Trim(to, "socket:[]")] = true
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
