//go:build !unix

package main

import "os"

// residentKiB is 0: this system does not say.
func residentKiB(*os.ProcessState) int64 { return 0 }
