package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// ScheduleStore is what a scheduler needs of a store.
type ScheduleStore interface {
	Leases
	Cursors
}

// SchedulePlan is what a scheduler is made of. Zero fields stand for the defaults.
type SchedulePlan struct {
	Watches []Watch // at most MaxWatches
	Store   ScheduleStore
	Queue   Queue
	// Holder names this process among all that share the store.
	Holder string

	Workers int           // passes at a time; 4
	Tick    time.Duration // between two looks at what is due; 1 s
	// Drain is how long a pass may go on when the process stops; 20 s. Streams are ended at once.
	Drain time.Duration
	Log   *slog.Logger // nil: nothing is logged
	// Changed is called when a source becomes blind, for another reason, or sees again; by one goroutine at a time, from
	// [Scheduler.Schedule]. Each process that schedules calls it. nil: nobody is told.
	Changed func(Outlook)
}

// MaxWatches is the most sources of one deployment.
const MaxWatches = 10_000

// drainGrace is how long cancelled passes have to return.
const drainGrace = 10 * time.Second

// ErrNotDrained is the error of a scheduler whose passes do not end though their context has.
var ErrNotDrained = errors.New("passes do not end")

var (
	errStopped = errors.New("this process stops") // cause of passes that are ended by a stop
	errOver    = errors.New("the pass is over")
)

// Scheduler lets every watch be read when it is due, once at a time in the whole deployment.
//
// What is due stands in the store: each watch has a lease and, of the same name, a cursor whose Next is its next pass. At each
// tick [Scheduler.Schedule] offers a hint for each watch that is due; the hint names the due time and how often Hold has passed
// since, so that all processes offer the same, and a lost one is followed by another. [Scheduler.Work] takes hints from the
// queue; a pass runs when the watch is due still and its lease free. While it runs the lease is prolonged and Next moved on, so
// that nobody offers it; when its process dies both end by themselves, within half of Every. Without the lease nothing of a pass
// is written.
//
// The two may run in different processes (roles "schedule" and "read"), any number of each.
type Scheduler struct {
	plan    SchedulePlan
	watches map[string]Watch
	names   []string // of leases, in the order of the plan

	mu      sync.Mutex
	offered map[string]time.Time // slot of the last hint, by source
	known   map[string]Outlook
	failure error // of the last tick
	ticked  bool
}

