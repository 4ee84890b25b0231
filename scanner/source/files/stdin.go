package files

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// pump makes the reading of standard input end when the context does: a read from a terminal or a pipe cannot be
// interrupted. Its goroutine ends with the reader's end, or after the read that was under way at Close or when the context
// ended; that read may last until the process ends.
type pump struct {
	ctx    context.Context
	cancel context.CancelFunc
	pipe   bool
	full   chan pumped
	empty  chan []byte
	now    pumped
	buffer []byte // that now lies in
}

type pumped struct {
	data []byte
	err  error
}

const pumpSize = 64 << 10

// newPump begins to read. pipe says that somebody else writes what is read.
func newPump(ctx context.Context, r io.Reader, pipe bool) *pump {
	ctx, cancel := context.WithCancel(ctx)
	p := &pump{ctx: ctx, cancel: cancel, pipe: pipe, full: make(chan pumped), empty: make(chan []byte, 2)}
	p.empty <- make([]byte, pumpSize)
	p.empty <- make([]byte, pumpSize)
	go p.run(r)
	return p
}

func (p *pump) run(r io.Reader) {
	for {
		var buffer []byte
		select {
		case buffer = <-p.empty:
		case <-p.ctx.Done():
			return
		}
		n, err := r.Read(buffer[:pumpSize])
		if p.pipe && errors.Is(err, io.EOF) {
			err = endOfPipe(p.ctx)
		}
		select {
		case p.full <- pumped{buffer[:n], err}:
		case <-p.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// Read gives what the goroutine read.
func (p *pump) Read(b []byte) (int, error) {
	if len(p.now.data) == 0 {
		if p.now.err != nil {
			return 0, p.now.err
		}
		if p.buffer != nil {
			p.empty <- p.buffer // never waits: there are two buffers and two places
			p.buffer = nil
		}
		select {
		case p.now = <-p.full:
			p.buffer = p.now.data[:0]
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		}
	}
	n := copy(b, p.now.data)
	p.now.data = p.now.data[n:]
	if n == 0 && p.now.err != nil {
		return 0, p.now.err
	}
	return n, nil
}

// Close lets the goroutine end. It does not close standard input, which is the caller's.
func (p *pump) Close() error {
	p.cancel()
	return nil
}

// settling is how long the end of a pipe waits for an interrupt.
const settling = 20 * time.Millisecond

// endOfPipe is io.EOF, or the context's error when that ends now. Ctrl-C reaches everybody in a pipeline: the end of whoever
// wrote may be seen before the signal is, and what was read is then not whole.
func endOfPipe(ctx context.Context) error {
	timer := time.NewTimer(settling)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return io.EOF
	}
}

func isPipe(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}
