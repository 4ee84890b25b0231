package x

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// The bounds of the stream.
const (
	pathStream = "/2/tweets/search/stream"
	maxFrame   = 1 << 20  // bytes; what is larger is passed over
	maxHead    = 16 << 10 // of an answer that may be an error
	ahead      = 16       // frames that wait
	theStream  = "read the stream"
)

// Why a stream ends.
var (
	errSilent = errors.New("nothing was heard for too long")
	errClosed = errors.New("the pass is over")
)

// conn is an open stream. Its frames are read by one goroutine, which ends after close.
type conn struct {
	frames chan []byte // closed at the end
	cancel context.CancelCauseFunc
	done   chan struct{}

	heard  atomic.Bool  // a line came, or a heartbeat
	larger atomic.Int64 // frames that were too large
	head   []byte       // the first line, for errors of more than one; valid once frames is closed
	err    error        // nil: the server ended it; valid once frames is closed
}

// open connects. Its error is an *Error, or that of ctx.
func (s *Source) open(ctx context.Context) (*conn, error) {
	const what = theStream
	inner, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(s.o.Idle, func() { cancel(errSilent) })
	r, err := s.request(inner, what, http.MethodGet, pathStream, s.o.fields(s.o.Stream), nil)
	if err != nil {
		timer.Stop()
		cancel(errClosed)
		return nil, err
	}
	res, err := s.o.API.Do(r)
	if err != nil {
		timer.Stop()
		cancel(errClosed)
		return nil, s.silent(ctx, what, "no answer")
	}
	s.quotas.answered(what, res.Header)
	if res.StatusCode != http.StatusOK {
		defer cancel(errClosed)
		defer timer.Stop()
		defer res.Body.Close()
		head, _ := io.ReadAll(io.LimitReader(res.Body, maxHead)) // the status says enough
		return nil, s.judge(what, res.StatusCode, res.Header, head)
	}
	c := &conn{frames: make(chan []byte, ahead), cancel: cancel, done: make(chan struct{})}
	go c.read(inner, res.Body, func(waiting bool) {
		if timer.Stop(); waiting {
			timer.Reset(s.o.Idle)
		}
	})
	return c, nil
}

// close ends the stream and waits for its goroutine.
func (c *conn) close() {
	c.cancel(errClosed)
	for range c.frames { // lets go of who waits with one
	}
	<-c.done
}

// read reads lines until there are no more. watch is called before each and after it: a line has to come in time, not a byte, or a
// line without an end would do.
func (c *conn) read(ctx context.Context, body io.ReadCloser, watch func(waiting bool)) {
	defer close(c.done)
	defer c.cancel(errClosed)
	defer body.Close()
	defer close(c.frames)
	lines := lineReader{from: bufio.NewReaderSize(body, 64<<10)}
	for {
		watch(true)
		line, err := lines.next()
		if watch(false); err == nil {
			c.heard.Store(true)
		}
		if len(c.head) < maxHead {
			c.head = append(c.head, line[:min(len(line), maxHead-len(c.head))]...)
		}
		if errors.Is(err, errLarge) {
			c.larger.Add(1)
			continue
		}
		if len(line) > 0 {
			select {
			case c.frames <- bytes.Clone(line):
			case <-ctx.Done():
				c.err = context.Cause(ctx)
				return
			}
		}
		if err != nil {
			c.err = endOf(ctx, err)
			return
		}
	}
}

// endOf is why the reading ended, nil when the server ended it.
func endOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// errLarge is that of a line that is larger than maxFrame; it was passed over.
var errLarge = errors.New("a line is too large")

// lineReader reads lines, without what ends them.
type lineReader struct {
	from *bufio.Reader
	long []byte
}

// next is the next line, valid until the next call; "" for a heartbeat. With an error that is not errLarge it is what came last.
func (l *lineReader) next() ([]byte, error) {
	l.long = l.long[:0]
	large := false
	for {
		part, err := l.from.ReadSlice('\n')
		whole := err == nil
		if large = large || len(l.long)+len(part) > maxFrame; large {
			l.long = nil
		}
		switch {
		case whole && large:
			return nil, errLarge
		case whole && len(l.long) == 0:
			return bytes.TrimSpace(part), nil
		case !large:
			l.long = append(l.long, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if large && err != nil {
			return nil, err
		}
		return bytes.TrimSpace(l.long), err
	}
}
