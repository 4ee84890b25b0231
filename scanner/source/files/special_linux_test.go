package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatIsNoFileIsNeverOpened(t *testing.T) {
	root := tree(t, "a")
	must(t, syscall.Mkfifo(root+"/pipe", 0o600))
	t.Chdir(root) // names of sockets must be short
	l, err := net.Listen("unix", "sock")
	must(t, err)
	defer func() { must(t, l.Close()) }()
	visited, skipped := walked(t, root, Options{})
	equal(t, "visited", visited, []string{"a"})
	equal(t, "skipped", skipped, []string{
		"pipe (policy): a named pipe is read only when it is given as a target",
		"sock (policy): a socket is not read",
	})
	_, skipped = walked(t, root, Options{}, root+"/sock", "/dev/null")
	equal(t, "as targets", skipped, []string{"sock (failure): a socket is not read", "dev/null (failure): a device is not read"})
}

// TestAPipeAsATargetIsRead holds for named pipes, for those that a shell makes of <(command), and for late writers.
func TestAPipeAsATargetIsRead(t *testing.T) {
	root := tree(t, "a")
	named := root + "/pipe"
	must(t, syscall.Mkfifo(named, 0o600))
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	for target, open := range map[string]func() (*os.File, error){
		named:                             func() (*os.File, error) { return os.OpenFile(named, os.O_WRONLY, 0) },
		fmt.Sprintf("/dev/fd/%d", r.Fd()): func() (*os.File, error) { return w, nil },
	} {
		text, err := firstItem(t, target, Options{}).Open()
		must(t, err)
		go func() { // the named pipe's opens once there is a reader
			if w, err := open(); err == nil {
				_, _ = w.WriteString(strings.Repeat("x", 100_000))
				_ = w.Close()
			}
		}()
		got, err := io.ReadAll(text)
		if err != nil || len(got) != 100_000 {
			t.Errorf("%s: %d bytes, %v", target, len(got), err)
		}
		must(t, text.Close())
	}
}

func TestAPipeWithoutAWriterIsAFailure(t *testing.T) {
	named := tree(t, "a") + "/pipe"
	must(t, syscall.Mkfifo(named, 0o600))
	text, err := firstItem(t, named, Options{}).Open()
	must(t, err)
	text.(*pipe).patience = 2 * interval
	if got, err := io.ReadAll(text); len(got) > 0 || !errors.Is(err, errNoWriter) {
		t.Errorf("%q, %v", got, err)
	}
	must(t, text.Close())
}

func TestAnEmptyPipeWithoutANameIsEmpty(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	must(t, w.Close())
	text, err := firstItem(t, fmt.Sprintf("/proc/self/fd/%d", r.Fd()), Options{}).Open()
	must(t, err)
	if got, err := io.ReadAll(text); len(got) > 0 || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	must(t, text.Close())
}

// TestAPipeEndsWithTheContext cancels a read that waits for a writer who says nothing.
func TestAPipeEndsWithTheContext(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	text, err := openPipe(ctx, fmt.Sprintf("/dev/fd/%d", r.Fd()))
	must(t, err)
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := text.Read(make([]byte, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	must(t, text.Close())
}

// TestATargetPipeThatAnInterruptEndedIsNotWhole is that of standard input for <(command), empty or not.
func TestATargetPipeThatAnInterruptEndedIsNotWhole(t *testing.T) {
	for _, written := range []string{"", "x"} {
		r, w, err := os.Pipe()
		must(t, err)
		_, err = w.WriteString(written)
		must(t, errors.Join(err, w.Close()))
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), settling/2)
			defer cancel()
			text, err := openPipe(ctx, fmt.Sprintf("/dev/fd/%d", r.Fd()))
			must(t, err)
			if got, err := io.ReadAll(text); string(got) != written || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%q, %v", got, err)
			}
			must(t, text.Close())
		})
		must(t, r.Close())
	}
}

func TestAFileThatBecameAPipeDoesNotBlock(t *testing.T) {
	root := tree(t, "a")
	item := firstItem(t, root, Options{})
	must(t, os.Remove(root+"/a"))
	must(t, syscall.Mkfifo(root+"/a", 0o600))
	_, err := item.Open()
	if choice, ok := err.(interface{ Policy() bool }); !ok || !choice.Policy() {
		t.Errorf("got %v", err)
	}
}

func TestAFileThatBecameALinkIsNotFollowed(t *testing.T) {
	root := tree(t, "a", "b")
	item := firstItem(t, root+"/.", Options{})
	must(t, os.Remove(root+"/b"))
	must(t, os.Symlink("/etc/passwd", root+"/b"))
	if _, err := item.Open(); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("got %v", err)
	}
}

func TestUnreadableFilesAndFoldersAreFailures(t *testing.T) {
	root := tree(t, "folder/a", "b")
	must(t, os.Chmod(root+"/folder", 0))
	defer func() { must(t, os.Chmod(root+"/folder", 0o755)) }()
	must(t, os.Chmod(root+"/b", 0))
	if os.Geteuid() == 0 {
		for _, path := range []string{filepath.Dir(root), root, root + "/folder", root + "/b"} {
			must(t, os.Chown(path, nobody, nobody))
		}
		asNobody(t, func() { checkUnreadable(t, root) })
		return
	}
	checkUnreadable(t, root)
}

func checkUnreadable(t *testing.T, root string) {
	_, skipped := walked(t, root, Options{})
	equal(t, "skipped", skipped, []string{"folder (failure): permission denied"})
	if _, err := (Item{path: root + "/b"}).Open(); !os.IsPermission(err) {
		t.Errorf("got %v", err)
	}
}
