package verify

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// startsWithPortOnly (C01) also answers for the other processes of the run:
// they differ in documented variables only.
func startsWithPortOnly(ctx context.Context, b *bench) (string, error) {
	var f findings
	starts := []func() (*instance, error){b.plain, b.shared, b.alone, b.draining}
	errs := make([]error, len(starts))
	var wg sync.WaitGroup
	for i, start := range starts {
		wg.Go(func() { _, errs[i] = start() })
	}
	wg.Wait()
	for _, err := range errs {
		f.want(err == nil, "%v", err)
	}
	if in, err := b.plain(); err == nil {
		a, err := in.get(ctx, "/_contract/slow?ms=0")
		f.want(err == nil && a.status == 404, "/_contract/slow without CONTRACT_PROBES: %d %v, want 404", a.status, err)
	}
	return "ready with only PORT and with the contract's variables", f.err()
}

// refusesBadConfig is C02. Two at once: both are to be named. A call's URL is
// alone, because a service may well read its calls after the rest.
func refusesBadConfig(ctx context.Context, b *bench) (string, error) {
	cases := []map[string]string{
		{"PORT": "banana7391"},
		{"REQUEST_TIMEOUT_MS": "-73915", "LOG_LEVEL": "loud7391"},
		{ // just beyond the range, and spellings that some libraries take
			"REQUEST_TIMEOUT_MS": "600001", "KEEP_ALIVE_MS": "3600001", "MAX_BODY_BYTES": "1073741825",
			"SHUTDOWN_DRAIN_MS": "+73915", "CONTRACT_PROBES": "yes", "LOG_LEVEL": "INFO",
		},
	}
	for _, name := range b.urls() {
		cases = append(cases, map[string]string{name: "nope7391"})
	}
	return b.refuseAll(ctx, cases...)
}

// urls are the variables that hold an address, as far as the service has a use for
// them. A service that azulejo did not make need not export anything.
func (b *bench) urls() (names []string) {
	l := b.target.Launch
	if len(l.Calls) > 0 {
		names = append(names, "CALL_"+spec.EnvName(l.Calls[0])+"_URL")
	}
	if l.Discovery != "" {
		names = append(names, "EUREKA_URL")
	}
	if l.Config != "" {
		names = append(names, "CONFIG_URL")
	}
	if !b.foreign() {
		names = append(names, "OTEL_EXPORTER_OTLP_ENDPOINT")
	}
	return names
}

// refusesUnits is C05.
func refusesUnits(ctx context.Context, b *bench) (string, error) {
	return b.refuseAll(ctx, map[string]string{"HEADER_TIMEOUT_MS": "7391s", "MAX_BODY_BYTES": "7391kb"})
}

func (b *bench) refuseAll(ctx context.Context, cases ...map[string]string) (string, error) {
	var f findings
	var seen []string
	for _, bad := range cases {
		code, err := b.refuse(ctx, bad)
		f.want(err == nil, "%s: %v", describe(bad), err)
		seen = append(seen, fmt.Sprintf("%s: exit %d", strings.Join(sortedKeys(bad), ", "), code))
	}
	return strings.Join(seen, "; "), f.err()
}

func describe(settings map[string]string) string {
	var out []string
	for _, k := range sortedKeys(settings) {
		out = append(out, k+"="+settings[k])
	}
	return strings.Join(out, " ")
}

// refuse starts the service with bad settings and expects it to end.
func (b *bench) refuse(ctx context.Context, bad map[string]string) (int, error) {
	return b.refuseWith(ctx, bad, bad)
}

// refuseWith is refuse where not all settings are bad, or what is bad is no setting.
func (b *bench) refuseWith(ctx context.Context, settings, bad map[string]string) (int, error) {
	in, err := b.launch(settings)
	if err != nil {
		return 0, err
	}
	opened := in.watchPort(ctx, b.opts.StartLimit)
	defer removeSocket(filepath.Join(b.target.Launch.Dir, bad["PORT"]))
	if !in.ended() {
		in.kill()
		return 0, fmt.Errorf("still running (port open: %t), want an exit code that is not 0", opened)
	}
	var f findings
	f.want(!opened, "the port was opened")
	f.want(in.exitCode() != 0, "exit 0, want 78 (another code that is not 0 is tolerated)")
	f.want(!in.stdout.flooded(), "it flooded its log")
	f.errorLine(in, bad)
	return in.exitCode(), f.err()
}

