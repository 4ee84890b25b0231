package scanner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"time"
	"unicode/utf8"

	"meetleaks/matchers"
)

// Watch is a source that is read again and again, and how often. Zero fields stand for the defaults.
type Watch struct {
	Source string // name, unique in the deployment; at most MaxSource bytes
	Kind   PassKind
	// Every is the longest time between the ends of two passes, four seconds to 30 days; an hour, for streams a minute. Where
	// passes bring news the time becomes shorter, down to Least (Every/4; for streams a second).
	Every, Least time.Duration
	Limit        time.Duration // of a pass, at most 24 h, which is also the default
	// Quiet is after how long without a document the source counts as blind; 0: never. For sources that should always have
	// something to say.
	Quiet time.Duration
	// Read makes a pass, and returns soon after ctx is done. Its error says that the source failed, and is logged with meeting
	// links masked: it must hold no other secret. RetryAfter() time.Duration of an error is obeyed, up to a day; Reason() string
	// is what people are told ("rate limited"), "failed" otherwise.
	Read func(ctx context.Context, p Pass) (Outcome, error)
}

// The bounds of a watch.
const (
	leastEvery = 4 * time.Second
	mostEvery  = 30 * 24 * time.Hour
	mostPass   = 24 * time.Hour
	mostRetry  = 24 * time.Hour   // a source may ask for
	leastCeil  = 15 * time.Minute // to which the time between failures may grow, however small Every is
)

func (w Watch) withDefaults() Watch {
	w.Kind = cmp.Or(w.Kind, Poll)
	every := time.Hour
	if w.Kind == Stream {
		every = time.Minute
	}
	w.Every = cmp.Or(w.Every, every)
	least := w.Every / 4
	if w.Kind == Stream {
		least = time.Second
	}
	w.Least = min(max(cmp.Or(w.Least, least), time.Second), w.Every)
	w.Limit = cmp.Or(w.Limit, mostPass)
	return w
}

func (w Watch) check() error {
	hint := Hint{Source: w.Source, Hold: time.Second}
	switch {
	case hint.Check() != nil:
		return hint.Check()
	case w.Kind != Poll && w.Kind != Stream:
		return fmt.Errorf("watch %q: kind %q: %w", w.Source, w.Kind, ErrBadValue)
	case w.Every < leastEvery || w.Every > mostEvery:
		return fmt.Errorf("watch %q: every %v, not %v to %v: %w", w.Source, w.Every, leastEvery, mostEvery, ErrBadValue)
	case w.Limit < time.Second || w.Limit > mostPass:
		return fmt.Errorf("watch %q: limit of %v, not a second to %v: %w", w.Source, w.Limit, mostPass, ErrBadValue)
	case w.Quiet < 0:
		return fmt.Errorf("watch %q: quiet for %v: %w", w.Source, w.Quiet, ErrBadValue)
	case w.Read == nil:
		return fmt.Errorf("watch %q: nothing reads it: %w", w.Source, ErrBadValue)
	}
	return nil
}

// hold is how long a hint keeps others of its source away; a hint for the next slot comes as long as the source is due. With the
// lease it stays so far below Every that a worker that dies delays the next pass by no more than that.
func (w Watch) hold() time.Duration { return min(max(w.Every/4, time.Second), 5*time.Minute) }

// leaseFor is how long the lease of a pass lasts when nobody prolongs it.
func (w Watch) leaseFor() time.Duration { return min(max(w.Every/4, time.Second), 30*time.Second) }

// watched is what the store keeps of a watch, as the cursor of its lease.
type watched struct {
	Cursor   string        `json:"cursor,omitempty"`   // the reader's
	Interval time.Duration `json:"interval,omitempty"` // between passes, before jitter
	Began    time.Time     `json:"began,omitzero"`     // of the first pass
	Passed   time.Time     `json:"passed,omitzero"`    // end of the last pass that did not fail
	Heard    time.Time     `json:"heard,omitzero"`     // of the last document
	Running  time.Time     `json:"running,omitzero"`   // since when a pass runs, zero: none does, or it died
	Fails    int           `json:"fails,omitempty"`    // passes in a row that failed
	Blind    string        `json:"blind,omitempty"`    // why the last one failed
	Since    time.Time     `json:"since,omitzero"`     // when the first of them failed
	Health   SourceHealth  `json:"health,omitzero"`    // as the last pass told
	Volume   Volume        `json:"volume,omitzero"`
	Days     []CoverageDay `json:"days,omitempty"` // the oldest first
}

const maxReason = 120 // bytes

// after is what is known after a pass that ended now, and when the next is due.
func (w Watch) after(r watched, got Outcome, err error, now time.Time) (watched, time.Time) {
	r.Running = time.Time{}
	r.passedBy(got, err, now)
	if got.Documents > 0 {
		r.Heard = now
	}
	if err != nil {
		return w.afterFailure(r, err, now)
	}
	r.Passed, r.Fails, r.Blind, r.Since = now, 0, "", time.Time{}
	switch {
	case w.Kind == Stream:
		return r, now.Add(w.Least)
	case !got.Next.IsZero():
		return r, now.Add(min(max(got.Next.Sub(now), w.Least), w.Every))
	}
	r.Interval = w.adapted(r.Interval, got.News > 0)
	return r, now.Add(w.jittered(r.Interval, now))
}

