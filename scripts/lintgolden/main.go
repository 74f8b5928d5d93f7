// Command lintgolden is `make lint-golden`: what azulejo generates to deploy a
// system passes the strictest linters of each tool, and each linter is shown to
// work by a specimen that it must refuse. A linter that is missing is a failure.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// linter is one tool: which files or folders it looks at, and how.
type linter struct {
	name     string
	folder   func(file string) string     // it looks at the whole folder of a file that matches; nil: at the file
	match    func(base string) bool       // by a file's name
	argv     func(path string) [][]string // run one after the other, on a copy that may be written to
	specimen string                       // below testdata/lint: what it must refuse
}

func named(names ...string) func(string) bool {
	return func(base string) bool { return slices.Contains(names, base) }
}

func suffix(s string) func(string) bool {
	return func(base string) bool { return strings.HasSuffix(base, s) }
}

var linters = []linter{
	{"hadolint", nil, named("Dockerfile"), one("hadolint", "--no-color", "--failure-threshold", "style"), "hadolint/Dockerfile"},
	{"caddy validate", gatewayFolder, named("Caddyfile"), caddyValidate, "caddy-validate"},
	{"caddy fmt", nil, func(base string) bool { return base == "Caddyfile" || strings.HasSuffix(base, ".caddy") }, one("caddy", "fmt", "--diff"), "caddy-fmt/Caddyfile"},
	{"docker compose config", nil, named("compose.yaml"), composeConfig, "compose/compose.yaml"},
	{"terraform fmt", filepath.Dir, suffix(".tf"), one("terraform", "fmt", "-check", "-diff", "-recursive"), "terraform-fmt"},
	{"terraform validate", filepath.Dir, suffix(".tf"), validate, "terraform-validate"},
	{"tflint", filepath.Dir, suffix(".tf"), tflint, "tflint"},
}

func one(argv ...string) func(string) [][]string {
	return func(path string) [][]string { return [][]string{append(slices.Clone(argv), path)} }
}

func composeConfig(file string) [][]string {
	return [][]string{{"docker", "compose", "-f", file, "config", "--quiet", "--no-interpolate"}}
}

// gatewayFolder is that of all of a gateway's Caddyfiles, which share files.
func gatewayFolder(file string) string {
	if dir := filepath.Dir(file); filepath.Base(dir) == "door" {
		return filepath.Dir(dir)
	}
	return filepath.Dir(file)
}

func caddyValidate(dir string) (argvs [][]string) {
	inner, _ := filepath.Glob(filepath.Join(dir, "*", "Caddyfile")) // the pattern is a good one
	for _, file := range append(inner, filepath.Join(dir, "Caddyfile")) {
		argvs = append(argvs, []string{"caddy", "validate", "--adapter", "caddyfile", "--config", file})
	}
	return argvs
}

func validate(dir string) [][]string {
	return [][]string{
		{"terraform", "-chdir=" + dir, "init", "-backend=false", "-input=false", "-no-color"},
		{"terraform", "-chdir=" + dir, "validate", "-no-color"},
	}
}

func tflint(dir string) [][]string {
	config, err := filepath.Abs("scripts/terraform/tflint.hcl")
	if err != nil {
		config = "tflint.hcl"
	}
	return [][]string{{"tflint", "--no-color", "--config=" + config, "--chdir=" + dir}}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "lintgolden:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var errs []error
	for _, l := range linters {
		began := time.Now()
		found, err := l.golden(ctx)
		verdict, specimen := "no finding", "refused"
		if err != nil {
			verdict = "FINDINGS"
		}
		noBite := l.bites(ctx)
		if noBite != nil {
			specimen = "NOT REFUSED"
		}
		errs = append(errs, err, noBite)
		fmt.Printf("%-24s %3d looked at: %s; specimen: %s; %5.1f s\n", l.name, found, verdict, specimen, time.Since(began).Seconds())
	}
	return errors.Join(errs...)
}

// golden looks at everything in the golden trees once: many trees hold the same.
func (l linter) golden(ctx context.Context) (int, error) {
	seen := map[[32]byte]bool{}
	var errs []error
	err := filepath.WalkDir("testdata/golden", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !l.match(e.Name()) {
			return err
		}
		if l.folder != nil {
			path = l.folder(path)
		}
		sum, err := digest(path)
		if err != nil || seen[sum] {
			return err
		}
		seen[sum] = true
		errs = append(errs, l.look(ctx, path))
		return ctx.Err()
	})
	if len(seen) == 0 {
		errs = append(errs, fmt.Errorf("%s: nothing to look at", l.name))
	}
	return len(seen), errors.Join(append(errs, err)...)
}

// bites wants a finding for the specimen.
func (l linter) bites(ctx context.Context) error {
	path := filepath.Join("testdata/lint", filepath.FromSlash(l.specimen))
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("%s has no specimen: %w", l.name, err)
	}
	var exit *exec.ExitError
	if err := l.look(ctx, path); !errors.As(err, &exit) {
		return fmt.Errorf("%s found nothing in %s: %v", l.name, path, err)
	}
	return nil
}

// look runs the tool on a copy of the file or folder.
func (l linter) look(ctx context.Context, path string) error {
	tmp, err := os.MkdirTemp("", "lintgolden-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	target := tmp
	if l.folder != nil {
		err = os.CopyFS(tmp, os.DirFS(path))
	} else {
		target = filepath.Join(tmp, filepath.Base(path))
		err = copyFile(path, target)
	}
	if err != nil {
		return err
	}
	for _, argv := range l.argv(target) {
		out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %s: %w\n%s", l.name, path, err, strings.ReplaceAll(string(out), target, path))
		}
	}
	return nil
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o644)
}

// digest covers the names and bytes of a file, or of all files of a folder.
func digest(dir string) (sum [32]byte, err error) {
	h := sha256.New()
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path) // both begin alike
		fmt.Fprintf(h, "%s\x00%d\x00", rel, len(b))
		h.Write(b)
		return err
	})
	return [32]byte(h.Sum(nil)), err
}
