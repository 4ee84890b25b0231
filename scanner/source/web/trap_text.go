package web

// sketch is what is remembered of a text: 64 bits that are equal for equal texts (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv),
// whatever the white space between words. It is an io.Writer that takes the text in pieces and never fails. The zero sketch is ready.
// Not safe for concurrent use.
type sketch struct {
	sum  uint64
	some bool
	gap  bool // white space was read, and nothing since
}

const (
	fnvBasis = 0xcbf29ce484222325
	fnvPrime = 0x100000001b3
)

func (s *sketch) Write(p []byte) (int, error) {
	sum := s.sum
	for _, c := range p {
		if c <= ' ' {
			s.gap = true
			continue
		}
		if !s.some {
			s.some, s.gap, sum = true, false, fnvBasis
		}
		if s.gap {
			s.gap, sum = false, (sum^' ')*fnvPrime
		}
		sum = (sum ^ uint64(c)) * fnvPrime
	}
	s.sum = sum
	return len(p), nil
}

// Sum is the sketch of what was written so far, 0 when that was nothing but white space.
func (s *sketch) Sum() uint64 {
	if !s.some {
		return 0
	}
	return max(s.sum, 1)
}
