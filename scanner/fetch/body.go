package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	errSlow  = errors.New("it took longer than the time limit for one request")
	errCap   = errors.New("it is longer than the cap for its kind")
	errRatio = errors.New("it decompresses to far more than was sent")
)

// The longest validators that are kept, in bytes.
const (
	maxETag         = 512
	maxLastModified = 128
)

// call is one hop from its sending to the end of its body. What it took is given back once, by whoever comes first: the end of
// the body, its closing, the time limit, the caller's context, or the end of the client.
type call struct {
	client  *Client
	trace   *Trace // nil: the caller wants errors
	target  target
	caller  context.Context
	ctx     context.Context // ends with the caller's, with the time limit, with the client, and with the call
	cancel  context.CancelFunc
	release func(Outcome)
	before  time.Duration // spent by the hops before
	start   time.Time
	meter   meter
	outcome Outcome

	once  sync.Once
	mu    sync.Mutex
	taken time.Duration // set by end
}

// end gives everything back; failed says that the answer was broken.
func (c *call) end(failed bool) {
	c.once.Do(func() {
		c.mu.Lock()
		c.taken = time.Since(c.start)
		c.mu.Unlock()
		c.cancel()
		wire := c.meter.received.Load()
		c.trace.received(wire)
		c.client.stats.host(c.target.turn(), 0, wire)
		outcome := c.outcome
		outcome.Failed = outcome.Failed || failed
		c.release(outcome)
	})
}

// spent is the time used of Limits.Total, by this hop and those before it.
func (c *call) spent() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.before + c.taken
}

// failed ends a call that got no answer.
func (c *call) failed(err error) *Error {
	class := c.why(err)
	if class != Cancelled && class != Blocked { // of those nothing was sent, or nothing can be said
		c.outcome = Outcome{Failed: true, Took: time.Since(c.start)}
	}
	if class == Cancelled || class == Slow && errors.Is(context.Cause(c.ctx), errSlow) {
		err = because(c.ctx, err)
	}
	c.end(false)
	return c.client.refusal(class, c.target.url, err)
}

// why finds the class of an error of the transport or of a body.
func (c *call) why(err error) Class {
	switch cause := context.Cause(c.ctx); {
	case errors.Is(err, errNotPublic):
		return Blocked
	case errors.Is(err, errCap), errors.Is(err, errRatio):
		return TooLarge
	case errors.Is(cause, errSlow) && c.caller.Err() == nil:
		return Slow
	case cause != nil && c.ctx.Err() != nil:
		return Cancelled
	case strings.Contains(err.Error(), "response headers exceeded"): // net/http has no name for it
		return TooLarge
	}
	return classOf(err)
}

// answered prepares an answer for its reader.
func (c *call) answered(req *http.Request, resp *http.Response) (*http.Response, error) {
	c.trace.arrived(Hop{URL: printable(c.target.url.String()), Status: resp.StatusCode, Addr: c.meter.address()})
	if resp.StatusCode == http.StatusNotModified {
		c.client.stats.notModified(c.saves())
	}
	if resp.StatusCode < 200 || resp.StatusCode == http.StatusPartialContent { // a part would pass for the whole
		resp.Body.Close()
		return nil, c.failed(fmt.Errorf("the server answered %d, which nobody asked for", resp.StatusCode))
	}
	limit := c.client.limits.body(resp, c.target.url.Path, c.request())
	content, err := decode(resp, limit, c.client.limits)
	if err != nil {
		resp.Body.Close()
		return nil, c.failed(err)
	}
	if content != nil {
		resp.ContentLength = -1
		resp.Header.Del("Content-Length")
	}
	resp.Header.Del("Content-Encoding")
	boundValidators(resp.Header)
	if content == nil {
		content = &capped{r: resp.Body, left: limit}
	}
	resp.Body = &body{content: content, raw: resp.Body, call: c, limit: limit}
	resp.Uncompressed, resp.Request = true, req
	context.AfterFunc(c.ctx, func() { c.end(errors.Is(context.Cause(c.ctx), errSlow)) })
	return resp, nil
}

// boundValidators drops validators of a length that no server needs: they are kept for each page, for a long time.
func boundValidators(h http.Header) {
	if len(h.Get("ETag")) > maxETag {
		h.Del("ETag")
	}
	if len(h.Get("Last-Modified")) > maxLastModified {
		h.Del("Last-Modified")
	}
}

func (c *call) request() Request {
	if c.trace == nil {
		return Request{}
	}
	return c.trace.request
}

func (c *call) saves() int64 {
	return max(c.request().Validators.Length-c.meter.received.Load(), 0)
}

// body is the decompressed body under its caps.
type body struct {
	content io.Reader
	raw     io.ReadCloser
	call    *call
	limit   int64
	ended   error
}

func (b *body) Read(p []byte) (int, error) {
	if b.ended != nil {
		return 0, b.ended
	}
	n, err := b.content.Read(p)
	if err == nil {
		return n, nil
	}
	var class Class
	if err == io.EOF {
		var end [1]byte
		_, _ = b.raw.Read(end[:]) // behind compressed data stands the end of the message: with it read, the connection can serve again
		b.ended = io.EOF
	} else {
		if class = b.call.why(err); class == Failed {
			class = Truncated
		}
		b.ended = b.verdict(class, err)
	}
	b.raw.Close()
	b.call.end(class == Slow || class == Truncated)
	return n, b.ended
}

// verdict turns the early end of a body into what its reader is told, see Trace.
func (b *body) verdict(class Class, err error) error {
	if b.call.trace == nil || class == Cancelled {
		if class == Cancelled || class == Slow {
			err = because(b.call.ctx, err)
		}
		return b.call.client.refusal(class, b.call.target.url, err)
	}
	b.call.client.stats.truncated()
	b.call.trace.cut(class, b.reason(class, err))
	return io.EOF
}

func (b *body) reason(class Class, err error) string {
	switch {
	case errors.Is(err, errCap):
		return fmt.Sprintf("cut at %d bytes: %s", b.limit, errCap)
	case class == TooLarge:
		return "cut: " + errRatio.Error()
	case class == Slow:
		return "cut: " + errSlow.Error()
	case errors.Is(err, errEncoding):
		return "cut: its compression is broken"
	}
	return "the server ended it before its end"
}

// Close may come before the end; what is left is not read.
func (b *body) Close() error {
	if b.ended == nil {
		b.ended = errors.New("read after close")
		b.raw.Close()
		b.call.end(false)
	}
	return nil
}

// meter counts the bytes that one request receives, and knows the connection it came by.
type meter struct {
	received atomic.Int64
	conn     atomic.Pointer[conn]
}

// begin makes the request the one that the connection counts for, until the next.
func (m *meter) begin(info httptrace.GotConnInfo) {
	under := info.Conn
	if secure, ok := under.(*tls.Conn); ok {
		under = secure.NetConn()
	}
	if c, ok := under.(*conn); ok {
		m.conn.Store(c)
		c.meter.Store(m)
	}
}

func (m *meter) private() bool {
	c := m.conn.Load()
	return c != nil && c.private
}

// address is what was dialled, invalid behind a proxy.
func (m *meter) address() netip.AddrPort {
	if c := m.conn.Load(); c != nil {
		return c.address
	}
	return netip.AddrPort{}
}
