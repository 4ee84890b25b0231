package pdf

import (
	"sort"
	"unicode/utf16"
)

// cmap says how a string is cut into codes, and what the codes stand for.
type cmap struct {
	spaces []codespace
	chars  map[int]string
	ranges []coderange // sorted by from
}

// codespace is the codes of one length.
type codespace struct{ size, from, to int }

type coderange struct {
	from, to int
	first    []uint16 // of from; the last unit counts up
}

// Limits of one map.
const (
	maxChars  = 70_000
	maxSpaces = 100
)

// readCmap reads the map in data; nil when it says nothing.
func readCmap(data []byte) *cmap {
	m := &cmap{chars: map[int]string{}}
	l := lexer{data: data}
	var operands []any
	for {
		o, ok := l.object()
		if !ok {
			break
		}
		word, ok := o.(keyword)
		if !ok {
			if len(operands) < 3*maxChars {
				operands = append(operands, o)
			}
			continue
		}
		m.operator(word, operands)
		operands = operands[:0]
	}
	if len(m.chars)+len(m.ranges)+len(m.spaces) == 0 {
		return nil
	}
	sort.SliceStable(m.ranges, func(i, j int) bool { return m.ranges[i].from < m.ranges[j].from })
	return m
}

func (m *cmap) operator(word keyword, o []any) {
	switch word {
	case "endcodespacerange":
		for ; len(o) >= 2 && len(m.spaces) < maxSpaces; o = o[2:] {
			from, size := code(o[0])
			to, _ := code(o[1])
			if size >= 1 && size <= 4 {
				m.spaces = append(m.spaces, codespace{size, from, to})
			}
		}
	case "endbfchar":
		for ; len(o) >= 2 && len(m.chars) < maxChars; o = o[2:] {
			from, _ := code(o[0])
			if to, ok := o[1].(text); ok {
				m.chars[from] = unligature(string(utf16.Decode(units(to))))
			}
		}
	case "endbfrange":
		for ; len(o) >= 3; o = o[3:] {
			m.span(o[0], o[1], o[2])
		}
	}
}

func (m *cmap) span(low, high, to any) {
	from, _ := code(low)
	last, _ := code(high)
	switch to := to.(type) {
	case text:
		if len(m.ranges) < maxChars && len(to) >= 1 {
			m.ranges = append(m.ranges, coderange{from, last, units(to)})
		}
	case array:
		for i, o := range to {
			if s, ok := o.(text); ok && from+i <= last && len(m.chars) < maxChars {
				m.chars[from+i] = unligature(string(utf16.Decode(units(s))))
			}
		}
	}
}

// code reads a string as a number.
func code(o any) (n, size int) {
	s, _ := o.(text)
	for i := 0; i < len(s) && i < 4; i++ {
		n = n<<8 | int(s[i])
	}
	return n, len(s)
}

// units are the bytes of s in pairs; a single byte is a unit.
func units(s text) []uint16 {
	if len(s) == 1 {
		return []uint16{uint16(s[0])}
	}
	u := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return u
}

// lookup is what a code stands for.
func (m *cmap) lookup(code int) (string, bool) {
	if m == nil {
		return "", false
	}
	if s, ok := m.chars[code]; ok {
		return s, true
	}
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].from > code }) - 1
	if i < 0 || code > m.ranges[i].to || len(m.ranges[i].first) == 0 {
		return "", false
	}
	r := m.ranges[i]
	u := append([]uint16(nil), r.first...)
	u[len(u)-1] += uint16(code - r.from)
	return unligature(string(utf16.Decode(u))), true
}

// next cuts the first code off s.
func (m *cmap) next(s text) (n, size int) {
	for size := 1; size <= 4 && size <= len(s); size++ {
		n, _ := code(s[:size])
		for _, space := range m.spaces {
			if space.size == size && space.from <= n && n <= space.to {
				return n, size
			}
		}
	}
	size = min(2, len(s))
	n, _ = code(s[:size])
	return n, size
}
