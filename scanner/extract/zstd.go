package extract

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Zstandard is that of RFC 8878. Frames stand one after the other; skippable ones between them hold nothing of the text.

// zstdWindow is the largest window of a frame that is read, in bytes: the least that the RFC (section 3.1.1.1.2) wants of
// every reader. Up to level 19 no writer uses more unless it is told to.
const zstdWindow = 8 << 20

// zstdMemory is what one reader holds: the window, two blocks, tables, and what it reads ahead.
const zstdMemory = zstdWindow + 1<<20

// isSkippable looks for the mark of a skippable frame, with which files packed in parallel begin.
func isSkippable(head []byte) bool {
	return len(head) >= 8 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18"
}

// zstd takes one layer of Zstandard off. The place stays the same.
func (w *work) zstd(c content) error {
	release, err := w.zstdRoom()
	if err != nil {
		w.report(c.uri, err)
		return w.ctx.Err()
	}
	defer release()
	packed := newPacked(c.reader)
	frames, err := newFrames(packed)
	if err != nil {
		w.report(c.uri, err)
		return nil
	}
	defer frames.close()
	inner := c
	inner.at = nil
	inner.name = strings.TrimSuffix(strings.TrimSuffix(c.name, ".zst"), ".zstd")
	inner.reader = &meter{unpacked: frames, packed: packed.count, budget: &w.budget}
	inner.depth++
	return w.content(inner)
}

// zstdRoom takes the memory of a reader inside another from the spool. The first of a source is free, but only sources that
// spool have one: as many as there are readers would be too much.
func (w *work) zstdRoom() (release func(), err error) {
	if err := w.takeSpool(); err != nil {
		return nil, err
	}
	if w.budget.zstds > 0 {
		if w.budget.spooled+zstdMemory > w.budget.Spool {
			return nil, policy("zstd in zstd is not read so deep")
		}
		w.budget.spooled += zstdMemory
	}
	w.budget.zstds++
	return func() {
		if w.budget.zstds--; w.budget.zstds > 0 {
			w.budget.spooled -= zstdMemory
		}
	}, nil
}

// frames reads the frames of a stream one after the other, on the caller's goroutine. It is used by one goroutine.
type frames struct {
	decoder *zstd.Decoder
	from    *remembering
	out     int64
	err     error // it stays
}

func newFrames(r io.Reader) (*frames, error) {
	from := &remembering{from: r}
	decoder, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(zstdWindow), zstd.WithDecoderMaxWindow(zstdWindow))
	if err != nil {
		return nil, errZstd
	}
	return &frames{decoder: decoder, from: from}, nil
}

func (f *frames) close() { f.decoder.Close() }

var (
	errZstd       = errors.New("broken zstd: the data is damaged")
	errZstdWindow = policy("zstd with a window of more than 8 MiB is not read")
)

func (f *frames) Read(p []byte) (n int, err error) {
	if f.err != nil {
		return 0, f.err
	}
	defer func() {
		if recover() != nil {
			n, err = 0, errZstd
		}
		f.out += int64(n)
		f.err = err
	}()
	n, err = f.decoder.Read(p)
	if err != nil {
		err = f.reason(err)
	}
	return n, err
}

// reason says why the decoder has ended. It takes any early end where a frame could begin for the end of the stream, so
// what the stream itself said comes first.
func (f *frames) reason(err error) error {
	switch {
	case f.from.err != nil && !errors.Is(f.from.err, io.EOF):
		return f.from.err
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, zstd.ErrMagicMismatch) && f.out > 0:
		return f.behind()
	case errors.Is(err, zstd.ErrUnknownDictionary):
		return policy("zstd with a dictionary is not read")
	case f.wide():
		return errZstdWindow
	}
	return errZstd
}

// behind is the error for what is no frame behind one that is.
func (f *frames) behind() error {
	mark := f.from.last[len(f.from.last)-4:]
	if err := nothingBehind("zstd", io.MultiReader(bytes.NewReader(mark), f.from)); err != nil {
		return err
	}
	return io.EOF
}

// wide: what was read last is the header of a frame whose window is larger than we hold.
func (f *frames) wide() bool {
	last := f.from.last[:]
	at := bytes.LastIndex(last, []byte("\x28\xb5\x2f\xfd"))
	if at < 0 {
		return false
	}
	var h zstd.Header
	return h.Decode(last[at:]) == nil && h.WindowSize > zstdWindow
}

// remembering keeps the last bytes that it has given, at least as many as a frame's header has, and why there are no more.
type remembering struct {
	from io.Reader
	last [32]byte
	err  error
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if keep := min(n, len(r.last)); keep > 0 {
		copy(r.last[:], r.last[keep:])
		copy(r.last[len(r.last)-keep:], p[n-keep:n])
	}
	if err != nil {
		r.err = err
	}
	return n, err
}
