//go:build !linux

package verify

import "net"

// listening cannot be told here without extra tools.
func listening(int) ([]int, bool) { return nil, false }

// secondAddress is a local address other than 127.0.0.1, "" if there is none.
func secondAddress() string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	return ""
}
