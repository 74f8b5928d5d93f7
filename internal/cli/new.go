package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

type newOptions struct {
	planOptions
	lang, pack string
	port       int
	portGiven  bool
	instances  int
	routes     []string
	calls      []string
	set        []string
}

func newNew(env *Env) *cobra.Command {
	o := &newOptions{}
	cmd := &cobra.Command{
		Use:   "new NAME --lang LANGUAGE",
		Short: "Add a service",
		Long: "Writes the service's spec and then does what plan and apply do. In a system's folder the service\n" +
			"joins the system; elsewhere it gets a folder of its own, NAME, and stands alone.",
		Example: "  azulejo new orders --lang go --route /orders --call billing",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return env.runNew(cmd, o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.lang, "lang", "", "the `LANGUAGE`, such as go, python or node")
	f.StringVar(&o.pack, "pack", "", "the `PACK`, where several bring the language")
	f.IntVar(&o.port, "port", 0, "where it listens (default: the next free one)")
	f.IntVar(&o.instances, "instances", 1, "how many run")
	f.StringArrayVar(&o.routes, "route", nil, "a `PATH` at the gateway; may be given again")
	f.StringArrayVar(&o.calls, "call", nil, "the `NAME` of a service that it calls; may be given again")
	f.StringArrayVar(&o.set, "set", nil, "an answer to the pack's own questions, `KEY=VALUE`")
	f.StringVarP(&o.file, "file", "f", "", "the service's spec in a `FILE`, in place of flags")
	f.BoolVar(&o.dryRun, "dry-run", false, "show the plan and write nothing")
	o.viewFlags(cmd)
	o.applyFlags(cmd)
	return cmd
}

func (env *Env) runNew(cmd *cobra.Command, o *newOptions, args []string) error {
	root := env.chdir(cmd)
	o.portGiven = cmd.Flags().Changed("port")
	name, text, err := env.newText(o, args)
	if err != nil {
		return err
	}
	if err := env.notInside(root); err != nil {
		return err
	}
	p, err := project.Open(root)
	switch {
	case errors.Is(err, project.ErrNoSpec):
		return env.newAlone(cmd, o, filepath.Join(root, name), text)
	case err != nil:
		return err
	case !p.System:
		return fmt.Errorf("%s is the folder of a service: go to where the new one shall stand, or begin a system with azulejo init", env.short(root))
	}
	if old, _ := spec.Parse(p.Texts); old.System.Service(name) != nil {
		return fmt.Errorf("the system has a service %q already, in %s: edit that and run azulejo apply", name, env.short(filepath.FromSlash(old.System.Service(name).File)))
	}
	w, err := load(source{root: root, extra: []spec.Text{{
		Path: filepath.ToSlash(filepath.Join(root, spec.ServicePath(name))), Bytes: text, Folder: name,
	}}})
	if err != nil {
		return err
	}
	return env.runPlan(cmd.Context(), &o.planOptions, w)
}

// notInside refuses to begin something in the middle of a system.
func (env *Env) notInside(dir string) error {
	for d := filepath.Dir(dir); d != filepath.Dir(d); d = filepath.Dir(d) {
		if info, err := os.Lstat(filepath.Join(d, spec.SystemFile)); err == nil && info.Mode().IsRegular() {
			return fmt.Errorf("%s lies inside the system in %s: say -C %s", env.short(dir), env.short(d), env.short(d))
		}
	}
	return nil
}

// newAlone makes a service with no system around it.
func (env *Env) newAlone(cmd *cobra.Command, o *newOptions, root string, text []byte) error {
	if !o.force {
		if err := project.CheckTarget(root, ""); err != nil {
			return err
		}
	}
	if _, err := project.Open(root); err == nil {
		return fmt.Errorf("%s holds a spec already: edit it and run azulejo apply", env.short(root))
	}
	w, err := load(source{root: root, extra: []spec.Text{{Path: filepath.ToSlash(filepath.Join(root, spec.ServiceFile)), Bytes: text}}})
	if err != nil {
		return err
	}
	return env.runPlan(cmd.Context(), &o.planOptions, w)
}

// newText is the new service's spec, from -f or from the flags.
func (env *Env) newText(o *newOptions, args []string) (string, []byte, error) {
	if o.file != "" {
		return env.newFromFile(o.file, args)
	}
	var missing []string
	if len(args) == 0 {
		missing = append(missing, "NAME")
	}
	if o.lang == "" {
		missing = append(missing, "--lang")
	}
	if len(missing) > 0 {
		return "", nil, fmt.Errorf("missing: %s (the wizard, which asks for them, is known and not yet supported). Example: azulejo new orders --lang go", strings.Join(missing, " and "))
	}
	if o.portGiven && (o.port < 1 || o.port > 65535) {
		return "", nil, fmt.Errorf("--port %d: use 1 to 65535", o.port)
	}
	svc := &spec.Service{Name: args[0], Language: o.lang, Pack: o.pack, Port: o.port, Instances: o.instances, ReadyPath: spec.DefaultReadyPath}
	for _, r := range o.routes {
		svc.Routes = append(svc.Routes, spec.Route{Path: r, To: spec.GeneratedTo})
	}
	for _, c := range o.calls {
		svc.Calls = append(svc.Calls, spec.Call{Name: c, AttemptTimeout: spec.DefaultAttemptTimeout, Deadline: spec.DefaultDeadline})
	}
	inputs, err := answers(o.set)
	svc.Inputs = inputs
	if err == nil && !filepath.IsLocal(svc.Name) || strings.ContainsAny(svc.Name, "/\\") {
		err = fmt.Errorf("%q cannot name a service: use lower-case letters, digits and dashes", svc.Name)
	}
	return svc.Name, spec.ServiceText(svc), err
}

func (env *Env) newFromFile(file string, args []string) (string, []byte, error) {
	b, err := os.ReadFile(env.abs(file))
	if err != nil {
		return "", nil, fmt.Errorf("reading the spec: %w", err)
	}
	parsed, diags := spec.Parse([]spec.Text{{Path: file, Bytes: b}})
	if diags.HasErrors() {
		env.printDiagnostics(env.Stderr, env.ErrTTY, map[string][]byte{file: b}, diags)
		return "", nil, withCode(exitError, errSpec)
	}
	if len(parsed.System.Services) != 1 || parsed.System.Name != "" {
		return "", nil, fmt.Errorf("%s: new takes one service block and no system; use azulejo apply -f for more", file)
	}
	name := parsed.System.Services[0].Name
	if len(args) > 0 && args[0] != name {
		return "", nil, fmt.Errorf("%s describes service %q, not %q", file, name, args[0])
	}
	if !filepath.IsLocal(name) || strings.ContainsAny(name, "/\\") {
		return "", nil, fmt.Errorf("%q cannot name a service: use lower-case letters, digits and dashes", name)
	}
	return name, b, nil
}

// answers reads --set KEY=VALUE; VALUE is a literal of the spec or, when it is
// none, a string.
func answers(set []string) (map[string]cty.Value, error) {
	out := map[string]cty.Value{}
	for _, kv := range set {
		key, val, ok := strings.Cut(kv, "=")
		if !ok || !hclsyntax.ValidIdentifier(key) {
			return nil, fmt.Errorf("--set %s: write KEY=VALUE", kv)
		}
		out[key] = cty.StringVal(val)
		expr, diags := hclsyntax.ParseExpression([]byte(val), "--set", hcl.InitialPos)
		if diags.HasErrors() {
			continue
		}
		if v, diags := expr.Value(nil); !diags.HasErrors() && !v.IsNull() && string(hclwrite.TokensForValue(v).Bytes()) == val {
			out[key] = v // 007 stays a string
		}
	}
	return out, nil
}

type initOptions struct {
	planOptions
	namespace, gateway string
	gatewayPort        int
	languages, targets []string
}

func newInit(env *Env) *cobra.Command {
	o := &initOptions{}
	cmd := &cobra.Command{
		Use: "init [NAME]", Short: "Begin a system in this folder", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return env.runInit(cmd, o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.namespace, "namespace", "", "root of module paths (default: example.com/NAME)")
	f.StringVar(&o.gateway, "gateway", "caddy", "the gateway's `PROVIDER`, or none")
	f.IntVar(&o.gatewayPort, "gateway-port", spec.DefaultGatewayPort, "the gateway's port")
	f.StringSliceVar(&o.languages, "languages", nil, "allow only these languages")
	f.StringSliceVar(&o.targets, "target", nil, "where it is deployed, such as docker")
	o.viewFlags(cmd)
	o.applyFlags(cmd)
	return cmd
}

func (env *Env) runInit(cmd *cobra.Command, o *initOptions, args []string) error {
	root := env.chdir(cmd)
	if err := env.notInside(root); err != nil {
		return err
	}
	if _, err := project.Open(root); err == nil {
		return fmt.Errorf("%s holds a spec already: edit it and run azulejo apply", env.short(root))
	} else if !errors.Is(err, project.ErrNoSpec) {
		return err
	}
	name := filepath.Base(root)
	if len(args) > 0 {
		name = args[0]
	}
	sys := &spec.System{Name: name, Namespace: o.namespace, Languages: o.languages, Gateway: &spec.Provider{Name: o.gateway, Port: o.gatewayPort}}
	if sys.Namespace == "" {
		sys.Namespace = "example.com/" + name
	}
	for _, t := range o.targets {
		sys.Targets = append(sys.Targets, spec.Provider{Name: t})
	}
	w, err := load(source{root: root, extra: []spec.Text{{Path: filepath.ToSlash(filepath.Join(root, spec.SystemFile)), Bytes: spec.SystemText(sys)}}})
	if err != nil {
		return err
	}
	o.yes = true // one small new file: nothing to lose, so nothing to ask
	return env.runPlan(cmd.Context(), &o.planOptions, w)
}