// removeSocket removes what Node makes of a PORT that is no number.
func removeSocket(path string) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		_ = os.Remove(path) // its service is judged, not what it leaves
	}
}

// errorLine wants one error line which names each variable and no value.
func (f *findings) errorLine(in *instance, bad map[string]string) {
	lines := in.stdout.all()
	f.want(len(filter(lines, func(e entry) bool { return e.fields == nil })) == 0,
		"stdout has lines that are not JSON: %s", in.lastLines())
	errors := filter(lines, func(e entry) bool { return e.text("level") == "error" })
	f.want(len(errors) == 1, "%d lines with level=error on stdout, want 1; last lines: %s", len(errors), in.lastLines())
	for _, name := range sortedKeys(bad) {
		names := slices.ContainsFunc(errors, func(e entry) bool { return strings.Contains(e.raw, name) })
		f.want(len(errors) == 0 || names, "the error line does not name %s: %s", name, in.lastLines())
		leaks := slices.ContainsFunc(append(lines, in.stderr.all()...), func(e entry) bool {
			return strings.Contains(e.raw, bad[name])
		})
		f.want(!leaks, "the output shows the value of %s", name)
	}
}

// watchPort waits for the end, or for an open port, and reports the latter.
func (in *instance) watchPort(ctx context.Context, limit time.Duration) bool {
	for end := time.Now().Add(limit); time.Now().Before(end) && ctx.Err() == nil; {
		if in.portOpen() {
			return true
		}
		if in.awaitEnd(ctx, 20*time.Millisecond) {
			return false
		}
	}
	return false
}

func (in *instance) portOpen() bool {
	if ports, known := listening(in.pid); known {
		return len(ports) > 0
	}
	return in.port != 0 && accepts(in.addr)
}

func accepts(addr string) bool {
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// listensOnOnePort is C06.
func listensOnOnePort(ctx context.Context, b *bench) (string, error) {
	plain, err := need(b.plain)
	if err != nil {
		return "", err
	}
	shared, err := need(b.shared)
	if err != nil {
		return "", err
	}
	var f findings
	ports, known := listening(plain.pid)
	known = known && (plain.box == nil || len(ports) > 0) // who may not look into a container sees none
	f.want(!known || slices.Equal(ports, []int{plain.port}), "listens on %v, want only %d", ports, plain.port)
	if host := secondAddress(); host != "" {
		f.want(accepts(net.JoinHostPort(host, strconv.Itoa(plain.port))), "without HOST it does not listen on %s, want 0.0.0.0", host)
		f.want(!accepts(net.JoinHostPort(host, strconv.Itoa(shared.port))), "HOST=127.0.0.1 is not obeyed: %s answers too", host)
	}
	f.portInUse(ctx, b)
	return fmt.Sprintf("listens on %d only, HOST obeyed, a port in use stops the start", plain.port), f.err()
}

func (f *findings) portInUse(ctx context.Context, b *bench) {
	_, port, _ := net.SplitHostPort(b.steady.addr)
	in, err := b.launch(map[string]string{"PORT": port, "HOST": "127.0.0.1"})
	if err != nil {
		f.want(false, "%v", err)
		return
	}
	if !in.awaitEnd(ctx, b.opts.StartLimit) {
		in.kill()
		f.want(false, "a port in use: still running, want an exit code that is not 0")
		return
	}
	errors := filter(in.stdout.all(), func(e entry) bool { return e.text("level") == "error" })
	f.want(in.exitCode() != 0, "a port in use: exit 0, want 1")
	f.want(len(errors) == 1, "a port in use: %d lines with level=error on stdout, want 1; last lines: %s", len(errors), in.lastLines())
}
