package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Client reads the web. It is safe for concurrent use. Close it when done.
type Client struct {
	limits Limits
	agent  string
	none   bool // Pace is None
	now    func() time.Time

	inside   *guard // with the operator's list
	outside  *zone  // reaches the public internet only
	within   *zone  // reaches what the list names, too
	refuser  *refuser
	pacer    Pacer
	unpaced  Pacer // for loopback at pace none
	stats    *counters
	warnings []string
	starts   map[string]bool // by target.turn: for which the list matters, see From; nil: all

	base context.Context // ends with Close
	stop context.CancelFunc
}

// zone is one way to connect, with what was learnt that way. There are two, so that nothing can lead from outside to what the
// operator's list opens: not a redirect, not a connection or a robots.txt that is there already.
type zone struct {
	transport *http.Transport
	robots    *robotsCache
}

var errClosed = errors.New("the client is closed")

// New makes a Client; nothing is sent. The error names every mistake in the options, and no password.
func New(o Options) (*Client, error) {
	if err := o.validate(); err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	if o.Resolver == nil {
		o.Resolver = &net.Resolver{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	inside, err := newGuard(o.Allow, o.Deny)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	refuser, err := newRefuser(o.MeetingHosts)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	c := &Client{
		limits: o.Limits.withDefaults(), agent: o.userAgent(), none: o.Pace == None, now: o.Now,
		inside: inside, refuser: refuser, stats: newCounters(),
	}
	if err := c.connectBy(o); err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	c.base, c.stop = context.WithCancel(context.Background())
	c.pacers(o)
	if o.Contact == "" {
		c.warnings = append(c.warnings, "fetch.contact is not set: owners of sites cannot reach whoever runs this, and may block it")
	}
	return c, nil
}

// connectBy builds the two zones.
func (c *Client) connectBy(o Options) error {
	secure := &tls.Config{RootCAs: o.CA, MinVersion: tls.VersionTLS12}
	var through *proxy
	if o.Proxy != nil {
		var err error
		if through, err = newProxy(o.Proxy, o, secure); err != nil {
			return err
		}
	}
	public := &guard{deny: o.Deny}
	c.outside = c.zone(&dialler{guard: public, resolver: o.Resolver, proxy: through}, secure)
	c.within = c.zone(&dialler{guard: c.inside, resolver: o.Resolver, proxy: through}, secure)
	return nil
}

func (c *Client) zone(d *dialler, secure *tls.Config) *zone {
	z := &zone{transport: c.transport(d, secure)}
	z.robots = newRobotsCache(func(ctx context.Context, u *url.URL, have robotsCopy) (robotsAnswer, error) {
		return c.getRobots(ctx, z, u, have)
	}, c.now)
	return z
}

// transport speaks HTTP/1.1 only: one connection serves one host, and nothing of HTTP/2's can join two. The environment's
// proxies are not asked for.
func (c *Client) transport(d *dialler, secure *tls.Config) *http.Transport {
	d.timeout, d.received = c.limits.Dial, &c.stats.wire
	var only http.Protocols
	only.SetHTTP1(true)
	return &http.Transport{
		Proxy: nil, DialContext: d.dial, TLSClientConfig: secure.Clone(), TLSHandshakeTimeout: c.limits.Dial,
		Protocols: &only, DisableCompression: true, MaxResponseHeaderBytes: c.limits.Headers,
		ResponseHeaderTimeout: c.limits.FirstByte,
		MaxIdleConns:          64, MaxIdleConnsPerHost: freeTurns, IdleConnTimeout: 30 * time.Second,
	}
}

func (c *Client) pacers(o Options) {
	c.pacer = o.Pacer
	if c.pacer == nil {
		c.pacer = newPacer(paceOptions{Now: o.Now, Sleep: o.Sleep})
	}
	if c.none {
		c.unpaced = newPacer(paceOptions{Free: true, Now: o.Now, Sleep: o.Sleep})
	}
}

func (c *Client) pacerOf(t target) Pacer {
	if c.none && t.loopback() {
		return c.unpaced
	}
	return c.pacer
}

// HTTP is a client over c, without a time limit of its own. The caller may change it: each call makes a new one.
func (c *Client) HTTP() *http.Client {
	return &http.Client{Transport: c, CheckRedirect: c.CheckRedirect}
}

// From is c for a source that goes on from what it reads: the operator's list holds only for the hosts and ports of its starts
// (80 and 443 are one), and only where it names them as they are spelt. Otherwise a page could lead to what the list opens for
// another source, by a link, or by a name of its own that resolves to an address of the list. Everything else is shared with c,
// and ends when c is closed.
func (c *Client) From(starts []*url.URL) *Client {
	from := *c
	from.starts = make(map[string]bool, len(starts))
	for _, u := range starts {
		if t, err := c.spell(u); err == nil {
			from.starts[t.turn()] = true
		}
	}
	return &from
}

// Warnings are what an operator should mend, in words; none when all is well.
func (c *Client) Warnings() []string { return c.warnings }

// Stats is what was done so far.
func (c *Client) Stats() Stats { return c.stats.snapshot() }

// Allowed is Admit and robots.txt, which is asked for when it is not known. Errors are of type *Error.
func (c *Client) Allowed(ctx context.Context, u *url.URL) error {
	t, err := c.admit(u)
	if err != nil {
		return err
	}
	return c.obey(ctx, t, c.zoneOf(t, way{}))
}

// Sitemaps are the addresses that the robots.txt of u's site names as its sitemaps, as written; nil when it cannot be read, and
// when u itself may not be requested.
func (c *Client) Sitemaps(ctx context.Context, u *url.URL) []string {
	t, err := c.admit(u)
	if err != nil {
		return nil
	}
	return c.zoneOf(t, way{}).robots.sitemaps(ctx, t.url)
}

// Preference is what the robots.txt of u's site, as far as it is in memory, says about indexing: Tags that hold for all its pages,
// and its lines as written.
func (c *Client) Preference(u *url.URL) (Tags, string) {
	t, err := c.judge(u)
	if err != nil {
		return Tags{}, ""
	}
	return c.zoneOf(t, way{}).robots.preference(t.url)
}

// obey asks robots.txt, and tells the pacer what delay it names.
func (c *Client) obey(ctx context.Context, t target, z *zone) error {
	err := z.robots.allowed(ctx, t.url)
	if err == nil {
		if pacer, ok := c.pacerOf(t).(Slower); ok {
			pacer.Slow(t.turn(), z.robots.crawlDelay(t.url))
		}
		return nil
	}
	if ctx.Err() != nil || c.base.Err() != nil {
		return c.refusal(Cancelled, t.url, because(ctx, err))
	}
	if errors.Is(err, errNotPublic) {
		return c.refusal(Blocked, t.url, errNotPublic)
	}
	return c.refusal(Robots, t.url, err)
}

// Close ends everything under way and lets go of all connections. It may be called more than once.
func (c *Client) Close() {
	c.stop()
	for _, z := range []*zone{c.outside, c.within} {
		z.robots.close()
		z.transport.CloseIdleConnections()
	}
}

// getRobots reads a robots.txt by the same way as everything, but for robots.txt itself.
func (c *Client) getRobots(ctx context.Context, z *zone, u *url.URL, have robotsCopy) (robotsAnswer, error) {
	at := u.ResolveReference(&url.URL{Path: "/robots.txt"})
	ctx, trace := withTrace(ctx, Request{
		URL: at.String(), Kind: KindRobots, Validators: Validators{ETag: have.ETag, LastModified: have.LastModified},
	})
	trace.robots = z
	page, err := c.get(ctx, trace)
	if err != nil {
		return robotsAnswer{}, err
	}
	return robotsAnswer{
		Status: page.Status, Body: page.Body, Broken: page.Truncated != "" && page.TruncatedBy != TooLarge,
		Copy:       robotsCopy{ETag: page.Validators.ETag, LastModified: page.Validators.LastModified},
		RetryAfter: ParseRetryAfter(page.Header.Get("Retry-After"), c.now()),
	}, nil
}
