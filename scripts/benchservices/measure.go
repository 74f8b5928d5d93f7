package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"
)

// rest is how long a program that has started is left alone before its memory is
// taken.
const rest = time.Second

// variant is one program of a language and what was measured of it.
type variant struct {
	name     string
	launch   launch
	process  *process
	samples  map[kind][]float64
	requests int
	exported int64 // bytes that reached the sink while it was loaded
}

func (v *variant) add(k kind, value float64) { v.samples[k] = append(v.samples[k], value) }

func (b *bench) variants(l language) []*variant {
	dir := filepath.Join(b.dir, l.name)
	exporter := append(slices.Clone(b.env), "OTEL_EXPORTER_OTLP_ENDPOINT="+b.sink.url)
	list := []*variant{
		{name: bare, launch: launch{dir: dir, argv: l.bare, ready: "/api/"}},
		{name: generated, launch: launch{dir: dir, argv: l.run, ready: "/readyz", env: b.env}},
		{name: exporting, launch: launch{dir: dir, argv: l.run, ready: "/readyz", env: exporter}},
	}
	for _, v := range list {
		v.samples = map[kind][]float64{}
	}
	return list
}

// measure starts the programs of a language in turn, and then loads them in turn.
func (b *bench) measure(ctx context.Context, l language) ([]*variant, error) {
	variants := b.variants(l)
	defer func() {
		for _, v := range variants {
			if v.process != nil {
				v.process.stop()
			}
		}
	}()
	for range b.starts {
		if err := each(variants, func(v *variant) error { return v.restart(ctx) }); err != nil {
			return nil, err
		}
	}
	time.Sleep(rest)
	if err := each(variants, (*variant).takeIdle); err != nil {
		return nil, err
	}
	if err := sameAnswers(variants); err != nil {
		return nil, err
	}
	for i := range b.rounds + 1 { // the first is the warm-up
		d := b.length
		if i == 0 {
			d = l.warm
		}
		if err := each(variants, func(v *variant) error { return b.round(ctx, v, d, i > 0) }); err != nil {
			return nil, err
		}
	}
	return variants, each(variants, (*variant).takeLoaded)
}

func each(variants []*variant, do func(*variant) error) error {
	for _, v := range variants {
		if err := do(v); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return nil
}

// restart takes the time of a start; the last process is kept.
func (v *variant) restart(ctx context.Context) (err error) {
	if v.process != nil {
		v.process.stop()
	}
	if v.process, err = v.launch.start(ctx); err != nil {
		return err
	}
	v.add(start, milliseconds(v.process.started))
	return nil
}

func (v *variant) takeIdle() error   { return v.takeMemory(idle) }
func (v *variant) takeLoaded() error { return v.takeMemory(loaded) }

func (v *variant) takeMemory(k kind) error {
	mib, err := memory(v.process.pid())
	v.add(k, mib)
	return err
}

func (b *bench) round(ctx context.Context, v *variant, d time.Duration, counts bool) error {
	exported := b.sink.received.Load()
	before, err := processes()
	if err != nil {
		return err
	}
	began := time.Now()
	took, err := load(ctx, v.process.address, b.connections, d)
	if err != nil {
		return err
	}
	wall := time.Since(began)
	after, err := processes()
	if err != nil || !counts {
		return err
	}
	slices.Sort(took)
	n := float64(len(took))
	v.requests += len(took)
	v.exported += b.sink.received.Load() - exported
	v.add(cpu, microseconds(after.cpu(v.process.pid())-before.cpu(v.process.pid()))/n)
	v.add(rate, n/wall.Seconds())
	v.add(p99, milliseconds(percentile(took, 0.99)))
	if v.name == bare { // the sink works for the others
		b.own = append(b.own, microseconds(after[os.Getpid()].cpu-before[os.Getpid()].cpu)/n)
	}
	return nil
}

// sameAnswers makes sure that all do the same work: their bodies differ by the
// number of the process only.
func sameAnswers(variants []*variant) error {
	var first map[string]any
	for _, v := range variants {
		text, err := get(v.process.address, "/api/")
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		answer := map[string]any{}
		if err := json.Unmarshal(text, &answer); err != nil {
			return fmt.Errorf("%s answers %s: %w", v.name, text, err)
		}
		if answer["process_id"] == nil {
			return fmt.Errorf("%s answers without a process_id: %s", v.name, text)
		}
		maps.DeleteFunc(answer, func(key string, _ any) bool { return key == "process_id" })
		if first == nil {
			first = answer
		}
		if !reflect.DeepEqual(first, answer) {
			return fmt.Errorf("%s answers %v, %s %v", variants[0].name, first, v.name, answer)
		}
	}
	return nil
}

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
func milliseconds(d time.Duration) float64 { return microseconds(d) / 1000 }
