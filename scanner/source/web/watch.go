package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"maps"
	"sync"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// Taker is what becomes of the documents; a *scanner.Pipeline is one. It is called by several goroutines at a time.
type Taker interface {
	// Take keeps what a document brought. When it returns nil that is durable.
	Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error)
	// Gone is told that a place where something was claimed was looked at and is not there.
	Gone(ctx context.Context, uri string) error
	// Back is told that such a place is there, unchanged: after a look that found it gone, and every few days besides.
	Back(ctx context.Context, uri string) error
}

// SourceOptions make a Source. Visits, Taker and Key must be given.
type SourceOptions struct {
	Options // of the crawl
	// Visits keeps what is known of the pages, under the name of the pass's source.
	Visits scanner.Visits
	Taker  Taker
	// Key hides what is remembered: the addresses of pages, and the names of their parts (files in an archive). It is secret, has 16 bytes
	// at least, and is always the same: with another one all pages and parts are taken for new.
	Key []byte
	// Jobs is how many pages are matched at a time, 1 to MaxParallel; 0: 2.
	Jobs int
	// Generation changes with whatever decides whose links are: pages that were read under another one are read in full again, soon.
	Generation string
	// Doubtful says whether what was recorded at that time may be lost (a failover, a flush): such pages are read in full again. It is
	// asked often, and must be quick. Nil: never.
	Doubtful func(at time.Time) bool
	Log      *slog.Logger // nil: nothing is logged
}

// Source reads a site again and again, for a [scanner.Watch]. It is safe for concurrent use.
type Source struct {
	crawler  *Crawler
	visits   scanner.Visits
	taker    Taker
	partKey  []byte
	visitKey scanner.VisitKey
	jobs     int
	doubtful func(time.Time) bool
	log      *slog.Logger
	now      func() time.Time
	// generation is never 0.
	generation uint64

	mu     sync.Mutex
	totals Totals
	swept  time.Time // when all visits were looked through last; zero: not yet in this process
}

// Totals counts what a source did since it was made.
type Totals struct {
	Stats
	Passes    int64
	Blind     int64                   // passes that failed as nothing could be seen
	Documents int64                   // handed to the Taker
	Unread    map[scanner.Cause]int64 // what was not read, or not to its end
}

// NewSource makes a Source; nothing is requested. Errors are those of [New], and of what is missing.
func NewSource(client *fetch.Client, read Reader, o SourceOptions) (*Source, error) {
	crawler, err := New(client, read, o.Options)
	if err != nil {
		return nil, err
	}
	switch {
	case o.Visits == nil || o.Taker == nil:
		return nil, fmt.Errorf("web %s: visits and a taker are needed", o.Name)
	case o.Jobs < 0 || o.Jobs > MaxParallel:
		return nil, fmt.Errorf("web %s: %d jobs: must lie between 1 and %d", o.Name, o.Jobs, MaxParallel)
	}
	visitKey, err := scanner.NewVisitKey(o.Key)
	if err != nil {
		return nil, fmt.Errorf("web %s: %w", o.Name, err)
	}
	s := &Source{
		crawler: crawler, visits: o.Visits, taker: o.Taker, partKey: o.Key, visitKey: visitKey, jobs: o.Jobs, doubtful: o.Doubtful, log: o.Log,
		now: crawler.options.Now, generation: generationOf(o.Generation), totals: Totals{Unread: map[scanner.Cause]int64{}},
	}
	if s.jobs == 0 {
		s.jobs = 2
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s, nil
}

func generationOf(text string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, text) // never fails
	return max(mix(h.Sum64()), 1)
}

// Stats returns the counts.
func (s *Source) Stats() Totals {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.totals
	out.Unread = maps.Clone(s.totals.Unread)
	return out
}

// Read makes a pass; it fits [scanner.Watch].Read. A visit is kept only after the Taker took all documents of its page. An error that
// wraps scanner.ErrUnavailable says that the store or the Taker did not answer; one with Reason() says that nothing was seen of the
// site, though something was to be. Other failures are counted and logged.
func (s *Source) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	cursor := decodeCursor(p.Cursor)
	w := s.watching(p, cursor)
	started := s.now()
	stats, err := s.crawl(ctx, w, s.within(p))
	out := w.outcome(stats)
	if err == nil {
		err = w.blind()
	}
	s.add(stats, w, err)
	if p.Tell != nil {
		p.Tell(w.health(stats))
	}
	if err != nil {
		return out, err
	}
	if out.Next, err = s.next(ctx, w, started); err != nil {
		return out, fmt.Errorf("web %s: ask when something is due: %w", s.crawler.options.Name, err)
	}
	if err := s.keep(ctx, p, w, cursor, started); err != nil {
		return out, fmt.Errorf("web %s: %w", s.crawler.options.Name, err)
	}
	s.looked(w, started)
	s.log.Debug("a site was read", "source", p.Source, "pages", stats.Pages, "unchanged", stats.Unchanged, "gone", stats.Gone,
		"wire", stats.Wire, "left", w.left, "next", out.Next)
	return out, nil
}

