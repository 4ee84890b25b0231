// Package aside is for what a pass asks beside its stream: one question at a time, in a goroutine of its own, so that the stream never
// waits for it. What came of it is applied by the goroutine of the pass.
package aside

import (
	"context"
	"fmt"
	"time"

	"meetleaks/scanner"
)

// bound is how long a question may take.
const bound = 5 * time.Minute

// Apply does what follows from an answer.
type Apply = func(ctx context.Context) error

// Errand asks. The zero value has nothing under way. It belongs to one goroutine.
type Errand struct {
	busy bool
	done chan Apply
}

// Busy says whether a question is under way, or its answer waits to be taken.
func (e *Errand) Busy() bool { return e.busy }

// Ask asks in a goroutine; nothing may be under way. What it returns comes from Done. Where it breaks that is an error which names whom
// is asked; it wraps [scanner.ErrPanicked].
func (e *Errand) Ask(ctx context.Context, whom string, ask func(ctx context.Context) Apply) {
	if e.done == nil {
		e.done = make(chan Apply, 1)
	}
	e.busy = true
	done := e.done
	go func() {
		ctx, cancel := context.WithTimeout(ctx, bound)
		defer cancel()
		apply := func(context.Context) error { return fmt.Errorf("ask %s: %w", whom, scanner.ErrPanicked) }
		defer func() {
			_ = recover() // apply says so; the value may hold what was read
			done <- apply
		}()
		apply = ask(ctx)
	}()
}

// Done brings what is to be done with an answer; Take is to be called with it.
func (e *Errand) Done() <-chan Apply { return e.done }

// Take applies an answer: the next question may be asked.
func (e *Errand) Take(ctx context.Context, apply Apply) error {
	e.busy = false
	return apply(ctx)
}

// Stop waits for the question that is under way; its context has ended.
func (e *Errand) Stop() {
	if e.busy {
		<-e.done
		e.busy = false
	}
}
