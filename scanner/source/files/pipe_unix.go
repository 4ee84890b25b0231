//go:build unix

package files

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// How long a named pipe waits for its first writer, and how often it looks.
const (
	patience = time.Second
	interval = 20 * time.Millisecond
)

// errNoWriter is why a named pipe was not read.
var errNoWriter = errors.New("a named pipe to which nobody writes")

// pipe reads a pipe that was given as a target. Unlike a plain read it ends with the context, and never waits for ever for
// somebody to open the other end. It is used by one goroutine.
type pipe struct {
	ctx      context.Context
	file     *os.File
	release  func() bool   // from the context
	patience time.Duration // left for the first writer; 0 for pipes without a name, which had theirs before we came
	read     bool          // something was
}

// openPipe opens a pipe without waiting for a writer.
func openPipe(ctx context.Context, path string) (io.ReadCloser, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode()&os.ModeNamedPipe == 0 {
		err = irregular{info.Mode()}
	}
	if err != nil {
		_ = f.Close() // the first error tells more
		return nil, err
	}
	p := &pipe{ctx: ctx, file: f}
	if _, err := filepath.EvalSymlinks(path); err == nil { // what /dev/fd leads to has no path
		p.patience = patience
	}
	p.release = context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) }) // so that a read that waits ends
	return p, nil
}

func (p *pipe) Read(b []byte) (int, error) {
	for {
		n, err := p.file.Read(b)
		if n > 0 {
			p.read = true
			return n, nil
		}
		if ended := p.ctx.Err(); ended != nil {
			return 0, ended
		}
		switch {
		case !errors.Is(err, io.EOF):
			return 0, err
		case p.read:
			return 0, endOfPipe(p.ctx)
		}
		if err := p.wait(); err != nil {
			return 0, err
		}
	}
}

// wait waits a little for the first writer; it returns io.EOF for a pipe without a name, which is empty.
func (p *pipe) wait() error {
	if p.patience <= 0 {
		return endOfPipe(p.ctx)
	}
	timer := time.NewTimer(interval)
	defer timer.Stop()
	select {
	case <-p.ctx.Done():
		return p.ctx.Err()
	case <-timer.C:
	}
	if p.patience -= interval; p.patience <= 0 {
		return errNoWriter
	}
	return nil
}

// Close closes the pipe.
func (p *pipe) Close() error {
	p.release()
	return p.file.Close()
}
