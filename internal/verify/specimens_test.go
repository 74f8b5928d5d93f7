package verify

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/azulejo-dev/azulejo/internal/spec"
)

// secondWays are further ways to violate a clause, beside BREAK=<clause>.
var secondWays = []string{
	"C01-probes", "C02-range", "C02-value", "C05-size", "C06-host", "C10-call", "C11-drain", "C13-log", "C20-type", "C21-clean", "C22-malformed",
	"C27-idle", "C30-label", "C30-unit", "C37-method", "C40-time", "C42-twice", "C44-config", "C44-level",
	"C60-early", "C60-late", "C63-slow", "C64-drain", "S01-host", "S01-slash", "S02-crash", "S02-serial", "S03-own",
}

// secondFakeWays are the same for the checks with fakes of their own.
var secondFakeWays = []string{
	"C03-default", "C03-order", "C04-hangs", "C04-json", "C04-type", "C32-label", "C41-access", "C46-baggage", "C46-body", "C46-tracestate", "C46-zero",
	"C47-export", "C48-client", "C48-error", "C48-flush", "C48-kind", "C48-probes", "C48-version", "C49-noise", "C49-slow", "C50-deadline", "C50-inbound",
	"C51-429", "C51-500", "C51-after", "C52-jitter", "C52-wait", "C53-header", "C54-4xx", "C54-percent", "C54-probe", "C54-retry", "C54-window",
	"C55-after", "C55-slow", "C57-open", "C70-early", "C71-slow", "C72-ready", "C73-beat", "C73-late", "C73-ready", "C74-required",
	"C77-aside", "C77-lost", "C77-stale", "C77-status", "C77-turn",
}

// How many specimens run at once. They mostly wait; some for more processes.
const (
	sideBySide      = 20
	fakesSideBySide = 12
)

func buildSpecimen(t *testing.T) spec.Launch {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "broken"), "../../testdata/broken")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the specimen: %v\n%s", err, out)
	}
	return spec.Launch{Service: "reviews", Dir: dir, Run: []string{"./broken"}, Calls: []string{"ratings", "price-list"}, Discovery: "eureka", Config: "spring-cloud"}
}

func broken(l spec.Launch, what string) Target {
	l.Env = map[string]string{"BREAK": what}
	return Target{Launch: l, Environ: []string{"PATH=" + os.Getenv("PATH")}}
}

// TestSpecimens: the specimen as it is passes all checks, and each way to
// break it fails the check of that clause and no other.
func TestSpecimens(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts some 900 processes, 60 s")
	}
	mustFail(t, append([]string{""}, clauses(processChecks())...), processChecks(), sideBySide)
	mustFail(t, append([]string{""}, clauses(fakeChecks())...), fakeChecks(), fakesSideBySide)
}

// TestSecondWays: the same for further ways to violate a clause.
func TestSecondWays(t *testing.T) {
	if os.Getenv("AZULEJO_FULL") == "" {
		t.Skip("make test runs these too (AZULEJO_FULL=1), 70 s")
	}
	mustFail(t, secondWays, processChecks(), sideBySide)
	mustFail(t, secondFakeWays, fakeChecks(), fakesSideBySide)
}

// TestCrossedSpecimens: no check of one half of the table fails on a specimen of
// the other half.
func TestCrossedSpecimens(t *testing.T) {
	if os.Getenv("AZULEJO_FULL") == "" {
		t.Skip("make test runs these too (AZULEJO_FULL=1), 120 s")
	}
	mustFail(t, append(clauses(fakeChecks()), secondFakeWays...), processChecks(), sideBySide)
	// Without C01, there is no process to be judged.
	mustFail(t, append(clauses(processChecks())[1:], secondWays...), fakeChecks(), fakesSideBySide)
}

// The checks fall into halves that load a machine differently: those that share a
// few processes, and those that start fakes and processes of their own.
func processChecks() []Check { return slices.DeleteFunc(Table(), withFakes) }

func fakeChecks() []Check {
	return slices.DeleteFunc(Table(), func(c Check) bool { return !withFakes(c) })
}

func withFakes(c Check) bool { return c.lane == laneOwn }

func clauses(checks []Check) []string {
	var out []string
	for _, c := range checks {
		out = append(out, c.Clause)
	}
	return out
}

func mustFail(t *testing.T, ways []string, checks []Check, atOnce int) {
	t.Helper()
	launch := buildSpecimen(t)
	began := time.Now()
	reports := runSpecimens(t, launch, ways, checks, atOnce)
	again(t, launch, ways, checks, reports)
	t.Logf("%d specimens, %d checks of each, in %.1f s\n%s", len(ways), len(checks), time.Since(began).Seconds(), matrix(ways, reports))
	for i, way := range ways {
		for _, complaint := range judgeSpecimen(way, reports[i]) {
			t.Errorf("BREAK=%s: %s", way, complaint)
		}
	}
}

// again repeats a few specimens one at a time: twenty side by side on a busy
// machine can starve one that has to keep to milliseconds. It says so.
func again(t *testing.T, launch spec.Launch, ways []string, checks []Check, reports []Report) {
	t.Helper()
	left := 12
	for i, way := range ways {
		complaints := judgeSpecimen(way, reports[i])
		if len(complaints) == 0 || left == 0 {
			continue
		}
		left--
		t.Logf("BREAK=%s once more, alone: %s", way, strings.Join(complaints, "; "))
		reports[i] = runSpecimens(t, launch, []string{way}, checks, 1)[0]
	}
}

func runSpecimens(t *testing.T, launch spec.Launch, ways []string, checks []Check, atOnce int) []Report {
	t.Helper()
	reports := make([]Report, len(ways))
	room := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i, way := range ways {
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			var err error
			if reports[i], err = run(t.Context(), broken(launch, way), Options{}, checks); err != nil {
				t.Errorf("BREAK=%s: %v", way, err)
			}
		})
	}
	wg.Wait()
	return reports
}

// judgeSpecimen returns what is not as it should be in a specimen's report.
func judgeSpecimen(way string, r Report) []string {
	var out []string
	clause, _, _ := strings.Cut(way, "-")
	for _, res := range r.Results {
		said := fmt.Sprintf("%s %s (%s)", res.Clause, res.Outcome, res.Evidence)
		switch {
		case res.Clause == clause && res.Outcome != Fail:
			out = append(out, said+", want fail")
		case res.Clause != clause && res.Outcome == Fail:
			out = append(out, said+", want pass")
		case res.Outcome == NotRun && clause != "C01": // a process that does not start
			out = append(out, said+", want a verdict")
		}
	}
	return out
}

// matrix shows what each specimen failed, and how that was told.
func matrix(ways []string, reports []Report) string {
	var out strings.Builder
	for i, way := range ways {
		failed := slices.DeleteFunc(slices.Clone(reports[i].Results), func(r Result) bool { return r.Outcome != Fail })
		fmt.Fprintf(&out, "%-14s %2d pass %2d not run %4.1f s  fails:", way, reports[i].Count(Pass), reports[i].Count(NotRun), reports[i].Duration.Seconds())
		for _, r := range failed {
			fmt.Fprintf(&out, " %s (%s)", r.Clause, clip(r.Evidence, 110))
		}
		out.WriteByte('\n')
	}
	return out.String()
}
