package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// RoundTrip makes one hop: it judges the URL, asks robots.txt, waits for the host's turn, and dials. It makes *Client an
// [http.RoundTripper]. Only GET and HEAD without a body are sent. Of the request's headers only If-None-Match and
// If-Modified-Since are sent, to the host that was asked first; the rest, User-Agent and Host among them, is the Client's own.
//
// The answer is decompressed and Uncompressed is true, whatever it was, so that nobody above unpacks it without a cap. Its
// body must be closed: until then the host's turn is taken. Errors are of type *Error.
func (c *Client) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		req.Body.Close()
	}
	t, err := c.admit(req.URL)
	if err != nil {
		return nil, err
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead && req.Method != "" || req.Body != nil && req.Body != http.NoBody {
		return nil, c.refusal(Refused, t.url, errors.New("only GET and HEAD without a body are sent"))
	}
	if c.base.Err() != nil {
		return nil, c.refusal(Cancelled, t.url, errClosed)
	}
	way := wayTo(req)
	if way.hops > c.limits.Redirects {
		return nil, c.refusal(Redirects, t.url, errRedirects)
	}
	ctx, cancel := c.until(req.Context())
	defer cancel()
	zone := c.zoneOf(t, way)
	if trace := traceOf(ctx); trace == nil || trace.robots == nil {
		if err := c.obey(ctx, t, zone); err != nil {
			return nil, err
		}
	} else if way.hops == 0 {
		zone = trace.robots
	}
	release, err := c.pacerOf(t).Acquire(ctx, t.turn())
	if err != nil {
		return nil, c.unturned(ctx, t, err)
	}
	return c.send(req, hop{t, way, zone}, release)
}

// until joins a caller's context with the client's life.
func (c *Client) until(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(c.base, func() { cancel(errClosed) })
	return ctx, func() { stop(); cancel(nil) }
}

// turn names whose turn a request waits for.
func (t target) turn() string {
	if t.url.Port() == "" {
		return t.host
	}
	return t.authority
}

func (c *Client) refusal(class Class, u *url.URL, err error) *Error {
	c.stats.refuse(class)
	return &Error{Class: class, URL: u.String(), Err: err}
}

// unturned is a turn that was not given.
func (c *Client) unturned(ctx context.Context, t target, err error) *Error {
	if ctx.Err() != nil {
		return c.refusal(Cancelled, t.url, because(ctx, err))
	}
	return c.refusal(Budget, t.url, err)
}

// way is what was passed on the way to a hop.
type way struct {
	hops    int           // before this one
	first   *url.URL      // what was asked for
	spent   time.Duration // of Limits.Total
	private bool          // the hop before led to what only the operator's list opens
}

// wayTo follows the answers that led to a request. Where a body above the Client's hides what it was, the hop counts as public.
func wayTo(req *http.Request) way {
	w := way{first: req.URL}
	if last := req.Response; last != nil {
		if b, ok := last.Body.(*body); ok {
			w.spent, w.private = b.call.spent(), b.call.meter.private()
		}
	}
	for resp := req.Response; resp != nil && w.hops < maxHops; w.hops++ {
		if resp.Request == nil {
			break
		}
		w.first, resp = resp.Request.URL, resp.Request.Response
	}
	return w
}

// zoneOf: the operator's list holds for what was asked for, and for redirects from there.
func (c *Client) zoneOf(t target, w way) *zone {
	if c.inside.opens(t) && c.startsAt(t) && (w.hops == 0 || w.private) {
		return c.within
	}
	return c.outside
}

// startsAt reports whether the operator's list matters for t at all, see [Client.From].
func (c *Client) startsAt(t target) bool {
	return c.starts == nil || c.starts[t.turn()] && c.inside.names[t.authority]
}

// hop is one request that passed every check.
type hop struct {
	target target
	way    way
	zone   *zone
}

// send makes the request, now that the host's turn is taken, and gives it back when there is no answer.
func (c *Client) send(req *http.Request, h hop, release func(Outcome)) (*http.Response, error) {
	call := &call{client: c, trace: traceOf(req.Context()), target: h.target, caller: req.Context(), before: h.way.spent, release: release, start: time.Now()}
	ctx, cancel := context.WithDeadlineCause(req.Context(), call.start.Add(c.limits.Total-h.way.spent), errSlow)
	ctx, cancelClosed := c.until(ctx)
	call.ctx, call.cancel = ctx, func() { cancelClosed(); cancel() }

	c.stats.host(h.target.turn(), 1, 0)
	resp, err := h.zone.transport.RoundTrip(c.outgoing(req, h, call))
	if err != nil {
		return nil, call.failed(err)
	}
	call.outcome = Outcome{
		Took: time.Since(call.start), Status: resp.StatusCode,
		RetryAfter: ParseRetryAfter(resp.Header.Get("Retry-After"), c.now()),
	}
	return call.answered(req, resp)
}

// outgoing is the request as it is sent: nothing of the caller's but the URL and the validators.
func (c *Client) outgoing(req *http.Request, h hop, call *call) *http.Request {
	ctx := httptrace.WithClientTrace(call.ctx, &httptrace.ClientTrace{GotConn: call.meter.begin})
	out := &http.Request{
		Method: req.Method, URL: h.target.url, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"User-Agent":      {c.agent},
			"Accept":          {"text/html, application/xhtml+xml, */*;q=0.8"},
			"Accept-Encoding": {"gzip"},
		},
	}
	if first := h.way.first; first.Scheme == req.URL.Scheme && strings.EqualFold(first.Host, req.URL.Host) {
		validators(out.Header, req, call.trace, h.way.hops)
	}
	return out.WithContext(ctx)
}

// validators adds what is known of the copy that was read before. Behind a redirect only the ETag is: where a page now leads to
// something older than what it led to before, a date would have the server say that nothing changed.
func validators(h http.Header, req *http.Request, trace *Trace, hops int) {
	etag, since := req.Header.Get("If-None-Match"), req.Header.Get("If-Modified-Since")
	if trace != nil && trace.request.Validators != (Validators{}) {
		etag, since = trace.request.Validators.ETag, trace.request.Validators.LastModified
	}
	if etag != "" {
		h.Set("If-None-Match", etag)
	}
	if since != "" && hops == 0 {
		h.Set("If-Modified-Since", since)
	}
}
