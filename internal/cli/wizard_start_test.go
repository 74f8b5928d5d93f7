//go:build unix

package cli

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A name and six times Enter, and what came out builds and answers.
func TestNameAndSixEntersMakeAServiceThatRuns(t *testing.T) {
	t.Parallel()
	if os.Getenv("AZULEJO_FULL") == "" {
		t.Skip("make test builds and starts the service too (AZULEJO_FULL=1), 10 s")
	}
	dir := tileShop(t)
	sit(t, dir, home(t), "new").sees("Name").types("payments<enter><enter><enter><enter><enter><enter>").ends(exitOK)
	service := filepath.Join(dir, "services/payments")
	build := exec.Command("go", "build", "-o", "payments", "./cmd/payments")
	build.Dir = service
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	mustBeReady(t, service, freePort(t))
}

// mustBeReady starts the service, waits until it is ready and stops it.
func mustBeReady(t *testing.T, dir string, port int) {
	t.Helper()
	out := &safeBuffer{}
	run := exec.Command("./payments")
	run.Dir, run.Stdout, run.Stderr = dir, out, out
	run.Env = append(home(t), fmt.Sprintf("PORT=%d", port))
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	if !answers(fmt.Sprintf("http://127.0.0.1:%d/readyz", port)) {
		t.Errorf("it is not ready:\n%s", out)
	}
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("it ended by itself: %v\n%s", err, out)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v:\n%s", err, out)
		}
	case <-time.After(patience):
		_ = run.Process.Kill() // it did not want to
		t.Errorf("it did not end:\n%s", out)
	}
}

// answers says that an address answers 200 before patience ends.
func answers(url string) bool {
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(url)
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body) // only the status counts
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return true
		}
	}
	return false
}

// The six Enters may come all before the first frame: none of them is lost, and the
// last question, whether to write, is not answered by them.
func TestKeysTypedAheadAreKept(t *testing.T) {
	t.Parallel()
	dir := tileShop(t)
	check := unchanged(t, dir)
	p := sit(t, dir, home(t), "new").types("payments<enter><enter><enter><enter><enter><enter>").sees("Plan:", "to add", "azulejo new payments")
	check()
	p.types("<enter>").ends(exitOK)
	if code, out := azulejo(t, dir, "plan", "--detailed-exitcode"); code != exitOK {
		t.Errorf("plan afterwards: %d\n%s", code, out)
	}
}

// Whatever the person does, the terminal is afterwards as it was.
func TestTerminalIsPutBack(t *testing.T) {
	for name, end := range map[string]func(*person){
		"created": func(p *person) { p.types("<ctrl+r>").sees("to add").types("<enter>").ends(exitOK) },
		"left":    func(p *person) { p.types("<ctrl+c>").sees("Leave the wizard?").types("d").ends(exitInterrupted) },
		"ctrl+c":  func(p *person) { p.types("<ctrl+c><ctrl+c>").ends(exitInterrupted) },
		"saved":   func(p *person) { p.types("<ctrl+s>").ends(exitInterrupted) },
		"SIGTERM": func(p *person) { p.signal(syscall.SIGTERM).ends(exitInterrupted) },
		"SIGINT":  func(p *person) { p.signal(syscall.SIGINT).ends(exitInterrupted) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := sit(t, tileShop(t), home(t), "new").sees("Name").types("payments").sees("payments")
			end(p)
			mustBePutBack(t, p)
		})
	}
}

func (p *person) signal(s os.Signal) *person {
	p.t.Helper()
	if err := p.Signal(s); err != nil {
		p.t.Fatal(err)
	}
	return p
}

var modeSwitch = regexp.MustCompile(`\x1b\[\?(\d+)([hl])`)

// mustBePutBack checks that each mode that was switched was switched back.
func mustBePutBack(t *testing.T, p *person) {
	t.Helper()
	usual := map[string]string{"25": "h", "7": "h"} // the cursor, and wrapping
	last := map[string]string{}
	for _, m := range modeSwitch.FindAllStringSubmatch(string(p.Output()), -1) {
		last[m[1]] = m[2]
	}
	if last["1049"] == "" || last["2004"] == "" || last["25"] == "" {
		t.Errorf("the page used no modes: %v", last)
	}
	for mode, state := range last {
		want := usual[mode]
		if want == "" {
			want = "l"
		}
		if state != want {
			t.Errorf("mode %s is left at %s", mode, state)
		}
	}
	if _, _, visible := p.Cursor(); !visible {
		t.Error("the cursor is hidden")
	}
	if strings.Contains(p.Screen(), "Review and create") {
		t.Errorf("the page is still there:\n%s", p.Screen())
	}
}
