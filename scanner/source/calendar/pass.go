package calendar

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
	asked     int // calendars, those that rest after a failure included
	unseen    int // of these, of which nothing was seen
	why       string
	wait      time.Duration // the shortest that a calendar that failed asked for
	next      time.Time     // the earliest that a calendar wants to be read
	free      bool          // a calendar leaves it to the schedule
	notes     []note
}

// note is what people should know of a calendar.
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

// calendar reads one calendar, unless it rests. Its error ends the pass: it is the store's, the Taker's or the context's.
func (w *pass) calendar(ctx context.Context, c watched) error {
	m, err := w.load(ctx, c)
	if err != nil {
		return err
	}
	now := w.source.o.Now()
	anew := m.Generation != w.source.generation
	if m.Next.After(now.Add(mostRest)) {
		m.Next = time.Time{} // a clock that jumped
	}
	if m.Next.After(now) && (!anew || m.Fails > 0) {
		w.rests(c, m, now)
		return nil
	}
	r := &reading{
		pass: w, calendar: c, m: m, now: now,
		full: anew || !m.Doubt.IsZero() && now.Sub(m.Doubt) >= looksApart || m.Recurs && day(now) != day(m.Stood),
	}
	if err := r.read(ctx); err != nil {
		return err
	}
	w.settle(c, r.m, now)
	return w.save(ctx, c, r.m)
}

// rests counts a calendar that asked not to be read yet: as it was when it was read last.
func (w *pass) rests(c watched, m memory, now time.Time) {
	w.settle(c, m, now)
	w.note(func() {
		if m.Fails == 0 {
			w.documents += 1
		}
	})
}

// settle counts what is known of a calendar after it was looked at.
func (w *pass) settle(c watched, m memory, now time.Time) {
	w.note(func() {
		w.asked++
		if m.Fails > 0 {
			w.unseen++
			if w.why == "" {
				w.why = m.Why
			}
			w.notes = append(w.notes, note{c.number, "cannot be read: " + m.Why})
		}
		for _, text := range m.Noted {
			w.notes = append(w.notes, note{c.number, text})
		}
		if m.Moved != "" {
			w.notes = append(w.notes, note{c.number, "moved for good: write its new address into the configuration"})
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

// lines are the notes in the order of the calendars, as many as are told. The lock is held.
func (w *pass) lines() []string {
	notes := slices.Clone(w.notes)
	slices.SortStableFunc(notes, func(a, b note) int { return a.number - b.number })
	var out []string
	for i, n := range notes {
		if len(out) == scanner.MaxNotes-1 && len(notes)-i > 1 {
			return append(out, fmt.Sprintf("and %d more like these", len(notes)-i))
		}
		out = append(out, fmt.Sprintf("calendar %d: %s", n.number, n.text))
	}
	return out
}

// BlindError says that a pass saw nothing where something was to be seen.
type BlindError struct {
	name, reason string
	wait         time.Duration
}

func (e *BlindError) Error() string { return "calendar " + e.name + ": blind: " + e.reason }

// Reason is for people, in a few words without an address.
func (e *BlindError) Reason() string { return e.reason }

// RetryAfter is how long we were asked to stay away, 0 when nobody asked.
func (e *BlindError) RetryAfter() time.Duration { return e.wait }

// blind is a BlindError when more than half of the calendars could not be read.
func (w *pass) blind() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case 2*w.unseen <= w.asked:
		return nil
	case w.unseen == 1 || w.asked == 1:
		return &BlindError{w.source.o.Name, w.why, w.wait}
	}
	reason := fmt.Sprintf("%d of %d calendars cannot be read: %s", w.unseen, w.asked, w.why)
	return &BlindError{w.source.o.Name, reason, w.wait}
}
