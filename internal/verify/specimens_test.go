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

// sideBySide is how many specimens run at once. They mostly wait.
const sideBySide = 20

func buildSpecimen(t *testing.T) spec.Launch {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "broken"), "../../testdata/broken")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the specimen: %v\n%s", err, out)
	}
	return spec.Launch{Service: "reviews", Dir: dir, Run: []string{"./broken"}, Calls: []string{"ratings", "price-list"}}
}

func broken(l spec.Launch, what string) Target {
	l.Env = map[string]string{"BREAK": what}
	return Target{Launch: l, Environ: []string{"PATH=" + os.Getenv("PATH")}}
}

// TestSpecimens: the specimen as it is passes all checks, and each way to
// break it fails the check of that clause and no other.
func TestSpecimens(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts some 300 processes, 20 s")
	}
	ways := []string{""}
	for _, c := range Table() {
		ways = append(ways, c.Clause)
	}
	mustFail(t, ways)
}

// TestSecondWays: the same for further ways to violate a clause.
func TestSecondWays(t *testing.T) {
	if os.Getenv("AZULEJO_FULL") == "" {
		t.Skip("make test runs these too (AZULEJO_FULL=1), 15 s")
	}
	mustFail(t, secondWays)
}

func mustFail(t *testing.T, ways []string) {
	t.Helper()
	launch := buildSpecimen(t)
	began := time.Now()
	reports := runSpecimens(t, launch, ways)
	again(t, launch, ways, reports)
	t.Logf("%d specimens in %.1f s\n%s", len(ways), time.Since(began).Seconds(), matrix(ways, reports))
	for i, way := range ways {
		for _, complaint := range judgeSpecimen(way, reports[i]) {
			t.Errorf("BREAK=%s: %s", way, complaint)
		}
	}
}

// again repeats a few specimens one at a time: twenty side by side on a busy
// machine can starve one that has to keep to milliseconds. It says so.
func again(t *testing.T, launch spec.Launch, ways []string, reports []Report) {
	t.Helper()
	left := 12
	for i, way := range ways {
		complaints := judgeSpecimen(way, reports[i])
		if len(complaints) == 0 || left == 0 {
			continue
		}
		left--
		t.Logf("BREAK=%s once more, alone: %s", way, strings.Join(complaints, "; "))
		reports[i] = runSpecimens(t, launch, []string{way})[0]
	}
}

func runSpecimens(t *testing.T, launch spec.Launch, ways []string) []Report {
	t.Helper()
	reports := make([]Report, len(ways))
	room := make(chan struct{}, sideBySide)
	var wg sync.WaitGroup
	for i, way := range ways {
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			var err error
			if reports[i], err = Run(t.Context(), broken(launch, way), Options{}); err != nil {
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
