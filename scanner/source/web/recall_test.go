package web

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// recall is a Memory in this process, for as long as it runs.
type recall struct {
	most int

	mu     sync.Mutex
	visits map[string]Visit
}

// errRecallFull is the error of [recall.Save] when there is no room.
var errRecallFull = errors.New("no more pages can be remembered")

// newRecall returns an empty recall for that many pages.
func newRecall(most int) *recall { return &recall{most: most, visits: map[string]Visit{}} }

// Due implements [Memory].
func (r *recall) Due(ctx context.Context, now time.Time, yield func(Visit) bool) error {
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

func (r *recall) due(now time.Time) []Visit {
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
func (r *recall) Load(_ context.Context, url string) (Visit, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, known := r.visits[url]
	return v, known, nil
}

// Save implements [Memory].
func (r *recall) Save(_ context.Context, v Visit) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.visits[v.URL]; !known && len(r.visits) >= r.most {
		return errRecallFull
	}
	r.visits[v.URL] = v
	return nil
}
