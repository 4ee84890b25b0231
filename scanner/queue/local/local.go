// Package local hands hints to the workers of this process. It is the queue of `serve` on one machine, without Redis.
//
// It keeps at most one hint of each source and never more than its capacity, and hands them out in the order in which they
// came, so that no source waits for another's second turn. Nothing outlives the process: what is due stands in the store, and
// the next process offers it again.
package local

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"meetleaks/scanner"
)

// Most is the capacity of a queue: hints that wait.
const Most = 10_000

// Queue is a queue in this process. See [scanner.Queue] for what its methods promise.
type Queue struct {
	log     *slog.Logger
	waiting chan scanner.Hint

	mu      sync.Mutex
	known   map[string]bool // sources with a hint that waits or is handled
	running bool
	closed  bool
}

var _ scanner.Queue = (*Queue)(nil)

// New returns an empty queue. log takes the errors of handlers; nil: they are dropped.
func New(log *slog.Logger) *Queue {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Queue{log: log, waiting: make(chan scanner.Hint, Most), known: map[string]bool{}}
}

// Offer implements [scanner.Queue]. A hint is also dropped when another of its source is handled for longer than Hold: nobody
// of this process can have died over it.
func (q *Queue) Offer(ctx context.Context, h scanner.Hint) error {
	if err := h.Check(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("offer a hint: %w", context.Cause(ctx))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return fmt.Errorf("offer a hint: the queue is closed: %w", scanner.ErrUnavailable)
	case q.known[h.Source]:
		return nil
	}
	if !q.put(h) {
		return fmt.Errorf("offer a hint: %d wait: %w", Most, scanner.ErrFull)
	}
	return nil
}

// put adds a hint if there is room. The caller holds mu.
func (q *Queue) put(h scanner.Hint) bool {
	select {
	case q.waiting <- h:
		q.known[h.Source] = true
		return true
	default:
		return false
	}
}

// Run implements [scanner.Queue].
func (q *Queue) Run(ctx context.Context, workers int, handle func(context.Context, scanner.Hint) error) error {
	if err := scanner.CheckWorkers(workers); err != nil {
		return fmt.Errorf("run the queue: %w", err)
	}
	if err := q.begin(); err != nil {
		return fmt.Errorf("run the queue: %w", err)
	}
	defer q.end()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() { q.work(ctx, handle) })
	}
	group.Wait()
	return nil
}

func (q *Queue) begin() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return fmt.Errorf("it is closed: %w", scanner.ErrUnavailable)
	case q.running:
		return fmt.Errorf("it runs already: %w", scanner.ErrBadValue)
	}
	q.running = true
	return nil
}

func (q *Queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running = false
}

// work is one worker.
func (q *Queue) work(ctx context.Context, handle func(context.Context, scanner.Hint) error) {
	for {
		select {
		case <-ctx.Done():
			return
		case h := <-q.waiting:
			if ctx.Err() != nil {
				q.putBack(h)
				return
			}
			q.handle(context.WithoutCancel(ctx), h, handle)
		}
	}
}

func (q *Queue) handle(ctx context.Context, h scanner.Hint, handle func(context.Context, scanner.Hint) error) {
	defer q.forget(h)
	if err := scanner.HandleHint(ctx, h, handle); err != nil {
		q.log.Warn("a hint was not handled", "source", h.Source, "error", err)
	}
}

// putBack keeps a hint for the next Run, as long as there is room.
func (q *Queue) putBack(h scanner.Hint) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.put(h) {
		delete(q.known, h.Source)
	}
}

func (q *Queue) forget(h scanner.Hint) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.known, h.Source)
}

// Depth is how many hints wait, and how many are handled at this moment.
func (q *Queue) Depth(context.Context) (waiting, handled int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting = len(q.waiting)
	return waiting, max(len(q.known)-waiting, 0), nil
}

// Close implements [scanner.Queue]. What waits is forgotten.
func (q *Queue) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	return nil
}
