package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// noCoreDumps keeps what this process holds in memory, keys among it, from being written to disk when it crashes, and from being read
// by other programs of the same user.
func noCoreDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	return nil
}
