package scanner

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A pass is one reading of one source. What is due stands in the store; a pass runs under a lease of the store. Queues carry
// hints only: a hint that is lost, comes late or comes twice does no harm, see [Scheduler].

// PassKind is how a source is read.
type PassKind string

// The kinds.
const (
	Poll   PassKind = "poll"   // each pass reads what is there and ends
	Stream PassKind = "stream" // a pass listens until it is ended, and the next goes on
)

// Pass is what its reader is given.
type Pass struct {
	Source   string
	Kind     PassKind
	Due      time.Time // since when; zero: never read before
	Deadline time.Time // when ctx ends; for a stream that is no failure
	Fence    int64     // of the lease: rises with each pass of the source
	Cursor   string    // where to start, "" from the beginning
	// Tell keeps how the source is doing; cheap, for any goroutine, as often as wanted. What was told last is written with the next
	// save, and when the pass ends.
	Tell func(SourceHealth)
	// Save keeps a cursor while the pass runs. It is called once what lies before the cursor is durable, by one goroutine at a
	// time. An error says that nothing was kept; ErrLost, that the pass must stop. Streams also save the cursor that they began
	// with as soon as they listen: from then on they are shown as seeing.
	Save func(ctx context.Context, cursor string) error
}

// Outcome is what came of a pass, also of one that failed.
type Outcome struct {
	Documents int // read; 0 for very long is taken for a failure, see Watch.Quiet
	News      int // of these, not seen before or changed
	// Next is when something wants to be read next, zero when the source cannot tell: then the schedule adapts to News.
	Next time.Time
}

// Hint says that a source may be due. Two hints with the same Source and Slot are one.
type Hint struct {
	Source string        // at most MaxSource bytes
	Slot   time.Time     // counts milliseconds
	Hold   time.Duration // for how long no other hint of the source is taken while this one waits or is handled; a second at least
}

// MaxSource is the most bytes of a source's name.
const MaxSource = 200

// Check says what is wrong with a hint, wrapping ErrBadValue.
func (h Hint) Check() error {
	switch {
	case h.Source == "" || len(h.Source) > MaxSource || !utf8.ValidString(h.Source):
		return fmt.Errorf("hint: a source's name has 1 to %d bytes of UTF-8: %w", MaxSource, ErrBadValue)
	case strings.ContainsFunc(h.Source, unicode.IsControl):
		return fmt.Errorf("hint: a source's name has no control characters: %w", ErrBadValue)
	case h.Hold < time.Second || h.Hold > 24*time.Hour:
		return fmt.Errorf("hint: held for %v, not a second to a day: %w", h.Hold, ErrBadValue)
	}
	return nil
}

// Queue hands hints to workers: of this process, or of all processes on one Redis. Package queuetest is the suite that every
// queue passes. All methods are safe for concurrent use.
type Queue interface {
	// Offer gives a hint to the queue. It is dropped, without an error, while the same one waits or is handled, and for at most
	// Hold while another of its source does. ErrFull when too many wait; ErrUnavailable when the queue does not answer: it may
	// have taken the hint all the same. What is due stays due in the store, so callers offer again later.
	Offer(ctx context.Context, h Hint) error
	// Run handles hints, at most workers (1 to MaxWorkers) at a time, until ctx is done. Then it takes no more and returns when
	// all calls of handle have returned, nil unless it could not start or not stop. The context that handle is given has the
	// values of ctx but does not end with it: who runs passes bounds them. An error of handle is logged and ends the hint; a
	// panic is taken for an error. One Run at a time.
	Run(ctx context.Context, workers int, handle func(context.Context, Hint) error) error
	// Close ends the queue after Run has returned. Closed queues return ErrUnavailable.
	Close() error
}

// MaxWorkers is the most workers of one Run.
const MaxWorkers = 1024

// CheckWorkers says whether that many workers may run, wrapping ErrBadValue.
func CheckWorkers(n int) error {
	if n < 1 || n > MaxWorkers {
		return fmt.Errorf("%d workers, not 1 to %d: %w", n, MaxWorkers, ErrBadValue)
	}
	return nil
}

// ErrPanicked is wrapped by the error of work that panicked.
var ErrPanicked = errors.New("panicked")

// HandleHint calls handle and turns a panic into an error. The error has the stack but not the value: that may hold what was
// being read. It is for queues.
func HandleHint(ctx context.Context, h Hint, handle func(context.Context, Hint) error) error {
	return contained(func() error { return handle(ctx, h) })
}

// contained calls f and turns a panic into an error with at most 4 KiB of stack.
func contained(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			stack := debug.Stack()
			err = fmt.Errorf("%w (%T): %s", ErrPanicked, value, stack[:min(len(stack), 4<<10)])
		}
	}()
	return f()
}
