package hook

import (
	"sync"
	"sync/atomic"
)

// gate bounds what is under way.
type gate struct {
	reading chan struct{}
	taking  chan struct{}
	held    atomic.Int64 // bytes of bodies

	mu  sync.Mutex
	now map[uint64]bool // requests that are being taken, MaxUnderWay at most
}

func newGate() gate {
	return gate{
		reading: make(chan struct{}, MaxReading), taking: make(chan struct{}, MaxUnderWay), now: make(map[uint64]bool, MaxUnderWay),
	}
}

// enter takes a place unless all are taken.
func (g *gate) enter(places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
		return false
	}
}

func (g *gate) leave(places chan struct{}) { <-places }

// begin says whether nobody takes the same request at this moment.
func (g *gate) begin(print uint64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now[print] {
		return false
	}
	g.now[print] = true
	return true
}

func (g *gate) end(print uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.now, print)
}

// holding is the bytes that one request holds.
type holding struct {
	gate *gate
	n    int64
}

// more asks for n bytes more.
func (h *holding) more(n int64) bool {
	if h.gate.held.Add(n) > MaxHeld {
		h.gate.held.Add(-n)
		return false
	}
	h.n += n
	return true
}

func (h *holding) release() {
	h.gate.held.Add(-h.n)
	h.n = 0
}