// sweepEvery is how often all visits are looked through, beside the first pass of a process: one of an older version that dies in the
// midst of a pass leaves visits in clear, and the cursor as it was. It costs a second or two for 100,000 visits.
const sweepEvery = 24 * time.Hour

func (s *Source) sweepDue() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.swept.IsZero() || s.now().Sub(s.swept) >= sweepEvery
}

// looked notes that a pass came to its end, and whether it looked through all visits.
func (s *Source) looked(w *watching, started time.Time) {
	if !w.sweeps {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.swept = started
}

// crawl lets jobs goroutines read what the crawler yields.
func (s *Source) crawl(ctx context.Context, w *watching, within time.Duration) (Stats, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	units := make(chan scanner.Unit)
	var readers sync.WaitGroup
	for range s.jobs {
		readers.Go(func() {
			for unit := range units {
				if unit(inner, nil, w.skip) != nil { // the pass has it already, and ends by it
					cancel()
				}
			}
		})
	}
	p := &pass{memory: s.memory(w), watch: w, within: within}
	stats, err := s.crawler.pass(ctx, p, func(u scanner.Unit) error {
		select {
		case units <- u:
			return nil
		case <-inner.Done():
			return context.Cause(inner)
		}
	}, w.skip)
	cancel()
	close(units)
	readers.Wait()
	return stats, err
}

func (s *Source) memory(w *watching) visitMemory { return visitMemory{s.visits, s.visitKey, w.name} }

// within is how long a pass may begin pages: it should come to its end by itself before it is ended.
func (s *Source) within(p scanner.Pass) time.Duration {
	within := s.crawler.options.Within
	if !p.Deadline.IsZero() {
		within = min(within, time.Until(p.Deadline)*9/10)
	}
	return max(within, 0)
}

func (s *Source) add(stats Stats, w *watching, err error) {
	var blind *BlindError
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.totals
	t.Passes++
	if errors.As(err, &blind) {
		t.Blind++
	}
	t.Stats = t.plus(stats)
	w.mu.Lock()
	defer w.mu.Unlock()
	t.Documents += int64(w.documents)
	for cause, n := range w.unread {
		t.Unread[cause] += n
	}
}

// plus adds the counts of another pass.
func (s Stats) plus(o Stats) Stats {
	return Stats{
		Pages: s.Pages + o.Pages, Unchanged: s.Unchanged + o.Unchanged, NotDue: s.NotDue + o.NotDue, Gone: s.Gone + o.Gone,
		Retries: s.Retries + o.Retries, Sitemaps: s.Sitemaps + o.Sitemaps, Feeds: s.Feeds + o.Feeds, Wire: s.Wire + o.Wire,
		Saved: s.Saved + o.Saved, Refused: s.Refused + o.Refused, Outside: s.Outside + o.Outside, TooDeep: s.TooDeep + o.TooDeep,
		NoFollow: s.NoFollow + o.NoFollow, Ignored: s.Ignored + o.Ignored, NoIndex: s.NoIndex + o.NoIndex,
	}
}

// soonest is the least time from the end of a pass to the next.
const soonest = time.Minute

// next is when the earliest page is due that this pass was not to read; soon, when it did not come to all it was to read. What is due
// and was not asked for on purpose (it lies outside by now, it is forgotten) is never a reason.
func (s *Source) next(ctx context.Context, w *watching, started time.Time) (time.Time, error) {
	least := s.now().Add(soonest)
	if w.left > 0 {
		return least, nil
	}
	var next time.Time
	err := s.memory(w).Due(ctx, started.Add(never/2), func(v Visit) bool {
		if v.Next.After(started) {
			next = v.Next
		}
		return next.IsZero() && ctx.Err() == nil
	})
	if !next.IsZero() && next.Before(least) {
		next = least
	}
	return next, err
}

// cursor is what a source keeps from pass to pass, beside its visits.
type cursor struct {
	Generation uint64    `json:"generation,omitempty"` // no page is left that was read under another
	Swept      time.Time `json:"swept,omitzero"`       // when that was so, and nothing was in doubt
	Sealed     bool      `json:"sealed,omitempty"`     // no visit was left that an older version kept in clear; such a version takes it off once a pass ends well
}

// decodeCursor takes what cannot be read for nothing.
func decodeCursor(text string) cursor {
	var c cursor
	if json.Unmarshal([]byte(text), &c) != nil {
		return cursor{}
	}
	return c
}

// keep saves the cursor. As long as pages had to be read again out of their turn, all are looked through in the next pass, too.
func (s *Source) keep(ctx context.Context, p scanner.Pass, w *watching, before cursor, started time.Time) error {
	if p.Save == nil {
		return nil
	}
	after := cursor{Generation: s.generation, Swept: started}
	if w.swept > 0 {
		after = before
	}
	after.Sealed = true // all were looked through, or had been before
	text, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("encode the cursor: %w", err)
	}
	if err := p.Save(ctx, string(text)); err != nil {
		return fmt.Errorf("save the cursor: %w", err)
	}
	return nil
}
