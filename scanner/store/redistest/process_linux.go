package redistest

import "syscall"

// diesWithParent lets the kernel kill the server when the test's process dies.
func diesWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
