package main

import (
	"os"

	"github.com/spf13/cobra"

	"meetleaks/scanner/extract"
)

// readUntrusted is the hidden command as which this program reads PDFs and images in a process of its own.
const readUntrusted = "read-untrusted"

func (a *app) readUntrustedCommand() *cobra.Command {
	return &cobra.Command{
		Use:    readUntrusted,
		Hidden: true,
		Short:  "Read one PDF or image from standard input, for another meetleaks",
		Args:   cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return extract.ServeChild(cmd.Context(), a.stdin, a.stdout, args)
		},
	}
}

// childCommand runs this program as that command; nil when it cannot be told where it lies.
func childCommand() []string {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{self, readUntrusted}
}
