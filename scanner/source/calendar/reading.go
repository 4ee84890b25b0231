package calendar

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// The times of looking again.
const (
	// looksApart is the least time between two looks that are believed, with some room for another clock.
	looksApart = time.Hour + time.Minute
	// standsEvery is how often it is told that an unchanged calendar stands: whoever keeps leaks would else forget those that nobody
	// speaks of any more.
	standsEvery = 4 * 24 * time.Hour
)

// day is the day of a time, in UTC.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// reading is one look at a calendar.
type reading struct {
	pass     *pass
	calendar watched
	m        memory
	now      time.Time
	full     bool // the calendar is asked for whether it changed or not
}

// read asks for the calendar and takes it.
func (r *reading) read(ctx context.Context) error {
	if to, err := url.Parse(r.m.Moved); err != nil || r.enter(to) != nil {
		r.m.Moved = ""
	}
	page, err := r.pass.source.o.Client.Get(ctx, fetch.Request{
		URL: cmp.Or(r.m.Moved, r.calendar.uri), MaxBytes: MaxBody, Validators: r.m.validators(r.full), Enter: r.enter,
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
	case !isCalendar(page.Body):
		r.failed("answered with something that is no calendar", 0)
		return nil
	}
	return r.take(ctx, page)
}

// errInClear is why no redirect is followed that leads out of TLS.
var errInClear = errors.New("leads from https to http")

// enter judges a redirect. Whoever configures https must get what the server sent: others may change what comes in clear, and how far a
// calendar is believed is decided by the configured address.
func (r *reading) enter(to *url.URL) error {
	if to.Scheme != "https" && strings.HasPrefix(r.calendar.uri, "https:") {
		return errInClear
	}
	return nil
}

// isCalendar says whether a body begins as a calendar does.
func isCalendar(body []byte) bool {
	return bytes.Contains(bytes.ToUpper(body[:min(len(body), 4<<10)]), []byte("BEGIN:VCALENDAR"))
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

// seen notes that the calendar was read.
func (r *reading) seen(page *fetch.Page) {
	r.m.At, r.m.Fails, r.m.Why, r.m.GoneAt = r.now, 0, "", time.Time{}
	r.moved(page)
}

// unchanged is a calendar that says that nothing changed.
func (r *reading) unchanged(ctx context.Context, page *fetch.Page) error {
	if since := r.now.Sub(r.m.Stood); since < 0 || since >= standsEvery {
		if err := r.pass.source.o.Taker.Back(ctx, r.calendar.uri); err != nil && !errors.Is(err, scanner.ErrBadValue) {
			return fmt.Errorf("tell what stands: %w", err)
		}
		r.m.Stood = r.now
	}
	r.seen(page)
	r.rest(page.Header)
	r.pass.note(func() { r.pass.documents++ })
	return nil
}

// gone is a calendar that says that it is gone for good, in each look, until that is believed. It stays blind: whoever watches it must
// know.
func (r *reading) gone(ctx context.Context) error {
	if err := r.pass.source.o.Taker.Gone(ctx, r.calendar.uri); err != nil && !errors.Is(err, scanner.ErrBadValue) {
		return fmt.Errorf("tell what is gone: %w", err)
	}
	if r.m.GoneAt.IsZero() {
		r.m.GoneAt = r.now
	}
	r.failed("gone for good (410): take it out of the configuration", 0)
	r.m.ETag, r.m.Modified, r.m.Version = "", "", nil
	if r.now.Sub(r.m.GoneAt) >= looksApart {
		r.m.Next = r.now.Add(mostRest)
	}
	r.pass.note(func() { r.pass.health.Deleted++ })
	return nil
}

// moved remembers where the calendar went for good, when that may be kept and asked for.
func (r *reading) moved(page *fetch.Page) {
	to, err := url.Parse(page.Moved)
	if err != nil || page.Moved == "" || page.Moved == r.calendar.uri || matchers.Mask(page.Moved) != page.Moved {
		return
	}
	if at, err := addressOf(to); err == nil && r.pass.source.o.Client.Admit(at) == nil {
		r.m.Moved = page.Moved
	}
}

// take hands a calendar on. Of what stood in it before and does not any more the Taker believes the second look: after a change it is
// asked for and handed on once more, looksApart later.
func (r *reading) take(ctx context.Context, page *fetch.Page) error {
	found := survey(page.Body)
	cut := page.Truncated != ""
	changed := r.m.Version != nil && !bytes.Equal(r.m.Version, found.version)
	news := r.m.Version == nil || changed
	version := append(bytes.Clone(found.version), strconv.AppendBool(nil, cut)...)
	if found.recurs {
		version = append(version, day(r.now)...)
	}
	if err := r.hand(ctx, page, version, cut); err != nil {
		return err
	}
	switch {
	case changed:
		r.m.Doubt = r.now
	case r.now.Sub(r.m.Doubt) >= looksApart:
		r.m.Doubt = time.Time{}
	}
	r.seen(page)
	r.m.validate(page.Validators)
	if cut {
		r.m.ETag, r.m.Modified = "", "" // the next answer may be whole
	}
	r.m.Generation, r.m.Version, r.m.Stood = r.pass.source.generation, found.version, r.now
	r.m.Recurs, r.m.Noted = found.recurs, found.notes(cut)
	r.rest(page.Header)
	r.pass.note(func() {
		r.pass.documents++
		r.pass.health.Heard += int64(found.events)
		if news {
			r.pass.news++
		}
		if cut {
			r.pass.health.Truncated++
		}
	})
	return nil
}

// hand gives the calendar's documents, of which there is one but for what is packed in it, to the Taker. One that cannot be kept is
// counted; any other error ends the pass.
func (r *reading) hand(ctx context.Context, page *fetch.Page, version []byte, cut bool) error {
	from, err := url.Parse(page.URL)
	if err != nil {
		return fmt.Errorf("take a calendar: %w", scanner.ErrBadValue) // the client answers for its own addresses
	}
	posted, err := http.ParseTime(page.Header.Get("Last-Modified"))
	if err != nil || posted.After(r.now) {
		posted = time.Time{}
	}
	failed := false
	given := &Page{uri: r.calendar.uri, host: hostOf(from), kind: "text/calendar" + charsetOf(page), body: page.Body}
	_, err = r.pass.source.o.Read(ctx, given, func(d scanner.Document) error {
		if cut {
			d.Text = io.MultiReader(d.Text, brokenEnd{})
		}
		taken, err := r.pass.source.o.Taker.Take(ctx, scanner.Reading{
			Document: d, Source: r.pass.name, At: r.now, Posted: posted, Version: version, First: r.pass.first,
		})
		for _, skip := range taken.Skips {
			failed = failed || skip.Cause == scanner.Failure && !cut
		}
		if errors.Is(err, scanner.ErrBadValue) {
			failed, err = true, nil
		}
		return err
	}, func(skip scanner.Skip) { failed = failed || skip.Cause == scanner.Failure })
	if err != nil {
		return fmt.Errorf("take a calendar: %w", err)
	}
	r.pass.note(func() {
		r.pass.health.Read++
		if failed {
			r.pass.health.Failed++
		}
		if posted.After(r.pass.health.Posted) {
			r.pass.health.Posted, r.pass.health.Lag = posted, r.now.Sub(posted)
		}
	})
	return nil
}

func charsetOf(page *fetch.Page) string {
	if page.Charset == "" {
		return ""
	}
	return "; charset=" + page.Charset
}

// brokenEnd is behind a text whose end is missing: what does not stand in it may stand behind it.
type brokenEnd struct{}

func (brokenEnd) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// rest decides when the calendar is asked for next, by its server's wish, MaxRest at most. Zero leaves it to the schedule.
func (r *reading) rest(header http.Header) {
	r.m.Next = time.Time{}
	wait := min(fetch.FreshFor(header), r.pass.source.o.MaxRest)
	if !r.m.Doubt.IsZero() {
		wait = min(wait, max(r.m.Doubt.Add(looksApart).Sub(r.now), 0))
	}
	if wait > 0 {
		r.m.Next = r.now.Add(wait)
	}
}
