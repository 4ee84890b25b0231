//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// residentKiB is the largest resident set of an ended process, in KiB: getrusage's ru_maxrss, which is in KiB on Linux
// and the BSDs and in bytes on macOS.
func residentKiB(ended *os.ProcessState) int64 {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss) / 1024
	}
	return int64(usage.Maxrss)
}
