package matchers

import (
	"encoding/binary"
	"slices"
	"sync"
)

// literalSet finds many literals in one sweep, without regard to ASCII case.
//
// Of a text only the blocks of four bytes at every fourth position are looked at. Wherever a literal stands, one of four
// neighbouring blocks of it lies at such a position; every literal is represented by the four that are rarest in real text. Three
// steps narrow down where to compare, each dearer than the one before and taken more seldom: a bitmap says whether a block may be
// one of them (one position in eighteen), a second one whether it is with the bytes beside it (one in 150 to 300), a table which
// literals to compare. The first has no branches, and the positions do not depend on each other, so the processor reads ahead, or
// looks at eight at a time (see vector_amd64.s); jumping tables (Wu-Manber) were several times slower here, because each jump waits
// for the one before. Time is linear in the text, multiplied at worst by the literals that share a block. The set is read-only after
// construction.
type literalSet struct {
	known  [1 << (hashBits - 5)]uint32 // by hash: a block leads there
	factor uint32                      // of that hash
	spread [1 << turnBlocks]uint64     // by which blocks of a turn are known: where they stand, a byte each
	wider  [1 << widerWords]uint32     // by hash of a block with what stands beside it, see withNext
	slots  []blockSlot                 // open addressing, at most half full
	refs   []blockRef                  // those of a block stand together, see blockSlot.first; the first is not used
	items  []literalItem
	shorts []uint32 // the literals of three bytes, folded as blocks are
}

type literalItem struct {
	text string // ASCII lower case
	tag  int    // whatever the caller wants back
}

// blockSlot leads from a block to the literals that it may belong to. An empty slot has block 0, which no folded block is. It is
// small, so that the table stays in the processor's cache.
type blockSlot struct {
	block uint32
	first int32 // index into literalSet.refs; while the set is built, see newLiteralSet, how many refs there will be
}

// blockRef: the block stands at an offset in a literal, -1 when its first byte stands before it. The four bytes at probe from the
// block, as far as mask says that they belong to the literal, must be want: most vain stops end there.
type blockRef struct {
	mask, want uint32
	item       int32
	offset     int16
	probe      int8
	last       bool // of those of its block
}

func newBlockRef(item int, text string, offset int) blockRef {
	ref := blockRef{item: int32(item), offset: int16(offset), probe: stride}
	behind, before := len(text)-offset-stride, offset
	if before > behind {
		ref.probe = -stride
	}
	for n := range stride {
		if at := offset + int(ref.probe) + n; at >= 0 && at < len(text) {
			ref.mask |= 0xff << (8 * n)
			ref.want |= uint32(text[at]) << (8 * n)
		}
	}
	ref.want = (ref.want | caseless) & ref.mask
	return ref
}

// allot gives each block as many refs as were counted, one after the other. put fills them from behind.
func (s *literalSet) allot() {
	next := int32(1)
	for i := range s.slots {
		if slot := &s.slots[i]; slot.block != 0 {
			next += slot.first
			slot.first = next
		}
	}
	s.refs = make([]blockRef, next)
}

func (s *literalSet) put(block uint32, ref blockRef) {
	slot := s.slot(block)
	slot.first--
	s.refs[slot.first] = ref
}

// markLast marks the last ref of each block: where those of the next one begin.
func (s *literalSet) markLast() {
	for i := range s.slots {
		if slot := &s.slots[i]; slot.block != 0 {
			s.refs[slot.first-1].last = true
		}
	}
	s.refs[len(s.refs)-1].last = true
}

// literalHit is one occurrence.
type literalHit struct{ start, end, tag int }

const (
	minLiteral   = 5  // the shortest literal that may stand anywhere
	shortLiteral = 3  // the shortest between letters or digits: "/b/"
	stride       = 4  // bytes of a block, and the distance between those looked at
	hashBits     = 19 // vector_amd64.s knows it
	widerWords   = 14 // it knows this one, too
	slotBits     = 15
	turnBlocks   = 8 // blocks that vectorStops looks at together
	turnBytes    = turnBlocks * stride
	caseless     = 0x20202020 // makes letters of a block lower case; other bytes collide, which comparing sorts out
)

