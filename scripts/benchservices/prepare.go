package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// prepare generates a service without calls, installs and builds it as its pack
// says, and puts the bare program beside it.
func (b *bench) prepare(ctx context.Context, l language) error {
	dir := filepath.Join(b.dir, l.name)
	if err := b.generate(ctx, l, dir); err != nil {
		return err
	}
	// verify installs and builds, and S01 says that the service answers.
	if err := run(ctx, "", b.azulejo, "verify", "-C", dir, "--only", "S01"); err != nil {
		return err
	}
	copied := filepath.Join(dir, "bare")
	if err := os.RemoveAll(copied); err != nil {
		return err
	}
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(b.bare, l.name))); err != nil {
		return err
	}
	for _, argv := range l.build {
		if err := run(ctx, dir, argv...); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) generate(ctx context.Context, l language, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "azulejo.hcl")); err == nil {
		return run(ctx, "", b.azulejo, "update", "-C", dir, "-y")
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	spec := filepath.Join(b.dir, l.name+".hcl")
	text := fmt.Sprintf("service %q {\n  language = %q\n}\n", serviceName, l.name)
	if err := os.WriteFile(spec, []byte(text), 0o600); err != nil {
		return err
	}
	return run(ctx, "", b.azulejo, "apply", "-f", spec, "--out", dir, "-y")
}

// run keeps stdout for the table.
func run(ctx context.Context, dir string, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%v: %w", argv, err)
	}
	return nil
}
