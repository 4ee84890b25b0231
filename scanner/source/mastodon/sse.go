package mastodon

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// openEvents opens a stream of server-sent events (HTML standard, section 9.2).
func (s *Source) openEvents(ctx context.Context, base *url.URL, token string) (wire, error) {
	of := s.streams[0]
	address := *base
	address.Path += "/api/v1/streaming" + of.path
	if of.key != "" {
		address.RawQuery = url.Values{of.key: {of.value}}.Encode()
	}
	ctx, dog := watch(ctx, s.o.Idle)
	req, err := request(ctx, address.String(), token)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := s.o.Client.Do(req)
	if err != nil {
		dog.rest()
		return nil, unreached("the stream cannot be reached", cause(ctx, err))
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case resp.StatusCode != http.StatusOK:
		err = refusal(resp, s.o.Now())
	case media != "text/event-stream":
		err = &failure{reason: "the server answers with something else than a stream"}
	default:
		return &eventStream{
			lines: lines{from: &fed{resp.Body, dog}}, of: of.name, body: resp.Body, dog: dog,
			cause: func(err error) error { return cause(ctx, err) },
		}, nil
	}
	dog.rest()
	resp.Body.Close()
	return nil, err
}

// cause is why the context ended, if that is why err came.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// fed feeds a watchdog with what is read.
type fed struct {
	io.Reader
	dog *watchdog
}

func (f *fed) Read(p []byte) (int, error) {
	f.dog.feed()
	n, err := f.Reader.Read(p)
	f.dog.rest()
	return n, err
}

// eventStream is a wire of server-sent events.
type eventStream struct {
	lines lines
	of    string
	body  io.Closer
	dog   *watchdog
	cause func(error) error

	event, data []byte
	given, over bool // data, and more of it than may be
}

func (e *eventStream) close() {
	e.dog.rest()
	e.body.Close()
}

// next puts the lines of one event together.
func (e *eventStream) next(context.Context) (frame, error) {
	e.clear()
	for {
		line, fits, err := e.lines.next()
		switch {
		case err != nil:
			return frame{}, e.cause(err)
		case !fits:
			e.over = true
		case len(line) > 0:
			e.field(line)
		case e.over:
			return frame{kind: large, stream: e.of}, nil
		case e.given:
			return frame{kind: kindOf(e.event), stream: e.of, data: e.data}, nil
		default:
			e.clear()
		}
	}
}

func (e *eventStream) clear() {
	e.event, e.data = e.event[:0], e.data[:0]
	e.given, e.over = false, false
}

// field takes a line of an event; comments (":thump") are for the watchdog alone.
func (e *eventStream) field(line []byte) {
	name, value, _ := bytes.Cut(line, []byte{':'})
	value = bytes.TrimPrefix(value, []byte{' '})
	switch string(name) {
	case "event":
		if len(value) <= 64 {
			e.event = append(e.event[:0], value...)
		}
	case "data":
		if e.given {
			e.data = append(e.data, '\n')
		}
		if len(e.data)+len(value) > maxFrame {
			e.over = true
			return
		}
		e.data, e.given = append(e.data, value...), true
	}
}

// lines cuts what is read into lines, ended by LF, CR or both.
type lines struct {
	from     io.Reader
	buf      []byte
	at, to   int  // what is there of it
	searched int  // up to where no end of a line is
	skipLF   bool // the line before ended with CR
	begun    bool
	failed   error
}

// The bounds of lines.
const (
	maxLine    = maxFrame + 64
	lineBuffer = 64 << 10
	maxSkipped = 16 << 20 // of a line that is too long
	maxEmpty   = 100      // reads without a byte, one after the other
)

// next is the next line without its end, good until the next call; fits is false for one of more than maxFrame bytes, which was
// skipped. A last line without an end is none.
func (l *lines) next() (line []byte, fits bool, err error) {
	skipped := 0
	for {
		if l.skipLF && l.at < l.to {
			if l.buf[l.at] == '\n' {
				l.at++
			}
			l.skipLF = false
			l.searched = l.at
		}
		if line, found := l.cut(); found {
			return line, skipped == 0 && len(line) <= maxLine, nil
		}
		if l.to-l.at > maxLine {
			skipped += l.to - l.at
			l.at, l.to, l.searched = 0, 0, 0
			if skipped > maxSkipped {
				return nil, false, errTooLong
			}
		}
		if err := l.fill(); err != nil {
			return nil, false, err
		}
	}
}

func (l *lines) cut() (line []byte, found bool) {
	open := l.buf[l.searched:l.to]
	end := bytes.IndexByte(open, '\n')
	if end >= 0 {
		open = open[:end]
	}
	if cr := bytes.IndexByte(open, '\r'); cr >= 0 {
		end, l.skipLF = cr, true
	}
	if end < 0 {
		l.searched = l.to
		return nil, false
	}
	line = l.buf[l.at : l.searched+end]
	l.at = l.searched + end + 1
	l.searched = l.at
	if !l.begun {
		l.begun = true
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	return line, true
}

// fill reads on.
func (l *lines) fill() error {
	if l.failed != nil {
		return l.failed
	}
	if l.at > 0 {
		copy(l.buf, l.buf[l.at:l.to])
		l.to, l.searched, l.at = l.to-l.at, l.searched-l.at, 0
	}
	if l.to == len(l.buf) {
		grown := make([]byte, max(2*len(l.buf), lineBuffer))
		copy(grown, l.buf[:l.to])
		l.buf = grown
	}
	for range maxEmpty {
		n, err := l.from.Read(l.buf[l.to:])
		l.to += n
		if err != nil {
			l.failed = err
		}
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// request makes a request to the server.
func request(ctx context.Context, address, token string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &failure{reason: "the address of the server cannot be used"}
	}
	req.Header.Set("User-Agent", "meetleaks")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req, nil
}