// knownAt is where a folded block's bit is.
func (s *literalSet) knownAt(block uint32) uint32 { return block * s.factor >> (32 - hashBits) }

// isKnown is 1 when a folded block may be of the set, else 0.
func (s *literalSet) isKnown(block uint32) (one int) {
	if h := s.knownAt(block); s.known[h>>5]&(1<<(h&31)) != 0 {
		one = 1
	}
	return one
}

// newLiteralSet builds the set. Literals of three bytes are found only between letters or digits, two before and two behind;
// other literals shorter than minLiteral, or not shorter than maxLiteral by a block, panic, because they are a mistake in a
// platform's file: a host that somebody configured is never one. The shortest choose their blocks
// first, because they have the least choice; the others prefer blocks that are taken already.
//
// A process that looks through a few files waits for this: each block is counted before there is room for its refs, because to use
// memory for the first time costs more than to count, and the bitmaps are made beside the rest.
func newLiteralSet(texts []string, tags []int) *literalSet {
	s := &literalSet{slots: make([]blockSlot, 1<<slotBits), items: make([]literalItem, len(texts))}
	order := make([]int, len(texts)) // by length, then as given
	for i, text := range texts {
		if len(text) < minLiteral && len(text) != shortLiteral || len(text) > maxLiteral-stride {
			panic("matchers: literal too short or too long: " + text)
		}
		order[i] = len(text)*len(texts) + i
		s.items[i] = literalItem{text: lowerASCII(text), tag: tags[i]}
	}
	slices.Sort(order)
	usual, firsts := newFrequency(), make([]int, len(texts))
	for _, at := range order {
		i := at % len(texts)
		text := s.items[i].text
		if len(text) == shortLiteral {
			s.shorts = append(s.shorts, blockOf(text+" ")&0xffffff)
		} else {
			firsts[i] = s.rarestBlocks(text, usual)
		}
		s.eachRef(i, firsts[i], func(block uint32, _ blockRef) {
			slot := s.slot(block)
			slot.block = block
			slot.first++
		})
	}
	var bitmaps sync.WaitGroup
	bitmaps.Go(func() { // which reads the blocks of the slots, and not where their refs begin
		s.fillKnown(usual)
		s.fillWider(firsts, usual)
	})
	s.allot()
	for _, at := range order {
		i := at % len(texts)
		s.eachRef(i, firsts[i], s.put)
	}
	s.markLast()
	bitmaps.Wait()
	return s
}

// eachRef yields the blocks that represent a literal: the four neighbours from first on.
func (s *literalSet) eachRef(item, first int, f func(uint32, blockRef)) {
	text := s.items[item].text
	if len(text) == shortLiteral {
		eachShortRef(item, text, f)
		return
	}
	for offset := first; offset < first+stride; offset++ {
		ref := newBlockRef(item, text, offset)
		eachBlock(text, offset, func(block uint32) { f(block, ref) })
	}
}

// fillKnown makes the first bitmap, and spread. Of a few factors that one is taken with which the fewest common blocks lead by chance to where
// one of the set leads.
func (s *literalSet) fillKnown(usual *frequency) {
	blocks := make([]uint32, 0, len(s.slots)/2)
	for i := range s.slots {
		if block := s.slots[i].block; block != 0 {
			blocks = append(blocks, block)
		}
	}
	others := slices.DeleteFunc(slices.Clone(usual.ranks[:]), func(r rank) bool { return r.place == 0 || s.has(r.block) })
	least := -1
	for factor := uint32(0x9E3779B1); factor < 0x9E3779B1+2*16; factor += 2 {
		if cost := mistaken(blocks, others, factor); least < 0 || cost < least {
			least, s.factor = cost, factor
		}
	}
	for _, block := range blocks {
		h := s.knownAt(block)
		s.known[h>>5] |= 1 << (h & 31)
	}
	for which := range s.spread {
		n := 0
		for block := range turnBlocks {
			if which>>block&1 != 0 {
				s.spread[which] |= uint64(block*stride) << (8 * n)
				n++
			}
		}
	}
}

