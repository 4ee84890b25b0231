//go:build !amd64

package matchers

// vectorStops does nothing: plainStops does it all.
func (s *literalSet) vectorStops(*[maxStops]uint16, []byte) (n, done int) { return 0, 0 }

// vectorNarrow does nothing: plainNarrow does it all.
func (s *literalSet) vectorNarrow([]uint16, []byte) (n, done int) { return 0, 0 }

// vectorMarks does nothing: plainMarks does it all.
func vectorMarks(*signMarks, []byte) (done int) { return 0 }

// vectorPairs skips nothing.
func vectorPairs(text []byte) (skipped, ahead int) { return 0, len(text) }
