package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/azulejo-dev/azulejo/internal/wizard"
)

// Version is azulejo's own version. It never appears in a generated file.
const Version = "0.1.0"

// gcPercent trades memory for time: most runs end before the first collection.
const gcPercent = 400

// lastMoment is how long a command has to end by itself after the second signal.
const lastMoment = 2 * time.Second

// Exit codes, the same for every command.
const (
	exitOK          = 0
	exitError       = 1
	exitDifference  = 2
	exitDecide      = 3
	exitCannotTell  = 4
	exitInterrupted = 130
)

// Env is what a command knows of the world.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string
	Dir            string // the working directory
	base           string // what paths in flags are relative to: Dir, or --chdir
	OutTTY, ErrTTY bool   // whether the streams are terminals
	InTTY          bool
	Screen         *os.File        // the terminal behind Stdout, nil for none
	noColor        bool            // --no-color
	Kill           <-chan struct{} // closed by the second Ctrl-C
}

// exitError ends a command with a code of its own. Without an error the command
// has said everything already.
type exitCodeError struct {
	code int
	err  error
}

func (e *exitCodeError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitCodeError) Unwrap() error { return e.err }

func withCode(code int, err error) error { return &exitCodeError{code, err} }

// Main runs azulejo in this process's environment and returns its exit code.
func Main() int {
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error: finding the working directory:", err)
		return exitError
	}
	debug.SetGCPercent(gcPercent)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	kill := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT) // here: who goes beside may come too late
	go interrupts(signals, cancel, kill)
	env := &Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Dir: dir,
		OutTTY: isTerminal(os.Stdout), ErrTTY: isTerminal(os.Stderr), InTTY: isTerminal(os.Stdin), Kill: kill,
	}
	if env.OutTTY {
		env.Screen = os.Stdout
	}
	return Run(ctx, env, os.Args[1:])
}

// interrupts turns the first Ctrl-C, SIGTERM, SIGHUP or SIGQUIT into a cancelled context
// and the second into kill.
func interrupts(signals <-chan os.Signal, cancel func(), kill chan struct{}) {
	<-signals
	cancel()
	<-signals
	close(kill)
	time.Sleep(lastMoment) // who listens to kill needs this long at the most
	os.Exit(exitInterrupted)
}

// Run runs one command line.
func Run(ctx context.Context, env *Env, args []string) (code int) {
	defer func() {
		if bug := recover(); bug != nil {
			code = env.ourBug(bug)
		}
	}()
	out := &checkedWriter{Writer: env.Stdout}
	env.Stdout = out
	root := newRoot(env)
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	if code = env.finish(ctx, root.ExecuteContext(ctx)); code == exitOK && out.err != nil {
		return env.finish(ctx, fmt.Errorf("writing the output: %w", out.err))
	}
	return code
}

// checkedWriter remembers the first error, so that output which nobody got is
// not called a success.
type checkedWriter struct {
	io.Writer
	err error
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// ourBug says that azulejo, not the user, made a mistake. Whatever was staged is
// not in place, so nothing is lost.
func (env *Env) ourBug(bug any) int {
	fmt.Fprintf(env.Stderr, "%s %v\nThis is a bug of azulejo, not of your spec. Please report it with the command and the spec; AZULEJO_DEBUG=1 adds the stack.\n", env.paint(env.ErrTTY, red, "Internal error:"), bug)
	if env.getenv("AZULEJO_DEBUG") != "" {
		stack := debug.Stack()
		if b, ok := bug.(*wizard.Bug); ok {
			stack = b.Stack
		}
		_, _ = env.Stderr.Write(stack)
	}
	return exitError
}

// finish prints an error that nobody has printed, and turns it into a code.
func (env *Env) finish(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	code := exitError
	var coded *exitCodeError
	if errors.As(err, &coded) {
		code = coded.code
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(env.Stderr, "Interrupted.")
		return exitInterrupted
	}
	if msg := err.Error(); msg != "" {
		fmt.Fprintln(env.Stderr, env.paint(env.ErrTTY, red, "Error:"), printable(msg))
	}
	return code
}

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "azulejo",
		Short: "Every service in its own language; all of them run the same way",
		Long: "azulejo describes services in a spec, generates each in its own language, keeps them up to date\n" +
			"without losing an edit, and runs the whole system.",
		SilenceUsage: true, SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w\nSee: %s --help", err, cmd.CommandPath())
	})
	root.PersistentFlags().StringP("chdir", "C", "", "work in this `DIR`")
	root.PersistentFlags().Bool("no-color", false, "no colours (also NO_COLOR)")
	for _, g := range []struct{ id, title string }{{"create", "Create:"}, {"change", "Change:"}, {"run", "Run:"}, {"care", "Look after:"}} {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
	}
	root.SetHelpCommandGroupID("care")
	root.SetCompletionCommandGroupID("care")
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("create", newInit(env), newNew(env))
	add("change", newValidate(env), newFmt(env), newPlan(env), newApply(env), newUpdate(env), newGraph(env))
	add("run", newUp(env), newVerify(env))
	add("care", newDoctor(env), newPack(env), newVersion(env))
	return root
}

// chdir is the folder that a command works in.
func (env *Env) chdir(cmd *cobra.Command) string {
	env.noColor, _ = cmd.Flags().GetBool("no-color")
	dir, _ := cmd.Flags().GetString("chdir")
	env.base = env.Dir
	env.base = env.abs(dir)
	return env.base
}

// abs resolves a path of a flag or an argument.
func (env *Env) abs(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(env.base, name)
}

// short is a path as the user would write it here.
func (env *Env) short(name string) string {
	if rel, err := filepath.Rel(env.Dir, name); err == nil && len(rel) < len(name) {
		return rel
	}
	return name
}

func (env *Env) getenv(name string) string {
	for i := len(env.Environ) - 1; i >= 0; i-- {
		if n := len(name); len(env.Environ[i]) > n && env.Environ[i][n] == '=' && env.Environ[i][:n] == name {
			return env.Environ[i][n+1:]
		}
	}
	return ""
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && info.Mode()&os.ModeDevice != 0 && f.Name() != os.DevNull && !isNull(info)
}

func isNull(info os.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(info, null)
}
