package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"time"

	"meetleaks/scanner/fetch"
)

// Options say what a crawl reads. Zero fields stand for the defaults, which are given here.
type Options struct {
	// Name is how the source is called in errors.
	Name string
	// Start are the pages from which the crawl starts, at least one, at most MaxStarts. They are read whatever Include and Exclude say.
	Start []string
	Reach Reach // SameSite
	// Depth is how many links away from a start pages are read: 2. Negative: the starts only. What a sitemap of a start's host
	// names is one link away.
	Depth    int
	MaxPages int // 1,000: answers asked for in one pass, beside robots.txt and sitemaps; another try does not count
	MaxURLs  int // 1,000,000: addresses met in one pass
	// Within is how long after its start a pass still begins to read another page: 24 h. What it has begun it ends.
	Within time.Duration
	// Include and Exclude choose among the pages, see [Glob].
	Include, Exclude []Glob
	Images           bool // images are read too, for QR codes
	// Parallel is how many pages are fetched at a time, over all hosts: 8. PerHost is how many of one host: 1. More of one
	// host makes sense only where the client does not keep a pace.
	Parallel, PerHost int
	// Patience is for whoever waits for the pass: a page that failed is not tried again when that would be later than this, and a host
	// that asks to wait longer before anything of it was read is given up. 0: each has all its tries.
	Patience time.Duration
	// Again is told when a page is tried again: its host, why, and in what time at the earliest. Several goroutines call it; nil: nobody
	// is told.
	Again func(host string, why error, in time.Duration)
	// Waits is told when a host in the midst of its pages asks to wait longer than Patience: it is not asked before. Called as Again is.
	Waits func(host string, in time.Duration)
	// Dir is where the frontier lies during a pass: the system's folder for temporary files. What is written there are addresses of
	// pages, never a meeting link.
	Dir string
	// Recrawl says when pages are read again; for passes with a Memory.
	Recrawl Schedule
	// Now is the clock, time.Now.
	Now func() time.Time
}

// The bounds of a crawl.
const (
	MaxStarts   = 1_000
	MaxParallel = 64
)

// MaxHeld bounds the bodies, in bytes, of all pages that were fetched and wait for a reader or are with one. A single body may be
// larger; then it is the only one.
const MaxHeld = 32 << 20

// Crawler reads one site, or several that belong together. It is safe for concurrent use; passes share nothing but how far
// the dates in sitemaps are trusted.
type Crawler struct {
	client  *fetch.Client
	read    Reader
	options Options
	starts  []Address
	scope   *scope
	trust   lastmodTrust

	retryDelay func(tries int) time.Duration
	pulse      time.Duration // see pass.probe
}

// New makes a Crawler; nothing is requested. The error names every start that is not a URL, or is never requested (a
// meeting link, say).
func New(client *fetch.Client, read Reader, o Options) (*Crawler, error) {
	o = o.withDefaults()
	c := &Crawler{client: client, read: read, options: o, retryDelay: retryDelay, pulse: time.Second}
	err := errors.Join(o.validate(), c.parseStarts())
	if err == nil {
		c.client = client.From(urlsOf(c.starts))
		c.scope, err = newScope(scopeOptions{
			Starts: c.starts, Reach: o.Reach, Depth: o.Depth, Include: o.Include, Exclude: o.Exclude, Images: o.Images,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("web %s: %w", o.Name, err)
	}
	return c, nil
}

func (o Options) withDefaults() Options {
	switch {
	case o.Depth == 0:
		o.Depth = 2
	case o.Depth < 0:
		o.Depth = 0
	}
	o.MaxPages = cmp.Or(o.MaxPages, 1_000)
	o.Within = cmp.Or(o.Within, 24*time.Hour)
	o.MaxURLs = cmp.Or(o.MaxURLs, 1_000_000)
	o.Parallel = cmp.Or(o.Parallel, 8)
	o.PerHost = cmp.Or(o.PerHost, 1)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Again == nil {
		o.Again = func(string, error, time.Duration) {}
	}
	if o.Waits == nil {
		o.Waits = func(string, time.Duration) {}
	}
	return o
}

func (o Options) validate() error {
	var mistakes []error
	between := func(what string, n, low, high int) {
		if n < low || n > high {
			mistakes = append(mistakes, fmt.Errorf("%s %d: must lie between %d and %d", what, n, low, high))
		}
	}
	between("number of start pages", len(o.Start), 1, MaxStarts)
	between("depth", o.Depth, 0, maxDepth)
	between("pages", o.MaxPages, 1, 100_000_000)
	between("addresses", o.MaxURLs, 1, 100_000_000)
	between("fetches at a time", o.Parallel, 1, MaxParallel)
	between("fetches of one host at a time", o.PerHost, 1, MaxParallel)
	return errors.Join(mistakes...)
}

func urlsOf(addresses []Address) []*url.URL {
	urls := make([]*url.URL, len(addresses))
	for i, a := range addresses {
		urls[i] = a.URL()
	}
	return urls
}

func (c *Crawler) parseStarts() error {
	var mistakes []error
	for i, start := range c.options.Start[:min(len(c.options.Start), MaxStarts)] {
		a, err := canonical(Address{}, start)
		if err == nil {
			err = c.client.Admit(a.URL())
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("start page %d: %s", i+1, reasonOf(err)))
			continue
		}
		c.starts = append(c.starts, a)
	}
	return errors.Join(mistakes...)
}
