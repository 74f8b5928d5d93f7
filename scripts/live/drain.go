//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/azulejo-dev/azulejo/scripts/e2e/load"
	"github.com/azulejo-dev/azulejo/scripts/running"
)

const (
	slow       = 20 * time.Millisecond // what the services call takes
	getters    = 12
	warmLoad   = 2 * time.Second
	afterLoad  = time.Second
	endLimit   = 20 * time.Second // for an instance that was told to stop
	loadLimit  = 90 * time.Second
	notAllowed = http.StatusMethodNotAllowed
)

// stress is how hard it is made: of so many instances some are stopped at once.
type stress struct {
	instances, stopped, posters, least int
	signal                             syscall.Signal
}

// The control kills, and takes more of all: with SHUTDOWN_DRAIN_MS=0 a SIGTERM
// loses what is under way at that moment, 1 to 8 requests, which might be none.
func (l *live) withDrain() stress {
	return stress{instances: 2, stopped: 1, posters: 4, least: l.requests, signal: syscall.SIGTERM}
}
func withoutDrain() stress {
	return stress{instances: 4, stopped: 3, posters: 32, signal: syscall.SIGKILL}
}

// drained is what a load saw while some of the instances were stopped.
type drained struct {
	gets, posts load.Summary
	stress
	victims        []string // process ids
	asked, ended   time.Time
	firstLost      time.Time
	earlier, later map[string]int // GETs that began before they were asked, and after they had ended, by process
	whileTheyLeft  int            // GETs that began between, and that a victim answered
}

func (d *drained) sent() int   { return d.gets.Sent + d.posts.Sent }
func (d *drained) failed() int { return d.gets.Failed + d.posts.Failed }

func (d *drained) judge() error {
	errs := []error{d.lossless()}
	want := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	want(d.sent() >= d.least, "%d requests, want %d", d.sent(), d.least)
	want(len(d.earlier) == d.instances, "before SIGTERM, %v answered, want all %d processes", d.earlier, d.instances)
	want(len(d.later) == d.instances-d.stopped, "after the end of %v, %v answered, want the others", d.victims, d.later)
	for _, v := range d.victims {
		want(d.earlier[v] > 0 && d.later[v] == 0, "process %s answered %d requests before SIGTERM and %d after its end", v, d.earlier[v], d.later[v])
	}
	return errors.Join(errs...)
}

func (d *drained) lossless() error {
	if d.failed() == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d requests were lost, the first of them sent %s after the signal: %s; %s",
		d.failed(), d.sent(), d.firstLost.Sub(d.asked).Round(time.Millisecond), d.gets, d.posts)
}

// drain is the stage.
func (l *live) drain(ctx context.Context, sys *system, dir string, up *upstream) error {
	up.always("", reply{http.StatusOK, slow})
	env, with := append(patient(), "LOG_LEVEL=info"), l.withDrain()
	err := l.session(ctx, "drain", dir, env, sys.scaled(with.instances), func(ctx context.Context, s *session) error {
		return eachLanguage(ctx, s, sys, with, func(name string, d *drained) error {
			if err := d.judge(); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			l.held("drain", "%s: %d requests, %d lost (%d GET, %d POST, slowest %s); SIGTERM to end %s, it answered %d of the GETs meanwhile, and none of %d after",
				language(name), d.sent(), d.failed(), d.gets.Sent, d.posts.Sent, max(d.gets.Slowest, d.posts.Slowest).Round(time.Millisecond),
				d.ended.Sub(d.asked).Round(10*time.Millisecond), d.whileTheyLeft, sumOf(d.later))
			return nil
		})
	})
	if err != nil {
		return err
	}
	without := withoutDrain()
	return l.session(ctx, "drain-control", dir, env, sys.scaled(without.instances), func(ctx context.Context, s *session) error {
		return eachLanguage(ctx, s, sys, without, func(name string, d *drained) error {
			return l.refused("drain", language(name)+" without a drain, SIGKILL to 3 of 4", d.lossless())
		})
	})
}

// scaled are the flags for so many instances of each; the controls are not asked here.
func (s *system) scaled(instances int) (args []string) {
	for _, name := range s.services {
		args = append(args, "--scale", name+"="+strconv.Itoa(instances))
	}
	for _, name := range s.controls {
		args = append(args, "--scale", name+"=0")
	}
	return args
}

