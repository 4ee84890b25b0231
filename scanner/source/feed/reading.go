package feed

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/polled"
)

// reading is one look at a feed.
type reading struct {
	*polled.Look

	source  *Source
	m       *memory
	host    string
	listing *listing // nil when none was read
	noted   []string
}

// read asks for the feed and takes what it lists.
func (r *reading) read(ctx context.Context) error {
	page, err := r.Ask(ctx)
	switch {
	case err != nil || page == nil:
		return err
	case page.NotModified:
		return r.unchanged(ctx, page)
	case page.Status == http.StatusGone:
		return r.gone(ctx)
	}
	return r.listed(ctx, page)
}

// unchanged is a feed that says nothing changed: what had vanished is still not there.
func (r *reading) unchanged(ctx context.Context, page *fetch.Page) error {
	r.Seen(page)
	if err := r.lookAtLost(ctx, nil); err != nil {
		return err
	}
	r.rest(page.Header)
	r.Count(func(t *polled.Tally) { t.Documents += r.m.documents() })
	return nil
}

// gone is a feed that says that it is gone for good: so are its items.
func (r *reading) gone(ctx context.Context) error {
	var places []string
	for _, e := range append(unpacked(r.m.Items, MaxItems), unpacked(r.m.Lost, maxLost)...) {
		places = append(places, uriOf(r.Document, e.Key))
	}
	believed, err := r.Gone(ctx, places...)
	if believed {
		r.m.Items, r.m.Lost = nil, nil
	}
	return err
}

// listed takes what an answer lists.
func (r *reading) listed(ctx context.Context, page *fetch.Page) error {
	from, err := url.Parse(page.URL)
	if err != nil {
		from = r.Document.URL
	}
	r.host = polled.HostOf(from)
	l, err := parse(page.Body, page.Charset, page.Truncated != "")
	switch {
	case errors.Is(err, errNoFeed):
		r.Failed(err.Error())
		return nil
	case err != nil:
		return r.asWhole(ctx, page)
	}
	r.listing = l
	l.discover(page.Header)
	if err := r.take(ctx, l); err != nil {
		return err
	}
	r.Taken(page, page.Truncated == "" && l.broken == 0)
	r.m.TTL, r.m.SkipHours, r.m.SkipDays = l.ttl, l.skipHours, l.skipDays
	r.m.Noted = r.noted
	r.rest(page.Header)
	return nil
}

// asWhole takes a feed that cannot be understood as one document, so that no link in it is missed. What it listed before is not
// judged.
func (r *reading) asWhole(ctx context.Context, page *fetch.Page) error {
	given := document{uri: r.Document.URI, host: r.host, parts: []part{{kind: kindOf(page.Body), text: string(page.Body)}}, cut: true}
	if err := r.hand(ctx, given); err != nil {
		return err
	}
	r.Taken(page, false)
	r.m.Noted = []string{"cannot be understood: it is read as one document"}
	r.rest(page.Header)
	r.Count(func(t *polled.Tally) { t.Health.Heard++; t.Health.Failed++ })
	return nil
}
