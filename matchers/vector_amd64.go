package matchers

// hasVectors: the processor has the instructions of vector_amd64.s, and the system keeps their registers.
var hasVectors = askProcessor() //nolint:gochecknoglobals // immutable, of the machine

// askProcessor asks as Intel's manual says (Software Developer's Manual, volume 1, 14.7.1).
func askProcessor() bool {
	const (
		popcnt, osxsave, avx = 1 << 23, 1 << 27, 1 << 28 // ecx of leaf 1
		avx2                 = 1 << 5                    // ebx of leaf 7
		xmmAndYMM            = 1<<1 | 1<<2               // of what the system keeps
	)
	last, _, _, _ := cpuid(0, 0)
	_, _, basic, _ := cpuid(1, 0)
	if last < 7 || basic&(popcnt|osxsave|avx) != popcnt|osxsave|avx || xgetbv()&xmmAndYMM != xmmAndYMM {
		return false
	}
	_, extended, _, _ := cpuid(7, 0)
	return extended&avx2 != 0
}

func cpuid(leaf, part uint32) (eax, ebx, ecx, edx uint32)

func xgetbv() (eax uint32)

// stopsAVX2 is literalSet.stops for turns blocks of 32 bytes.
//
//go:noescape
func stopsAVX2(places *uint16, text *byte, turns int, known *uint32, factor uint32, spread *[256]uint64) (n int)

// narrowAVX2 is literalSet.narrow for turns times turnBlocks places.
//
//go:noescape
func narrowAVX2(places *uint16, text *byte, turns int, wider *uint32, spread *[256]uint64, shorts *uint32, count int) (n int)

// marksAVX2 is markSigns for groups of 32 bytes, an even number; it reads two bytes more.
//
//go:noescape
func marksAVX2(marks *uint64, text *byte, groups int)

// pairsAVX2 returns before which of the groups of 32 bytes no comma and no "#" stands before another of its kind; it reads a byte more.
//
//go:noescape
func pairsAVX2(text *byte, groups int) (before int)

// vectorStops does what it can of stops: done bytes of text.
func (s *literalSet) vectorStops(places *[maxStops]uint16, text []byte) (n, done int) {
	turns := min(len(text)/turnBytes, maxStops*stride/turnBytes)
	if !hasVectors || turns == 0 {
		return 0, 0
	}
	return stopsAVX2(&places[0], &text[0], turns, &s.known[0], s.factor, &s.spread), turns * turnBytes
}

// vectorNarrow does what it can of narrow: done places, of which it keeps n.
func (s *literalSet) vectorNarrow(places []uint16, text []byte) (n, done int) {
	turns := len(places) / turnBlocks
	if !hasVectors || turns == 0 {
		return 0, 0
	}
	var shorts *uint32
	if len(s.shorts) > 0 {
		shorts = &s.shorts[0]
	}
	return narrowAVX2(&places[0], &text[0], turns, &s.wider[0], &s.spread, shorts, len(s.shorts)), turns * turnBlocks
}

// vectorMarks is markSigns, which leaves the last bytes of a text, 65 at most.
func vectorMarks(marks *signMarks, text []byte) (done int) {
	groups := 2 * min(max(0, len(text)-2)/64, len(marks))
	if !hasVectors || groups == 0 {
		return 0
	}
	marksAVX2(&marks[0], &text[0], groups)
	return groups * 32
}

// vectorPairs skips text in which no comma and no "#" stands before another of its kind: skipped bytes. The next such pair begins in the
// ahead bytes behind them, or behind those.
func vectorPairs(text []byte) (skipped, ahead int) {
	groups := max(0, len(text)-1) / 32
	if !hasVectors || groups == 0 {
		return 0, len(text)
	}
	skipped = 32 * pairsAVX2(&text[0], groups)
	return skipped, min(32, len(text)-skipped)
}