// adapted halves the time between passes on news and lets it grow by half on none.
func (w Watch) adapted(interval time.Duration, news bool) time.Duration {
	interval = min(cmp.Or(max(interval, 0), w.Every), w.Every)
	if news {
		interval /= 2
	} else {
		interval += interval / 2
	}
	return min(max(interval, w.Least), w.Every)
}

func (w Watch) afterFailure(r watched, err error, now time.Time) (watched, time.Time) {
	if r.Fails == 0 || r.Since.IsZero() {
		r.Since = now
	}
	r.Fails++
	r.Blind = reasonOf(err)
	wait := w.jittered(w.backoff(r.Fails), now)
	var asks interface{ RetryAfter() time.Duration }
	if errors.As(err, &asks) {
		wait = max(wait, min(asks.RetryAfter(), mostRetry))
	}
	return r, now.Add(wait)
}

// progress is what is known when a pass that began at r.Running has saved a cursor. A stream that does sees again, and after a
// quarter of an hour its failures are forgotten: one that fails again before has been failing since the first of them.
func (w Watch) progress(r watched, cursor string, now time.Time) watched {
	if cursor != r.Cursor {
		r.Cursor, r.Heard = cursor, now
	}
	if w.Kind != Stream {
		return r
	}
	r.Passed, r.Blind = now, ""
	if now.Sub(r.Running) >= leastCeil {
		r.Fails, r.Since = 0, time.Time{}
	}
	return r
}

// backoff is the time to the next try after so many failures in a row: Least, doubled each time, up to Every or a quarter of an hour.
func (w Watch) backoff(fails int) time.Duration {
	most := max(w.Every, leastCeil)
	wait := w.Least
	for range min(fails, 64) - 1 {
		if wait >= most/2 {
			return most
		}
		wait *= 2
	}
	return wait
}

// jittered takes up to a tenth off, so that sources that were due together do not stay together.
func (w Watch) jittered(d time.Duration, now time.Time) time.Duration {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s@%d", w.Source, now.UnixNano())
	share := float64(h.Sum64()>>11) / (1 << 53)
	return d - time.Duration(share*float64(d)/10)
}

// latest is the latest time at which the watch may be due: a stored time beyond it comes from a clock that jumped, or from a
// configuration that was slower.
func (w Watch) latest(r watched, now time.Time) time.Time {
	if r.Fails > 0 {
		return now.Add(max(w.backoff(r.Fails), mostRetry))
	}
	return now.Add(w.Every)
}

// reasonOf is what people are told of a failure.
func reasonOf(err error) string {
	var own interface{ Reason() string }
	switch {
	case errors.As(err, &own) && own.Reason() != "":
		reason := matchers.Mask(own.Reason())
		for len(reason) > maxReason || !utf8.ValidString(reason) {
			reason = reason[:min(len(reason), maxReason+1)-1]
		}
		return reason
	case errors.Is(err, ErrPanicked):
		return "its reader broke"
	case errors.Is(err, context.DeadlineExceeded):
		return "took too long"
	}
	return "failed"
}

func (r watched) encode() ([]byte, error) {
	value, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode the state of a watch: %w", err)
	}
	if len(value) > MaxRecord {
		return nil, fmt.Errorf("encode the state of a watch: %d bytes: %w", len(value), ErrBadValue)
	}
	return value, nil
}

func decodeWatched(value []byte) (watched, error) {
	var r watched
	if len(value) == 0 {
		return r, nil
	}
	if err := json.Unmarshal(value, &r); err != nil {
		return watched{}, fmt.Errorf("decode the state of a watch: %w", err)
	}
	r.Interval, r.Fails = max(r.Interval, 0), max(r.Fails, 0)
	return r, nil
}

// Outlook is how a source is seen to be doing.
type Outlook struct {
	Source  string
	Kind    PassKind
	Next    time.Time // when the next pass is due; zero: at once
	Running time.Time // since when a pass runs; zero: none does
	Passed  time.Time // when the last pass that did not fail ended
	// Blind says why nothing is known of the source at present, "" when all is well. A blind source is never clean.
	Blind  string
	Since  time.Time     // when that began, zero when it never was otherwise
	Health SourceHealth  // as the last pass told
	Volume Volume        // zero for sources that do not tell
	Days   []CoverageDay // the oldest first, at most CoverageDays
}

// What Blind may say besides what the source said itself.
const (
	BlindUnread  = "not read yet"
	BlindOverdue = "nobody reads it"
	BlindQuiet   = "too quiet"
)

// outlook judges what is stored.
func (w Watch) outlook(r watched, next, now time.Time) Outlook {
	o := Outlook{
		Source: w.Source, Kind: w.Kind, Next: next, Running: r.Running, Passed: r.Passed, Health: r.Health, Volume: r.Volume, Days: r.Days,
	}
	quiet := r.Heard
	if quiet.IsZero() {
		quiet = r.Began
	}
	if !r.Running.IsZero() && now.After(next) {
		o.Running = time.Time{} // whoever ran it is dead
	}
	switch {
	case r.Blind != "":
		o.Blind, o.Since = r.Blind, r.Since
	case r.Passed.IsZero():
		o.Blind = BlindUnread
	case now.Sub(next) > w.Every:
		o.Blind, o.Since = BlindOverdue, next
	case w.Quiet > 0 && now.Sub(quiet) > w.Quiet:
		o.Blind, o.Since = BlindQuiet, quiet.Add(w.Quiet)
	case r.Volume.Quiet():
		o.Blind, o.Since = BlindQuiet, r.Volume.Small
	}
	return o
}
