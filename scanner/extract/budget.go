package extract

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// budget is what the reading of one source has left. It is used by one goroutine at a time.
type budget struct {
	Limits
	ctx     context.Context
	bytes   int64
	entries int
	spooled int64 // of Spool, at the moment
	bzip2s  int   // that are open
	zstds   int   // that are open
	spent   error // why nothing more is unpacked

	children time.Duration // for which children have worked
}

// entry counts an entry of an archive.
func (b *budget) entry() error {
	if b.entries++; b.entries > b.Entries && b.spent == nil {
		b.spent = fmt.Errorf("more than %d entries: the rest was not read", b.Entries)
	}
	return b.spent
}

// unpacked counts bytes.
func (b *budget) unpacked(n int) error {
	if b.bytes += int64(n); b.bytes > b.Bytes && b.spent == nil {
		b.spent = fmt.Errorf("unpacks to more than %d MiB: the rest was not read", b.Bytes>>20)
	}
	return b.spent
}

// meter counts what is unpacked from one stream, and stops what unpacks to very much more than its size.
type meter struct {
	unpacked io.Reader
	packed   func() int64 // bytes of the packed stream so far, or in all
	budget   *budget
	out      int64
	err      error // it stays
}

// ratioFrom is from where on the ratio counts: small files may well repeat themselves.
const ratioFrom = 1 << 20

func (m *meter) Read(p []byte) (int, error) {
	if m.err == nil {
		m.err = m.budget.ctx.Err()
	}
	if m.err == nil {
		m.err = m.budget.spent
	}
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.unpacked.Read(p)
	m.out += int64(n)
	m.err = err
	if spent := m.budget.unpacked(n); spent != nil {
		m.err = spent
	} else if m.out > ratioFrom && m.out/m.budget.Ratio > m.packed() {
		m.err = fmt.Errorf("a bomb: unpacks to more than %d times its size", m.budget.Ratio)
	}
	return n, m.err
}

// counter counts what is read.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// packed is a packed stream that can be read byte by byte, so that who unpacks it takes no more than is theirs.
type packed struct {
	*bufio.Reader
	from *counter
}

func newPacked(r io.Reader) *packed {
	from := &counter{Reader: r}
	return &packed{bufio.NewReaderSize(from, headSize), from}
}

// count is how many bytes were taken.
func (p *packed) count() int64 { return p.from.n - int64(p.Buffered()) }

// spooled is a stream held in memory, so that it can be read from any place. The pieces are small, so that the memory is
// no more than the limit even while it grows.
type spooled struct {
	pieces [][]byte
	size   int64
}

const spoolPiece = 256 << 10

func (s *spooled) Size() int64 { return s.size }

func (s *spooled) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, errors.New("negative offset")
	}
	n := 0
	for n < len(p) && offset < s.size {
		piece := s.pieces[offset/spoolPiece]
		k := copy(p[n:], piece[offset%spoolPiece:])
		n += k
		offset += int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// takeSpool makes this source one that spools. It waits while maxSpools others do; a source that spools never waits for
// another source.
func (w *work) takeSpool() error {
	if w.spools {
		return nil
	}
	select {
	case w.Extractor.spool <- struct{}{}:
		w.spools = true
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

func (w *work) freeSpool() {
	if w.spools {
		<-w.Extractor.spool
	}
}

// hold reads r into memory; release gives the room back.
func (w *work) hold(r io.Reader) (s *spooled, release func(), err error) {
	if err := w.takeSpool(); err != nil {
		return nil, nil, err
	}
	s = &spooled{}
	for err == nil {
		if w.budget.spooled+spoolPiece > w.budget.Spool {
			err = policy(fmt.Sprintf("an archive in an archive of more than %d MiB is not read", w.budget.Spool>>20))
			break
		}
		piece := make([]byte, spoolPiece)
		var n int
		n, err = readFull(r, piece)
		w.budget.spooled += spoolPiece
		s.pieces = append(s.pieces, piece[:n])
		s.size += int64(n)
	}
	room := int64(len(s.pieces)) * spoolPiece
	release = func() { w.budget.spooled -= room }
	if !errors.Is(err, io.EOF) {
		release()
		return nil, nil, err
	}
	return s, release, nil
}

// whole reads c into memory, in one piece of at most most bytes. When it is longer, or there is no room for it, ok is
// false, and c can be read from its start as before. The error is why body is not all of it. release gives the room back;
// body is not to be used afterwards.
func (w *work) whole(c *content, head []byte, all bool, most int64) (body []byte, release func(), ok bool, err error) {
	release = func() {}
	if all {
		return head, release, true, nil
	}
	if c.at != nil && c.at.Size() > most {
		return nil, release, false, nil
	}
	if err := w.takeSpool(); err != nil {
		return nil, release, false, err
	}
	most = min(most, (w.budget.Spool-w.budget.spooled)/2) // the text made of it takes as much again
	size := int64(headSize)
	if c.at != nil {
		size = c.at.Size()
	}
	body = make([]byte, 0, max(min(size, most), 0)+1)
	for err == nil && int64(len(body)) <= most {
		if len(body) == cap(body) {
			body = slices.Grow(body, int(min(int64(len(body)), most+1-int64(len(body)))))
		}
		var n int
		n, err = readFull(c.reader, body[len(body):min(cap(body), int(most)+1)])
		body = body[:len(body)+n]
	}
	if err == nil { // there is more
		c.at, c.reader = nil, io.MultiReader(bytes.NewReader(body), c.reader)
		return nil, release, false, nil
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	freeLarge, cancelled := w.takeLarge(len(body))
	if cancelled != nil {
		return nil, release, false, cancelled
	}
	room := 2 * int64(cap(body))
	w.budget.spooled += room
	return body, func() { w.budget.spooled -= room; freeLarge() }, true, err
}

// takeLarge waits until no other source makes a large document, if one is to be made of size bytes. They are all read by then, so that
// nobody waits for a pipe.
func (w *work) takeLarge(size int) (free func(), err error) {
	if size <= largeWhole || w.large {
		return func() {}, nil
	}
	select {
	case w.Extractor.large <- struct{}{}:
		w.large = true
		return func() { w.large = false; <-w.Extractor.large }, nil
	case <-w.ctx.Done():
		return nil, w.ctx.Err()
	}
}

// readFull fills b. Other than io.ReadFull it returns io.EOF at the end, whatever was read, and the reader's own errors
// as they are.
func readFull(r io.Reader, b []byte) (n int, err error) {
	for idle := 0; n < len(b) && err == nil; idle++ {
		var k int
		k, err = r.Read(b[n:])
		n += k
		if k > 0 {
			idle = -1
		} else if idle >= 100 && err == nil {
			err = io.ErrNoProgress
		}
	}
	return n, err
}
