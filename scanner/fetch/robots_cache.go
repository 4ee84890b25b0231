package fetch

import (
	"container/list"
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"
)

// How long the word of a robots.txt holds. RFC 9309 section 2.4 asks for at most a day, and longer only while the file
// cannot be reached; 401, 403 and 429 are our stricter choice.
const (
	robotsFresh      = 24 * time.Hour
	robotsStale      = 30 * 24 * time.Hour // how long the last copy serves while the file cannot be reached
	robotsRefused    = time.Hour           // after 401, 403 and 429 without Retry-After
	robotsRetry      = 10 * time.Minute    // after a failure, doubled with each further one
	robotsRetryMax   = 24 * time.Hour
	maxRobotsEntries = 4_096
	maxRobotsCost    = 64 << 20         // octets of rules in memory, all sites together
	maxCrawlDelay    = 60 * time.Second // a site that asks for more is left alone
)

// robotsCopy is what the getter needs for a conditional request; empty strings: ask without condition.
type robotsCopy struct{ ETag, LastModified string }

// robotsAnswer is what came of asking for a robots.txt, redirects followed.
type robotsAnswer struct {
	Status     int           // of the last hop; 304 only to a conditional request
	Body       []byte        // at most maxRobotsBytes, of a 2xx
	Broken     bool          // the body ended before its announced end; being cut at maxRobotsBytes is not broken
	Copy       robotsCopy    // validators of this answer
	RetryAfter time.Duration // 0: not said
}

// robotsGetter asks for a robots.txt. Its context ends when nobody waits for the answer any more; it carries no values of
// any caller. Limits on time and size are the getter's.
type robotsGetter func(ctx context.Context, u *url.URL, have robotsCopy) (robotsAnswer, error)

// robotsCache knows the robots.txt of at most maxRobotsEntries sites (scheme, host and port), for a day each. It is safe
// for concurrent use; however many ask for one site, one request is under way.
type robotsCache struct {
	get  robotsGetter
	now  func() time.Time
	base context.Context
	stop context.CancelFunc
	wait sync.WaitGroup

	mu      sync.Mutex
	entries map[string]*list.Element // of *robotsEntry, the last used first
	used    *list.List
	cost    int
	flights map[string]*robotsFlight
	closed  bool
}

// newRobotsCache takes the getter and the clock. close ends it.
func newRobotsCache(get robotsGetter, now func() time.Time) *robotsCache {
	base, stop := context.WithCancel(context.Background())
	return &robotsCache{
		get: get, now: now, base: base, stop: stop,
		entries: map[string]*list.Element{}, used: list.New(), flights: map[string]*robotsFlight{},
	}
}

// close stops the requests under way and waits for them; callers that wait get an error, later ones too.
func (r *robotsCache) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.stop()
	r.wait.Wait()
}

// allowed is nil when the site's robots.txt lets us request the address; it is asked for when it is not known. The error
// says who decided: see [RobotsError]. /robots.txt itself is always allowed.
func (r *robotsCache) allowed(ctx context.Context, u *url.URL) error {
	if u.EscapedPath() == "/robots.txt" {
		return nil
	}
	e, err := r.entry(ctx, u)
	if err != nil {
		return err
	}
	return e.judge(u)
}

// sitemaps is the addresses of the site's Sitemap lines, at most maxSitemaps, as written; none when the file cannot be read.
func (r *robotsCache) sitemaps(ctx context.Context, u *url.URL) []string {
	if e, err := r.entry(ctx, u); err == nil && e.rules != nil {
		return e.rules.sitemaps
	}
	return nil
}

// crawlDelay is the gap between requests that the site asks for, 0 for none, as far as its robots.txt is in memory.
func (r *robotsCache) crawlDelay(u *url.URL) time.Duration {
	if rules := r.known(u); rules != nil {
		return min(rules.crawlDelay, maxCrawlDelay)
	}
	return 0
}

