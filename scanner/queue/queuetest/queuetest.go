// Package queuetest is the suite that every [scanner.Queue] passes: its tests are the interface's promises, each by name, and
// what must hold when the queue's server fails. A queue's test calls [Run] with a [Harness].
package queuetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
)

// Harness is a queue under test. Functions that are nil say that there is nothing of the kind.
type Harness struct {
	// Open opens the queue, as each process would. With Shared, what one opened queue is offered reaches the workers of all.
	Open   func(t *testing.T) scanner.Queue
	Shared bool
	Most   int // hints that fit into what Open opens

	Pause, Resume func(t *testing.T) // the server hangs and goes on
	Restart       func(t *testing.T) // the server crashes, loses everything and comes back
	Lose          func(t *testing.T) // the server loses what it noted of the hints that are handled
}

// patience is how long the suite waits for what must happen.
const patience = 30 * time.Second

// Run runs the suite. make is called for each test.
func Run(t *testing.T, make func(t *testing.T) Harness) {
	for name, test := range map[string]func(*testing.T, Harness){
		"a hint reaches exactly one worker":             oneWorker,
		"duplicates collapse, and no longer than that":  duplicates,
		"hints are handed out in the order they came":   order,
		"stopping takes no more and waits":              drain,
		"what is left at a stop is there for the next":  leftOver,
		"a cancelled context does nothing":              cancelled,
		"too many hints are refused, in bounded memory": full,
		"a panic and an error end the hint alone":       panics,
		"bad values are refused":                        badValues,
		"a closed queue says so":                        closed,
		"no goroutine is left":                          goroutines,
		"the server hangs in the middle":                hangs,
		"the server loses everything in the middle":     restarts,
		"the server loses its notes in the middle":      loses,
		"stopping ends although the server hangs":       stopsWhileHanging,
		"schedulers let every source be read":           schedule,
	} {
		t.Run(name, func(t *testing.T) { test(t, make(t)) })
	}
}

// hint makes a hint of a source, in the slot-th slot.
func hint(source string, slot int) scanner.Hint {
	return scanner.Hint{Source: source, Slot: time.UnixMilli(1_790_000_000_000 + int64(slot)), Hold: 15 * time.Second}
}

// worker is a queue that runs.
type worker struct {
	t    *testing.T
	stop context.CancelFunc
	done chan error
}

// work runs q until the test ends, or until end is called.
func work(t *testing.T, q scanner.Queue, workers int, handle func(context.Context, scanner.Hint) error) *worker {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &worker{t: t, stop: cancel, done: make(chan error, 1)}
	go func() {
		w.done <- q.Run(ctx, workers, handle)
		close(w.done)
	}()
	t.Cleanup(func() { w.end() })
	return w
}

// end stops it and waits. It may be called again.
func (w *worker) end() {
	w.t.Helper()
	w.stop()
	select {
	case err := <-w.done:
		if err != nil {
			w.t.Errorf("Run: %v", err)
		}
	case <-time.After(patience):
		w.t.Error("Run does not return")
	}
}

func offer(t *testing.T, q scanner.Queue, h scanner.Hint) {
	t.Helper()
	if err := q.Offer(t.Context(), h); err != nil {
		t.Fatalf("Offer %s: %v", h.Source, err)
	}
}

func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatalf("%s: not within %v", what, patience)
		panic("unreachable")
	}
}

// nothing says that nothing comes for a moment.
func nothing[T any](t *testing.T, from <-chan T, what string) {
	t.Helper()
	select {
	case value := <-from:
		t.Fatalf("%s: %v", what, value)
	case <-time.After(300 * time.Millisecond):
	}
}

// tally counts what is handled.
type tally struct {
	mu      sync.Mutex
	done    map[string]int
	running map[string]int
	twice   []string // handled by two workers at once
	each    chan string
}

func newTally() *tally {
	return &tally{done: map[string]int{}, running: map[string]int{}, each: make(chan string, 100_000)}
}

