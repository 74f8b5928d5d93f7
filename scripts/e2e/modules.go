package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// offline needs no engine: it runs the tests of each root and module of both
// targets, those of equal content once.
func (t *terraformed) offline(ctx context.Context) []step {
	return []step{{"terraform: mocked tests of every root and module of both targets", func() error {
		spec, err := t.bothTargets()
		if err != nil {
			return err
		}
		d, err := t.generate(ctx, spec, "targets")
		if err != nil {
			return err
		}
		return t.checkModules(ctx, d.dir)
	}}}
}

// bothTargets writes Bookinfo's spec with a second target.
func (t *terraformed) bothTargets() (string, error) {
	b, err := os.ReadFile(filepath.Join(t.repo, "testdata/specs/valid/bookinfo.hcl"))
	if err != nil {
		return "", err
	}
	const docker = `target "docker" {}`
	if !strings.Contains(string(b), docker) {
		return "", fmt.Errorf("the spec of Bookinfo has no %s", docker)
	}
	file := filepath.Join(t.suite.dir, "targets.hcl")
	return file, os.WriteFile(file, []byte(strings.Replace(string(b), docker, docker+"\n  target \"kubernetes\" {}", 1)), 0o644)
}

func (t *terraformed) checkModules(ctx context.Context, dir string) error {
	folders, err := moduleFolders(dir)
	if err != nil {
		return err
	}
	if len(folders) < 8 { // root and module of the system and of a service, for two targets
		return fmt.Errorf("folders of Terraform with different content: %v, want at least 8", folders)
	}
	for _, folder := range folders {
		if err := t.checkModule(ctx, dir, folder); err != nil {
			return err
		}
	}
	return t.untrue(ctx, filepath.Join(dir, folders[0]))
}

// untrue is the control: a test that cannot hold must fail.
func (t *terraformed) untrue(ctx context.Context, folder string) error {
	const test = "run \"untrue\" {\n  assert {\n    condition     = output.network == \"another\"\n    error_message = \"as it should be\"\n  }\n}\n"
	name := filepath.Join(folder, "tests", "untrue.tftest.hcl")
	b, err := os.ReadFile(filepath.Join(folder, "tests", "root.tftest.hcl"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, append(b, test...), 0o644); err != nil {
		return err
	}
	defer os.Remove(name)
	failed := new(exit)
	if _, err := t.sh(ctx, folder, "terraform", "test"); !errors.As(err, &failed) {
		return fmt.Errorf("control: a test that cannot hold passed: %v", err)
	}
	t.note("control: a test that cannot hold fails")
	return nil
}

// checkModule wants all tests of a folder to pass, and some to be there. The
// linters are those of `make lint-golden`.
func (t *terraformed) checkModule(ctx context.Context, dir, folder string) error {
	path := filepath.Join(dir, folder)
	if _, err := t.sh(ctx, path, "terraform", "init", "-backend=false"); err != nil {
		return err
	}
	out, err := t.sh(ctx, path, "terraform", "test")
	if err != nil {
		return err
	}
	verdict := strings.TrimSpace(tail(out, 1))
	if !passedSome(verdict) {
		return fmt.Errorf("%s: %s", folder, verdict)
	}
	t.note("%-45s %s", folder, verdict)
	return nil
}

func passedSome(verdict string) bool {
	var passed, failed int
	n, _ := fmt.Sscanf(verdict, "Success! %d passed, %d failed.", &passed, &failed)
	return n == 2 && passed > 0 && failed == 0
}

// moduleFolders lists the folders with a main.tf, relative, one for each content.
func moduleFolders(dir string) ([]string, error) {
	seen := map[[sha256.Size]byte]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.Name() != "main.tf" {
			return err
		}
		content, err := contentOf(filepath.Dir(path))
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(dir, filepath.Dir(path))
		if key := sha256.Sum256(content); seen[key] == "" {
			seen[key] = folder
		}
		return err
	})
	return slices.Sorted(maps.Values(seen)), err
}

// contentOf joins what Terraform reads in a folder, but for the values.
func contentOf(folder string) ([]byte, error) {
	var all []byte
	for _, pattern := range []string{"*.tf", "tests/*.tftest.hcl"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			all = fmt.Appendf(all, "%s %d\n%s", filepath.Base(file), len(b), b)
		}
	}
	return all, nil
}
