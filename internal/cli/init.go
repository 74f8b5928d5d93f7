package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/project"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

type initOptions struct {
	planOptions
	askOptions
}

func newInit(env *Env) *cobra.Command {
	o := &initOptions{}
	cmd := &cobra.Command{
		Use: "init [NAME]", Short: "Begin a system in this folder; on a terminal a wizard asks for it", Args: cobra.MaximumNArgs(1),
		Long: "Without NAME a wizard asks on the terminal. NAME is the folder's name where nobody is asked.",
		RunE: func(cmd *cobra.Command, args []string) error { return env.runInit(cmd, o, args) },
	}
	f := cmd.Flags()
	f.String("namespace", "", "root of module paths (default: example.com/NAME)")
	f.String("gateway", "", "the gateway's `PROVIDER`, or none (default: the first that a pack brings)")
	f.Int("gateway-port", spec.DefaultGatewayPort, "the gateway's port")
	f.String("discovery", "", "how services find each other, a `PROVIDER`")
	f.StringSlice("languages", nil, "allow only these languages")
	f.StringSlice("target", nil, "where it is deployed, such as docker")
	o.viewFlags(cmd)
	o.applyFlags(cmd)
	o.askFlags(cmd)
	return cmd
}

var initFlags = map[string]string{
	"system.namespace": "namespace", "system.gateway": "gateway", "system.port": "gateway-port", "system.discovery": "discovery",
	"system.languages": "languages", "system.target": "target",
}

func (env *Env) runInit(cmd *cobra.Command, o *initOptions, args []string) error {
	root := env.chdir(cmd)
	if err := env.notInside(root); err != nil {
		return err
	}
	answers, err := flagAnswers(cmd, initFlags)
	if err != nil {
		return err
	}
	s := env.session("init", root, &o.planOptions)
	form, err := env.beginForm(root)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		answers["system.name"] = args[:1]
	} else if how := env.asks(&o.planOptions, o.accessible); how != askNobody {
		return env.runWizard(cmd.Context(), s, form, answers, how)
	}
	form.Literal = true
	o.yes = true // only new files: nothing to lose, so nothing to ask
	return env.runSheet(cmd, &o.planOptions, root, form.Fill(answers))
}

// beginForm asks about a new system, where there is no spec yet.
func (env *Env) beginForm(root string) (*ask.Form, error) {
	if _, err := project.OpenSpec(root); err == nil {
		return nil, fmt.Errorf("%s holds a spec already: edit it and run azulejo apply", env.short(root))
	} else if !errors.Is(err, project.ErrNoSpec) {
		return nil, err
	}
	f, err := env.emptyForm(root)
	if err == nil {
		f.Purpose = ask.Begin
	}
	return f, err
}

func (env *Env) emptyForm(root string) (*ask.Form, error) {
	parsed, _ := spec.Parse(nil)
	f := &ask.Form{Purpose: ask.Alone, Base: parsed, Folder: filepath.Base(root), Load: loadLanguage}
	var err error
	f.Catalog, err = shippedCatalog()
	return f, err
}