func (c *tally) begin(source string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[source]++
	if c.running[source] > 1 {
		c.twice = append(c.twice, source)
	}
}

func (c *tally) end(source string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[source]--
	c.done[source]++
	c.each <- source
}

func (c *tally) wait(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		receive(t, c.each, fmt.Sprintf("hint %d of %d handled", i+1, n))
	}
}

func (c *tally) once(t *testing.T, sources int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.done) != sources {
		t.Errorf("hints of %d sources were handled, not of %d", len(c.done), sources)
	}
	for source, n := range c.done {
		if n != 1 {
			t.Errorf("%s was handled %d times", source, n)
		}
	}
	if len(c.twice) > 0 {
		t.Errorf("handled by two workers at a time: %v", c.twice)
	}
}

func oneWorker(t *testing.T, h Harness) {
	const sources, offers = 60, 4
	queues := []scanner.Queue{h.Open(t)}
	if h.Shared {
		queues = append(queues, h.Open(t), h.Open(t))
	}
	count, gate := newTally(), make(chan struct{})
	for _, q := range queues {
		work(t, q, 5, func(_ context.Context, h scanner.Hint) error {
			count.begin(h.Source)
			defer count.end(h.Source)
			<-gate
			return nil
		})
	}
	var group sync.WaitGroup
	for i := range offers {
		group.Go(func() {
			for n := range sources {
				if err := queues[i%len(queues)].Offer(t.Context(), hint(fmt.Sprint("site-", n), 0)); err != nil {
					t.Errorf("Offer: %v", err)
				}
			}
		})
	}
	group.Wait()
	close(gate)
	count.wait(t, sources)
	nothing(t, count.each, "handled once more")
	count.once(t, sources)
}

func duplicates(t *testing.T, h Harness) {
	q := h.Open(t)
	for slot := range 10 {
		offer(t, q, hint("own-site", slot))
		offer(t, q, hint("own-site", slot))
	}
	handled := make(chan scanner.Hint, 100)
	gate := make(chan struct{})
	work(t, q, 3, func(_ context.Context, h scanner.Hint) error {
		handled <- h
		<-gate
		return nil
	})
	if got, want := receive(t, handled, "the hint"), hint("own-site", 0); got.Source != want.Source ||
		!got.Slot.Equal(want.Slot) || got.Hold != want.Hold {
		t.Errorf("handled %v, offered %v", got, want)
	}
	offer(t, q, hint("own-site", 0))
	nothing(t, handled, "handled twice")
	gate <- struct{}{}
	close(gate)
	offerUntil(t, q, "own-site", 0, handled)
}

// offerUntil offers the same hint until it is handled: it may be that the queue has not yet noted the end of the one before.
func offerUntil(t *testing.T, q scanner.Queue, source string, slot int, handled <-chan scanner.Hint) {
	t.Helper()
	offerSlots(t, q, source, func() int { return slot }, handled)
}

func offerSlots(t *testing.T, q scanner.Queue, source string, slot func() int, handled <-chan scanner.Hint) {
	t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	late := time.After(patience)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_ = q.Offer(ctx, hint(source, slot())) // the server may be away; the next tick asks again
		cancel()
		select {
		case got := <-handled:
			if got.Source == source {
				return
			}
		case <-ticker.C:
		case <-late:
			t.Fatalf("%s is not handled any more", source)
		}
	}
}

func order(t *testing.T, h Harness) {
	q := h.Open(t)
	for n := range 30 {
		offer(t, q, hint(fmt.Sprint("site-", n), 0))
	}
	handled := make(chan string, 30)
	work(t, q, 1, func(_ context.Context, h scanner.Hint) error {
		handled <- h.Source
		return nil
	})
	for n := range 30 {
		if got, want := receive(t, handled, "a hint"), fmt.Sprint("site-", n); got != want {
			t.Fatalf("handled %s as number %d", got, n)
		}
	}
}

