package scanner

import (
	"hash/maphash"
	"math/bits"
)

// HashSet remembers which texts it was told, by 64-bit hashes under a random seed: it keeps none of them. It is a table of hashes alone, 10
// to 16 bytes a text. It is used by one goroutine at a time.
type HashSet struct {
	seed  maphash.Seed
	limit int
	slots []uint64 // 0 is free, and a quarter at least are after Add
	count int
}

// NewHashSet returns one that remembers limit texts at most.
func NewHashSet(limit int) *HashSet {
	return &HashSet{seed: maphash.MakeSeed(), limit: limit, slots: make([]uint64, 256)}
}

// Len is the number of different texts that it remembers.
func (s *HashSet) Len() int { return s.count }

// Full says whether it remembers no further text.
func (s *HashSet) Full() bool { return s.count >= s.limit }

// Add remembers the text, if there is room.
func (s *HashSet) Add(text string) {
	hash := s.hash(text)
	at := s.slot(hash)
	if s.slots[at] == hash || s.Full() {
		return
	}
	s.slots[at] = hash
	s.count++
	if s.count > len(s.slots)/4*3 {
		s.grow()
	}
}

// Has says whether the text is remembered.
func (s *HashSet) Has(text string) bool {
	hash := s.hash(text)
	return s.slots[s.slot(hash)] == hash
}

func (s *HashSet) hash(text string) uint64 { return max(maphash.String(s.seed, text), 1) }

// slot is where the hash stands, or would.
func (s *HashSet) slot(hash uint64) int {
	first, _ := bits.Mul64(hash, uint64(len(s.slots)))
	at := int(first)
	for s.slots[at] != 0 && s.slots[at] != hash {
		if at++; at == len(s.slots) {
			at = 0
		}
	}
	return at
}

func (s *HashSet) grow() {
	before := s.slots
	s.slots = make([]uint64, len(before)/2*3)
	for _, hash := range before {
		if hash != 0 {
			s.slots[s.slot(hash)] = hash
		}
	}
}
