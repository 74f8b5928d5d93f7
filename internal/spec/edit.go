package spec

import (
	"bytes"
	"fmt"
	"path"

	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Names of the files of a spec.
const (
	SystemFile  = "azulejo.hcl"
	ServiceFile = "service.hcl"
	ServicesDir = "services"
	ConfigDir   = "config" // what the system's own config server reads
)

// ServicePath is where a system keeps the spec of one service.
func ServicePath(name string) string { return path.Join(ServicesDir, name, ServiceFile) }

// Format gives a spec its canonical layout. It changes white space only.
func Format(src []byte) []byte { return hclwrite.Format(src) }

var blankLines = lazy(`\n{3,}`)

// Split takes the services out of a text that parsed without errors and returns
// it without them, and each service's own text, with all comments.
func Split(src []byte) (rest []byte, services map[string][]byte, err error) {
	f, diags := hclwrite.ParseConfig(src, "", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, nil, diags
	}
	services = map[string][]byte{}
	for _, b := range f.Body().Blocks() {
		if b.Type() != "service" {
			continue
		}
		services[b.Labels()[0]] = bytes.TrimLeft(b.BuildTokens(nil).Bytes(), "\n")
		f.Body().RemoveBlock(b)
	}
	if len(services) == 0 {
		return src, services, nil
	}
	rest = blankLines().ReplaceAll(f.Bytes(), []byte("\n\n"))
	if rest = bytes.TrimLeft(rest, "\n"); len(rest) > 0 {
		rest = append(bytes.TrimRight(rest, "\n"), '\n')
	}
	return rest, services, nil
}

// Explicit writes out a service's port where its text leaves it to chance,
// because a default that depends on the neighbours could shift.
func Explicit(src []byte, svc *Service) ([]byte, error) {
	f, diags := hclsyntax.ParseConfig(src, "", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	for _, b := range f.Body.(*hclsyntax.Body).Blocks {
		if b.Type != "service" || b.Labels[0] != svc.Name || b.Body.Attributes["port"] != nil || svc.Port == 0 {
			continue
		}
		line, after := fmt.Sprintf("  port = %d", svc.Port), b.OpenBraceRange
		if lang := b.Body.Attributes["language"]; lang != nil {
			after = lang.SrcRange
			width := lang.EqualsRange.Start.Column - lang.NameRange.Start.Column
			line = fmt.Sprintf("  %-*s= %d", width, "port ", svc.Port)
		}
		if i := bytes.IndexByte(src[after.End.Byte:b.CloseBraceRange.Start.Byte], '\n'); i >= 0 {
			at := after.End.Byte + i
			return slices.Concat(src[:at+1], []byte(line+lineEnd(src, at)), src[at+1:]), nil
		}
		return Format(openUp(src, b, line)), nil
	}
	return src, nil
}

// lineEnd is how the line that ends at an offset ends.
func lineEnd(src []byte, at int) string {
	if at > 0 && src[at-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// openUp writes a block of one line as several, with one line more.
func openUp(src []byte, b *hclsyntax.Block, line string) []byte {
	from, to := b.OpenBraceRange.End.Byte, b.CloseBraceRange.Start.Byte
	inner := string(bytes.TrimSpace(src[from:to]))
	if inner != "" {
		inner = "  " + inner + "\n"
	}
	return slices.Concat(src[:from], []byte("\n"+inner+line+"\n"), src[to:])
}

// ServiceText writes a service in canonical form, with all that differs from the
// defaults. Two services that mean the same have the same text.
func ServiceText(svc *Service) []byte {
	f := hclwrite.NewEmptyFile()
	b := f.Body().AppendNewBlock("service", []string{svc.Name}).Body()
	setString(b, "language", svc.Language)
	setString(b, "pack", svc.Pack)
	setString(b, "image", svc.Image)
	setInt(b, "port", svc.Port, 0)
	setInt(b, "local_port", svc.LocalPort, 0)
	setInt(b, "instances", svc.Instances, 1)
	if svc.ReadyPath != DefaultReadyPath {
		setString(b, "ready_path", svc.ReadyPath)
	}
	if len(svc.Env) > 0 {
		env := map[string]cty.Value{}
		for k, v := range svc.Env {
			env[k] = cty.StringVal(v)
		}
		b.SetAttributeValue("env", cty.ObjectVal(env))
	}
	setStrings(b, "secrets", svc.Secrets)
	if len(svc.Inputs) > 0 {
		b.SetAttributeValue("inputs", cty.ObjectVal(svc.Inputs))
	}
	to := ""
	if svc.Image == "" {
		to = GeneratedTo
	}
	setRoutes(b, svc.Routes, to)
	for _, c := range svc.Calls {
		setCall(b, c)
	}
	return oneLineEmpty(Format(f.Bytes()))
}

func setRoutes(b *hclwrite.Body, routes []Route, to string) {
	for _, r := range routes {
		rb := b.AppendNewBlock("route", []string{r.Path}).Body()
		if r.To != to {
			setString(rb, "to", r.To)
		}
	}
}

func setCall(b *hclwrite.Body, c Call) {
	cb := b.AppendNewBlock("call", []string{c.Name}).Body()
	if c.AttemptTimeout != DefaultAttemptTimeout {
		setDuration(cb, "attempt_timeout", c.AttemptTimeout)
	}
	if c.Deadline != DefaultDeadline {
		setDuration(cb, "deadline", c.Deadline)
	}
	setInt(cb, "retries", c.Retries, DefaultRetries)
	if c.Breaker != DefaultBreaker {
		setBreaker(cb.AppendNewBlock("breaker", nil).Body(), c.Breaker)
	}
}

func setBreaker(b *hclwrite.Body, have Breaker) {
	if have.Window != DefaultBreaker.Window {
		setDuration(b, "window", have.Window)
	}
	setInt(b, "min_calls", have.MinCalls, DefaultBreaker.MinCalls)
	setInt(b, "failure_percent", have.FailurePercent, DefaultBreaker.FailurePercent)
	if have.Open != DefaultBreaker.Open {
		setDuration(b, "open", have.Open)
	}
}

// SystemText writes a system without its services in canonical form.
func SystemText(s *System) []byte {
	f := hclwrite.NewEmptyFile()
	if s.RequiredVersion != "" {
		setString(f.Body().AppendNewBlock("azulejo", nil).Body(), "required_version", s.RequiredVersion)
		f.Body().AppendNewline()
	}
	b := f.Body().AppendNewBlock("system", []string{s.Name}).Body()
	setString(b, "namespace", s.Namespace)
	setStrings(b, "languages", s.Languages)
	if g := s.Gateway; g != nil {
		setInt(b.AppendNewBlock("gateway", []string{g.Name}).Body(), "port", g.Port, DefaultGatewayPort)
	}
	if d := s.Discovery; d != nil {
		setString(b.AppendNewBlock("discovery", []string{d.Name}).Body(), "url", d.URL)
	}
	if c := s.Config; c != nil {
		setString(b.AppendNewBlock("config", []string{c.Name}).Body(), "url", c.URL)
	}
	for _, t := range s.Targets {
		b.AppendNewBlock("target", []string{t.Name})
	}
	for _, p := range s.Packs {
		setString(b.AppendNewBlock("pack", []string{p.Name}).Body(), "source", p.Source)
	}
	for _, e := range s.Externals {
		f.Body().AppendNewline()
		eb := f.Body().AppendNewBlock("external", []string{e.Name}).Body()
		setString(eb, "url", e.URL)
		setRoutes(eb, e.Routes, "")
	}
	return oneLineEmpty(Format(f.Bytes()))
}

// MovePack rewrites the source of a system's own pack, for a spec that is copied
// to another folder.
func MovePack(src []byte, name, source string) ([]byte, error) {
	f, diags := hclwrite.ParseConfig(src, "", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	for _, b := range f.Body().Blocks() {
		if b.Type() != "system" {
			continue
		}
		if p := b.Body().FirstMatchingBlock("pack", []string{name}); p != nil {
			p.Body().SetAttributeValue("source", cty.StringVal(source))
		}
	}
	return f.Bytes(), nil
}

// PreferPorts gives services that leave their port to azulejo the ones they had,
// so that a spec read again moves nobody.
func PreferPorts(s *System, had map[string]int) {
	taken := map[int]bool{}
	for _, svc := range s.Services {
		if svc.wrote("port") {
			taken[svc.Port] = true
		}
	}
	for _, svc := range s.Services {
		if svc.wrote("port") || svc.Image != "" || svc.badPort {
			continue
		}
		if svc.Port = had[svc.Name]; taken[svc.Port] {
			svc.Port = 0
		}
		taken[svc.Port] = true
	}
	assignPorts(s)
}

func setInt(b *hclwrite.Body, name string, n, unless int) {
	if n != unless {
		b.SetAttributeValue(name, cty.NumberIntVal(int64(n)))
	}
}

func setStrings(b *hclwrite.Body, name string, list []string) {
	if len(list) == 0 {
		return
	}
	vals := make([]cty.Value, 0, len(list))
	for _, s := range list {
		vals = append(vals, cty.StringVal(s))
	}
	b.SetAttributeValue(name, cty.TupleVal(vals))
}

func setString(b *hclwrite.Body, name, v string) {
	if v != "" {
		b.SetAttributeValue(name, cty.StringVal(v))
	}
}

func setDuration(b *hclwrite.Body, name string, v time.Duration) {
	if v != 0 {
		setString(b, name, shortDuration(v))
	}
}

// shortDuration writes 2s and 500ms, never 1m0s.
func shortDuration(v time.Duration) string {
	if v%time.Second == 0 {
		return fmt.Sprintf("%ds", v/time.Second)
	}
	return fmt.Sprintf("%dms", v/time.Millisecond)
}

var emptyBody = lazy(`(?m)^(\s*[a-z_]+ (?:"[^"\n]*" )?)\{\n\s*\}$`)

// oneLineEmpty writes an empty block as people do: route "/orders" {}.
func oneLineEmpty(src []byte) []byte { return emptyBody().ReplaceAll(src, []byte("${1}{}")) }
