//go:build unix

package files

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// File is an open regular file. Unlike os.File it costs no more system calls than needed: with many small files they are
// most of the work. ReadAt is safe for concurrent use, Read is not.
type File struct {
	fd   int
	size int64
}

// open opens a regular file. O_NONBLOCK keeps it from waiting for the writer of a pipe that took the file's place.
func open(path string, follow bool) (*File, error) {
	flags := syscall.O_RDONLY | syscall.O_CLOEXEC | syscall.O_NONBLOCK | syscall.O_NOCTTY
	if !follow {
		flags |= syscall.O_NOFOLLOW
	}
	fd, err := again(func() (int, error) { return syscall.Open(path, flags, 0) })
	if errors.Is(err, syscall.ELOOP) && !follow {
		return nil, irregular{os.ModeSymlink}
	}
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	var stat syscall.Stat_t
	if err := syscall.Fstat(fd, &stat); err != nil {
		_ = syscall.Close(fd) // the first error tells more
		return nil, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if stat.Mode&syscall.S_IFMT != syscall.S_IFREG {
		_ = syscall.Close(fd)
		return nil, irregular{modeOf(uint32(stat.Mode))}
	}
	return &File{fd: fd, size: stat.Size}, nil
}

func modeOf(mode uint32) os.FileMode {
	switch mode & syscall.S_IFMT {
	case syscall.S_IFIFO:
		return os.ModeNamedPipe
	case syscall.S_IFSOCK:
		return os.ModeSocket
	case syscall.S_IFCHR, syscall.S_IFBLK:
		return os.ModeDevice
	case syscall.S_IFDIR:
		return os.ModeDir
	}
	return os.ModeIrregular
}

// again repeats a call that a signal interrupted.
func again(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}

// Size is the size in bytes when the file was opened. Files of /proc have size 0 and text all the same.
func (f *File) Size() int64 { return f.size }

// Read reads on.
func (f *File) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := again(func() (int, error) { return syscall.Read(f.fd, p) })
	if err != nil {
		return 0, os.NewSyscallError("read", err)
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// ReadAt reads len(p) bytes from offset on, or to the end of the file.
func (f *File) ReadAt(p []byte, offset int64) (int, error) {
	total := 0
	for total < len(p) {
		n, err := again(func() (int, error) { return syscall.Pread(f.fd, p[total:], offset+int64(total)) })
		if err != nil {
			return total, os.NewSyscallError("read", err)
		}
		if n == 0 {
			return total, io.EOF
		}
		total += n
	}
	return total, nil
}

// Close closes the file. It is called once, by one goroutine.
func (f *File) Close() error { return os.NewSyscallError("close", syscall.Close(f.fd)) }

// openFolder opens a folder for listing. The last part of the path must not have become a symbolic link, unless it was
// given as a target.
func openFolder(path string, follow bool) (*os.File, error) {
	flags := os.O_RDONLY | syscall.O_DIRECTORY | syscall.O_NONBLOCK
	if !follow {
		flags |= syscall.O_NOFOLLOW
	}
	return os.OpenFile(path, flags, 0)
}
