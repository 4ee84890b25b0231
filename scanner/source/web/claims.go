package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"time"

	"meetleaks/scanner"
)

// What is claimed on a page is remembered with its visit, so that whoever keeps the leaks can be told when the page, or a part of it,
// is gone. Names of parts may hold what must not be kept (a file can be called after a meeting's number): a part is known by a
// keyed hash of its name, to the Taker as well.

// maxClaims bounds the places of one page that are remembered, the page itself and its parts. Of others nobody sees that they are
// gone while the page stands.
const maxClaims = 64

// partMark stands between a page's address and what its part is known by.
const partMark = "!"

// claims is what a reading of a page came to.
type claims struct {
	n      int             // sightings
	fresh  bool            // leaks among them that were not known
	places []string        // where, at most maxClaims: "" is the page itself
	more   int             // places beyond these
	before map[string]bool // whether the places that were remembered were read this time
}

func newClaims(v Visit) claims {
	c := claims{before: make(map[string]bool, len(v.Claims))}
	for _, place := range v.Claims {
		c.before[place] = false
	}
	return c
}

// take adds what came of one document.
func (c *claims) take(place string, t scanner.Taken) {
	if _, remembered := c.before[place]; remembered {
		c.before[place] = true
	}
	if t.Claimed+t.Unjudged == 0 {
		return
	}
	c.n += t.Claimed + t.Unjudged
	c.fresh = c.fresh || t.New > 0
	switch {
	case slices.Contains(c.places, place):
	case len(c.places) < maxClaims:
		c.places = append(c.places, place)
	default:
		c.more++
	}
}

// vanished are the places that were remembered and not read this time.
func (c *claims) vanished() []string {
	var out []string
	for place, read := range c.before {
		if !read {
			out = append(out, place)
		}
	}
	slices.Sort(out)
	return out
}

// with adds places that are remembered still, as far as there is room.
func (c *claims) with(places []string) []string {
	out := slices.Clone(c.places)
	for _, place := range places {
		if len(out) < maxClaims && !slices.Contains(out, place) {
			out = append(out, place)
		}
	}
	return out
}

// errUntold is told of pages whose look could not be handed on.
var errUntold = errors.New("failed: what stands there could not be recorded")

// ends says whether an error of the Taker ends the pass: then it is made again soon. An organisation without its key is one whose
// store has lost its history; it gets another key at once.
func ends(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, scanner.ErrUnavailable) || errors.Is(err, scanner.ErrLost) || errors.Is(err, scanner.ErrNoOrganisation)
}

// take hands a document of a page to the Taker. An error ends the pass; a document that could not be taken for another reason makes the
// page one that was not read to its end.
func (w *watching) take(ctx context.Context, r *reading, d scanner.Document) error {
	given := scanner.Reading{Document: d, Source: w.name, At: r.at, First: w.first}
	place := w.partOf(r.page, d.URI)
	if place != "" {
		given.URI, given.Shown = r.page+place, d.URI
	}
	if r.cut || r.broken {
		given.Text = cutShort{d.Text}
	}
	taken, err := w.source.taker.Take(ctx, given)
	switch {
	case err == nil:
	case ends(ctx, err):
		return err
	default:
		r.broken = true
		if !r.untaken {
			r.untaken = true
			w.failed()
		}
		w.skip(scanner.Skip{URI: r.page, Reason: errUntold.Error(), Cause: scanner.Failure})
	}
	for _, s := range taken.Skips {
		r.broken = r.broken || s.Cause == scanner.Failure
		w.skip(s)
	}
	r.claims.take(place, taken)
	w.took()
	return nil
}

// partOf is what a document is known by behind its page's address, "" for the page itself.
func (w *watching) partOf(page, uri string) string {
	if uri == page {
		return ""
	}
	mac := hmac.New(sha256.New, w.source.partKey)
	_, _ = io.WriteString(mac, uri) // never fails
	return partMark + hex.EncodeToString(mac.Sum(nil)[:8])
}

// cutShort is a text whose end is missing: what does not stand in it may stand behind it.
type cutShort struct{ text io.Reader }

func (c cutShort) Read(p []byte) (int, error) {
	if c.text == nil {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.text.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// settle is the visit with what a reading of its page found, and whether anything that is claimed stands there. The Taker is told of
// parts that vanished; of meetings that vanished from a text it knows itself. Either is believed after a second look only: until then
// the page is in doubt. The error is the Taker's.
func (w *watching) settle(ctx context.Context, v Visit, r *reading, result Result) (Visit, bool, error) {
	if w == nil {
		return v, true, nil
	}
	kept := v.Claims
	if result != Failed {
		if err := w.goneFrom(ctx, v.URL, r.claims.vanished()); err != nil {
			return v, true, err
		}
		switch {
		case v.LeakOpen && (result == Changed || r.claims.n < v.Claimed):
			v.DoubtAt = w.source.now()
		case v.DoubtAt.IsZero() || r.began.Sub(v.DoubtAt) >= looksApart:
			v.DoubtAt, kept = time.Time{}, nil
		}
		v.Claimed = r.claims.n
	}
	v.Claims = r.claims.with(kept)
	if r.claims.n > 0 {
		v.Leaked, v.StoodAt = true, w.source.now()
		if !v.LeakOpen || r.claims.fresh {
			v.LeakOpen, v.LeakLooks = true, 0
		}
	}
	if r.claims.more > 0 {
		w.skip(scanner.Skip{URI: r.page, Reason: "budget: whether meetings are gone is seen in 64 parts of a page only", Cause: scanner.Policy})
	}
	return v, r.claims.n > 0, nil
}

// goneFrom tells that places of a page are gone.
func (w *watching) goneFrom(ctx context.Context, page string, places []string) error {
	for _, place := range places {
		if err := w.source.taker.Gone(ctx, page+place); err != nil {
			return err
		}
	}
	return nil
}

// gone tells that a page is gone with all that is claimed there.
func (w *watching) gone(ctx context.Context, v Visit) error {
	if w == nil {
		return nil
	}
	return w.goneFrom(ctx, v.URL, v.Claims)
}

// standsEvery is how often it is told that an unchanged page still holds what is claimed there: whoever keeps leaks would else forget
// those that nobody speaks of any more.
const standsEvery = 5 * 24 * time.Hour

// back tells that a page is there unchanged: when a look had found it gone, and now and then.
func (w *watching) back(ctx context.Context, v Visit) (Visit, error) {
	if w == nil || len(v.Claims) == 0 {
		return v, nil
	}
	now := w.source.now()
	if since := now.Sub(v.StoodAt); v.LeakGone == 0 && since >= 0 && since < standsEvery {
		return v, nil
	}
	for _, place := range v.Claims {
		if err := w.source.taker.Back(ctx, v.URL+place); err != nil {
			return v, err
		}
	}
	v.StoodAt = now
	return v, nil
}
