package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return a.print("%s", versionLine())
		},
	}
}

// versionLine is what `version` and `--version` print.
func versionLine() string {
	return fmt.Sprintf("meetleaks %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// stamped is the tag or commit that `make build` passes to the linker.
var stamped string //nolint:gochecknoglobals // the linker can set nothing else

// version is what the linker was told, else what the Go tool knows of the binary, else "devel".
func version() string {
	info, _ := debug.ReadBuildInfo()
	return versionOf(stamped, info)
}

// versionOf decides; info may be nil.
func versionOf(stamp string, info *debug.BuildInfo) string {
	switch {
	case stamp != "":
		return stamp
	case info == nil || info.Main.Version == "" || info.Main.Version == "(devel)":
		return "devel"
	}
	return info.Main.Version
}
