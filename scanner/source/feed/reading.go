package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// The times of looking again.
const (
	// looksApart is the least time between two looks that are believed, with some room for another clock.
	looksApart = time.Hour + time.Minute
	// standsEvery is how often all items are handed on though they did not change: whoever keeps leaks would else forget those that
	// nobody speaks of any more.
	standsEvery = 4 * 24 * time.Hour
)

// reading is one look at a feed.
type reading struct {
	pass    *pass
	feed    watched
	m       memory
	now     time.Time
	full    bool // all items are handed on
	host    string
	listing *listing // nil when none was read
	noted   []string
}

// read asks for the feed and takes what it lists.
func (r *reading) read(ctx context.Context) error {
	if to, err := url.Parse(r.m.Moved); err != nil || r.enter(to) != nil {
		r.m.Moved = ""
	}
	page, err := r.pass.source.o.Client.Get(ctx, fetch.Request{
		URL: cmp.Or(r.m.Moved, r.feed.url.String()), Kind: fetch.KindFeed, MaxBytes: MaxBody, Validators: r.m.validators(r.full), Enter: r.enter,
	})
	if err != nil {
		return r.unread(ctx, err)
	}
	switch {
	case page.NotModified && r.full:
		r.failed("answered that nothing changed without being asked", 0)
		return nil
	case page.NotModified:
		return r.unchanged(ctx, page)
	case page.Status == http.StatusGone && r.m.Moved == "":
		return r.gone(ctx)
	case page.Status < 200 || page.Status > 299:
		r.failed(fmt.Sprintf("the server answered %d", page.Status), fetch.ParseRetryAfter(page.Header.Get("Retry-After"), r.now))
		return nil
	}
	return r.listed(ctx, page)
}

// errInClear is why no redirect is followed that leads out of TLS.
var errInClear = errors.New("leads from https to http")

// enter judges a redirect. Whoever configures https must get what the server sent: others may change what comes in clear.
func (r *reading) enter(to *url.URL) error {
	if to.Scheme != "https" && r.feed.url.Scheme == "https" {
		return errInClear
	}
	return nil
}

// unread notes why there was no answer. Its error is the context's.
func (r *reading) unread(ctx context.Context, why error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("read: %w", context.Cause(ctx))
	}
	words, wait := fetch.InWords(why, r.now)
	if errors.Is(why, errInClear) {
		words = errInClear.Error()
	}
	r.failed(words, wait)
	return nil
}

// failed notes that nothing was seen. A new address that leads nowhere is forgotten: the old one may know better.
func (r *reading) failed(why string, wait time.Duration) {
	r.m.Fails++
	r.m.Why, r.m.Moved, r.m.Next = why, "", time.Time{}
	if wait > 0 {
		r.m.Next = r.now.Add(min(wait, mostRest))
		r.pass.note(func() { r.pass.health.Refused++ })
	}
}

// seen notes that the feed was read.
func (r *reading) seen() {
	r.m.At, r.m.Fails, r.m.Why, r.m.GoneAt = r.now, 0, "", time.Time{}
}

// unchanged is a feed that says nothing changed: what had vanished is still not there.
func (r *reading) unchanged(ctx context.Context, page *fetch.Page) error {
	r.seen()
	if err := r.lookAtLost(ctx, nil); err != nil {
		return err
	}
	r.moved(page)
	r.rest(page.Header)
	r.pass.note(func() { r.pass.documents += len(r.m.Items)/entrySize + 1 })
	return nil
}

// gone is a feed that says that it is gone for good: so are its items, in each look, until that is believed. It stays blind: whoever
// watches it must know.
func (r *reading) gone(ctx context.Context) error {
	for _, e := range append(unpacked(r.m.Items, MaxItems), unpacked(r.m.Lost, maxLost)...) {
		if err := r.tellGone(ctx, uriOf(r.feed, e.Key)); err != nil {
			return err
		}
	}
	if err := r.tellGone(ctx, r.feed.uri); err != nil {
		return err
	}
	if r.m.GoneAt.IsZero() {
		r.m.GoneAt = r.now
	}
	r.failed("gone for good (410): take it out of the configuration", 0)
	r.m.ETag, r.m.Modified = "", ""
	if r.now.Sub(r.m.GoneAt) >= looksApart {
		r.m.Items, r.m.Lost = nil, nil
		r.m.Next = r.now.Add(mostRest)
	}
	return nil
}

func (r *reading) tellGone(ctx context.Context, uri string) error {
	err := r.pass.source.o.Taker.Gone(ctx, uri)
	if errors.Is(err, scanner.ErrBadValue) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tell what is gone: %w", err)
	}
	r.pass.note(func() { r.pass.health.Deleted++ })
	return nil
}

// moved remembers where the feed went for good, when that may be kept and asked for.
func (r *reading) moved(page *fetch.Page) {
	to, err := url.Parse(page.Moved)
	switch {
	case page.Moved == "" || page.Moved == r.feed.url.String():
		return
	case err != nil || len(page.Moved) > maxURL || to.User != nil || matchers.Mask(page.Moved) != page.Moved:
		return
	case r.pass.source.o.Client.Admit(to) == nil:
		r.m.Moved = page.Moved
	}
}

// listed takes what an answer lists.
func (r *reading) listed(ctx context.Context, page *fetch.Page) error {
	from, err := url.Parse(page.URL)
	if err != nil {
		from = r.feed.url
	}
	r.host = hostOf(from)
	l, err := parse(page.Body, page.Charset, page.Truncated != "")
	switch {
	case errors.Is(err, errNoFeed):
		r.failed(err.Error(), 0)
		return nil
	case err != nil:
		return r.asWhole(ctx, page)
	}
	r.listing = l
	l.discover(page.Header)
	if err := r.take(ctx, l); err != nil {
		return err
	}
	r.seen()
	r.moved(page)
	r.m.validate(page.Validators)
	if page.Truncated != "" || l.broken > 0 {
		r.m.ETag, r.m.Modified = "", "" // the next answer may be whole
	}
	r.m.Generation = r.pass.source.generation
	r.m.TTL, r.m.SkipHours, r.m.SkipDays = l.ttl, l.skipHours, l.skipDays
	r.m.Noted = r.noted
	r.rest(page.Header)
	return nil
}

// asWhole takes a feed that cannot be understood as one document, so that no link in it is missed. What it listed before is not
// judged.
func (r *reading) asWhole(ctx context.Context, page *fetch.Page) error {
	given := document{uri: r.feed.uri, host: r.host, parts: []part{{kind: kindOf(page.Body), text: string(page.Body)}}, cut: true}
	if err := r.hand(ctx, given); err != nil {
		return err
	}
	r.seen()
	r.moved(page)
	r.m.validate(fetch.Validators{})
	r.m.Generation = r.pass.source.generation
	r.m.Noted = []string{"cannot be understood: it is read as one document"}
	r.rest(page.Header)
	r.pass.note(func() { r.pass.health.Heard++; r.pass.health.Failed++ })
	return nil
}
