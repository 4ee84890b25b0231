package extract

import (
	"fmt"
	"syscall"
)

const childFolder = "/"

// childAttributes put the child into a group of its own, so that it is us who ends it, and end it when we are killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// childRoom is what Go's runtime needs beside the heap: stacks, its own tables, and arenas of 64 MiB that are begun.
const childRoom = 256 << 20

// limitProcess limits this process for good: memory, time of the processor, files. The limit of memory is on what can be
// written to (RLIMIT_DATA): that of addresses would count what the runtime sets aside and never uses.
func limitProcess() error {
	limits := map[int]uint64{
		syscall.RLIMIT_CORE:   0,
		syscall.RLIMIT_FSIZE:  0,
		syscall.RLIMIT_NOFILE: 16,
		syscall.RLIMIT_CPU:    uint64((childTime + 5000*childPage).Seconds()) + 10,
	}
	if !underRace {
		limits[syscall.RLIMIT_DATA] = childMemory + childRoom
	}
	for which, most := range limits {
		if err := syscall.Setrlimit(which, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("limit the process: %w", err)
		}
	}
	return nil
}
