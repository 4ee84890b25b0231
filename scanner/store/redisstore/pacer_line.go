package redisstore

import (
	fifo "container/list"
	"context"
	"sync"
	"time"

	"meetleaks/scanner/fetch"
)

// line is where the callers of one process stand: of each host one at a time asks Redis.
type line struct {
	now func() time.Time // nil: the machine's

	mu    sync.Mutex
	hosts map[string]*pacedHost // at most fetch.PaceHosts; those of which nothing has to be kept are forgotten first
}

// pacedHost is what a process knows of a host. The line's lock holds it.
type pacedHost struct {
	name  string
	busy  bool
	queue fifo.List     // of chan struct{}, with room for one: who waits is told so
	asked bool          // robots.txt was read by this process
	delay time.Duration // that it asks for
	debt  []any         // what was to be told when a turn was given back
}

func (l *line) time() time.Time {
	if l.now == nil {
		return time.Now()
	}
	return l.now()
}

// enter waits until nobody of this process stands before the caller.
func (l *line) enter(ctx context.Context, name string) (*pacedHost, error) {
	l.mu.Lock()
	h := l.host(name)
	if h == nil || h.queue.Len() >= fetch.PaceWaiters {
		l.mu.Unlock()
		reason := fetch.PaceTooMany
		if h == nil {
			reason = fetch.PaceTooBusy
		}
		return nil, fetch.BudgetError(name, reason, l.time())
	}
	if !h.busy {
		h.busy = true
		l.mu.Unlock()
		return h, nil
	}
	ready := make(chan struct{}, 1)
	place := h.queue.PushBack(ready)
	l.mu.Unlock()
	select {
	case <-ready:
		return h, nil
	case <-ctx.Done():
		l.leave(h, place, ready)
		return nil, context.Cause(ctx)
	}
}

// leave takes a caller out of the queue; if its time has just come, the next one is called.
func (l *line) leave(h *pacedHost, place *fifo.Element, ready chan struct{}) {
	l.mu.Lock()
	select {
	case <-ready:
		l.mu.Unlock()
		l.next(h)
	default:
		h.queue.Remove(place)
		l.mu.Unlock()
	}
}

// next calls who has waited longest.
func (l *line) next(h *pacedHost) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.busy = false
	if first := h.queue.Front(); first != nil {
		h.busy = true
		h.queue.Remove(first).(chan struct{}) <- struct{}{}
	}
}

// host finds or makes the record of a host, nil when there is no room. The caller holds mu.
func (l *line) host(name string) *pacedHost {
	if h := l.hosts[name]; h != nil {
		return h
	}
	if len(l.hosts) >= fetch.PaceHosts && !l.forget(func(h *pacedHost) bool { return h.debt == nil }) &&
		!l.forget(func(*pacedHost) bool { return true }) {
		return nil
	}
	h := &pacedHost{name: name}
	l.hosts[name] = h
	return h
}

// forget drops a host, any one, for which nobody waits. The caller holds mu.
func (l *line) forget(may func(*pacedHost) bool) bool {
	for name, h := range l.hosts {
		if !h.busy && h.queue.Len() == 0 && may(h) {
			delete(l.hosts, name)
			return true
		}
	}
	return false
}

// slow notes what a site asks for.
func (l *line) slow(name string, delay time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.host(name); h != nil {
		h.asked, h.delay = true, delay
	}
}

// crawlDelay is that in milliseconds, -1 when this process does not know.
func (l *line) crawlDelay(h *pacedHost) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !h.asked {
		return -1
	}
	return upToMS(h.delay)
}

func (l *line) owe(h *pacedHost, args []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.debt = args
}

func (l *line) owed(h *pacedHost) []any {
	l.mu.Lock()
	defer l.mu.Unlock()
	args := h.debt
	h.debt = nil
	return args
}
