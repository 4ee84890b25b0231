package polled

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"meetleaks/scanner"
)

// LooksApart is the least time between two looks that are believed, with some room for another clock.
const LooksApart = time.Hour + time.Minute

// standsEvery is how often it is told that what did not change stands: whoever keeps leaks would else forget those that nobody speaks of
// any more.
const standsEvery = 4 * 24 * time.Hour

// Take gives what was read to the Taker; Source, At and First are filled in. Of what is not whole, what does not stand in it may stand
// behind its end. failed says that something of it could not be kept. The error is the Taker's, and ends the pass.
func (l *Look) Take(ctx context.Context, r scanner.Reading, whole bool) (failed bool, err error) {
	r.Source, r.At, r.First = l.source, l.Now, l.first
	if !whole {
		r.Text = io.MultiReader(r.Text, brokenEnd{})
	}
	taken, err := l.poller.o.Taker.Take(ctx, r)
	for _, skip := range taken.Skips {
		failed = failed || skip.Cause == scanner.Failure && whole
	}
	if errors.Is(err, scanner.ErrBadValue) {
		return true, nil
	}
	return failed, err
}

// brokenEnd is behind a text whose end is missing.
type brokenEnd struct{}

func (brokenEnd) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Changed says whether the document changed, and whether all of it was handed on. Of what stood in it before and does not any more the
// Taker believes the second look: after a change it is read in full once more, LooksApart later.
func (l *Look) Changed(changed, all bool) {
	switch {
	case changed:
		l.m.Doubt = l.Now
	case all && l.Now.Sub(l.m.Doubt) >= LooksApart:
		l.m.Doubt = time.Time{}
	}
	if all {
		l.m.Stood = l.Now
	}
}

// StandsLong says that it is time to tell that what did not change stands.
func (l *Look) StandsLong() bool {
	since := l.Now.Sub(l.m.Stood)
	return since < 0 || since >= standsEvery
}

// TellStands tells the Taker that the document stands as it did.
func (l *Look) TellStands(ctx context.Context) error {
	if err := l.poller.o.Taker.Back(ctx, l.Document.URI); err != nil && !errors.Is(err, scanner.ErrBadValue) {
		return fmt.Errorf("tell what stands: %w", err)
	}
	l.m.Stood = l.Now
	return nil
}

// TellGone tells the Taker that a place was not found, in this look.
func (l *Look) TellGone(ctx context.Context, uri string) error {
	err := l.poller.o.Taker.Gone(ctx, uri)
	if errors.Is(err, scanner.ErrBadValue) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tell what is gone: %w", err)
	}
	l.Count(func(t *Tally) { t.Health.Deleted++ })
	return nil
}

// Gone is a document that says that it is gone for good: so are the places in it, and itself, in each look, until believed says that it was
// told so twice. It stays blind: whoever watches it must know.
func (l *Look) Gone(ctx context.Context, places ...string) (believed bool, err error) {
	for _, uri := range append(places, l.Document.URI) {
		if err := l.TellGone(ctx, uri); err != nil {
			return false, err
		}
	}
	if l.m.GoneAt.IsZero() {
		l.m.GoneAt = l.Now
	}
	l.Failed("gone for good (410): take it out of the configuration")
	l.m.ETag, l.m.Modified = "", ""
	if l.Now.Sub(l.m.GoneAt) < LooksApart {
		return false, nil
	}
	l.m.Next = l.Now.Add(mostRest)
	return true, nil
}

// RestUntil lets the document rest until a time, MaxRest at most, and no longer than until the second look at it when it changed, and at
// what else is in doubt, since times that are not zero. A time that is over leaves it to the schedule.
func (l *Look) RestUntil(at time.Time, doubts ...time.Time) {
	if latest := l.Now.Add(l.poller.o.MaxRest); at.After(latest) {
		at = latest
	}
	for _, since := range append(doubts, l.m.Doubt) {
		if again := since.Add(LooksApart); !since.IsZero() && again.Before(at) {
			at = again
		}
	}
	l.m.Next = time.Time{}
	if at.After(l.Now) {
		l.m.Next = at
	}
}

// Keep counts what came of the look, and keeps m, which holds the Memory it was begun with.
func Keep[M any, R record[M]](ctx context.Context, l *Look, m M) error {
	l.settle(l.Document, l.m, l.Now)
	l.m.Noted = l.m.Noted[:min(len(l.m.Noted), maxNoted)]
	next := l.m.Next
	if now := l.poller.o.Now(); next.Before(now) {
		next = now
	}
	return Save[M, R](ctx, l.poller, l.Document.ID, next, m)
}
