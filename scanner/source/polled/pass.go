package polled

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"meetleaks/scanner"
)

// Pass is one pass: what it came to. It is safe for concurrent use.
type Pass struct {
	poller *Poller
	source string // whose pass it is
	first  bool
	began  time.Time
	toTell func(scanner.SourceHealth)

	mu     sync.Mutex
	tally  Tally
	asked  int // documents, those that rest after a failure included
	unseen int // of these, of which nothing was seen
	why    string
	wait   time.Duration // the shortest that a document that failed asked for
	next   time.Time     // the earliest that a document wants to be read
	free   bool          // a document leaves it to the schedule
	notes  []note
}

// Tally is what a source counts in a pass.
type Tally struct {
	Health    scanner.SourceHealth // but for its notes, see [Pass.Note]
	Documents int                  // as [scanner.Outcome] has them, here and below
	News      int
}

// note is what people should know of a document.
type note struct {
	number int
	text   string
}

// Pass begins to count a pass. [Poller.Read] does so itself: this is for what comes in by another way.
func (p *Poller) Pass(of scanner.Pass) *Pass {
	w := &Pass{poller: p, source: of.Source, first: of.Cursor == "", began: p.o.Now(), toTell: of.Tell}
	if w.source == "" {
		w.source = p.o.Name
	}
	return w
}

// Count lets do change the tally.
func (w *Pass) Count(do func(t *Tally)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do(&w.tally)
}

// Note tells people something of a document, in this pass.
func (w *Pass) Note(d Document, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, note{d.Number, text})
}

// settle counts what is known of a document after it was looked at.
func (w *Pass) settle(d Document, m *Memory, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if m.Fails > 0 {
		w.unseen++
		if w.why == "" {
			w.why = m.Why
		}
		w.notes = append(w.notes, note{d.Number, "cannot be read: " + m.Why})
	}
	for _, text := range m.Noted {
		w.notes = append(w.notes, note{d.Number, text})
	}
	if m.Moved != "" {
		w.notes = append(w.notes, note{d.Number, "moved for good: write its new address into the configuration"})
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
}

// outcome is what the pass came to.
func (w *Pass) outcome() scanner.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := scanner.Outcome{Documents: w.tally.Documents, News: w.tally.News}
	if !w.free {
		out.Next = w.next
	}
	return out
}

// tell says how the source is doing.
func (w *Pass) tell() {
	if w.toTell == nil {
		return
	}
	w.mu.Lock()
	h := w.tally.Health
	h.Notes = w.lines()
	w.mu.Unlock()
	w.toTell(h)
}

// lines are the notes in the order of the documents, as many as are told. The lock is held.
func (w *Pass) lines() []string {
	notes := slices.Clone(w.notes)
	slices.SortStableFunc(notes, func(a, b note) int { return a.number - b.number })
	var out []string
	for i, n := range notes {
		if len(out) == scanner.MaxNotes-1 && len(notes)-i > 1 {
			return append(out, fmt.Sprintf("and %d more like these", len(notes)-i))
		}
		out = append(out, fmt.Sprintf("%s %d: %s", w.poller.kind.Name, n.number, n.text))
	}
	return out
}

// BlindError says that a pass saw nothing where something was to be seen.
type BlindError struct {
	source, reason string
	wait           time.Duration
}

func (e *BlindError) Error() string { return e.source + ": blind: " + e.reason }

// Reason is for people, in a few words without an address.
func (e *BlindError) Reason() string { return e.reason }

// RetryAfter is how long we were asked to stay away, 0 when nobody asked.
func (e *BlindError) RetryAfter() time.Duration { return e.wait }

// blind is a BlindError when more than half of the documents could not be read.
func (w *Pass) blind() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if 2*w.unseen <= w.asked {
		return nil
	}
	kind, reason := w.poller.kind.Name, w.why
	if w.unseen > 1 {
		reason = fmt.Sprintf("%d of %d %ss cannot be read: %s", w.unseen, w.asked, kind, w.why)
	}
	return &BlindError{kind + " " + w.poller.o.Name, reason, w.wait}
}
