package v1

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
	"time"
)

// maxFrame is the most bytes of a frame; what is larger is passed over.
const maxFrame = 1 << 20

// lines is the body of a stream as the library is given it: frames of bounded length, of posts the promising ones alone, and no empty
// lines. A Read returns bytes of one frame at most, and the library reads again only when it has handed over what it read before: so
// when as many frames were received from it as were served, all that lies before is done.
//
// Read and Close are the library's, seen is for any goroutine.
type lines struct {
	from      *bufio.Reader
	body      io.Closer
	promising func([]byte) bool
	now       func() time.Time
	watch     func(waiting bool) // called before a line is waited for, and after it came

	line    []byte
	pending []byte // of the frame that is being served
	end     error

	mu   sync.Mutex
	told told
}

// told is what is known of a stream so far.
type told struct {
	any    bool   // a line came, or a heartbeat
	served int64  // frames that were handed to the library, or are being
	posts  int64  // of any kind
	larger int64  // frames that were too large
	high   int64  // the highest id of a post
	head   []byte // the first bytes, for what is no stream
	end    error  // why it ended

	latest int64         // the latest id of a post
	lag    time.Duration // of that
}

const maxHead = 16 << 10 // bytes

func newLines(body io.ReadCloser, promising func([]byte) bool, now func() time.Time, watch func(bool)) *lines {
	return &lines{from: bufio.NewReaderSize(body, 64<<10), body: body, promising: promising, now: now, watch: watch}
}

// Close closes what lies below.
func (l *lines) Close() error { return l.body.Close() }

func (l *lines) seen() told {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.told
}

// Read implements [io.Reader].
func (l *lines) Read(p []byte) (int, error) {
	for len(l.pending) == 0 {
		if l.end != nil {
			return 0, l.end
		}
		l.next()
	}
	n := copy(p, l.pending)
	l.pending = l.pending[n:]
	return n, nil
}

// next reads a frame, and leaves it pending when it is for the library.
func (l *lines) next() {
	l.watch(true)
	frame, ended, large, err := l.frame()
	l.watch(false)
	l.end = err
	g, whole := glimpse{}, false
	if len(frame) > 0 {
		g, whole = glance(frame)
	}
	serve := len(frame) > 0 && (!g.post || !whole || l.promising(frame))
	l.note(frame, ended, large, serve, g)
	if serve {
		frame = append(frame, '\r', '\n')
		l.line, l.pending = frame, frame
	}
}

// note keeps what is told of a frame.
func (l *lines) note(frame []byte, ended, large, serve bool, g glimpse) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := &l.told
	t.any, t.end = t.any || ended, l.end
	if large {
		t.larger++
	}
	if serve {
		t.served++
	}
	if len(t.head) < maxHead {
		t.head = append(t.head, frame[:min(len(frame), maxHead-len(t.head))]...)
	}
	if !g.post {
		return
	}
	t.posts++
	now := l.now()
	at := timeOf(g.id)
	if at.After(now.Add(future)) {
		return // no id of these days: it would hide all that come
	}
	t.high = max(t.high, g.id)
	if g.id > t.latest {
		t.latest, t.lag = g.id, max(now.Sub(at), 0)
	}
}

// frame reads up to the end of a line, which is "\r\n"; a bare "\n" ends one where all brackets are closed. ended is false when the
// stream ended within it. What is too large is passed over.
func (l *lines) frame() (frame []byte, ended, large bool, err error) {
	line := l.line[:0]
	var open balance
	for {
		part, err := l.from.ReadSlice('\n')
		if large = large || len(line)+len(part) > maxFrame; !large {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case large:
			return nil, err == nil, true, err
		case err != nil, bytes.HasSuffix(line, []byte("\r\n")), open.even(line):
			l.line = line
			return bytes.TrimSpace(line), err == nil, false, err
		}
	}
}
