//go:build !linux

package redistest

import "syscall"

// diesWithParent has no counterpart here: a test that is killed leaves its servers.
func diesWithParent() *syscall.SysProcAttr { return nil }
