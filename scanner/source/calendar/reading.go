package calendar

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/polled"
)

// day is the day of a time, in UTC.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// reading is one look at a calendar.
type reading struct {
	*polled.Look

	source *Source
	m      *memory
}

// read asks for the calendar and takes it.
func (r *reading) read(ctx context.Context) error {
	page, err := r.Ask(ctx)
	switch {
	case err != nil || page == nil:
		return err
	case page.NotModified:
		return r.unchanged(ctx, page)
	case page.Status == http.StatusGone:
		r.m.Version = nil
		_, err := r.Gone(ctx)
		return err
	case !isCalendar(page.Body):
		r.Failed("answered with something that is no calendar")
		return nil
	}
	return r.take(ctx, page)
}

// isCalendar says whether a body begins as a calendar does.
func isCalendar(body []byte) bool {
	return bytes.Contains(bytes.ToUpper(body[:min(len(body), 4<<10)]), []byte("BEGIN:VCALENDAR"))
}

// unchanged is a calendar that says that nothing changed.
func (r *reading) unchanged(ctx context.Context, page *fetch.Page) error {
	if r.StandsLong() {
		if err := r.TellStands(ctx); err != nil {
			return err
		}
	}
	r.Seen(page)
	r.RestUntil(r.Now.Add(fetch.FreshFor(page.Header)))
	r.Count(func(t *polled.Tally) { t.Documents++ })
	return nil
}

// take hands a calendar on, and keeps what it was like.
func (r *reading) take(ctx context.Context, page *fetch.Page) error {
	found := survey(page.Body)
	cut := page.Truncated != ""
	changed := r.m.Version != nil && !bytes.Equal(r.m.Version, found.version)
	news := r.m.Version == nil || changed
	version := append(bytes.Clone(found.version), strconv.AppendBool(nil, cut)...)
	if found.recurs {
		version = append(version, day(r.Now)...)
	}
	if err := r.hand(ctx, page, version, cut); err != nil {
		return err
	}
	r.Changed(changed, true)
	r.Taken(page, !cut)
	r.m.Version, r.m.Recurs, r.m.Noted = found.version, found.recurs, found.notes(cut)
	r.RestUntil(r.Now.Add(fetch.FreshFor(page.Header)))
	r.Count(func(t *polled.Tally) {
		t.Documents++
		t.Health.Heard += int64(found.events)
		if news {
			t.News++
		}
		if cut {
			t.Health.Truncated++
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
	if err != nil || posted.After(r.Now) {
		posted = time.Time{}
	}
	failed := false
	given := polled.NewPage(r.Document.URI, polled.HostOf(from), "text/calendar"+charsetOf(page), page.Body)
	_, err = r.source.unfold(ctx, given, func(d scanner.Document) error {
		bad, err := r.Take(ctx, scanner.Reading{Document: d, Posted: posted, Version: version}, !cut)
		failed = failed || bad
		return err
	}, func(skip scanner.Skip) { failed = failed || skip.Cause == scanner.Failure })
	if err != nil {
		return fmt.Errorf("take a calendar: %w", err)
	}
	r.Count(func(t *polled.Tally) {
		t.Health.Read++
		if failed {
			t.Health.Failed++
		}
		if posted.After(t.Health.Posted) {
			t.Health.Posted, t.Health.Lag = posted, r.Now.Sub(posted)
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