// mistaken is how often the sweep would stop in vain, with a factor, at common blocks that are not of the set.
func mistaken(blocks []uint32, others []rank, factor uint32) (cost int) {
	const size = 1 << (hashBits - 6)
	var wanted, hit [size]uint64 // by hash: another common block leads there, and one of the set, too
	for _, r := range others {
		h := r.block * factor >> (32 - hashBits)
		wanted[h>>6] |= 1 << (h & 63)
	}
	for _, block := range blocks {
		h := block * factor >> (32 - hashBits)
		hit[h>>6] |= wanted[h>>6] & (1 << (h & 63))
	}
	for _, r := range others {
		if h := r.block * factor >> (32 - hashBits); hit[h>>6]&(1<<(h&63)) != 0 {
			cost += r.stops()
		}
	}
	return cost
}

// eachShortRef yields the four blocks of a literal of three bytes: with two letters or digits before it, with one, with one behind it,
// and its end with two.
func eachShortRef(item int, text string, f func(uint32, blockRef)) {
	const alnum = "abcdefghijklmnopqrstuvwxyz0123456789"
	at := func(offset int, a, b, c, d byte) {
		f(blockOf(string([]byte{a, b, c, d})), blockRef{item: int32(item), offset: int16(offset)})
	}
	for _, a := range []byte(alnum) {
		at(-1, a, text[0], text[1], text[2])
		at(0, text[0], text[1], text[2], a)
		for _, b := range []byte(alnum) {
			at(-2, a, b, text[0], text[1])
			at(1, text[1], text[2], a, b)
		}
	}
}

// holdsShort: a literal of three bytes stands, whole, where eachShortRef has one: around is the folded block with two bytes before it
// and two behind.
func (s *literalSet) holdsShort(around uint64) bool {
	for _, short := range s.shorts {
		for shift := 8; shift <= 32; shift += 8 {
			if uint32(around>>shift)&0xffffff == short {
				return true
			}
		}
	}
	return false
}

// A block enters the second bitmap under one of two keys: with the two bytes behind it, or with the two before it where the literal
// has none behind.
func withNext(block uint32, next uint16) uint32 { return widerKey(block, uint32(next|caseless>>16)) }
func withLast(block uint32, last uint16) uint32 {
	return widerKey(block, 1<<16|uint32(last|caseless>>16))
}

// widerKey, and what note and missing make of it, stands in vector_amd64.s, too.
func widerKey(block, beside uint32) uint32 {
	key := block*0x9E3779B1 + beside*0x85EBCA6B
	return (key ^ key>>15) * 0xC2B2AE35
}

// widerBits leads to a word of the second bitmap, and to two bits in it: one bit alone would be set by chance too often.
func widerBits(key uint32) (word, bits uint32) {
	return key >> (32 - widerWords), 1<<(key>>13&31) | 1<<(key>>8&31)
}

func (s *literalSet) note(key uint32) {
	word, bits := widerBits(key)
	s.wider[word] |= bits
}

// missing is 0 when the key may have been noted.
func (s *literalSet) missing(key uint32) uint32 {
	word, bits := widerBits(key)
	return bits &^ s.wider[word]
}

// fillWider makes the second bitmap.
func (s *literalSet) fillWider(firsts []int, usual *frequency) {
	for i, item := range s.items {
		if len(item.text) > shortLiteral {
			s.addWider(item.text, firsts[i], usual)
		}
	}
}

