// Command bench is `make bench`: it measures azulejo as a whole process against
// cp -r of the same tree, on a memory file system, and the wizard on a terminal
// against a bare program of the same library; each alternating in one run. It
// prints the ratios, and never fails because something was slow.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

func main() {
	azulejo := flag.String("azulejo", "build/azulejo", "the binary")
	runs := flag.Int("runs", 40, "how often each is run")
	language := flag.String("lang", "go", "the service's language")
	var w wizard
	flag.StringVar(&w.bare, "bare", "build/bare", "the bare program (scripts/bench/bare)")
	flag.IntVar(&w.runs, "wizard-runs", 20, "how often the wizard is started for each number")
	flag.StringVar(&w.first, "first", "Name", "the text that the wizard's first frame shows")
	flag.DurationVar(&w.idle, "idle", 5*time.Second, "how long the wizard is left alone")
	flag.Parse()
	w.azulejo = *azulejo
	err := bench(*azulejo, *language, *runs)
	if err == nil {
		err = w.bench()
	}
	if err == nil {
		err = inProcess()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

// cost is what one run of a process took.
type cost struct {
	wall, cpu time.Duration
	rss       int64 // KiB
}

func bench(azulejo, language string, runs int) error {
	azulejo, err := filepath.Abs(azulejo)
	if err != nil {
		return err
	}
	dir, err := memoryDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	spec := filepath.Join(dir, "one.hcl")
	if err := os.WriteFile(spec, []byte("service \"orders\" {\n  language = \""+language+"\"\n}\n"), 0o600); err != nil {
		return err
	}
	model, fresh, copied := filepath.Join(dir, "model"), filepath.Join(dir, "new"), filepath.Join(dir, "copy")
	if _, err := run(azulejo, "apply", "-f", spec, "--out", model, "-y"); err != nil {
		return err
	}
	costs := map[string][]cost{}
	for range runs {
		for _, r := range []struct {
			name  string
			clear string
			argv  []string
		}{
			{"cp -r", copied, []string{"cp", "-r", model, copied}},
			{"apply", fresh, []string{azulejo, "apply", "-f", spec, "--out", fresh, "-y"}},
			{"plan, nothing to do", "", []string{azulejo, "plan", "-C", model}},
			{"version", "", []string{azulejo, "version"}},
		} {
			if r.clear != "" {
				if err := os.RemoveAll(r.clear); err != nil {
					return err
				}
			}
			c, err := run(r.argv[0], r.argv[1:]...)
			if err != nil {
				return err
			}
			costs[r.name] = append(costs[r.name], c)
		}
	}
	report(costs, model, language, runs)
	return nil
}

// memoryDir prefers tmpfs, so that the disk is not what is measured.
func memoryDir() (string, error) {
	parent := "/dev/shm"
	if info, err := os.Stat(parent); err != nil || !info.IsDir() {
		parent = ""
		fmt.Println("note: no /dev/shm here; measuring on the disk")
	}
	return os.MkdirTemp(parent, "azulejo-bench-")
}

func run(name string, args ...string) (cost, error) {
	cmd := exec.Command(name, args...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(began)
	if err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return cost{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), rss: maxRSS(cmd.ProcessState)}, nil
}

func report(costs map[string][]cost, model, language string, runs int) {
	files := 0
	_ = filepath.WalkDir(model, func(_ string, e os.DirEntry, err error) error { // counted for the headline only
		if err == nil && !e.IsDir() {
			files++
		}
		return err
	})
	base := of(costs["cp -r"])
	fmt.Printf("one %s service, %d files with azulejo's records; %d runs each, alternating; median (minimum)\n\n", language, files, runs)
	fmt.Printf("%-20s %18s %18s %8s %10s %10s\n", "", "wall ms", "cpu ms", "MiB", "x wall", "x cpu")
	for _, name := range []string{"cp -r", "apply", "plan, nothing to do", "version"} {
		c := of(costs[name])
		fmt.Printf("%-20s %9.1f (%5.1f) %9.1f (%5.1f) %8.1f %10.2f %10.2f\n", name,
			c.wall, c.minWall, c.cpu, c.minCPU, c.rss, c.wall/base.wall, c.cpu/base.cpu)
	}
}

type figures struct{ wall, minWall, cpu, minCPU, rss float64 }

func of(cs []cost) figures {
	pick := func(get func(cost) float64) (median, least float64) {
		var v []float64
		for _, c := range cs {
			v = append(v, get(c))
		}
		return spread(v)
	}
	var f figures
	f.wall, f.minWall = pick(func(c cost) float64 { return float64(c.wall.Microseconds()) / 1000 })
	f.cpu, f.minCPU = pick(func(c cost) float64 { return float64(c.cpu.Microseconds()) / 1000 })
	f.rss, _ = pick(func(c cost) float64 { return float64(c.rss) / 1024 })
	return f
}

func spread(v []float64) (median, least float64) {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2], v[0]
}
