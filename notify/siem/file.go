package siem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"meetleaks/notify"
)

// The bounds of files.
const (
	maxFile   = 100 << 20 // bytes, then it is renamed
	keepFiles = 3         // renamed ones
)

// file appends lines. One process should write one file: of several, each may rename it, and an empty line may come between theirs, for
// one that is being written looks torn.
type file struct {
	path string
	most int64

	mu sync.Mutex
}

func newFile(path string) *file { return &file{path: path, most: maxFile} }

// put writes all lines at once, and has them on the disk when it returns. After a failure a part may be there: the next line begins anew.
func (f *file) put(_ context.Context, lines [][]byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.makeRoom(); err != nil {
		return fileError(err, false)
	}
	out, torn, err := f.open()
	if err != nil {
		return fileError(err, false)
	}
	var all bytes.Buffer
	if torn {
		all.WriteByte('\n')
	}
	for _, line := range lines {
		all.Write(line)
		all.WriteByte('\n')
	}
	_, err = out.Write(all.Bytes())
	if err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fileError(err, true)
	}
	return nil
}

var errNoFile = errors.New("no regular file")

// open opens the file, for its owner alone when it is new, and says whether its last line has no end.
func (f *file) open() (out *os.File, torn bool, err error) {
	if err := f.regular(); err != nil {
		return nil, false, err
	}
	out, err = os.OpenFile(f.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	size, err := out.Seek(0, io.SeekEnd)
	if err == nil && size > 0 {
		var last [1]byte
		_, err = out.ReadAt(last[:], size-1)
		torn = last[0] != '\n'
	}
	if err != nil {
		_ = out.Close()
	}
	return out, torn, err
}

// regular refuses what is no file: a pipe would block for ever.
func (f *file) regular() error {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !info.Mode().IsRegular():
		return errNoFile
	}
	return err
}

// makeRoom renames a file that is full: NAME to NAME.1, that to NAME.2, and so on; the last goes.
func (f *file) makeRoom() error {
	if !f.full() {
		return nil
	}
	for i := keepFiles - 1; i >= 1; i-- {
		err := os.Rename(f.old(i), f.old(i+1))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Rename(f.path, f.old(1))
}

// full is false also when the file cannot be looked at: what is wrong with it is told when it is opened.
func (f *file) full() bool {
	info, err := os.Lstat(f.path)
	return err == nil && info.Mode().IsRegular() && info.Size() >= f.most
}

func (f *file) old(i int) string { return fmt.Sprintf("%s.%d", f.path, i) }

// check opens the file, or looks for its folder when it is not there yet; it makes none.
func (f *file) check(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Dir(f.path)); err != nil {
			return fileError(err, false)
		}
		return nil
	}
	out, _, err := f.open()
	if err != nil {
		return fileError(err, false)
	}
	if err := out.Close(); err != nil {
		return fileError(err, false)
	}
	return nil
}

// fileError is what a failure means. Its text, which has the path, is not kept.
func fileError(err error, written bool) error {
	switch {
	case errors.Is(err, errNoFile):
		return &notify.Error{Class: notify.Config, Reason: "no-regular-file"}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EISDIR):
		return &notify.Error{Class: notify.Config, Reason: "file-not-writable"}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &notify.Error{Class: notify.Retry, Reason: "disk-full", Unsure: written}
	}
	return &notify.Error{Class: notify.Retry, Reason: "disk-error", Unsure: written}
}
