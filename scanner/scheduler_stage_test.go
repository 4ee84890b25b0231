package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ledge is a ScheduleStore in memory. Its clock is that of the bubble, or beside it by skew.
type ledge struct {
	mu      sync.Mutex
	leases  map[string]Lease
	fences  map[string]int64
	cursors map[string]Cursor
	down    error // what all methods return, nil: they work
	asked   int   // calls of Cursors
}

func newLedge() *ledge {
	return &ledge{leases: map[string]Lease{}, fences: map[string]int64{}, cursors: map[string]Cursor{}}
}

func (l *ledge) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = err
}

func (l *ledge) enter(ctx context.Context) (func(), error) {
	l.mu.Lock()
	if err := errors.Join(ctx.Err(), l.down); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	return l.mu.Unlock, nil
}

func (l *ledge) Acquire(ctx context.Context, name, holder string, ttl time.Duration) (Lease, error) {
	leave, err := l.enter(ctx)
	if err != nil {
		return Lease{}, err
	}
	defer leave()
	if l.leases[name].Until.After(time.Now()) {
		return Lease{}, ErrHeld
	}
	l.fences[name]++
	l.leases[name] = Lease{Name: name, Holder: holder, Fence: l.fences[name], Until: time.Now().Add(ttl)}
	return l.leases[name], nil
}

func (l *ledge) holds(lease Lease) bool {
	have := l.leases[lease.Name]
	return have.Fence == lease.Fence && have.Holder == lease.Holder && have.Until.After(time.Now())
}

func (l *ledge) Renew(ctx context.Context, lease Lease, ttl time.Duration) (Lease, error) {
	leave, err := l.enter(ctx)
	if err != nil {
		return Lease{}, err
	}
	defer leave()
	if !l.holds(lease) {
		return Lease{}, ErrLost
	}
	lease.Until = time.Now().Add(ttl)
	l.leases[lease.Name] = lease
	return lease, nil
}

func (l *ledge) Release(ctx context.Context, lease Lease) error {
	leave, err := l.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if l.holds(lease) {
		delete(l.leases, lease.Name)
	}
	return nil
}

func (l *ledge) Cursors(ctx context.Context, names []string) (map[string]Cursor, error) {
	leave, err := l.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	l.asked++
	if len(names) > MaxBatch {
		return nil, ErrBadValue
	}
	found := map[string]Cursor{}
	for _, name := range names {
		if c, ok := l.cursors[name]; ok {
			found[name] = c
		}
	}
	return found, nil
}

func (l *ledge) SaveCursor(ctx context.Context, lease Lease, c Cursor) error {
	leave, err := l.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if !l.holds(lease) {
		return ErrLost
	}
	c.Name, c.Saved = lease.Name, time.Now()
	l.cursors[lease.Name] = c
	return nil
}

func (l *ledge) ForgetCursor(context.Context, string) error { return nil }

// steal lets somebody else have the lease.
func (l *ledge) steal(source string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := LeaseOfSource(source)
	l.fences[name]++
	l.leases[name] = Lease{Name: name, Holder: "somebody else", Fence: l.fences[name], Until: time.Now().Add(time.Hour)}
}

func (l *ledge) next(source string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cursors[LeaseOfSource(source)].Next
}

func (l *ledge) stored(t *testing.T, source string) watched {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	r, err := decodeWatched(l.cursors[LeaseOfSource(source)].Value)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// belt is a queue of one process, as simple as the promises of Queue allow. It keeps what it was offered.
type belt struct {
	hints chan Hint

	mu      sync.Mutex
	busy    map[string]bool
	offered []Hint
	lose    bool // hints that are offered are lost
	down    error
}

func newBelt() *belt { return &belt{hints: make(chan Hint, 3*MaxBatch), busy: map[string]bool{}} }

func (b *belt) Offer(_ context.Context, h Hint) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return b.down
	}
	b.offered = append(b.offered, h)
	if b.lose || b.busy[h.Source] {
		return nil
	}
	b.busy[h.Source] = true
	b.hints <- h
	return nil
}

func (b *belt) Run(ctx context.Context, workers int, handle func(context.Context, Hint) error) error {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case h := <-b.hints:
					_ = HandleHint(context.WithoutCancel(ctx), h, handle)
					b.mu.Lock()
					delete(b.busy, h.Source)
					b.mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	return nil
}

func (b *belt) loses(all bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lose = all
}

func (b *belt) Close() error { return nil }

func (b *belt) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.offered)
}

// stage runs a scheduler with both roles in a bubble.
type stage struct {
	*Scheduler
	t      *testing.T
	store  *ledge
	queue  *belt
	log    *bytes.Buffer
	cancel context.CancelFunc
	done   chan error

	mu      sync.Mutex
	passes  []Pass
	times   []time.Time
	changed []string
}

// stageTick is how often a stage looks at most: hours are played through second by second otherwise.
const stageTick = 10 * time.Second

func play(t *testing.T, store *ledge, watches ...Watch) *stage {
	t.Helper()
	s := staged(t, store, watches...)
	s.start()
	return s
}

// staged is a stage on which nothing happens before start.
func staged(t *testing.T, store *ledge, watches ...Watch) *stage {
	t.Helper()
	s := &stage{t: t, store: store, queue: newBelt(), log: new(bytes.Buffer), done: make(chan error, 2)}
	for i, w := range watches {
		read := w.Read
		watches[i].Read = func(ctx context.Context, p Pass) (Outcome, error) {
			s.mu.Lock()
			s.passes, s.times = append(s.passes, p), append(s.times, time.Now())
			s.mu.Unlock()
			return read(ctx, p)
		}
	}
	tick := stageTick
	for _, w := range watches {
		tick = min(tick, max(w.withDefaults().Every/16, 250*time.Millisecond))
	}
	var err error
	s.Scheduler, err = NewScheduler(SchedulePlan{
		Watches: watches, Store: store, Queue: s.queue, Holder: fmt.Sprintf("%p", s), Tick: tick,
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
		Changed: func(o Outlook) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.changed = append(s.changed, o.Source+": "+o.Blind)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) start() {
	ctx, cancel := context.WithCancel(s.t.Context())
	s.cancel = cancel
	go func() { s.done <- s.Schedule(ctx) }()
	go func() { s.done <- s.Work(ctx) }()
}

// stop ends both roles and returns their errors.
func (s *stage) stop() error {
	s.t.Helper()
	s.cancel()
	err := errors.Join(<-s.done, <-s.done)
	synctest.Wait()
	return err
}

func (s *stage) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.passes)
}

func (s *stage) gaps() (gaps []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 1; i < len(s.times); i++ {
		gaps = append(gaps, s.times[i].Sub(s.times[i-1]))
	}
	return gaps
}

// pass lets time go by.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}

// quickly is a reader that finds so much at once.
func quickly(o Outcome, err error) func(context.Context, Pass) (Outcome, error) {
	return func(context.Context, Pass) (Outcome, error) { return o, err }
}

// untilDone is a reader that reads until it is told to stop.
func untilDone(ctx context.Context, _ Pass) (Outcome, error) {
	<-ctx.Done()
	return Outcome{}, context.Cause(ctx)
}