// addWider notes the four blocks from first on, each with its neighbours. A neighbour outside of the literal may be any byte.
func (s *literalSet) addWider(text string, first int, usual *frequency) {
	for offset := first; offset < first+stride; offset++ {
		ahead, _ := usual.beside(text, offset)
		eachBlock(text, offset, func(block uint32) {
			if ahead {
				next := uint16(text[offset+stride])
				eachByte(text, offset+stride+1, func(c byte) { s.note(withNext(block, next|uint16(c)<<8)) })
				return
			}
			last := uint16(text[offset-1]) << 8
			eachByte(text, offset-2, func(c byte) { s.note(withLast(block, last|uint16(c))) })
		})
	}
}

// eachByte yields the byte of text at i, every byte when that is outside.
func eachByte(text string, i int, f func(c byte)) {
	if i >= 0 && i < len(text) {
		f(text[i])
		return
	}
	for c := range 256 {
		if c&0x20 != 0 {
			f(byte(c))
		}
	}
}

// narrow keeps the places of blocks that may belong to a literal with what stands beside them, in order, and returns how many
// there are. text has two bytes more before the first block and behind the last: the block at a place begins at text[2+place].
func (s *literalSet) narrow(places []uint16, text []byte) int {
	n, done := s.vectorNarrow(places, text)
	return s.plainNarrow(places, n, text, done)
}

// plainNarrow is narrow from the place with the number done on; n are kept already.
func (s *literalSet) plainNarrow(places []uint16, n int, text []byte, done int) int {
	for _, place := range places[done:] {
		part := text[place : int(place)+8 : int(place)+8]
		w := binary.LittleEndian.Uint64(part) | caseless<<32 | caseless
		block := uint32(w >> 16)
		places[n] = place
		if s.missing(withNext(block, uint16(w>>48))) == 0 || s.missing(withLast(block, uint16(w))) == 0 || s.holdsShort(w) {
			n++
		}
	}
	return n
}

// eachBlock yields the folded block of text at offset. A block that reaches one byte over an end stands for every byte there.
func eachBlock(text string, offset int, f func(uint32)) {
	switch {
	case offset < 0:
		for c := range 256 {
			if c&0x20 != 0 {
				f((uint32(c) | uint32(text[0])<<8 | uint32(text[1])<<16 | uint32(text[2])<<24) | caseless)
			}
		}
	case offset+stride > len(text):
		for c := range 256 {
			if c&0x20 != 0 {
				f((uint32(text[offset]) | uint32(text[offset+1])<<8 | uint32(text[offset+2])<<16 | uint32(c)<<24) | caseless)
			}
		}
	default:
		f(blockOf(text[offset:]))
	}
}

func blockOf(s string) uint32 {
	return (uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24) | caseless
}

// has: the folded block represents a literal.
func (s *literalSet) has(block uint32) bool { return s.slot(block).block == block }

// slot finds the place of a block, or the empty one where it belongs.
func (s *literalSet) slot(block uint32) *blockSlot {
	for i := block * 0x9E3779B1 >> (32 - slotBits); ; i++ {
		if slot := &s.slots[i&(1<<slotBits-1)]; slot.block == block || slot.block == 0 {
			return slot
		}
	}
}

// rarestBlocks picks the first of the four neighbouring blocks that make the sweep stop in vain the least often.
func (s *literalSet) rarestBlocks(text string, usual *frequency) int {
	from, to := 0, len(text)-stride+1-stride
	if to < from { // shorter than seven: blocks may reach over the ends
		from, to = -1, len(text)-stride+2-stride
	}
	var costs [maxLiteral]int
	for offset := max(0, from); offset+stride <= len(text); offset++ {
		costs[offset] = usual.of(text[offset : offset+stride])
		if s.has(blockOf(text[offset:])) {
			costs[offset] /= 2 // the sweep stops there anyway; one literal more is compared
		}
		_, cost := usual.beside(text, offset)
		costs[offset] += cost
	}
	best, bestCost := from, 1<<30
	for first := from; first <= to; first++ {
		sum := 0
		for offset := max(0, first); offset < first+stride; offset++ {
			sum += costs[offset]
		}
		if sum < bestCost {
			best, bestCost = first, sum
		}
	}
	return best
}

