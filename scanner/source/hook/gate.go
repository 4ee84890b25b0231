package hook

import (
	"sync"
	"time"
)

// gate bounds what is under way. Whoever reaches the service may send a body, signed or not: so the body that has been on its way for
// the longest time makes room when there is none. A feeder needs a moment; who sends slowly to keep others out is sent away.
type gate struct {
	taking chan struct{}

	mu      sync.Mutex
	now     map[uint64]bool   // requests that are being taken, MaxUnderWay at most
	readers map[*holding]bool // whose bodies are being read, MaxReading at most
	held    int64             // bytes of bodies
}

func newGate() gate {
	return gate{
		taking: make(chan struct{}, MaxUnderWay), now: make(map[uint64]bool, MaxUnderWay), readers: make(map[*holding]bool, MaxReading),
	}
}

// enter takes a place among those that are taken unless there is none.
func (g *gate) enter() bool {
	select {
	case g.taking <- struct{}{}:
		return true
	default:
		return false
	}
}

func (g *gate) leave() { <-g.taking }

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

// holding is the bytes that one request holds. Its fields are used under the gate's lock.
type holding struct {
	gate  *gate
	n     int64
	begun time.Time
	stop  func() // ends the reading; it must return at once
	sent  bool   // away, to make room
}

// reads begins a body. stop is called when it has to make room.
func (h *holding) reads(stop func()) {
	g := h.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.readers) >= MaxReading {
		g.sendAway(g.oldest(h))
	}
	h.begun, h.stop = time.Now(), stop
	g.readers[h] = true
}

// hasRead ends a body, and says whether it had to make room.
func (h *holding) hasRead() (sent bool) {
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	delete(h.gate.readers, h)
	return h.sent
}

// more asks for n bytes more.
func (h *holding) more(n int64) bool {
	g := h.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.held+n > MaxHeld {
		other := g.oldest(h)
		if other == nil {
			return false
		}
		g.sendAway(other)
	}
	if h.sent {
		return false
	}
	g.held += n
	h.n += n
	return true
}

func (h *holding) release() {
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	h.gate.held -= h.n
	h.n = 0
}

// oldest is the body, but for one's own, that has been read for the longest time, nil when there is none. It is called under the lock.
func (g *gate) oldest(but *holding) (found *holding) {
	for h := range g.readers {
		if h != but && (found == nil || h.begun.Before(found.begun)) {
			found = h
		}
	}
	return found
}

// sendAway lets a body make room. Its bytes count no more: what reads it ends at once. It is called under the lock.
func (g *gate) sendAway(h *holding) {
	if h == nil {
		return
	}
	delete(g.readers, h)
	g.held -= h.n
	h.n, h.sent = 0, true
	h.stop()
}
