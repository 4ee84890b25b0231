package web

import (
	"context"
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
