package web

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Memory is what is known of the pages of one source from pass to pass. Implementations are safe for concurrent use. An error of
// any method ends the pass: a memory that does not answer is never taken for one that knows nothing.
// Only where Save's error wraps scanner.ErrFull or scanner.ErrBadValue the pass goes on: the page is not remembered, which is told.
//
// A visit is saved after all documents of its page were taken by yield without an error, so that a page is never taken
// for unchanged whose findings were lost.
type Memory interface {
	// Due calls yield for the visits whose Next is not after now, those that waited longest first, until it returns false. It
	// may be asked for others while it runs.
	Due(ctx context.Context, now time.Time, yield func(Visit) bool) error
	// Load returns what is known of a page, and whether anything is.
	Load(ctx context.Context, url string) (Visit, bool, error)
	// Save keeps a visit in place of what was known of its page.
	Save(ctx context.Context, v Visit) error
}

// Recall is a Memory in this process, for as long as it runs. It holds about 500 bytes for each page.
type Recall struct {
	most int

	mu     sync.Mutex
	visits map[string]Visit
}

// ErrRecallFull is the error of [Recall.Save] when there is no room.
var ErrRecallFull = errors.New("no more pages can be remembered")

// NewRecall returns an empty Recall for that many pages.
func NewRecall(most int) *Recall { return &Recall{most: most, visits: map[string]Visit{}} }

// Due implements [Memory].
func (r *Recall) Due(ctx context.Context, now time.Time, yield func(Visit) bool) error {
	for _, v := range r.due(now) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !yield(v) {
			break
		}
	}
	return nil
}

func (r *Recall) due(now time.Time) []Visit {
	r.mu.Lock()
	defer r.mu.Unlock()
	var due []Visit
	for _, v := range r.visits {
		if !v.Next.After(now) {
			due = append(due, v)
		}
	}
	slices.SortFunc(due, func(a, b Visit) int { return a.Next.Compare(b.Next) })
	return due
}

// Load implements [Memory].
func (r *Recall) Load(_ context.Context, url string) (Visit, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, known := r.visits[url]
	return v, known, nil
}

// Save implements [Memory].
func (r *Recall) Save(_ context.Context, v Visit) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.visits[v.URL]; !known && len(r.visits) >= r.most {
		return ErrRecallFull
	}
	r.visits[v.URL] = v
	return nil
}
