package matchers

import (
	"encoding/binary"
	"slices"
)

// literalSet finds many literals in one sweep, without regard to ASCII case.
//
// Every literal is represented by one window of windowLen bytes, the one that is rarest in real text. A window holds
// windowLen-blockLen+1 = 3 blocks of three bytes one after the other, so of the blocks at every third position of a text
// exactly one lies in each window: only those are looked at, and a bitmap says whether a block occurs in any window.
// The positions do not depend on each other, so the processor reads ahead; jumping tables (Wu-Manber) were four times
// slower here, because each jump waits for the one before. Time is linear in the text, multiplied at worst by the literals
// that share a block. The set is read-only after construction.
type literalSet struct {
	bits    [1 << 10]uint64 // by block hash: occurs in a window
	bucket  []uint16        // by block hash: 1 + index into buckets
	buckets [][]block
	items   []literalItem
}

type literalItem struct {
	text string // ASCII lower case
	tag  int    // whatever the caller wants back
}

// block says that a block of that hash stands at an offset in a literal.
type block struct{ item, offset int }

// literalHit is one occurrence.
type literalHit struct{ start, end, tag int }

const (
	windowLen = 5 // the shortest literal
	blockLen  = 3
	stride    = windowLen - blockLen + 1
)

// blockHash hashes the low three bytes of b, letters without case.
func blockHash(b uint32) uint16 {
	return uint16(((b | 0x20202020) << 8) * 0x9E3779B1 >> 16)
}

func hashOf(s string) uint16 {
	return blockHash(uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16)
}

// newLiteralSet builds the set; literals shorter than windowLen panic, because they are a mistake in a platform's file.
func newLiteralSet(texts []string, tags []int) *literalSet {
	s := &literalSet{bucket: make([]uint16, 1<<16)}
	counts := blockCounts()
	for i, text := range texts {
		text = lowerASCII(text)
		if len(text) < windowLen {
			panic("matchers: literal too short: " + text)
		}
		s.items = append(s.items, literalItem{text: text, tag: tags[i]})
		w := rarestWindow(text, counts)
		for offset := w; offset < w+stride; offset++ {
			s.add(hashOf(text[offset:]), block{i, offset})
		}
	}
	return s
}

func (s *literalSet) add(h uint16, b block) {
	if s.bucket[h] == 0 {
		s.buckets = append(s.buckets, nil)
		s.bucket[h] = uint16(len(s.buckets))
		s.bits[h>>6] |= 1 << (h & 63)
	}
	n := s.bucket[h] - 1
	s.buckets[n] = append(s.buckets[n], b)
}

// blockCounts says how common blocks are in real text: it counts a part of the built-in corpus.
func blockCounts() []uint16 {
	counts := make([]uint16, 1<<16)
	sample := corpus[:min(len(corpus), 128<<10)]
	for i := 0; i+4 <= len(sample); i++ {
		if h := blockHash(binary.LittleEndian.Uint32(sample[i:])); counts[h] < 1<<15 {
			counts[h]++
		}
	}
	return counts
}

// rarestWindow picks the window whose blocks are the least common, so that the sweep seldom stops in vain.
func rarestWindow(text string, counts []uint16) int {
	best, bestCost := 0, 1<<30
	for w := 0; w+windowLen <= len(text); w++ {
		cost := 0
		for offset := w; offset < w+stride; offset++ {
			cost += int(counts[hashOf(text[offset:])])
		}
		if cost < bestCost {
			best, bestCost = w, cost
		}
	}
	return best
}

// find appends the occurrences whose start lies in [from, to), ordered by start; of two that start together the longer
// comes first.
func (s *literalSet) find(hits []literalHit, text []byte, from, to int) []literalHit {
	if len(text) < windowLen {
		return hits
	}
	first := len(hits)
	limit := min(len(text)-blockLen, to+maxLiteral)
	i := max(from, 0)
	for ; i < min(limit, len(text)-4*stride-4); i += 4 * stride { // four at a time: one branch for all
		t := text[i : i+4*stride+4]
		h0 := blockHash(binary.LittleEndian.Uint32(t))
		h1 := blockHash(binary.LittleEndian.Uint32(t[stride:]))
		h2 := blockHash(binary.LittleEndian.Uint32(t[2*stride:]))
		h3 := blockHash(binary.LittleEndian.Uint32(t[3*stride:]))
		if (s.bits[h0>>6]>>(h0&63)|s.bits[h1>>6]>>(h1&63)|s.bits[h2>>6]>>(h2&63)|s.bits[h3>>6]>>(h3&63))&1 == 0 {
			continue
		}
		for n, h := range [...]uint16{h0, h1, h2, h3} {
			hits = s.check(hits, text, i+n*stride, h, from, to)
		}
	}
	for ; i <= limit; i += stride {
		b := uint32(text[i]) | uint32(text[i+1])<<8 | uint32(text[i+2])<<16
		hits = s.check(hits, text, i, blockHash(b), from, to)
	}
	slices.SortFunc(hits[first:], func(a, b literalHit) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
	return hits
}

// maxLiteral is longer than any literal: how far behind its start a literal's window can lie.
const maxLiteral = 256

// check compares the literals that have a block of that hash at i.
func (s *literalSet) check(hits []literalHit, text []byte, i int, h uint16, from, to int) []literalHit {
	if s.bits[h>>6]>>(h&63)&1 == 0 {
		return hits
	}
	for _, b := range s.buckets[s.bucket[h]-1] {
		item := &s.items[b.item]
		start := i - b.offset
		if start < from || start >= to || start+len(item.text) > len(text) || !equalFold(text[start:start+len(item.text)], item.text) {
			continue
		}
		hits = append(hits, literalHit{start: start, end: start + len(item.text), tag: item.tag})
	}
	return hits
}

// equalFold compares b with an ASCII-lower-case literal of the same length.
func equalFold(b []byte, lower string) bool {
	for i := range b {
		if lowerByte(b[i]) != lower[i] {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// lowerASCII lowers ASCII letters only; other bytes stay, so that offsets stay.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = lowerByte(b[i])
			}
			return string(b)
		}
	}
	return s
}
