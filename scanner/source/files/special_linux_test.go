package files

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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
		"pipe (policy): a named pipe is not read (give - to read standard input)",
		"sock (policy): a socket is not read",
	})
	_, skipped = walked(t, root, Options{}, root+"/pipe", "/dev/null")
	if len(skipped) != 2 || !strings.Contains(skipped[1], "a device is not read") {
		t.Errorf("as targets: %v", skipped)
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