// find appends the occurrences whose start lies in [from, to), ordered by start; of two that start together the longer
// comes first.
func (s *literalSet) find(hits []literalHit, text []byte, from, to int) []literalHit {
	if len(text) < minLiteral {
		return hits
	}
	first := len(hits)
	end := min(len(text), to+maxLiteral)
	i := max(0, from-1)
	for ; i < 2; i += stride {
		hits = s.check(hits, text, i, from, to)
	}
	for stops := new([maxStops]uint16); i+2*stride+2 <= end; {
		part := text[i:min(end-2, i+maxStops*stride)]
		known := stops[:s.stops(stops, part)]
		for _, at := range known[:s.narrow(known, text[i-2:])] {
			hits = s.check(hits, text, i+int(at), from, to)
		}
		i += len(part) &^ (2*stride - 1)
	}
	for ; i < end; i += stride {
		hits = s.check(hits, text, i, from, to)
	}
	slices.SortFunc(hits[first:], func(a, b literalHit) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
	return hits
}

// maxStops is how many blocks are looked at in one go.
const maxStops = 1 << 10

// stops notes where the blocks stand that may be of the set, in the first maxStops blocks of text, and returns how many there are.
func (s *literalSet) stops(places *[maxStops]uint16, text []byte) int {
	n, done := s.vectorStops(places, text)
	return s.plainStops(places, n, text, done)
}

// plainStops is stops from the byte done on; n places are there already. Two blocks a turn: the place of each is written, but the next
// one overwrites it unless the block may be of the set. So there is no branch for the processor to guess: wrong guesses cost more than
// all the rest.
func (s *literalSet) plainStops(places *[maxStops]uint16, n int, text []byte, done int) int {
	for i := done; i+2*stride <= len(text); i += 2 * stride {
		two := binary.LittleEndian.Uint64(text[i:i+2*stride:i+2*stride]) | caseless<<32 | caseless
		places[n&(maxStops-1)] = uint16(i)
		n += s.isKnown(uint32(two))
		places[n&(maxStops-1)] = uint16(i + stride)
		n += s.isKnown(uint32(two >> 32))
	}
	return n
}

// maxLiteral is longer than any literal, the longest host that a configuration may name and a block: how far behind its start a
// literal's blocks can lie.
const maxLiteral = maxHost + stride

// check compares the literals that the block at i may belong to. What lies behind the text counts as spaces.
func (s *literalSet) check(hits []literalHit, text []byte, i, from, to int) []literalHit {
	next := s.slot(foldedAt(text, i)).first
	if next == 0 {
		return hits
	}
	before, behind := foldedAt(text, i-stride), foldedAt(text, i+stride)
	for ; ; next++ {
		ref := &s.refs[next]
		beside := behind
		if ref.probe < 0 {
			beside = before
		}
		if beside&ref.mask == ref.want {
			hits = s.compare(hits, text, i-int(ref.offset), ref.item, from, to)
		}
		if ref.last {
			return hits
		}
	}
}

// compare adds the hit of an item at start, if it stands there.
func (s *literalSet) compare(hits []literalHit, text []byte, start int, item int32, from, to int) []literalHit {
	literal := &s.items[item]
	end := start + len(literal.text)
	if start < from || start >= to || end > len(text) || !equalFold(text[start:end], literal.text) {
		return hits
	}
	return append(hits, literalHit{start: start, end: end, tag: literal.tag})
}

// foldedAt is the folded block at i; what lies outside of the text counts as spaces.
func foldedAt(text []byte, i int) uint32 {
	if i >= 0 && i+stride <= len(text) {
		return binary.LittleEndian.Uint32(text[i:]) | caseless
	}
	block := uint32(0)
	for n := range stride {
		if at := i + n; at >= 0 && at < len(text) {
			block |= uint32(text[at]) << (8 * n)
		}
	}
	return block | caseless
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
