// Command e2e proves on a real container engine what azulejo generates to deploy
// a system: `make e2e-docker` and `make e2e-terraform`.
//
// It takes the engine that DOCKER_HOST or Docker's own default names. Where none
// answers, AZULEJO_CONTAINERS may name a folder with the programs engine-up,
// engine-down and standin-images, for machines that have no engine and can pull
// no image. It looks from outside: at files, containers and answers, never at
// azulejo's code.
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

// project is what compose calls each system here, so that none of the same name
// that somebody else runs is taken for it.
const project = "azulejo-e2e"

// suites are what can be run, by name.
var suites = map[string]func(context.Context, *suite) error{
	"docker":    dockerSuite,
	"terraform": terraformSuite,
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
}

func run() error {
	azulejo := flag.String("azulejo", "build/azulejo", "the binary")
	dir := flag.String("dir", "build/e2e", "where the systems and the logs are kept")
	only := flag.String("only", "", "run the steps whose names contain `TEXT`, and those that always run")
	flag.Parse()
	name := flag.Arg(0)
	of, ok := suites[name]
	if !ok {
		return errors.New("say which: docker or terraform")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := newSuite(*azulejo, filepath.Join(*dir, name), *only)
	if err != nil {
		return err
	}
	defer s.close()
	s.setenv("COMPOSE_PROJECT_NAME", project)
	began := time.Now()
	if err := s.engine(ctx); err != nil {
		return err
	}
	err = of(ctx, s)
	fmt.Printf("\n%s\ntotal %.0f s\n", strings.Join(s.times, "\n"), time.Since(began).Seconds())
	if err != nil {
		return fmt.Errorf("%w\nall output: %s", err, s.log.Name())
	}
	fmt.Printf("e2e-%s: all steps passed\n", name)
	return nil
}
