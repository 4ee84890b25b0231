package fetch

import (
	"context"
	"fmt"
	"time"
)

// Pacer decides when a host may be asked. Implementations are safe for concurrent use; one may share its state with other
// processes, so that a host is asked no faster by many than by one.
type Pacer interface {
	// Acquire waits for the host's turn and takes it: at most one caller (a few on loopback at pace none) has it at a time,
	// and they come in the order in which they asked. host is a lower-case name or address, with or without a port; turns are
	// kept for each spelling. release gives the turn back and says what came of it; it must be called, further calls do
	// nothing. The error is the context's, or says why the host is not to be asked now: a [PaceError], at once and without
	// waiting for a turn.
	Acquire(ctx context.Context, host string) (release func(Outcome), err error)
}

// Slower is a Pacer that obeys Crawl-delay.
type Slower interface {
	// Slow keeps at least that time between two requests to the host, from the next one on. It replaces what was said before;
	// 0 takes it back.
	Slow(host string, gap time.Duration)
}

// Outcome is what came of one request. The zero value says that none was made.
type Outcome struct {
	Took       time.Duration // from sending to the first byte of the answer
	Status     int           // 0: no answer
	RetryAfter time.Duration // 0: not said
	Failed     bool          // no answer, or a broken one
}

// PaceError says why a host is not asked now: a budget is used up, it was given up for a while, or nobody can tell whose turn it
// is.
type PaceError struct {
	Host   string
	Reason string
	Until  time.Time // when it may be asked again; not before that
	Err    error     // behind Reason, if there is one
	policy bool
}

// BudgetError is the PaceError of a budget of ours.
func BudgetError(host, reason string, until time.Time) *PaceError {
	return &PaceError{Host: host, Reason: reason, Until: until, policy: true}
}

func (e *PaceError) Error() string {
	return fmt.Sprintf("%s: %s, not asked again before %s", e.Host, e.Reason, e.Until.UTC().Format(time.RFC3339))
}

// Policy says that a budget of ours is the reason; otherwise the host does not work, or does not want to now.
func (e *PaceError) Policy() bool { return e.policy }

// Unwrap is Err.
func (e *PaceError) Unwrap() error { return e.Err }

// paceOptions make a localPacer. Zero fields stand for the defaults, which are given here; a budget below 0 is none.
type paceOptions struct {
	// Free asks without gaps, by freeTurns connections, and without budgets unless they are given. It is for loopback only;
	// whoever makes the pacer sees to that. What a host asks for (429, 503, Retry-After, Crawl-delay) still holds.
	Free bool

	HostBudget   int // PaceHostBudget requests to one host in a PaceWindow
	DomainBudget int // PaceDomainBudget to one registrable domain
	TotalBudget  int // PaceTotalBudget to all

	Now   func() time.Time                                 // the real clock
	Sleep func(ctx context.Context, d time.Duration) error // returns early with the context's error
}

const freeTurns = 8 // requests under way to one host at pace none

func (o paceOptions) withDefaults() paceOptions {
	budget := func(n *int, otherwise int) {
		if *n == 0 && !o.Free {
			*n = otherwise
		}
	}
	budget(&o.HostBudget, PaceHostBudget)
	budget(&o.DomainBudget, PaceDomainBudget)
	budget(&o.TotalBudget, PaceTotalBudget)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return o
}

// sleep waits, or returns early with the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
