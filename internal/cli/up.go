package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/generators"
	"github.com/azulejo-dev/azulejo/internal/local"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

type upOptions struct {
	scale        []string
	gatewayPort  int
	platformPort int
	readyTimeout time.Duration
}

func newUp(env *Env) *cobra.Command {
	o := &upOptions{}
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run the system on this machine, until Ctrl-C",
		Long: "Installs and builds each service as its pack says, starts them as processes behind a small\n" +
			"development gateway, and stops all of them on Ctrl-C. Externals and images are not started.\n" +
			"What a service detaches from itself (setsid) it must stop itself.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return env.runUp(cmd, o) },
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.scale, "scale", nil, "run so many instances, `NAME=N`; 0 leaves a service to you")
	f.IntVar(&o.gatewayPort, "gateway-port", 0, "the gateway's port, in place of the spec's")
	f.IntVar(&o.platformPort, "platform-port", spec.PlatformPort, "where registry and config server are, if the spec has some")
	f.DurationVar(&o.readyTimeout, "ready-timeout", time.Minute, "how long a service may take until it is ready")
	return cmd
}

func (env *Env) runUp(cmd *cobra.Command, o *upOptions) error {
	w, err := load(source{root: env.chdir(cmd)})
	if err != nil {
		return err
	}
	plan, err := env.plan(w)
	if err != nil {
		return err
	}
	env.warnStale(plan, w)
	if o.readyTimeout <= 0 {
		return fmt.Errorf("--ready-timeout %s: give it some time", o.readyTimeout)
	}
	if cmd.Flags().Changed("gateway-port") && (o.gatewayPort < 1 || o.gatewayPort > 65535) {
		return fmt.Errorf("--gateway-port %d: use 1 to 65535", o.gatewayPort)
	}
	if o.platformPort < 1 || o.platformPort > 65535 {
		return fmt.Errorf("--platform-port %d: use 1 to 65535", o.platformPort)
	}
	launches, err := w.launches()
	if err != nil {
		return err
	}
	scale, err := scaleOf(o.scale, w.sys)
	if err != nil {
		return err
	}
	err = local.Up(cmd.Context(), local.Options{
		System: w.sys, Launches: launches, Scale: scale, Environ: env.Environ,
		Stdout: env.Stdout, Stderr: env.Stderr, TTY: env.ErrTTY,
		Color:       env.OutTTY && env.paint(true, red, "") != "",
		ConfigDir:   filepath.Join(w.root, spec.ConfigDir),
		GatewayPort: o.gatewayPort, PlatformPort: o.platformPort, ReadyTimeout: o.readyTimeout, Kill: env.Kill,
	})
	var missing *local.ToolsError
	if errors.As(err, &missing) {
		return withCode(exitCannotTell, err)
	}
	return err
}

// warnStale says when what will run is not what the spec says.
func (env *Env) warnStale(p *project.Plan, w *workspace) {
	if !p.NoChanges() {
		fmt.Fprintf(env.Stderr, "%s the files are not as the spec says; see azulejo plan%s\n", env.paint(env.ErrTTY, yellow, "Warning:"), env.chdirHint(w.root))
	}
}

// launches says how each generated service is run.
func (w *workspace) launches() ([]spec.Launch, error) {
	var out []spec.Launch
	var diags hcl.Diagnostics
	for _, svc := range w.sys.Services {
		if svc.Language == "" {
			continue
		}
		if w.packOf(svc) == nil {
			return nil, w.errMissing(w.unitOf(svc))
		}
		l, more := generators.Launch(w.packOf(svc), svc, w.facts(svc), filepath.Join(w.root, filepath.FromSlash(w.unitDir(svc))))
		out, diags = append(out, l), append(diags, more...)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return out, nil
}

func scaleOf(flags []string, sys *spec.System) (map[string]int, error) {
	out := map[string]int{}
	for _, f := range flags {
		name, number, _ := strings.Cut(f, "=")
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n > 100 {
			return nil, fmt.Errorf("--scale %s: write NAME=N with N from 0 to 100", f)
		}
		if svc := sys.Service(name); svc == nil || svc.Language == "" {
			return nil, fmt.Errorf("--scale %s: the spec has no generated service %q", f, name)
		}
		out[name] = n
	}
	return out, nil
}
