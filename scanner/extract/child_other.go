//go:build !linux

package extract

import "syscall"

const childFolder = ""

func childAttributes() *syscall.SysProcAttr { return nil }

// limitProcess does nothing here: the watch over the heap and the parent's clock hold.
func limitProcess() error { return nil }
