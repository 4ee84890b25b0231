package main

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
)

// app is what every command works with: the process seen from outside, so that tests can give another.
type app struct {
	env            []string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	names          *net.Resolver // of hosts whose pages are read; nil: the system's
}

// run is the whole program: it carries out args and returns the exit code. When ctx is done it stops, keeps what it has,
// and returns 130. env holds "NAME=value".
func run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{env: env, stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	if err := a.checkEnv(); err != nil {
		return conclude(err, stderr)
	}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	help := &helpWriter{to: stdout}
	root.SetOut(help)
	root.SetErr(stderr)
	refuseUnknownTopics(root)
	showUsage(root)
	err := root.ExecuteContext(ctx)
	if err == nil && help.err != nil {
		err = failed("", "%w", help.err)
	}
	return conclude(err, stderr)
}

// helpWriter keeps the first error of what cobra itself writes, help and the version: cobra drops it.
type helpWriter struct {
	to  io.Writer
	err error
}

func (w *helpWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "meetleaks",
		Short:         "Find meeting links that were left in public",
		Long:          "meetleaks finds meeting links (Zoom, Teams, Meet, Webex and many more) that were left where anybody can read them.\n\nExit codes: 0 nothing found · 1 findings · 2 wrong usage or configuration · 3 incomplete · 130 interrupted.",
		Example:       "  meetleaks scan docs/\n  git show | meetleaks scan -\n  meetleaks explain 'https://acme.zoom.us/j/…'",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate(versionLine())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("`"+cmd.CommandPath()+" --help` lists the flags", "%w", err)
	})
	root.AddCommand(
		a.demoCommand(),                                           // a first look
		a.scanCommand(), a.explainCommand(), a.platformsCommand(), // looking once
		a.serveCommand(), a.leakCommand(), a.sourcesCommand(), a.organisationCommand(), a.domainCommand(), // the service, and what it found
		a.configCommand(), a.doctorCommand(), a.egressCommand(), a.backupCommand(), a.restoreCommand(), // running it
		a.slackCommand(), a.notifyCommand(), a.announceCommand(), // people
		a.versionCommand(), a.readUntrustedCommand(),
	)
	return root
}

// refuseUnknownTopics makes cobra's own commands as strict as ours: to them a shell or topic that they do not know is no mistake.
func refuseUnknownTopics(root *cobra.Command) {
	root.InitDefaultCompletionCmd() // which keeps where it writes
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.RunE = root.RunE
	}
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Args = func(_ *cobra.Command, topic []string) error {
			if _, unknown, err := root.Find(topic); err != nil || len(unknown) > 0 {
				return usage("`meetleaks --help` lists the commands", "there is no help on %q", strings.Join(topic, " "))
			}
			return nil
		}
	}
}

// showUsage adds to a complaint about a command's arguments how it is used: cobra says how many it wants, not of what.
func showUsage(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		showUsage(sub)
	}
	check := cmd.Args
	if check == nil {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		var said *fault
		switch {
		case err == nil || errors.As(err, &said):
			return err
		case cmd.HasSubCommands():
			return usage("`"+cmd.CommandPath()+" --help` lists the commands", "%w", err)
		}
		return usage("used as `"+cmd.UseLine()+"`", "%w", err)
	}
}

// checkEnv refuses MEETLEAKS_* names that nothing reads: a misspelt setting must not be silently without effect.
func (a *app) checkEnv() error {
	unknown := slices.DeleteFunc(config.CheckEnv(a.env), func(name string) bool {
		return name == "MEETLEAKS_ACTIVE_HELP" || name == "MEETLEAKS_COMPLETION_DESCRIPTIONS" // of cobra's completion
	})
	if len(unknown) == 0 {
		return nil
	}
	return usage("the nearest names that it reads: "+strings.Join(config.NearestEnv(unknown[0]), " "),
		"the environment holds %s, which meetleaks does not read", strings.Join(unknown, ", "))
}

// getenv is the last value that env gives to name, "" when it gives none.
func (a *app) getenv(name string) string {
	value := ""
	for _, entry := range a.env {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			value = v
		}
	}
	return value
}
