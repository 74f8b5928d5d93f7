// Command benchservices is `make bench-services`: it measures what the contract
// costs. For each language the least program of the framework and the generated
// service answer the same request under the same load, taking turns in one run.
// It prints the ratios, and never fails because something was slow.
//
// It needs Linux: the numbers of the processes come from /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	b, err := parse(os.Args[1:])
	if err == nil {
		err = b.run(ctx)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	azulejo, dir, bare string // the folders: of what is generated, of the bare programs
	languages          []language
	env                []string // of the generated services, besides what all get
	starts, rounds     int
	connections        int
	length             time.Duration // of a round
	sink               *sink
	own                []float64 // µs of processor time that the load itself took for a request to a bare program
}

func parse(args []string) (*bench, error) {
	b := &bench{}
	var names string
	flags := flag.NewFlagSet("benchservices", flag.ExitOnError)
	flags.StringVar(&b.azulejo, "azulejo", "build/azulejo", "the `program` that generates")
	flags.StringVar(&b.dir, "dir", "build/bench-services", "the `folder` to generate into; installs in it are used again")
	flags.StringVar(&b.bare, "bare", "scripts/benchservices/bare", "the `folder` of the bare programs")
	flags.StringVar(&names, "languages", strings.Join(languageNames(), ","), "which `languages`")
	flags.IntVar(&b.starts, "starts", 5, "how often each is started")
	flags.IntVar(&b.rounds, "rounds", 5, "how often each is loaded")
	flags.IntVar(&b.connections, "connections", 32, "how many ask at the same time")
	flags.Func("env", "a `variable` more for the generated services, NAME=VALUE; may be repeated", func(v string) error {
		b.env = append(b.env, v)
		return nil
	})
	seconds := flags.Float64("seconds", 3, "how long a round is")
	_ = flags.Parse(args) // it ends the process itself
	b.length = time.Duration(*seconds * float64(time.Second))
	if min(b.starts, b.rounds, b.connections) < 1 || b.length <= 0 {
		return nil, errors.New("-starts, -rounds, -connections and -seconds must be more than 0")
	}
	var err error
	if b.languages, err = choose(names); err != nil {
		return nil, err
	}
	for _, path := range []*string{&b.azulejo, &b.dir, &b.bare} {
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.sink, err = openSink(); err != nil {
		return err
	}
	defer b.sink.close()
	for _, l := range b.languages {
		if err := b.prepare(ctx, l); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	var rows []row
	for _, l := range b.languages {
		fmt.Fprintf(os.Stderr, "%s: measuring\n", l.name)
		variants, err := b.measure(ctx, l)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		rows = append(rows, rowsOf(l, variants)...)
	}
	fmt.Printf("GET /api/, %d connections, access log to /dev/null; %d starts, %d rounds of %v each, alternating; median\n\n", b.connections, b.starts, b.rounds, b.length)
	printTable(os.Stdout, rows)
	fmt.Printf("\nThe load itself, on the same cores: %.1f us of processor time a request.\n", median(b.own))
	return nil
}
