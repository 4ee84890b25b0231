package feed

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"meetleaks/scanner"
)

// pass is one pass: what it came to. Safe for concurrent use.
type pass struct {
	source *Source
	name   string
	first  bool
	began  time.Time
	toTell func(scanner.SourceHealth)

	mu        sync.Mutex
	health    scanner.SourceHealth
	documents int
	news      int
	asked     int // feeds, those that rest after a failure included
	unseen    int // of these, of which nothing was seen
	why       string
	wait      time.Duration // the shortest that a feed that failed asked for
	next      time.Time     // the earliest that a feed wants to be read
	free      bool          // a feed leaves it to the schedule
	notes     []note
}

// note is what people should know of a feed.
type note struct {
	number int
	text   string
}

func (s *Source) pass(p scanner.Pass) *pass {
	w := &pass{source: s, name: p.Source, first: p.Cursor == "", began: s.o.Now(), toTell: p.Tell}
	if w.name == "" {
		w.name = s.o.Name
	}
	return w
}

func (w *pass) note(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do()
}

// feed reads one feed, unless it rests. Its error ends the pass: it is the store's, the Taker's or the context's.
func (w *pass) feed(ctx context.Context, f watched) error {
	m, err := w.load(ctx, f)
	if err != nil {
		return err
	}
	now := w.source.o.Now()
	anew := m.Generation != w.source.generation
	if m.Next.After(now.Add(mostRest)) {
		m.Next = time.Time{} // a clock that jumped
	}
	if m.Next.After(now) && (!anew || m.Fails > 0) {
		w.rests(f, m, now)
		return nil
	}
	since := now.Sub(m.Stood)
	r := &reading{
		pass: w, feed: f, m: m, now: now,
		full: anew || since < 0 || since >= standsEvery || !m.Doubt.IsZero() && now.Sub(m.Doubt) >= looksApart,
	}
	if err := r.read(ctx); err != nil {
		return err
	}
	w.settle(f, r.m, now)
	if err := w.save(ctx, f, r.m); err != nil {
		return err
	}
	return w.subscribe(ctx, f, r.listing)
}

// rests counts a feed that asked not to be read yet: as it was when it was read last.
func (w *pass) rests(f watched, m memory, now time.Time) {
	w.settle(f, m, now)
	w.note(func() {
		if m.Fails == 0 {
			w.documents += len(m.Items)/entrySize + 1
		}
	})
}

// settle counts what is known of a feed after it was looked at.
func (w *pass) settle(f watched, m memory, now time.Time) {
	w.note(func() {
		w.asked++
		if m.Fails > 0 {
			w.unseen++
			if w.why == "" {
				w.why = m.Why
			}
			w.notes = append(w.notes, note{f.number, "cannot be read: " + m.Why})
		}
		for _, text := range m.Noted {
			w.notes = append(w.notes, note{f.number, text})
		}
		if m.Moved != "" {
			w.notes = append(w.notes, note{f.number, "moved for good: write its new address into the configuration"})
		}
		left := m.Next.Sub(now)
		switch {
		case left <= 0:
			w.free = true
		case w.next.IsZero() || m.Next.Before(w.next):
			w.next = m.Next
		}
		if m.Fails > 0 && (w.wait == 0 || left < w.wait) {
			w.wait = max(left, 0)
		}
	})
}

// outcome is what the pass came to.
func (w *pass) outcome() scanner.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := scanner.Outcome{Documents: w.documents, News: w.news}
	if !w.free {
		out.Next = w.next
	}
	return out
}

// tell says how the source is doing.
func (w *pass) tell() {
	if w.toTell == nil {
		return
	}
	w.mu.Lock()
	h := w.health
	h.Notes = w.lines()
	w.mu.Unlock()
	w.toTell(h)
}

// lines are the notes in the order of the feeds, as many as are told. The lock is held.
func (w *pass) lines() []string {
	notes := slices.Clone(w.notes)
	slices.SortStableFunc(notes, func(a, b note) int { return a.number - b.number })
	var out []string
	for i, n := range notes {
		if len(out) == scanner.MaxNotes-1 && len(notes)-i > 1 {
			return append(out, fmt.Sprintf("and %d more like these", len(notes)-i))
		}
		out = append(out, fmt.Sprintf("feed %d: %s", n.number, n.text))
	}
	return out
}

// BlindError says that a pass saw nothing where something was to be seen.
type BlindError struct {
	name, reason string
	wait         time.Duration
}

func (e *BlindError) Error() string { return "feed " + e.name + ": blind: " + e.reason }

// Reason is for people, in a few words without an address.
func (e *BlindError) Reason() string { return e.reason }

// RetryAfter is how long we were asked to stay away, 0 when nobody asked.
func (e *BlindError) RetryAfter() time.Duration { return e.wait }

// blind is a BlindError when more than half of the feeds could not be read.
func (w *pass) blind() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case 2*w.unseen <= w.asked:
		return nil
	case w.unseen == 1 || w.asked == 1:
		return &BlindError{w.source.o.Name, w.why, w.wait}
	}
	reason := fmt.Sprintf("%d of %d feeds cannot be read: %s", w.unseen, w.asked, w.why)
	return &BlindError{w.source.o.Name, reason, w.wait}
}
