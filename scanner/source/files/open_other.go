//go:build !unix

package files

import (
	"context"
	"io"
	"os"
)

// File is an open regular file.
type File struct {
	*os.File
	size int64
}

// open opens a regular file. The kind is checked before and after: where a pipe takes the file's place in between it may
// wait for a writer.
func open(path string, follow bool) (*File, error) {
	stat := os.Lstat
	if follow {
		stat = os.Stat
	}
	if info, err := stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, irregular{info.Mode()}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregular{info.Mode()}
	}
	if err != nil {
		_ = f.Close() // the first error tells more
		return nil, err
	}
	return &File{f, info.Size()}, nil
}

// Size is the size in bytes when the file was opened.
func (f *File) Size() int64 { return f.size }

// openPipe opens a pipe to be read like standard input.
func openPipe(ctx context.Context, path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return newPump(ctx, f, isPipe(f)), nil
}

func openFolder(path string, _ bool) (*os.File, error) { return os.Open(path) }
