package web

import (
	byTime "container/heap"
	"context"
	"sync"
	"time"
)

// The rules of second and third tries.
const (
	maxTries   = 3     // of one address in one pass
	maxWaiting = 2_000 // addresses that wait for another try; what comes on top gets none in this pass
)

// retryDelay is the time before another try, after so many. The host's own pace comes on top.
func retryDelay(tries int) time.Duration {
	if tries <= 1 {
		return 5 * time.Second
	}
	return 30 * time.Second
}

// task is an address that is being read.
type task struct {
	entry
	tries   int       // before this one
	through []Address // to which redirects led, those that were not met before
}

// schedule says who is next, and when a pass is over. Safe for concurrent use.
type schedule struct {
	frontier *frontier
	maxPages int
	perHost  int
	now      func() time.Time
	ends     time.Time // from then on nothing more is begun

	mu      sync.Mutex
	wake    chan struct{}  // closed at each change
	under   int            // tasks that were taken and are not done
	busy    map[string]int // tasks whose request is under way, by host
	waiting waiting
	pages   int                 // taken, but for those that were then not asked for
	taken   [classFound + 1]int // of these, by class
	units   int                 // yielded, and not settled
	held    int64               // bytes of their bodies
	open    bool                // classes that used up their share may have the rest
	over    bool
}

func newSchedule(f *frontier, o Options, within time.Duration) *schedule {
	return &schedule{
		frontier: f, maxPages: o.MaxPages, perHost: o.PerHost, now: o.Now, ends: o.Now().Add(within),
		wake: make(chan struct{}), busy: map[string]int{},
	}
}

// change does something under the lock, and wakes who waits.
func (s *schedule) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	close(s.wake)
	s.wake = make(chan struct{})
}

// until waits for ready, which is called under the lock and may change things, or for the context's end.
func (s *schedule) until(ctx context.Context, ready func() bool) error {
	for {
		s.mu.Lock()
		done, wake, timer := ready(), s.wake, s.untilRetry()
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-wake:
		case <-timer:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// untilRetry fires when the first waiting task is due, never when there is none. The lock is held.
func (s *schedule) untilRetry() <-chan time.Time {
	if len(s.waiting) == 0 {
		return nil
	}
	return time.After(s.waiting[0].at.Sub(s.now()))
}

// next waits for an address to read. It returns false at the end of the pass; the error is the context's, or that of the
// frontier's disk.
func (s *schedule) next(ctx context.Context) (t task, ok bool, err error) {
	waiting := s.until(ctx, func() bool {
		t, ok, err = s.take()
		return ok || err != nil || s.over
	})
	if err == nil {
		err = waiting
	}
	return t, ok, err
}

// take finds what may be read now, or the end. The lock is held.
func (s *schedule) take() (task, bool, error) {
	if s.over {
		return task{}, false, nil
	}
	if len(s.waiting) > 0 && !s.waiting[0].at.After(s.now()) {
		t := byTime.Pop(&s.waiting).(waiter).task
		s.begin(t)
		return t, true, nil
	}
	if s.pages < s.maxPages && !s.late() {
		s.open = s.open || s.under == 0 && len(s.waiting) == 0 // nothing is read that could lead to others
		e, ok, err := s.frontier.popSparing(func(host string) bool { return s.busy[host] < s.perHost }, s.spent, s.open)
		if ok {
			s.open = s.open && s.spent(e.Class)
			s.pages++
			s.taken[e.Class]++
			s.begin(task{entry: e})
		}
		if ok || err != nil {
			return task{entry: e}, ok, err
		}
	}
	if s.under == 0 && len(s.waiting) == 0 {
		s.over = true
		close(s.wake)
		s.wake = make(chan struct{})
	}
	return task{}, false, nil
}

// spent says whether a class has used up its share of the pages: three quarters, so that what is due, or what a sitemap says is new,
// leaves something to the others. Starts are always read; what pages lead to comes last anyway. What the others leave is used once no page is under way that may lead to them.
func (s *schedule) spent(c class) bool {
	return (c == classNews || c == classDue) && s.taken[c] >= max(s.maxPages-s.maxPages/4, 1)
}

// late says whether the time of the pass is used up.
func (s *schedule) late() bool { return !s.now().Before(s.ends) }

func (s *schedule) begin(t task) {
	s.under++
	s.busy[t.Address.Host()]++
}

// fetched says that the request for a task is over, and whether it was made: otherwise it is not counted among the pages.
func (s *schedule) fetched(t task, asked bool) {
	s.change(func() {
		host := t.Address.Host()
		if s.busy[host]--; s.busy[host] == 0 {
			delete(s.busy, host)
		}
		if !asked {
			s.pages--
			s.taken[t.Class]--
		}
	})
}

func (s *schedule) done() { s.change(func() { s.under-- }) }

// again lets a task wait for another try; false: it gets none. It stays counted among the pages.
func (s *schedule) again(t task, delay time.Duration) bool {
	if t.tries++; t.tries >= maxTries {
		return false
	}
	ok := false
	s.change(func() {
		if ok = len(s.waiting) < maxWaiting; ok {
			byTime.Push(&s.waiting, waiter{t, s.now().Add(delay)})
		}
	})
	return ok
}

// room waits until a body of so many bytes may be held. A single body always may.
func (s *schedule) room(ctx context.Context, bytes int64) error {
	return s.until(ctx, func() bool {
		if s.units > 0 && s.held+bytes > MaxHeld {
			return false
		}
		s.held += bytes
		s.units++
		return true
	})
}

func (s *schedule) settle(bytes int64) { s.change(func() { s.units--; s.held -= bytes }) }

// left waits until all units were run, and says how many addresses were not read because the pages were used up.
func (s *schedule) left(ctx context.Context) (int, error) {
	err := s.until(ctx, func() bool { return s.units == 0 })
	return s.frontier.len(), err
}

// waiting are the tasks that wait for another try, the earliest first.
type waiting []waiter

type waiter struct {
	task task
	at   time.Time
}

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].at.Before(w[j].at) }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)        { *w = append(*w, x.(waiter)) }
func (w *waiting) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}
