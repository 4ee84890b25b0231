package fetch

import (
	"context"
	"net/netip"
	"slices"
	"sync"
)

// Trace tells of one request, with its redirects, what a *http.Response cannot. It may be read at any time, by any goroutine;
// it is complete when the body was read to its end or closed.
//
// Without a Trace in its context a body that is cut ends in an error. With one it ends in io.EOF, what came is kept, and
// the Trace tells: so a library that drops what it read when a body fails can be used too, and nobody takes a cut body for a
// whole one by mistake.
type Trace struct {
	request Request
	robots  *zone // of a request for robots.txt itself, which is not asked about in robots.txt; else nil

	mu     sync.Mutex
	hops   []Hop
	wire   int64
	class  Class
	reason string
}

// Hop is one answer on the way.
type Hop struct {
	URL    string // masked
	Status int
	Addr   netip.AddrPort // what was dialled, invalid behind a proxy
}

const maxHops = 32

type traceKey struct{}

// WithTrace returns a context for one request made through the Client as a RoundTripper, and its Trace. The Kind, MaxBytes and
// Validators of r hold for that request as in [Client.Get]; its URL is not looked at.
func WithTrace(ctx context.Context, r Request) (context.Context, *Trace) {
	if r.Kind == KindRobots {
		r.Kind = KindPage
	}
	return withTrace(ctx, r)
}

func withTrace(ctx context.Context, r Request) (context.Context, *Trace) {
	t := &Trace{request: r}
	return context.WithValue(ctx, traceKey{}, t), t
}

// traceOf returns nil when the context has none.
func traceOf(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// Truncated says what is missing of the last hop's body: its class (TooLarge, Slow, Truncated) and the reason in words; both are
// "" when nothing is.
func (t *Trace) Truncated() (Class, string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.class, t.reason
}

// Wire is the number of bytes received, headers included, TLS handshakes not.
func (t *Trace) Wire() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wire
}

// Hops are the answers so far, at most 32.
func (t *Trace) Hops() []Hop {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.hops)
}

// arrived notes the headers of an answer; what the hop before it lacked does not matter any more.
func (t *Trace) arrived(h Hop) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.hops) < maxHops {
		t.hops = append(t.hops, h)
	}
	t.class, t.reason = "", ""
}

func (t *Trace) received(n int64) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wire += n
}

func (t *Trace) cut(class Class, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.class, t.reason = class, reason
}
