package slack

import (
	"sync"
	"time"

	"meetleaks/notify"
)

// How many accepted deliveries are remembered, and how long. A store that cannot record an acceptance hands the same delivery
// out again within that time.
const (
	maxRecent = 2000
	recentFor = time.Hour
)

// recent remembers deliveries that were accepted, so that one whose acceptance could not be recorded is not posted twice. It
// is a ring: the oldest is forgotten first. The zero value with a clock is ready.
type recent struct {
	now func() time.Time

	mu    sync.Mutex
	ring  []accepted
	next  int
	index map[string]int // place in ring
}

type accepted struct {
	delivery string
	receipt  notify.Receipt
	at       time.Time
}

func (r *recent) find(delivery string) (notify.Receipt, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.index[delivery]
	if !ok || r.now().Sub(r.ring[i].at) > recentFor {
		return "", false
	}
	return r.ring[i].receipt, true
}

func (r *recent) keep(delivery string, receipt notify.Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.index == nil {
		r.index = map[string]int{}
	}
	entry := accepted{delivery, receipt, r.now()}
	if i, ok := r.index[delivery]; ok {
		r.ring[i] = entry
		return
	}
	if len(r.ring) < maxRecent {
		r.ring = append(r.ring, accepted{})
	}
	r.drop(r.next)
	r.ring[r.next], r.index[delivery] = entry, r.next
	r.next = (r.next + 1) % maxRecent
}

// forget drops what was delivered as receipt: the message is not there any more, and the same delivery must be posted anew.
func (r *recent) forget(receipt notify.Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.ring {
		if r.ring[i].receipt == receipt {
			r.drop(i)
		}
	}
}

func (r *recent) drop(i int) {
	if r.index[r.ring[i].delivery] == i {
		delete(r.index, r.ring[i].delivery)
	}
	r.ring[i] = accepted{}
}
