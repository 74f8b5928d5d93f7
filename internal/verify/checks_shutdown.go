package verify

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// drainProbe judges the answers of a probe while draining and returns how many there were.
func (f *findings) drainProbe(s *shutdown, path string, want int) int {
	n := 0
	for _, one := range s.samples {
		if one.path != path || one.at < noticeLimit || one.err != nil {
			continue
		}
		n++
		f.want(one.status == want, "GET %s %d ms after SIGTERM: %d, want %d", path, one.at.Milliseconds(), one.status, want)
	}
	f.want(n > 0, "GET %s was not answered between %s after SIGTERM and the end of the drain%s", path, noticeLimit, s.atOnce())
	return n
}

// atOnce tells of a process that did not drain at all.
func (s *shutdown) atOnce() string {
	if !s.exited || s.exitAt > drain/2 {
		return ""
	}
	return fmt.Sprintf(" (the process ended %d ms after it, with %d: SIGTERM is to begin a drain of SHUTDOWN_DRAIN_MS=%d)", s.exitAt.Milliseconds(), s.code, drainMS)
}

// drainOrder is C60.
func drainOrder(_ context.Context, b *bench) (string, error) {
	s, err := b.needShutdown()
	if err != nil {
		return "", err
	}
	if s.business == "" {
		return "", notRun(noBusiness, b.target.Paths.API)
	}
	var f findings
	f.want(s.atOnce() == "", "SIGTERM%s", s.atOnce())
	n := 0
	for _, one := range s.samples {
		if one.path != s.business {
			continue
		}
		n++
		ms := one.at.Milliseconds()
		if one.err != nil && one.end > drain {
			continue // verify itself was late: the drain was over
		}
		f.want(one.err == nil && one.status == 200, "a request %d ms after SIGTERM: %s, want 200", ms, came(one.answer, one.err))
		f.want(one.err != nil || one.closing || one.at < noticeLimit, "a request %d ms after SIGTERM: no Connection: close", ms)
	}
	f.want(n > 0, "no request was made after SIGTERM")
	f.want(s.refused != 0, "it never stopped accepting connections")
	f.want(s.refused == 0 || s.refused > drain-100*time.Millisecond, "it stopped accepting %d ms after SIGTERM, SHUTDOWN_DRAIN_MS=%d", s.refused.Milliseconds(), drainMS)
	f.want(s.refused < drain+closeSlack, "it still accepted connections %d ms after SIGTERM, SHUTDOWN_DRAIN_MS=%d", s.refused.Milliseconds(), drainMS)
	return fmt.Sprintf("%d requests served with Connection: close, refused after %d ms of %d", n, s.refused.Milliseconds(), drainMS), f.err()
}

// drainLoad is C61.
func drainLoad(_ context.Context, b *bench) (string, error) {
	s, err := b.needShutdown()
	if err != nil {
		return "", err
	}
	if s.business == "" {
		return "", notRun(noBusiness, b.target.Paths.API)
	}
	total := s.before + s.after
	if soon := s.atOnce(); s.after < loadClients && soon != "" {
		return "", fmt.Errorf("no time for a gateway to see that it leaves: requests on their way are lost%s", soon)
	}
	if s.before < loadClients || s.after < loadClients {
		return "", notRun("too little load: %d requests before and %d after SIGTERM", s.before, s.after)
	}
	if len(s.failed) > 0 {
		return "", fmt.Errorf("%d of %d requests failed (%d before SIGTERM), the first with: %s%s", len(s.failed), total, s.before, s.failed[0], s.atOnce())
	}
	return fmt.Sprintf("0 of %d requests failed, %d of them after SIGTERM", total, s.after), nil
}

// drainLate is C62.
func drainLate(_ context.Context, b *bench) (string, error) {
	s, err := b.needShutdown()
	if err != nil {
		return "", err
	}
	if s.late.at > drain-100*time.Millisecond {
		return "", notRun("this machine is too busy: the last request went out %d ms after SIGTERM", s.late.at.Milliseconds())
	}
	if s.late.err != nil || s.late.status != 200 {
		return "", fmt.Errorf("a request of 1800 ms, sent %d ms after SIGTERM: %d %v, want 200", s.late.at.Milliseconds(), s.late.status, s.late.err)
	}
	return fmt.Sprintf("sent at %d ms, answered at %d ms, the drain ended at %d", s.late.at.Milliseconds(), s.late.end.Milliseconds(), drainMS), nil
}

// exitCodes is C63.
func exitCodes(ctx context.Context, b *bench) (string, error) {
	s, err := b.needShutdown()
	if err != nil {
		return "", err
	}
	in, err := need(b.alone)
	if err != nil {
		return "", err
	}
	var f findings
	f.want(s.exited, "it did not end after a drain of %d ms", drainMS)
	f.want(!s.exited || cleanExit(s.code), "exit code %d after a drain, want 0 or 143", s.code)
	busyUntil := max(s.late.end, drain)
	f.want(s.exitAt < busyUntil+2*time.Second, "it ended %d ms after its last request", (s.exitAt - busyUntil).Milliseconds())
	began := time.Now()
	if err := in.terminate(); err != nil {
		return "", err
	}
	exited := in.awaitEnd(ctx, 5*time.Second)
	took := time.Since(began)
	f.want(exited && took < time.Second, "idle, SHUTDOWN_DRAIN_MS=0: ended %t after %d ms, want about 100", exited, took.Milliseconds())
	if exited {
		f.want(cleanExit(in.exitCode()), "idle: exit code %d, want 0 or 143", in.exitCode())
	}
	if s.atOnce() != "" {
		return fmt.Sprintf("exit %d, %d ms after SIGTERM; idle without drain: %d ms", s.code, s.exitAt.Milliseconds(), took.Milliseconds()), f.err()
	}
	return fmt.Sprintf("exit %d, %d ms after the last request; idle without drain: %d ms", s.code, (s.exitAt - busyUntil).Milliseconds(), took.Milliseconds()), f.err()
}

func cleanExit(code int) bool { return code == 0 || code == 143 }

// interrupt is C64. The process has the default drain of 10 s.
func interrupt(ctx context.Context, b *bench) (string, error) {
	if !signalsWork {
		return "", notRun("this system has no signals")
	}
	in, err := need(b.plain)
	if err != nil {
		return "", err
	}
	if err := in.interrupt(); err != nil {
		return "", in.explain(fmt.Errorf("SIGINT: %w", err))
	}
	if err := in.awaitDraining(ctx); err != nil {
		return "", in.explain(err)
	}
	began := time.Now()
	if err := in.interrupt(); err != nil {
		return "", in.explain(fmt.Errorf("second SIGINT: %w", err))
	}
	exited := in.awaitEnd(ctx, 3*time.Second)
	took := time.Since(began)
	if !exited {
		return "", fmt.Errorf("still running %d ms after a second SIGINT", took.Milliseconds())
	}
	return fmt.Sprintf("drains after SIGINT, ended %d ms after the second (exit %d)", took.Milliseconds(), in.exitCode()), nil
}

// awaitDraining waits for any sign of a drain: C10, C11 and C60 judge what a
// drain looks like.
func (in *instance) awaitDraining(ctx context.Context) error {
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end) && ctx.Err() == nil; pause(ctx, 20*time.Millisecond) {
		a, err := in.getFresh(ctx, in.paths.Ready)
		if err == nil && (a.status == 503 || a.closing) {
			return nil
		}
		if in.ended() {
			return errors.New("SIGINT ended it at once, want a drain")
		}
	}
	return fmt.Errorf("2 s after SIGINT it did not drain: %s not 503, no Connection: close", in.paths.Ready)
}