// NewScheduler checks the plan. All mistakes are told at once, wrapping ErrBadValue.
func NewScheduler(plan SchedulePlan) (*Scheduler, error) {
	plan.Workers = cmp.Or(plan.Workers, 4)
	plan.Tick = cmp.Or(max(plan.Tick, 0), time.Second)
	plan.Drain = cmp.Or(max(plan.Drain, 0), 20*time.Second)
	if plan.Log == nil {
		plan.Log = slog.New(slog.DiscardHandler)
	}
	s := &Scheduler{plan: plan, watches: map[string]Watch{}, offered: map[string]time.Time{}, known: map[string]Outlook{}}
	mistakes := []error{CheckWorkers(plan.Workers)}
	if plan.Holder == "" || plan.Store == nil || plan.Queue == nil || len(plan.Watches) > MaxWatches {
		mistakes = append(mistakes, fmt.Errorf("schedule: a holder, a store, a queue and at most %d watches: %w", MaxWatches, ErrBadValue))
	}
	for _, w := range plan.Watches {
		w = w.withDefaults()
		if _, twice := s.watches[w.Source]; twice {
			mistakes = append(mistakes, fmt.Errorf("watch %q: there are two of that name: %w", w.Source, ErrBadValue))
		}
		mistakes = append(mistakes, w.check())
		s.watches[w.Source] = w
		s.names = append(s.names, LeaseOfSource(w.Source))
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return s, nil
}

// LeaseOfSource is the name of a source's lease and cursor.
func LeaseOfSource(source string) string { return "source/" + source }

// Schedule offers what is due until ctx is done, and returns nil then. A store or queue that does not answer is asked again
// at the next tick; see [Scheduler.Ready].
func (s *Scheduler) Schedule(ctx context.Context) error {
	ticker := time.NewTicker(s.plan.Tick)
	defer ticker.Stop()
	for {
		s.note(ctx, s.tick(ctx))
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// note keeps the error of a tick and logs when it begins and ends.
func (s *Scheduler) note(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	before := s.failure
	s.failure, s.ticked = err, true
	s.mu.Unlock()
	switch {
	case err != nil && before == nil:
		s.plan.Log.Warn("what is due is not offered", "error", err)
	case err == nil && before != nil:
		s.plan.Log.Info("what is due is offered again")
	}
}

// Ready says why nothing, or not everything, is being scheduled; nil when all is well.
func (s *Scheduler) Ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ticked {
		return errors.New("schedule: has not looked yet")
	}
	return s.failure
}

// Outlooks is how the sources were doing at the last tick that reached the store, in the order of the plan.
func (s *Scheduler) Outlooks() []Outlook {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Outlook, 0, len(s.plan.Watches))
	for _, w := range s.plan.Watches {
		o, found := s.known[w.Source]
		if !found {
			o = Outlook{Source: w.Source, Kind: s.watches[w.Source].Kind, Blind: BlindUnread}
		}
		all = append(all, o)
	}
	return all
}

// dueWatch is a watch that is due, and the slot of its hint.
type dueWatch struct {
	Watch
	next, slot time.Time
}

// tick looks at every watch and offers what is due, those waiting longest first. It is bounded by ten ticks, at least ten seconds.
func (s *Scheduler) tick(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, max(10*s.plan.Tick, 10*time.Second))
	defer cancel()
	var due []dueWatch
	for names := range slices.Chunk(s.names, MaxBatch) {
		cursors, err := s.plan.Store.Cursors(ctx, names)
		if err != nil {
			return fmt.Errorf("schedule: %w", err)
		}
		due = append(due, s.look(cursors, names, time.Now())...)
	}
	slices.SortStableFunc(due, func(a, b dueWatch) int { return a.next.Compare(b.next) })
	for _, d := range due {
		if err := s.plan.Queue.Offer(ctx, Hint{Source: d.Source, Slot: d.slot, Hold: d.hold()}); err != nil {
			return fmt.Errorf("schedule: %w", err)
		}
		s.mu.Lock()
		s.offered[d.Source] = d.slot
		s.mu.Unlock()
	}
	return nil
}

// look judges watches by their cursors, tells what changed, and returns those that are due and not offered yet.
func (s *Scheduler) look(cursors map[string]Cursor, names []string, now time.Time) (due []dueWatch) {
	for _, name := range names {
		w := s.watches[name[len(LeaseOfSource("")):]]
		r, next := s.read(w, cursors[name], now)
		s.tell(w.outlook(r, next, now))
		if next.After(now) {
			continue
		}
		slot := next.Add(now.Sub(next).Truncate(w.hold()))
		if next.IsZero() {
			slot = now.Truncate(w.hold())
		}
		s.mu.Lock()
		fresh := !s.offered[w.Source].Equal(slot)
		s.mu.Unlock()
		if fresh {
			due = append(due, dueWatch{Watch: w, next: next, slot: slot})
		}
	}
	return due
}

// read is the state of a watch and when it is due: zero when it was never read.
func (s *Scheduler) read(w Watch, c Cursor, now time.Time) (watched, time.Time) {
	r, err := decodeWatched(c.Value)
	if err != nil { // a source that is read from its beginning again repeats alerts; one that is not read would miss some
		s.plan.Log.Warn("a source is read from its beginning", "source", w.Source, "error", err)
		return watched{}, time.Time{}
	}
	if c.Next.After(w.latest(r, now)) {
		return r, now
	}
	return r, c.Next
}

// tell keeps an outlook and calls Changed when the source has become blind or sees again.
func (s *Scheduler) tell(o Outlook) {
	s.mu.Lock()
	before, found := s.known[o.Source]
	s.known[o.Source] = o
	s.mu.Unlock()
	if !found {
		before.Blind = BlindUnread
	}
	if before.Blind == o.Blind || before.Blind == BlindUnread && o.Blind == "" {
		return
	}
	if o.Blind != "" {
		s.plan.Log.Warn("a source is blind", "source", o.Source, "reason", o.Blind)
	} else {
		s.plan.Log.Info("a source sees again", "source", o.Source)
	}
	if s.plan.Changed != nil {
		s.plan.Changed(o)
	}
}
