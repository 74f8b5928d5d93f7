// Command picture is `make picture`: it runs azulejo on a terminal, presses
// recorded keys and draws the screen as it then is, as SVG and as plain text.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/azulejo-dev/azulejo/internal/ttytest"
)

// patience is for a text to appear; a frame that did not change for as long as
// still is finished.
const (
	patience = 20 * time.Second
	still    = 300 * time.Millisecond
)

func main() {
	p := photographer{}
	flag.StringVar(&p.azulejo, "azulejo", "build/azulejo", "the binary")
	flag.StringVar(&p.spec, "spec", "testdata/specs/valid/bookinfo.hcl", "the spec of the system that it runs in")
	out := flag.String("o", "docs/wizard.svg", "where the picture goes")
	light := flag.Bool("light", false, "draw it on a light terminal")
	folder := flag.String("frames", "", "write every frame as text into this folder instead, some also drawn")
	flag.Parse()
	err := p.prepare()
	switch {
	case err != nil:
	case *folder != "":
		err = p.all(*folder)
	default:
		err = p.one(*out, *light)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

// photographer knows what to take pictures of; both paths are absolute once it
// is prepared.
type photographer struct{ azulejo, spec string }

func (p *photographer) prepare() (err error) {
	if p.azulejo, err = filepath.Abs(p.azulejo); err != nil {
		return err
	}
	p.spec, err = filepath.Abs(p.spec)
	return err
}

func (p *photographer) one(out string, light bool) error {
	i := slices.IndexFunc(frames, func(f frame) bool { return f.name == cover })
	if i < 0 {
		return fmt.Errorf("no frame is called %s", cover)
	}
	f := frames[i]
	f.light = light
	_, drawn, err := p.take(f)
	if err != nil {
		return err
	}
	return os.WriteFile(out, drawn, 0o644)
}

func (p *photographer) all(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, f := range frames {
		text, drawn, err := p.take(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, f.name+".txt"), []byte(text+"\n"), 0o644)
		}
		if err == nil && f.svg {
			err = os.WriteFile(filepath.Join(folder, f.name+".svg"), drawn, 0o644)
		}
		if err != nil {
			return fmt.Errorf("frame %s: %w", f.name, err)
		}
	}
	return nil
}

// take runs azulejo in a new system, so that no frame sees what another made.
func (p *photographer) take(f frame) (text string, drawn []byte, err error) {
	home, err := os.MkdirTemp("", "azulejo-picture-")
	if err != nil {
		return "", nil, err
	}
	defer os.RemoveAll(home)
	system := filepath.Join(home, strings.TrimSuffix(filepath.Base(p.spec), ".hcl"))
	if out, err := exec.Command(p.azulejo, "apply", "-f", p.spec, "--out", system, "-y").CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("making the system: %w\n%s", err, out)
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
	if f.noColor {
		env = append(env, "NO_COLOR=1")
	}
	t, err := ttytest.Start(ttytest.Options{
		Argv: append([]string{p.azulejo}, f.args...), Dir: system, Env: env, Width: f.width, Height: f.height, Light: f.light,
	})
	if err != nil {
		return "", nil, err
	}
	defer t.Close()
	if err := play(t, f.steps); err != nil {
		return "", nil, err
	}
	return t.Screen(), draw(t, "azulejo "+strings.Join(f.args, " ")), nil
}

// play does the steps of a frame.
func play(t *ttytest.Terminal, steps []string) error {
	for _, step := range steps {
		var err error
		if text, ok := strings.CutPrefix(step, "?"); ok {
			err = t.WaitFor(text, patience)
		} else if text, ok := strings.CutPrefix(step, "="); ok {
			err = t.Send(text)
		} else {
			err = t.Key(strings.Fields(step)...)
		}
		if err == nil {
			err = t.Quiet(still, patience)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("at the step %q", step), err)
		}
	}
	return nil
}
