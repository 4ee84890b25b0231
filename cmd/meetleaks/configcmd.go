package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
)

// defaultConfig is read by every command but `scan` when --config is not given and the file is there.
const defaultConfig = "meetleaks.yaml"

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check, show or begin a configuration",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		a.configSub("check [FILE]", "Report all mistakes at once, with their lines, and what else would keep serve from starting here", a.configCheck),
		a.configSub("show [FILE]", "Print the effective configuration and where each value came from, secrets masked", a.configShow),
		&cobra.Command{
			Use:   "init",
			Short: "Print a commented example that starts with what is free",
			Args:  cobra.NoArgs,
			RunE:  func(*cobra.Command, []string) error { return a.print("%s", config.Example) },
		},
	)
	return cmd
}

// configSub makes a command that works on one configuration file, named by --config or as its argument.
func (a *app) configSub(use, short string, do func(file string) error) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && file != "" {
				return usage("", "the file is given twice, as --config and as an argument")
			}
			if len(args) == 1 {
				file = args[0]
			}
			if file == "" {
				file = existingDefault()
			}
			return do(file)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	return cmd
}

// existingDefault is the default file's name when it is there.
func existingDefault() string {
	if _, err := os.Lstat(defaultConfig); errors.Is(err, os.ErrNotExist) {
		return ""
	}
	return defaultConfig
}

func (a *app) configCheck(file string) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	name := file
	if name == "" {
		name = "no file, defaults and environment"
	}
	if err := a.print("ok: %s (%s, %s)\n", plain(name), count(len(loaded.Organisations), "organisation"), count(len(loaded.Sources), "source")); err != nil {
		return err
	}
	missing := a.unserved(loaded)
	if len(missing) > 0 { // it is right all the same: whoever checks it need not be who serves it
		fmt.Fprintln(a.stderr, "meetleaks: but `serve` would not start with it here:")
	}
	for _, line := range missing {
		fmt.Fprintf(a.stderr, "  %s\n", plain(line))
	}
	return nil
}

func (a *app) configShow(file string) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	text, err := loaded.YAML()
	if err != nil {
		return failed("", "%w", err)
	}
	return a.print("%s", matchers.Mask(string(text)))
}

// loadConfig reads and checks the configuration; its mistakes are wrong usage.
func (a *app) loadConfig(file string) (*config.Loaded, error) {
	loaded, err := config.Load(file, a.env)
	return loaded, asUsage(err)
}

// asUsage makes wrong usage of what is wrong with a configuration.
func asUsage(err error) error {
	var problems *config.Problems
	switch {
	case err == nil:
		return nil
	case errors.As(err, &problems):
		return usage(count(len(problems.List)+problems.More, "mistake")+"; `meetleaks config init` prints an example", "%w", err)
	}
	return usage("", "%w", err)
}
