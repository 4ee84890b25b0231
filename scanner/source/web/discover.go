package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"meetleaks/scanner/fetch"
)

// sitemaps are those of one pass. Hosts are read one after the other: each has few, and a queue of its own would need a bound of
// its own.
type sitemaps struct {
	mu    sync.Mutex
	queue sitemapQueue
	sites map[string]bool // that were asked
}

// never is when no page is looked at again any more.
const never = 100 * 365 * 24 * time.Hour

// discover reads the sitemaps of a start's site: those that its robots.txt names, and the one in the usual place.
func (p *pass) discover(ctx context.Context, start Address) {
	if p.options.Depth == 0 || p.resting.err(start.Host(), p.options.Now()) != nil {
		return
	}
	p.sitemaps.mu.Lock()
	defer p.sitemaps.mu.Unlock()
	site := start.Scheme() + "://" + start.Host()
	if p.sitemaps.sites[site] {
		return
	}
	if p.sitemaps.sites == nil {
		p.sitemaps.sites = map[string]bool{}
	}
	p.sitemaps.sites[site] = true
	for _, ref := range p.client.Sitemaps(ctx, start.URL()) {
		p.enlist(start, ref, 0)
	}
	usual := p.enlist(start, "/sitemap.xml", 0)
	for ctx.Err() == nil {
		a, depth, ok := p.sitemaps.queue.next()
		if !ok {
			return
		}
		if p.schedule.late() {
			p.unread.tell(a.String(), refusal(fmt.Sprintf("budget: this sitemap and those behind it were not read, because a pass takes %s at most", p.within)))
			return
		}
		p.sitemap(ctx, a, depth, a == usual)
	}
}

// enlist adds a sitemap, if it lies in reach.
func (p *pass) enlist(base Address, ref string, depth int) Address {
	a, err := canonical(base, ref)
	if err != nil {
		p.unusable(base, err)
		return Address{}
	}
	if !p.scope.within(a) {
		p.unread.tell(a.String(), refusal("sitemap: leads outside"))
		return a
	}
	if err := p.client.Admit(a.URL()); err != nil {
		p.refused(a, err)
		return a
	}
	if err := p.sitemaps.queue.add(a, depth); err != nil {
		p.unread.tell(a.String(), err)
	}
	return a
}

// sitemap reads one. The one in the usual place need not be there.
func (p *pass) sitemap(ctx context.Context, a Address, depth int, usual bool) {
	visit, err := p.recallSitemap(ctx, a)
	if err != nil {
		p.stop(err)
		return
	}
	page, err := p.client.Get(ctx, fetch.Request{
		URL: a.String(), Kind: fetch.KindSitemap, Enter: p.enterSitemap,
		Validators: fetch.Validators{ETag: visit.ETag, LastModified: visit.LastModified, Length: visit.Length},
	})
	if err == nil {
		p.count(func(s *Stats) { s.Wire += page.Wire })
		err = page.StatusError()
	}
	switch {
	case ctx.Err() != nil:
	case err != nil && usual && missing(err, page):
	case err != nil:
		p.unread.tell(a.String(), err)
	case page.NotModified:
		p.count(func(s *Stats) { s.Saved += max(visit.Length-page.Wire, 0) })
	default:
		p.readSitemap(ctx, a, depth, visit, page, usual)
	}
}

// enterSitemap lets redirects go no farther than the pass may.
func (p *pass) enterSitemap(u *url.URL) error {
	a, err := canonical(Address{}, u.String())
	if err == nil && !p.scope.within(a) {
		err = refusal("redirected: " + string(outside))
	}
	return err
}

// missing says whether there is no such page, or no way to it that was ever promised.
func missing(err error, page *fetch.Page) bool {
	if page != nil {
		return page.Status == http.StatusNotFound || page.Status == http.StatusGone || page.Status == http.StatusUnauthorized || page.Status == http.StatusForbidden
	}
	// What keeps robots.txt from being read keeps the start page from being read too, and is told there.
	outer, ok := errors.AsType[*fetch.Error](err)
	return ok && (outer.Policy() || outer.Class == fetch.Robots)
}

func (p *pass) readSitemap(ctx context.Context, a Address, depth int, visit Visit, page *fetch.Page, usual bool) {
	p.count(func(s *Stats) { s.Sitemaps++ })
	lost := p.lost.Load()
	list, err := readSitemap(bytes.NewReader(page.Body), func(l listed) error {
		if l.Sitemap {
			p.enlist(a, l.URL, depth+1)
		} else {
			p.consider(ctx, a, link{ref: l.URL, class: classNews, depth: 1, at: l.At})
		}
		return ctx.Err()
	})
	switch {
	case ctx.Err() != nil:
		return
	case err == nil && page.Truncated != "":
		err = errors.New("truncated: " + page.Truncated)
	case err == nil && list.Truncated != "":
		err = errors.New("truncated: " + list.Truncated)
	case err == nil && list.Unknown && !usual: // what stands in the usual place was never promised
		err = errors.New("failed: it is no sitemap that can be read")
	}
	if err != nil {
		p.unread.tell(a.String(), err)
		return
	}
	// An index that did not change says nothing of the sitemaps it names, nor does any sitemap of addresses that there was no room for.
	if list.Sitemaps == 0 && p.visited.len() < p.options.MaxURLs && p.lost.Load() == lost {
		p.keepSitemap(ctx, visit, page)
	}
}

// sitemapMark keeps what is known of a sitemap apart from what is known of a page at the same address: a feed may be both, and is
// read as a page, too. No address of a page has this fragment, see canonical.
const sitemapMark = "#sitemap"

// recallSitemap is what is known of a sitemap.
func (p *pass) recallSitemap(ctx context.Context, a Address) (Visit, error) {
	v := Visit{}
	if p.memory != nil {
		var err error
		if v, _, err = p.memory.Load(ctx, a.String()+sitemapMark); err != nil {
			return Visit{}, fmt.Errorf("ask what is known of a sitemap: %w", err)
		}
	}
	if p.watch.doubts(v.At) { // what it led to may be lost
		v = Visit{}
	}
	v.URL = a.String() + sitemapMark
	return v, nil
}

// keepSitemap keeps what makes the next request for a sitemap cheap. It is asked for in each pass whether it is due or not; its Next says
// alone from when on stores count how long it is kept.
func (p *pass) keepSitemap(ctx context.Context, v Visit, page *fetch.Page) {
	if p.memory == nil {
		return
	}
	now := p.options.Now()
	v.ETag, v.LastModified, v.Length = page.Validators.ETag, page.Validators.LastModified, page.Validators.Length
	v.At, v.Next = now, now
	p.save(ctx, v)
}