func drain(t *testing.T, h Harness) {
	q := h.Open(t)
	started, gate := make(chan string, 10), make(chan struct{})
	ended := make(chan error, 1)
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "value"))
	defer cancel()
	offer(t, q, hint("first", 0))
	go func() {
		ended <- q.Run(ctx, 1, func(ctx context.Context, h scanner.Hint) error {
			started <- h.Source
			<-gate
			if ctx.Err() != nil {
				t.Error("the context of a handler ended with that of Run")
			}
			if ctx.Value(key{}) != "value" {
				t.Error("the context of a handler has not the values of that of Run")
			}
			return nil
		})
	}()
	receive(t, started, "the first hint")
	cancel()
	offer(t, q, hint("second", 0))
	nothing(t, ended, "Run returned before its handler")
	close(gate)
	if err := receive(t, ended, "Run"); err != nil {
		t.Errorf("Run: %v", err)
	}
	nothing(t, started, "handled after the stop")
}

func leftOver(t *testing.T, h Harness) {
	const sources = 20
	q := h.Open(t)
	for n := range sources {
		offer(t, q, hint(fmt.Sprint("site-", n), 0))
	}
	count := newTally()
	var w *worker
	ready := make(chan struct{})
	w = work(t, q, 2, func(_ context.Context, h scanner.Hint) error {
		<-ready
		count.begin(h.Source)
		defer count.end(h.Source)
		w.stop()
		return nil
	})
	close(ready)
	w.end()
	count.mu.Lock()
	before := len(count.done)
	count.mu.Unlock()
	if before > 2 {
		t.Errorf("%d hints were handled after the stop", before-2)
	}
	work(t, q, 4, func(_ context.Context, h scanner.Hint) error {
		count.begin(h.Source)
		defer count.end(h.Source)
		return nil
	})
	count.wait(t, sources)
	count.once(t, sources)
}