// eachLanguage stops instances of each service in turn.
func eachLanguage(ctx context.Context, s *session, sys *system, how stress, judge func(string, *drained) error) error {
	for _, name := range sys.services {
		d, err := stopSome(ctx, s, s.Table[name], how)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := judge(name, d); err != nil {
			return err
		}
	}
	return nil
}

func stopSome(ctx context.Context, s *session, of *running.Service, how stress) (*drained, error) {
	if len(of.Routes) == 0 || len(of.PIDs) != how.instances {
		return nil, fmt.Errorf("it has the routes %v and the processes %v, want a route and %d", of.Routes, of.PIDs, how.instances)
	}
	url := s.Gateway + of.Routes[0]
	get := &load.Client{URLs: []string{url}, Workers: map[load.Kind]int{load.Get: getters}, Answered: starterAnswer, By: processID}
	// A POST is refused by the starter code, and is sent once only: no proxy repeats it.
	post := &load.Client{URLs: []string{url}, Workers: map[load.Kind]int{load.PostIdle: how.posters}, Idle: time.Millisecond, Answered: refusedPost}
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	d := &drained{stress: how}
	var gets, posts *load.Report
	var wg sync.WaitGroup
	wg.Go(func() { gets = get.Run(ctx) })
	wg.Go(func() { posts = post.Run(ctx) })
	err := d.stop(ctx, of.PIDs[:how.stopped])
	for err == nil && ctx.Err() == nil && get.Sent(load.Get)+post.Sent(load.PostIdle) < how.least {
		pause(ctx, 50*time.Millisecond)
	}
	cancel()
	wg.Wait()
	d.count(gets, posts)
	return d, err
}

// stop asks instances to stop, under load, and waits for their ends.
func (d *drained) stop(ctx context.Context, pids []int) error {
	pause(ctx, warmLoad)
	d.asked = time.Now()
	for _, pid := range pids {
		d.victims = append(d.victims, strconv.Itoa(pid))
		if err := syscall.Kill(pid, d.signal); err != nil {
			return fmt.Errorf("%s to %d: %w", d.signal, pid, err)
		}
	}
	for slices.ContainsFunc(pids, running.Live) {
		if ctx.Err() != nil || time.Since(d.asked) > endLimit {
			return fmt.Errorf("the processes %v did not end within %s of SIGTERM", pids, endLimit)
		}
		pause(ctx, 20*time.Millisecond)
	}
	d.ended = time.Now()
	pause(ctx, afterLoad)
	return nil
}

func (d *drained) count(gets, posts *load.Report) {
	d.gets, d.posts = gets.Summary(load.Get), posts.Summary(load.PostIdle)
	d.earlier, d.later = map[string]int{}, map[string]int{}
	for _, r := range slices.Concat(gets.Results, posts.Results) {
		if r.Error != "" && (d.firstLost.IsZero() || r.Start.Before(d.firstLost)) {
			d.firstLost = r.Start
		}
	}
	for _, r := range gets.Results {
		switch {
		case r.By == "":
		case r.Start.Before(d.asked):
			d.earlier[r.By]++
		case r.Start.After(d.ended):
			d.later[r.By]++
		case slices.Contains(d.victims, r.By):
			d.whileTheyLeft++
		}
	}
}

// starterAnswer wants the answer to be whole: a call that was lost inside would
// not show in the status.
func starterAnswer(status int, body []byte) error {
	var a running.Answer
	if status != http.StatusOK {
		return fmt.Errorf("status %d", status)
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Calls[callName].Status != http.StatusOK {
		return fmt.Errorf("the call of %s is %q with status %d", callName, a.Calls[callName].Error, a.Calls[callName].Status)
	}
	return nil
}

func refusedPost(status int, _ []byte) error {
	if status != notAllowed {
		return fmt.Errorf("status %d, want %d", status, notAllowed)
	}
	return nil
}

func processID(_ http.Header, body []byte) string {
	var a running.Answer
	if json.Unmarshal(body, &a) != nil || a.ProcessID == 0 {
		return ""
	}
	return strconv.Itoa(a.ProcessID)
}

func sumOf(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
