package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/wizard"
)

// drafts are the unfinished answers for one folder and command. They lie in the
// user's own state folder: nobody commits them by accident.
type drafts struct {
	dir     string // "" where there is no place for them
	prefix  string
	offered string // the file of the one that was offered
	of      *session
}

type draftFile struct {
	FormatVersion int         `json:"format_version"`
	Root          string      `json:"root"`
	Saved         time.Time   `json:"saved"`
	Answers       ask.Answers `json:"answers"`
}

const draftVersion = 1

func (env *Env) drafts(s *session) *drafts {
	d := &drafts{of: s, prefix: digest(s.kind+"\x00"+s.root) + "-"}
	switch state, home := env.getenv("XDG_STATE_HOME"), env.getenv("HOME"); {
	case filepath.IsAbs(state):
		d.dir = filepath.Join(state, "azulejo", "drafts")
	case filepath.IsAbs(home):
		d.dir = filepath.Join(home, ".local", "state", "azulejo", "drafts")
	}
	return d
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// offer is the newest draft that fits what flags say, or nil. A draft that cannot be
// read is none.
func (d *drafts) offer(said ask.Answers) *wizard.Draft {
	if d.dir == "" {
		return nil
	}
	entries, _ := os.ReadDir(d.dir) // no folder, no draft
	var best *wizard.Draft
	for _, e := range entries {
		name := filepath.Join(d.dir, e.Name())
		if !strings.HasPrefix(e.Name(), d.prefix) {
			continue
		}
		b, err := os.ReadFile(name)
		var f draftFile
		if err != nil || json.Unmarshal(b, &f) != nil || f.FormatVersion != draftVersion || len(f.Answers) == 0 {
			continue
		}
		if n := said["name"]; len(n) > 0 && strings.Join(f.Answers["name"], "") != n[0] {
			continue
		}
		if best == nil || f.Saved.After(best.Saved) {
			best, d.offered = &wizard.Draft{Answers: f.Answers, Saved: f.Saved.Local()}, name
		}
	}
	return best
}

// done forgets the draft that became files.
func (d *drafts) done(out *wizard.Outcome) {
	if out.Resumed && d.offered != "" {
		_ = os.Remove(d.offered) // at worst it is offered once more
	}
}

// leave keeps the answers, unless the person threw them away, and says so.
func (d *drafts) leave(env *Env, out *wizard.Outcome) {
	if typed := !maps.EqualFunc(out.Answers, d.of.said, slices.Equal); out.Action == wizard.Discard || !typed && out.Action == wizard.Lost {
		d.done(out)
		fmt.Fprintln(env.Stderr, "Nothing was written.")
		return
	}
	name, err := d.save(env, out.Answers)
	if err != nil {
		fmt.Fprintln(env.Stderr, "Nothing was written, and the answers could not be kept:", printable(err.Error()))
	} else {
		if name != d.offered {
			d.done(out)
		}
		fmt.Fprintf(env.Stderr, "Nothing was written. The answers are kept: azulejo %s%s offers them again.\n", d.of.kind, hint(env.options()))
	}
	if out.Sheet != nil && out.Sheet.Valid() {
		for _, argv := range out.Sheet.Commands(d.of.options()...) {
			fmt.Fprintln(env.Stderr, "Same thing without the wizard:", printable(strings.Join(ask.Lines(argv, 100), "\n")))
		}
	}
}

func hint(options []string) string {
	var b strings.Builder
	for _, o := range options {
		b.WriteString(" " + ask.Quote(o))
	}
	return b.String()
}

// save writes a draft as a whole or not at all. Drafts of several services lie beside
// each other.
func (d *drafts) save(env *Env, a ask.Answers) (string, error) {
	if d.dir == "" {
		return "", fmt.Errorf("neither XDG_STATE_HOME nor HOME is an absolute path")
	}
	b, err := json.MarshalIndent(draftFile{draftVersion, env.base, time.Now().UTC(), a}, "", "  ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(d.dir, ".draft-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(f.Name()) }() // nothing is left of it once it was renamed
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	name := filepath.Join(d.dir, d.prefix+digest(strings.Join(a["name"], ""))+".json")
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return name, err
}