// preference is what the site's Content-Signal and Content-Usage lines say of indexing, as far as its robots.txt is in
// memory: Tags for its pages and the lines as written, at most maxPreference octets.
func (r *robotsCache) preference(u *url.URL) (tags Tags, lines string) {
	if rules := r.known(u); rules != nil {
		return Tags{NoIndex: rules.noIndex}, rules.preference
	}
	return Tags{}, ""
}

func (r *robotsCache) known(u *url.URL) *robotsRules {
	r.mu.Lock()
	defer r.mu.Unlock()
	if el := r.entries[robotsSite(u)]; el != nil {
		return el.Value.(*robotsEntry).rules
	}
	return nil
}

// robotsSite names what one robots.txt speaks for: scheme, host and port.
func robotsSite(u *url.URL) string {
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	if port == "" && scheme == "https" {
		port = "443"
	} else if port == "" {
		port = "80"
	}
	return scheme + "://" + net.JoinHostPort(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), port)
}

// entry is what is known of a site, asked for when it is not known or too old.
func (r *robotsCache) entry(ctx context.Context, u *url.URL) (*robotsEntry, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	site := robotsSite(u)
	r.mu.Lock()
	if el := r.entries[site]; el != nil {
		if e := el.Value.(*robotsEntry); r.now().Before(e.until) {
			r.used.MoveToFront(el)
			r.mu.Unlock()
			return e, nil
		}
	}
	if r.closed {
		r.mu.Unlock()
		return nil, errRobotsClosed
	}
	f := r.board(site, u)
	r.mu.Unlock()

	select {
	case <-f.done:
		return f.entry, f.err
	case <-ctx.Done():
		r.leave(f)
		return nil, context.Cause(ctx)
	}
}

var errRobotsClosed = errors.New("robots.txt: the client is closed")

// robotsFlight is one request for a robots.txt and those who wait for it.
type robotsFlight struct {
	site    string
	waiting int // held by robotsCache.mu
	cancel  context.CancelFunc
	done    chan struct{} // closed when entry or err is set
	entry   *robotsEntry
	err     error
}

// board joins the request under way or starts it. The caller holds mu.
func (r *robotsCache) board(site string, u *url.URL) *robotsFlight {
	if f := r.flights[site]; f != nil {
		f.waiting++
		return f
	}
	ctx, cancel := context.WithCancel(r.base)
	f := &robotsFlight{site: site, waiting: 1, cancel: cancel, done: make(chan struct{})}
	r.flights[site] = f
	var old *robotsEntry
	if el := r.entries[site]; el != nil {
		old = el.Value.(*robotsEntry)
	}
	r.wait.Go(func() { r.fly(ctx, f, old, u) })
	return f
}

// leave takes one waiting caller off; when it was the last the request is given up, and the next caller starts another.
func (r *robotsCache) leave(f *robotsFlight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	f.cancel()
	if r.flights[f.site] == f {
		delete(r.flights, f.site)
	}
}

// fly makes the request and keeps what came of it, unless it was given up.
func (r *robotsCache) fly(ctx context.Context, f *robotsFlight, old *robotsEntry, u *url.URL) {
	defer f.cancel()
	target := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	answer, err := r.get(ctx, target, old.copyKept(r.now()))
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(f.done)
	if r.flights[f.site] == f {
		delete(r.flights, f.site)
	}
	if ctx.Err() != nil {
		f.err = errRobotsClosed
		return
	}
	f.entry = newRobotsEntry(u.Hostname(), old, answer, err, r.now())
	r.keep(f.site, f.entry)
}

// keep stores an entry and makes room: the sites that were not asked for longest go first. The caller holds mu.
func (r *robotsCache) keep(site string, e *robotsEntry) {
	e.site = site
	if el := r.entries[site]; el != nil {
		r.drop(el)
	}
	r.entries[site] = r.used.PushFront(e)
	r.cost += e.cost()
	for r.used.Len() > 1 && (r.used.Len() > maxRobotsEntries || r.cost > maxRobotsCost) {
		r.drop(r.used.Back())
	}
}

func (r *robotsCache) drop(el *list.Element) {
	e := r.used.Remove(el).(*robotsEntry)
	delete(r.entries, e.site)
	r.cost -= e.cost()
}
