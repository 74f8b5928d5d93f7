package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// serviceName is what each generated service is called.
const serviceName = "bench"

// language is a row of what is measured. A new one needs its row, and its bare
// program in bare/NAME.
type language struct {
	name  string
	run   []string   // the generated service, in its folder, as its pack says
	build [][]string // the bare program, copied into bare/ of that folder, so that both have the same dependencies
	bare  []string
	aim   float64       // at most so many times the bare program's processor time
	warm  time.Duration // of load until it is as fast as it gets
}

var languages = []language{
	{
		name:  "go",
		run:   []string{"bin/bench"},
		build: [][]string{{"go", "build", "-trimpath", "-o", "bin/bare", "./bare"}},
		bare:  []string{"bin/bare"},
		aim:   2,
		warm:  time.Second,
	},
	{
		name: "python",
		run:  []string{".venv/bin/python", "-m", "bench"},
		bare: []string{".venv/bin/python", "bare/main.py"},
		aim:  3,
		warm: 2 * time.Second,
	},
	{
		name: "node",
		run:  []string{"node", "dist/main.js"},
		bare: []string{"node", "bare/main.js"},
		aim:  2,
		warm: 3 * time.Second,
	},
}

func languageNames() (names []string) {
	for _, l := range languages {
		names = append(names, l.name)
	}
	return names
}

// choose finds the languages of a list with commas.
func choose(list string) (chosen []language, err error) {
	for name := range strings.SplitSeq(list, ",") {
		i := slices.Index(languageNames(), name)
		if i < 0 {
			return nil, fmt.Errorf("no language %q: there are %s", name, strings.Join(languageNames(), ", "))
		}
		chosen = append(chosen, languages[i])
	}
	return chosen, nil
}
