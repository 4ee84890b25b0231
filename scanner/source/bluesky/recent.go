package bluesky

import "hash/maphash"

// recent remembers in which state places were handed on last, so that what is read again after a break is not handed on again. Names
// are kept as hashes under a key of the process. It is used by one goroutine.
type recent struct {
	seed  maphash.Seed
	state map[uint64]uint64 // by place
	ring  []uint64          // the places, by when they came
	next  int
}

// newRecent remembers so many places.
func newRecent(most int) *recent {
	return &recent{seed: maphash.MakeSeed(), state: make(map[uint64]uint64), ring: make([]uint64, most)}
}

// prints are the hashes of a place and of a state of it.
func (r *recent) prints(e event) (place, state uint64) {
	var h maphash.Hash
	h.SetSeed(r.seed)
	for _, part := range [][]byte{e.did, e.collection, e.key} {
		_, _ = h.Write(part) // never fails
		_ = h.WriteByte(0)
	}
	place = h.Sum64()
	for _, part := range [][]byte{e.operation, e.revision} {
		_, _ = h.Write(part)
		_ = h.WriteByte(0)
	}
	return place, h.Sum64()
}

// has says whether this was the last that was handed on of its place.
func (r *recent) has(e event) bool {
	place, state := r.prints(e)
	known, found := r.state[place]
	return found && known == state
}

// add remembers what was handed on.
func (r *recent) add(e event) {
	place, state := r.prints(e)
	if _, found := r.state[place]; !found {
		if old := r.ring[r.next]; old != 0 {
			delete(r.state, old)
		}
		r.ring[r.next] = place
		r.next = (r.next + 1) % len(r.ring)
	}
	r.state[place] = state
}
