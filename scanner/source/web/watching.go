package web

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// watching is one pass of a Source: what it takes, and what it saw. A nil one belongs to a crawl that nobody watches. Safe for
// concurrent use.
type watching struct {
	source *Source
	name   string
	first  bool // the source was never read to the end of a pass
	sweeps bool // all visits are looked through for those that must be read again, or were kept in clear

	mu        sync.Mutex
	documents int
	news      int
	swept     int // pages that are read out of their turn
	left      int // addresses for which there was no room or time
	asked     int // pages, those that failed included
	unseenN   int // of these, that failed
	starts    int // seen
	startsOut int // not seen
	why       string
	wait      time.Duration
	unread    map[scanner.Cause]int64
}

func (s *Source) watching(p scanner.Pass, c cursor) *watching {
	w := &watching{source: s, name: p.Source, first: p.Cursor == "", unread: map[scanner.Cause]int64{}}
	if w.name == "" {
		w.name = s.crawler.options.Name
	}
	w.sweeps = !c.Sealed || s.sweepDue() || c.Generation != s.generation || s.doubted(c.Swept, s.now())
	return w
}

// The times that are asked about.
const (
	doubtedBefore = time.Hour // the last sweep: what ended then may be in doubt only now
	doubtedSteps  = 10_000
)

// doubted says whether anything may be lost that was recorded between two times: each second is asked about, over long times fewer.
func (s *Source) doubted(from, to time.Time) bool {
	if s.doubtful == nil {
		return false
	}
	from = from.Add(-doubtedBefore)
	if least := to.Add(-2 * s.crawler.options.Recrawl.withDefaults().Max); from.Before(least) {
		from = least // by then every page was read again
	}
	step := max(to.Sub(from)/doubtedSteps, time.Second)
	for at := from; !at.After(to); at = at.Add(step) {
		if s.doubtful(at) {
			return true
		}
	}
	return s.doubtful(to)
}

// doubts says whether what was recorded at a time may be lost.
func (w *watching) doubts(at time.Time) bool {
	return w != nil && w.source.doubtful != nil && !at.IsZero() && w.source.doubtful(at)
}

// outdated says whether what was read of a page says nothing any more: whose its links are may have changed, or what was found is lost.
func (w *watching) outdated(v Visit) bool {
	return w != nil && !v.At.IsZero() && (v.Generation != w.source.generation || w.doubts(v.At))
}

// sweep says whether a page is to be read now because it is outdated. Pages that failed or are gone wait for their turn.
func (w *watching) sweep(v Visit) bool {
	if w == nil || !w.sweeps || v.Fails > 0 || v.Gone > 0 || !w.outdated(v) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.swept++
	return true
}

func (w *watching) generation() uint64 {
	if w == nil {
		return 0
	}
	return w.source.generation
}

// note changes the counts.
func (w *watching) note(do func()) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	do()
}

func (w *watching) took()        { w.note(func() { w.documents++ }) }
func (w *watching) failed()      { w.note(func() { w.unseenN++ }) }
func (w *watching) leaves(n int) { w.note(func() { w.left = n }) }
func (w *watching) looked(r Result) {
	if r == Changed {
		w.note(func() { w.news++ })
	}
}

// seen counts a page that answered.
func (w *watching) seen(c class) {
	w.note(func() {
		w.asked++
		if c == classStart {
			w.starts++
		}
	})
}

// unseen counts a page of which nothing was seen. That it is our choice, or the site's wish, counts for a start page only: whoever
// watches it believes that it is read. wait is how long the host asked us to stay away.
func (w *watching) unseen(c class, err error, wait time.Duration) {
	w.note(func() {
		if causeOf(err) == scanner.Failure {
			w.asked++
			w.unseenN++
		}
		if c == classStart {
			w.startsOut++
			if w.why == "" {
				w.why = plainly(err)
			}
		}
		var pace *fetch.PaceError
		if errors.As(err, &pace) {
			wait = max(wait, pace.Until.Sub(w.source.now()))
		}
		w.wait = max(w.wait, wait)
	})
}

// maxLogged bounds the lines of one pass.
const maxLogged = 20

// skip counts what was not read, and logs the first failures.
func (w *watching) skip(s scanner.Skip) {
	n := int64(0)
	w.note(func() {
		w.unread[s.Cause]++
		n = w.unread[s.Cause]
	})
	if s.Cause == scanner.Failure && n <= maxLogged {
		w.source.log.Warn("a page was not read, or not to its end", "source", w.name,
			"page", fetch.Printable(s.URI, maxReason), "reason", fetch.Printable(s.Reason, maxReason))
	}
}

// outcome is what the pass came to. Pages that said they are unchanged were read, in a word.
func (w *watching) outcome(s Stats) scanner.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	return scanner.Outcome{Documents: w.documents + int(s.Unchanged), News: w.news}
}

// health is what the pass tells of itself.
func (w *watching) health(s Stats) scanner.SourceHealth {
	w.mu.Lock()
	defer w.mu.Unlock()
	return scanner.SourceHealth{
		Heard: int64(w.asked), Read: int64(w.documents), Deleted: s.Gone, Refused: w.unread[scanner.Policy], Failed: w.unread[scanner.Failure],
	}
}

// BlindError says that a pass saw nothing where something was to be seen.
type BlindError struct {
	name   string
	reason string
	wait   time.Duration
}

func (e *BlindError) Error() string { return "web " + e.name + ": blind: " + e.reason }

// Reason is for people, in a few words without an address.
func (e *BlindError) Reason() string { return e.reason }

// RetryAfter is how long the site asked us to stay away, 0 when it did not.
func (e *BlindError) RetryAfter() time.Duration { return e.wait }

// blind is a BlindError when no start page could be read, or more than half of the pages failed.
func (w *watching) blind() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &BlindError{name: w.source.crawler.options.Name, wait: max(w.wait, 0)}
	switch {
	case w.starts == 0 && w.startsOut > 0:
		e.reason = w.why
	case w.asked == 0:
		e.reason = "no page was read in time"
	case 2*w.unseenN > w.asked:
		e.reason = fmt.Sprintf("%d of %d pages could not be read", w.unseenN, w.asked)
	default:
		return nil
	}
	return e
}

// plainly says why a start page was not read.
func plainly(err error) string {
	var (
		status statusError
		robots *fetch.RobotsError
		pace   *fetch.PaceError
		outer  *fetch.Error
	)
	switch {
	case errors.As(err, &status):
		return fmt.Sprintf("the start page answered %d", int(status))
	case errors.As(err, &robots):
		return robots.Reason
	case errors.As(err, &pace):
		return pace.Reason
	case errors.As(err, &outer):
		return ofClass(outer)
	}
	return "the start page: " + strings.TrimPrefix(reasonOf(err), "failed: ")
}

// ofClass leaves the cause out, which may name the address.
func ofClass(e *fetch.Error) string {
	switch e.Class {
	case fetch.Robots:
		return "robots.txt forbids it"
	case fetch.Blocked:
		return "its address is not of the public internet"
	case fetch.Failed:
		return "unreachable"
	case fetch.Slow:
		return "it answers too slowly"
	case fetch.Budget:
		return "the requests for it are used up"
	case fetch.Redirects:
		return "it redirects without end"
	}
	return "the start page was not read: " + string(e.Class)
}
