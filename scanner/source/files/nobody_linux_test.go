package files

import (
	"runtime"
	"syscall"
	"testing"
)

const nobody = 65534

// asNobody runs f on a thread without root's rights over files, for tests that are run by root.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0); errno != 0 {
			t.Errorf("drop rights: %v", errno)
			return
		}
		f()
	}()
	<-done
}
