package v1

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // nobody develops it any more: it is for what speaks v1.1 alone
)

// The bounds of closing a gap.
const (
	searchBack  = 7 * 24 * time.Hour // that the service searches
	outOfOrder  = time.Minute        // by which posts may come late
	mostPage    = 100
	maxGapPages = 100 // of one query
)

// gap is a time of which posts may be missing. It is closed when all queries have been read to their end; until then whole stays.
type gap struct {
	backwards bool // it is the first search of all
	begun     bool
	since     int64 // ids above are searched for
	query     int
	below     int64 // ids up to here, 0: all
	pages     int
	high      int64 // highest id that was found
}

// searchNext asks for the next page of the gap.
func (r *pass) searchNext(ctx context.Context, now time.Time) {
	g := r.gap
	if !g.begun {
		g.begun, g.since = true, r.sinceOf(now)
	}
	r.send(ctx, func(ctx context.Context) func(context.Context) error {
		found, err := r.search(ctx, r.plan.queries[g.query], g.since, g.below)
		return func(ctx context.Context) error { return r.found(ctx, found, err) }
	})
}

// sinceOf is where a search begins: some time before, as posts come out of order, but not before what is searched.
func (r *pass) sinceOf(now time.Time) int64 {
	since := idAt(timeOf(r.whole).Add(-outOfOrder))
	if oldest := idAt(now.Add(-searchBack)); since < oldest {
		if !r.gap.backwards {
			r.notes.lost = "posts of before " + timeOf(oldest).Format("2006-01-02 15:04") + " were missed: seven days are searched"
		}
		return oldest
	}
	return since
}

// search asks for a page of posts, the latest first. Its error is an *Error, or that of the context.
func (r *pass) search(ctx context.Context, query string, since, below int64) ([]twitter.Tweet, error) {
	params := &twitter.SearchTweetParams{
		Query: query, ResultType: "recent", Count: mostPage, SinceID: since, MaxID: below,
		IncludeEntities: twitter.Bool(true), TweetMode: "extended",
	}
	got, _, err := r.client.Search.Tweets(params) //nolint:bodyclose // the library does
	if err = r.answered(ctx, theSearch, err); err != nil {
		return nil, err
	}
	return got.Statuses, nil
}

// answered judges the library's error. Fields of a wrong type are no error: what else can be read is not lost.
func (r *pass) answered(ctx context.Context, what string, err error) error {
	var wrongType *json.UnmarshalTypeError
	var own *Error
	switch {
	case err == nil, errors.As(err, &wrongType):
		return nil
	case errors.As(err, &own):
		return own
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return &Error{What: what, Why: whyStrange, Status: http.StatusOK, After: r.fails.Again(what, false)} // the error may hold what was read
}

// found hands a page on.
func (r *pass) found(ctx context.Context, page []twitter.Tweet, err error) error {
	if err != nil {
		r.notes.gap = reasonOf(err)
		r.errand.gap = r.o.Now().Add(r.waitAfter(err, max(r.o.Settle, r.o.Tick)))
		return nil
	}
	r.notes.gap = "they are being searched for"
	g := r.gap
	lowest := int64(0)
	for i := range page {
		id, ok := idFrom(page[i].IDStr, page[i].ID)
		if !ok {
			r.failed++
			continue
		}
		if lowest == 0 || id < lowest {
			lowest = id
		}
		r.searched++
		r.first = g.backwards
		err := r.take(ctx, &page[i])
		if r.first = false; err != nil {
			return err
		}
		if !timeOf(id).After(r.o.Now().Add(future)) {
			g.high = max(g.high, id)
		}
	}
	r.turn(lowest)
	return nil
}

// turn goes on to the next page, the next query, or ends the gap.
func (r *pass) turn(lowest int64) {
	g := r.gap
	g.pages++
	more := lowest > g.since+1 && (g.below == 0 || lowest <= g.below)
	if more && g.pages < maxGapPages {
		g.below = lowest - 1
		return
	}
	if more {
		r.health.Truncated++
		r.notes.lost = "of a gap only the latest posts were read: there were too many"
	}
	g.query, g.below, g.pages = g.query+1, 0, 0
	if g.query >= len(r.plan.queries) {
		r.closed(g.high)
	}
}

// closed ends the gap. What was found counts as reached only when the stream lags behind with nothing.
func (r *pass) closed(high int64) {
	r.gap, r.notes.gap = nil, ""
	if _, t, _ := r.gate.state(); r.handled >= t.served {
		r.high = max(r.high, high)
	}
	r.whole = r.high
}
