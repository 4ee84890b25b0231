package main

import (
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// TestTheQueueFitsItsTerminal lists on terminals of several widths.
func TestTheQueueFitsItsTerminal(t *testing.T) {
	file, _, _ := fieldHere(t, boardPage, globexPage)
	list := func(columns uint16, env ...string) string {
		s := newScreen(t, "never")
		resize(t, s.inside, columns)
		if code := run(t.Context(), []string{"leak", "list", "--config", file}, env, strings.NewReader(""), s.inside, io.Discard); code != exitFine {
			t.Errorf("exit code %d", code)
		}
		return s.text(t)
	}
	if got := list(160); !strings.Contains(got, "RISK") || !strings.Contains(got, "\x1b[1;31mcritical") {
		t.Errorf("no table in colour:\n%q", got)
	}
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		if got := list(160, env); strings.Contains(got, "\x1b") || !strings.Contains(got, "849•••••116") {
			t.Errorf("with %s: %q", env, got)
		}
	}
	for _, line := range strings.Split(list(64, "NO_COLOR=1"), "\r\n") {
		if n := len([]rune(line)); n > 64 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// resize makes a terminal that wide.
func resize(t *testing.T, terminal *os.File, columns uint16) {
	t.Helper()
	size := struct{ rows, columns, x, y uint16 }{40, columns, 0, 0}
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, terminal.Fd(), syscall.TIOCSWINSZ, uintptr(unsafe.Pointer(&size))); errno != 0 {
		t.Fatal(errno)
	}
}
