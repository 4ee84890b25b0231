package scanner

import (
	"context"
	"fmt"
	"sync"
)

// inFlight is the pieces of one document that are being matched. Pieces begin in order, by several goroutines; whoever ends the oldest
// one adds what was found in it, and in those that waited for it, while the others go on: nobody waits for the one who adds.
type inFlight struct {
	slots   chan struct{}
	found   *meetings
	workers sync.WaitGroup
	taking  chan struct{} // filled by the one who waits for the document's turn

	mu     sync.Mutex
	begun  int
	added  int
	adding bool
	ended  map[int]ended // those that wait for an older one
	early  int           // sightings in those of them that hold no slot
	heavy  bool          // so much was added that no piece begins without the document's turn
	err    error         // the first
}

// ended is a piece that was matched.
type ended struct {
	piece
	slot bool // it holds its slot until it is added
}

// What may wait for an older piece without a slot: pieces, and sightings in all of them. They take little beside a piece in work.
const (
	maxEarly          = 64
	maxEarlySightings = 1000
)

func (m *Matcher) newInFlight(found *meetings) *inFlight {
	return &inFlight{slots: m.slots, found: found, taking: make(chan struct{}, 1), ended: make(map[int]ended)}
}

// begin waits for the document's turn, if it needs it, and for a slot, and returns the number of the next piece. It says no after an
// error, and when the context is done.
func (f *inFlight) begin(ctx context.Context) (number int, ok bool) {
	err := f.takeTurn(ctx)
	if err == nil {
		err = f.slot(ctx)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.fail(err)
		return 0, false
	}
	if f.err != nil {
		f.drop()
		return 0, false
	}
	f.begun++
	return f.begun - 1, true
}

// takeTurn waits for the document's turn once it is heavy. It is called without a slot, which the document that has the turn may need.
func (f *inFlight) takeTurn(ctx context.Context) error {
	f.mu.Lock()
	heavy := f.heavy
	f.mu.Unlock()
	if !heavy {
		return nil
	}
	select {
	case f.taking <- struct{}{}:
		defer func() { <-f.taking }()
		return f.found.takeTurn(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// slot waits until one more piece may be in flight.
func (f *inFlight) slot(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case f.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drop gives a slot back.
func (f *inFlight) drop() { <-f.slots }

func (f *inFlight) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// end takes what was found in a piece.
func (f *inFlight) end(number int, p piece) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := ended{p, f.early+len(p.sightings) > maxEarlySightings || len(f.ended) >= maxEarly}
	if !e.slot {
		f.early += len(p.sightings)
		f.drop()
	}
	f.ended[number] = e
	if f.adding {
		return
	}
	f.adding = true
	for oldest, ok := f.ended[f.added]; ok; oldest, ok = f.ended[f.added] {
		delete(f.ended, f.added)
		if !oldest.slot {
			f.early -= len(oldest.sightings)
		}
		f.mu.Unlock()
		err := f.add(oldest)
		f.mu.Lock()
		f.added++
		f.heavy = f.heavy || f.found.heavy()
		if err != nil {
			f.fail(err)
		}
	}
	f.adding = false
}

// add is called by one goroutine at a time.
func (f *inFlight) add(e ended) (err error) {
	defer func() {
		if broken := recover(); broken != nil { // a locator's: where it happens nobody else could recover
			err = fmt.Errorf("internal error while matching (%T); please report it", broken)
		}
		if e.slot {
			f.drop()
		}
	}()
	f.found.add(e.piece)
	return e.err
}

// finish waits for all pieces and returns the first error.
func (f *inFlight) finish() error {
	f.workers.Wait()
	return f.err
}
