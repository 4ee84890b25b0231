package files

import (
	"context"
	"io"
)

// pump makes the reading of standard input end when the context does: a read from a terminal or a pipe cannot be
// interrupted. Its goroutine ends with the reader's end, or after the read that was under way at Close or when the context
// ended; that read may last until the process ends.
type pump struct {
	ctx    context.Context
	cancel context.CancelFunc
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

func newPump(ctx context.Context, r io.Reader) *pump {
	ctx, cancel := context.WithCancel(ctx)
	p := &pump{ctx: ctx, cancel: cancel, full: make(chan pumped), empty: make(chan []byte, 2)}
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
