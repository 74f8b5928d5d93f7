package cli

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/verify"
)

func verdictsOf(outcomes ...verify.Outcome) []verdict {
	v := verdict{subject: subject{name: "orders"}}
	for i, o := range outcomes {
		clause := verify.Table()[i].Clause
		v.report.Results = append(v.report.Results, verify.Result{Clause: clause, Outcome: o, Evidence: "<a>\x00\x1b[31m]]>&\"\xff", Duration: time.Second})
	}
	return []verdict{v}
}

func TestVerifyCode(t *testing.T) {
	broken := append(verdictsOf(verify.Pass), verdict{err: errors.New("no")})
	for want, verdicts := range map[int][]verdict{
		exitOK:         verdictsOf(verify.Pass, verify.Waived, verify.NotApplicable),
		exitCannotTell: verdictsOf(verify.Pass, verify.NotRun),
		exitDecide:     append(broken, verdictsOf(verify.NotRun, verify.Fail)...),
	} {
		if got := verifyCode(verdicts); got != want {
			t.Errorf("%v: %d, want %d", verdicts, got, want)
		}
	}
	if got := verifyCode(broken); got != exitCannotTell {
		t.Errorf("a service that does not build: %d", got)
	}
}

// TestJUnit: whatever a service wrote, the file is XML, and its numbers are right.
func TestJUnit(t *testing.T) {
	verdicts := verdictsOf(verify.Pass, verify.Fail, verify.Waived, verify.NotApplicable, verify.NotRun)
	verdicts = append(verdicts, verdict{subject: subject{name: "a\x01b"}, err: errors.New("build failed\x07")})
	b, err := junitOf(verdicts)
	if err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal(b, &got); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if strings.ContainsAny(string(b), "\x00\x01\x07\x1b") {
		t.Errorf("control characters in\n%s", b)
	}
	s := got.Suites[0]
	if s.Tests != 5 || s.Failures != 1 || s.Errors != 1 || s.Skipped != 2 || len(s.Cases) != 5 {
		t.Errorf("%+v", s)
	}
	if s.Cases[0].Failure != nil || s.Cases[1].Failure == nil || s.Cases[2].Skipped == nil || s.Cases[3].Skipped == nil || s.Cases[4].Error == nil {
		t.Errorf("%s", b)
	}
	if s := got.Suites[1]; s.Errors != 1 || len(s.Cases) != 1 || s.Cases[0].Error == nil {
		t.Errorf("%+v", s)
	}
}

// TestVerifyInterrupted: Ctrl-C ends it with its own code and without results.
func TestVerifyInterrupted(t *testing.T) {
	t.Parallel()
	interrupted, stop := context.WithCancel(t.Context())
	defer time.AfterFunc(time.Second, stop).Stop()
	var out, errs bytes.Buffer
	env := &Env{Stdout: &out, Stderr: &errs, Environ: os.Environ(), Dir: t.TempDir()}
	if code := Run(interrupted, env, []string{"verify", "--", "sleep", "60"}); code != exitInterrupted || out.Len() > 0 {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
}
