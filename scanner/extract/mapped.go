package extract

import "sort"

// mapped is a text made of a part's source, and where each stretch of it stood: what a view is for a document, for one line
// of it, so that one line can be made of another in steps (unfolded, decoded, unescaped) without losing the places.
type mapped struct {
	text []byte
	runs []mappedRun
}

// mappedRun is a stretch of the text, up to the next run. A literal one stands in the source byte for byte; another stands for
// what is at source.
type mappedRun struct {
	text, source int
	literal      bool
}

// coarse is the length in bytes to which stretches are put together once there are very many: their places are then that
// of the first byte, and memory stays a small multiple of the text.
const coarse = 64

// fineRuns is how many stretches are kept apart however short they are.
const fineRuns = 1 << 14

// copy appends text that stands at source.
func (m *mapped) copy(text []byte, source int) {
	if len(text) == 0 {
		return
	}
	if n := len(m.runs); n > 0 {
		last := m.runs[n-1]
		if last.literal && last.source+len(m.text)-last.text == source || m.merges(len(text)) {
			m.text = append(m.text, text...)
			return
		}
	}
	m.runs = append(m.runs, mappedRun{len(m.text), source, true})
	m.text = append(m.text, text...)
}

// put appends text that stands for what is at source.
func (m *mapped) put(text string, source int) {
	if text == "" {
		return
	}
	if !m.merges(len(text)) {
		m.runs = append(m.runs, mappedRun{len(m.text), source, false})
	}
	m.text = append(m.text, text...)
}

// merges says that there are so many runs that size bytes more go to the last one.
func (m *mapped) merges(size int) bool {
	n := len(m.runs)
	if n < fineRuns+len(m.text)/coarse || size >= coarse {
		return false
	}
	last := &m.runs[n-1]
	if len(m.text)-last.text >= coarse {
		return false
	}
	last.literal = false
	return true
}

// source is where text[i] stood.
func (m *mapped) source(i int) int {
	k := sort.Search(len(m.runs), func(k int) bool { return m.runs[k].text > i }) - 1
	switch {
	case k < 0:
		return 0
	case m.runs[k].literal:
		return m.runs[k].source + i - m.runs[k].text
	}
	return m.runs[k].source
}

// each calls literal or decoded for the stretches of text[from:to], in order.
func (m *mapped) each(from, to int, literal func(text []byte, source int), decoded func(text string, source int)) {
	k := sort.Search(len(m.runs), func(k int) bool { return m.runs[k].text > from }) - 1
	for k = max(k, 0); from < to && k < len(m.runs); k++ {
		end := to
		if k+1 < len(m.runs) {
			end = min(to, m.runs[k+1].text)
		}
		if r := m.runs[k]; r.literal {
			literal(m.text[from:end], r.source+from-r.text)
		} else {
			decoded(string(m.text[from:end]), r.source)
		}
		from = end
	}
}

// part appends from[a:b] with its places.
func (m *mapped) part(from *mapped, a, b int) { from.each(a, b, m.copy, m.put) }

// scribe writes text made of one part's source to a view, with places as fine as memory allows.
type scribe struct {
	*view
	source []byte // of the view's current part
	spans0 int    // spans that were there before
	text0  int    // text that was there before
}

func newScribe(v *view) *scribe {
	return &scribe{view: v, source: v.parts[v.current().part].source, spans0: len(v.spans), text0: len(v.text)}
}

// copy appends source[from:to].
func (s *scribe) copy(from, to int) {
	if to-from < coarse && s.merges() {
		s.write(string(s.source[from:to]))
		return
	}
	s.view.copy(from, to)
}

// put appends text that stands for what is at source.
func (s *scribe) put(text string, source int) {
	if len(text) < coarse && s.merges() {
		s.write(text)
		return
	}
	s.view.put(text, source)
}

// merges says that there are so many spans that what comes goes to the last one.
func (s *scribe) merges() bool {
	n := len(s.view.spans)
	if n == 0 || n-s.spans0 < 4096+(len(s.view.text)-s.text0)/8 || len(s.view.text)-s.view.spans[n-1].text >= coarse {
		return false
	}
	s.view.spans[n-1].decoded = true
	return true
}

// mapped appends m[from:to].
func (s *scribe) mapped(m *mapped, from, to int) {
	m.each(from, to, func(text []byte, source int) { s.copy(source, source+len(text)) }, s.put)
}