func cancelled(t *testing.T, h Harness) {
	q := h.Open(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	if err := q.Offer(ctx, hint("own-site", 0)); !errors.Is(err, cause) && !errors.Is(err, context.Canceled) {
		t.Errorf("Offer with a context that is done: %v", err)
	}
	handled := make(chan scanner.Hint, 10)
	handle := func(_ context.Context, h scanner.Hint) error {
		handled <- h
		return nil
	}
	offer(t, q, hint("other-site", 0))
	if err := q.Run(ctx, 2, handle); err != nil {
		t.Errorf("Run with a context that is done: %v", err)
	}
	nothing(t, handled, "handled by a Run that is over")
	work(t, q, 2, handle)
	if got := receive(t, handled, "what waited"); got.Source != "other-site" {
		t.Errorf("handled %s, which was offered with a context that was done", got.Source)
	}
	nothing(t, handled, "handled, though offered with a context that was done")
}

func full(t *testing.T, h Harness) {
	q := h.Open(t)
	before := heap()
	for n := range h.Most {
		offer(t, q, hint(fmt.Sprint("site-", n), 0))
	}
	if grown := heap() - before; grown > 32<<20 {
		t.Errorf("%d waiting hints take %d MiB", h.Most, grown>>20)
	}
	if err := q.Offer(t.Context(), hint("one-more", 0)); !errors.Is(err, scanner.ErrFull) {
		t.Errorf("one hint more: %v", err)
	}
	count := newTally()
	work(t, q, 50, func(_ context.Context, h scanner.Hint) error {
		count.begin(h.Source)
		defer count.end(h.Source)
		return nil
	})
	count.wait(t, h.Most)
	count.once(t, h.Most)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func panics(t *testing.T, h Harness) {
	q := h.Open(t)
	handled := make(chan scanner.Hint, 10)
	work(t, q, 1, func(_ context.Context, h scanner.Hint) error {
		handled <- h
		switch h.Source {
		case "panics":
			panic("with 84930275116 in it")
		case "fails":
			return errors.New("failed")
		}
		return nil
	})
	for _, source := range []string{"panics", "fails", "works"} {
		offer(t, q, hint(source, 0))
		if got := receive(t, handled, source); got.Source != source {
			t.Errorf("%s was handled again instead of %s", got.Source, source)
		}
	}
	nothing(t, handled, "handled again after it failed")
	offerUntil(t, q, "panics", 0, handled)
}

func badValues(t *testing.T, h Harness) {
	q := h.Open(t)
	good := hint("own-site", 0)
	for name, bad := range map[string]scanner.Hint{
		"no source":           {Slot: good.Slot, Hold: good.Hold},
		"a long source":       {Source: strings.Repeat("a", scanner.MaxSource+1), Slot: good.Slot, Hold: good.Hold},
		"a torn source":       {Source: "own\xff", Slot: good.Slot, Hold: good.Hold},
		"a source with lines": {Source: "own\nsite", Slot: good.Slot, Hold: good.Hold},
		"held for a moment":   {Source: "own-site", Slot: good.Slot, Hold: time.Second - 1},
		"held for ever":       {Source: "own-site", Slot: good.Slot, Hold: 25 * time.Hour},
	} {
		if err := q.Offer(t.Context(), bad); !errors.Is(err, scanner.ErrBadValue) {
			t.Errorf("%s: %v", name, err)
		}
	}
	handled := make(chan scanner.Hint, 10)
	handle := func(_ context.Context, h scanner.Hint) error {
		handled <- h
		return nil
	}
	for _, workers := range []int{-1, 0, scanner.MaxWorkers + 1} {
		if err := q.Run(t.Context(), workers, handle); !errors.Is(err, scanner.ErrBadValue) {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
	work(t, q, 1, handle)
	for _, odd := range []string{"Ünïcode – 会議", "{own}:site", `a b"c'%s*?[x]\`, strings.Repeat("ä", scanner.MaxSource/2)} {
		offer(t, q, hint(odd, 0))
		if got := receive(t, handled, odd); got.Source != odd {
			t.Errorf("offered %q, handled %q", odd, got.Source)
		}
	}
	if err := q.Run(t.Context(), 1, handle); !errors.Is(err, scanner.ErrBadValue) {
		t.Errorf("a second Run: %v", err)
	}
}

func closed(t *testing.T, h Harness) {
	q := h.Open(t)
	for range 2 {
		if err := q.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if err := q.Offer(t.Context(), hint("own-site", 0)); !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("Offer: %v", err)
	}
	err := q.Run(t.Context(), 1, func(context.Context, scanner.Hint) error { return nil })
	if !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("Run: %v", err)
	}
}

func goroutines(t *testing.T, h Harness) {
	q := h.Open(t)
	handled := make(chan scanner.Hint, 10)
	w := work(t, q, 8, func(_ context.Context, h scanner.Hint) error {
		handled <- h
		return nil
	})
	offer(t, q, hint("own-site", 0))
	receive(t, handled, "the hint")
	w.end()
	if err := q.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	within := time.After(10 * time.Second)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		left := ofQueues()
		if left == "" {
			return
		}
		select {
		case <-ticker.C:
		case <-within:
			t.Fatalf("still there:\n%s", left)
		}
	}
}

// ofQueues shows the goroutines that queues have started.
func ofQueues() string {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	var left []string
	for _, one := range strings.Split(string(all), "\n\n") {
		_, creator, _ := strings.Cut(one, "created by ")
		for _, pkg := range []string{"meetleaks/scanner/queue/", "github.com/hibiken/asynq", "github.com/redis/go-redis"} {
			if strings.HasPrefix(creator, pkg) && !strings.HasPrefix(creator, pkg+"queuetest.") {
				left = append(left, one)
			}
		}
	}
	return strings.Join(left, "\n\n")
}
