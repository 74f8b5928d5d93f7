package cli

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/azulejo-dev/azulejo/internal/verify"
)

// outcomeView is how an outcome looks; the order is that of the summary.
var outcomeViews = []struct {
	outcome verify.Outcome
	word    string // in a line
	counted string // in a summary
	colour  colour
}{
	{verify.Pass, "pass", "passed", green},
	{verify.Fail, "FAIL", "failed", red},
	{verify.Waived, "waived", "waived", yellow},
	{verify.NotApplicable, "not applicable", "not applicable", dim},
	{verify.NotRun, "not run", "not run", yellow},
}

// jsonCounts is how many clauses came to what.
type jsonCounts struct {
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`
	Waived        int `json:"waived"`
	NotApplicable int `json:"not_applicable"`
	NotRun        int `json:"not_run"`
}

func countsOf(count func(verify.Outcome) int) jsonCounts {
	return jsonCounts{count(verify.Pass), count(verify.Fail), count(verify.Waived), count(verify.NotApplicable), count(verify.NotRun)}
}

func (c jsonCounts) text() string {
	numbers := []int{c.Pass, c.Fail, c.Waived, c.NotApplicable, c.NotRun}
	var parts []string
	for i, view := range outcomeViews {
		if numbers[i] > 0 || i < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", numbers[i], view.counted))
		}
	}
	return strings.Join(parts, ", ")
}

// checkOf is the check of a clause, which there is for each result.
func checkOf(clause string) verify.Check {
	for _, c := range verify.Table() {
		if c.Clause == clause {
			return c
		}
	}
	return verify.Check{Clause: clause}
}

// where says which part of the contract a clause stands in.
func where(c verify.Check) string {
	return "docs/contract.md#" + strings.ReplaceAll(strings.ToLower(c.Heading), " ", "-")
}

// showVerdict prints the clauses of a service below the contract's headings.
func (env *Env) showVerdict(v verdict) {
	if v.err != nil {
		fmt.Fprintf(env.Stderr, "%s %s\n", env.paint(env.ErrTTY, red, "Error:"), printable(v.err.Error()))
		return
	}
	fmt.Fprintf(env.Stdout, "%s, %s\n", env.paint(env.OutTTY, bold, printable(v.name)), printable(v.how))
	heading := ""
	for _, r := range v.report.Results {
		c := checkOf(r.Clause)
		if c.Heading != heading {
			heading = c.Heading
			fmt.Fprintf(env.Stdout, "\n%s\n", env.paint(env.OutTTY, bold, heading))
		}
		env.showResult(c, r)
	}
	fmt.Fprintf(env.Stdout, "\n%s: %s in %.1f s\n", printable(v.name), countsOf(v.report.Count).text(), v.report.Duration.Seconds())
}

func (env *Env) showResult(c verify.Check, r verify.Result) {
	for _, view := range outcomeViews {
		if view.outcome == r.Outcome {
			word := env.paint(env.OutTTY, view.colour, fmt.Sprintf("%-14s", view.word))
			fmt.Fprintf(env.Stdout, "  %s  %s  %s\n", word, r.Clause, c.Explanation)
		}
	}
	if r.Outcome == verify.Pass {
		return
	}
	for _, line := range strings.Split(r.Evidence, "\n") {
		fmt.Fprintf(env.Stdout, "      %s\n", printable(line))
	}
	if r.Outcome == verify.Fail {
		for _, line := range r.Log {
			fmt.Fprintf(env.Stdout, "      log | %s\n", printable(line))
		}
		fmt.Fprintf(env.Stdout, "      see %s\n", where(c))
	}
}

// jsonVerify is documented in docs/verify-json.md; a test compares the two.
type jsonVerify struct {
	FormatVersion int            `json:"format_version"`
	Services      []jsonVerified `json:"services"`
}

type jsonVerified struct {
	Service string       `json:"service"`
	Target  string       `json:"target"`
	Error   string       `json:"error"`
	Seconds float64      `json:"seconds"`
	Summary jsonCounts   `json:"summary"`
	Clauses []jsonClause `json:"clauses"`
}

type jsonClause struct {
	Clause      string   `json:"clause"`
	Level       int      `json:"level"`
	Heading     string   `json:"heading"`
	Explanation string   `json:"explanation"`
	Outcome     string   `json:"outcome"`
	Evidence    string   `json:"evidence"`
	Log         []string `json:"log"`
	See         string   `json:"see"`
	Seconds     float64  `json:"seconds"`
}

func jsonVerifyOf(verdicts []verdict) jsonVerify {
	out := jsonVerify{FormatVersion: 1, Services: []jsonVerified{}}
	for _, v := range verdicts {
		one := jsonVerified{
			Service: v.name, Target: v.how, Seconds: v.report.Duration.Seconds(),
			Summary: countsOf(v.report.Count), Clauses: []jsonClause{},
		}
		if v.err != nil {
			one.Error = v.err.Error()
		}
		for _, r := range v.report.Results {
			c := checkOf(r.Clause)
			one.Clauses = append(one.Clauses, jsonClause{
				Clause: c.Clause, Level: c.Level, Heading: c.Heading, Explanation: c.Explanation, See: where(c),
				Outcome: string(r.Outcome), Evidence: r.Evidence, Log: append([]string{}, r.Log...), Seconds: r.Duration.Seconds(),
			})
		}
		out.Services = append(out.Services, one)
	}
	return out
}

// The part of JUnit's format that its readers agree on.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Time    string     `xml:"time,attr"`
	Failure *junitText `xml:"failure"`
	Error   *junitText `xml:"error"`
	Skipped *junitText `xml:"skipped"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// junitOf writes what could not be judged as an error: it is no pass.
func junitOf(verdicts []verdict) ([]byte, error) {
	var all junitSuites
	for _, v := range verdicts {
		n := countsOf(v.report.Count)
		suite := junitSuite{
			Name: v.name, Tests: len(v.report.Results), Failures: n.Fail, Errors: n.NotRun,
			Skipped: n.Waived + n.NotApplicable, Time: junitSeconds(v.report.Duration),
		}
		for _, r := range v.report.Results {
			suite.Cases = append(suite.Cases, junitCaseOf(v.name, r))
		}
		if v.err != nil {
			suite.Tests, suite.Errors = 1, 1
			suite.Cases = []junitCase{{Class: v.name, Name: "verify", Time: "0.000", Error: &junitText{Message: "not verified", Text: v.err.Error()}}}
		}
		all.Suites = append(all.Suites, suite)
	}
	b, err := xml.MarshalIndent(all, "", "  ") // it replaces what XML cannot hold
	if err != nil {
		return nil, fmt.Errorf("writing JUnit XML: %w", err)
	}
	return bytes.Join([][]byte{[]byte(xml.Header), b, []byte("\n")}, nil), nil
}

func junitCaseOf(service string, r verify.Result) junitCase {
	c := checkOf(r.Clause)
	out := junitCase{Class: service, Name: r.Clause + " " + c.Explanation, Time: junitSeconds(r.Duration)}
	switch r.Outcome {
	case verify.Fail:
		text := strings.Join(append([]string{r.Evidence, "see " + where(c)}, r.Log...), "\n")
		out.Failure = &junitText{r.Clause + " does not hold", text}
	case verify.NotRun:
		out.Error = &junitText{"not run", r.Evidence}
	case verify.Waived:
		out.Skipped = &junitText{Message: "waived: " + r.Evidence}
	case verify.NotApplicable:
		out.Skipped = &junitText{Message: "not applicable: " + r.Evidence}
	case verify.Pass:
	}
	return out
}

func junitSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
