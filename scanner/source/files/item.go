package files

import (
	"context"
	"io"
	"os"
)

// Stdin is the target that stands for standard input, and its URI.
const Stdin = "-"

// Item is one file to read. It is small: nothing was opened yet.
type Item struct {
	path   string
	follow bool      // a target may be a symbolic link, a file in a folder may not have become one
	stdin  io.Reader // for standard input
	pipe   bool      // a target that is a pipe
	ctx    context.Context
}

// URI is the path as the user would write it: the target, and the way from there. It may hold control sequences.
func (i Item) URI() string { return i.path }

// Open opens the item. For files the result has ReadAt and Size as well (see [File]); for standard input it ends early
// with the context's error when the walk's context is done, as it does for a pipe that was given as a target. It gives an
// error for all else that is no regular file, without waiting for a writer.
func (i Item) Open() (io.ReadCloser, error) {
	if i.stdin != nil {
		return newPump(i.ctx, i.stdin, isPipe(i.stdin)), nil
	}
	if i.pipe {
		return openPipe(i.ctx, i.path)
	}
	f, err := open(i.path, i.follow)
	if err != nil {
		return nil, err // a nil *File must not become an interface
	}
	return f, nil
}

// irregular is the error for what is no regular file.
type irregular struct{ mode os.FileMode }

func (e irregular) Error() string { return notRead(e.mode) }

// Policy marks the error as a choice of ours, no failure.
func (e irregular) Policy() bool { return true }

// notRead says why something that is no regular file is not read.
func notRead(mode os.FileMode) string {
	switch {
	case mode&os.ModeNamedPipe != 0:
		return "a named pipe is read only when it is given as a target"
	case mode&os.ModeSocket != 0:
		return "a socket is not read"
	case mode&os.ModeDevice != 0:
		return "a device is not read"
	case mode&os.ModeSymlink != 0:
		return "it became a symbolic link, which is not followed"
	case mode.IsDir():
		return "it became a folder"
	}
	return "not a regular file"
}
