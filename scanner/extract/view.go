package extract

import (
	"bytes"
	"slices"
	"sort"
	"unicode/utf8"

	"meetleaks/scanner"
)

// view is the text made of one document, and where each stretch of it came from. It is written by one goroutine, then read
// by one. The zero value is empty and has one part, the document itself, whose lines are those of the text.
//
// A document may have parts (those of a mail, of an office file); each part has a source, in whose lines places are told.
type view struct {
	text   []byte
	spans  []span
	parts  []viewPart
	events []scanner.Event
}

// span is a stretch of the text, up to the next span. Its first byte stood at source in its part; each further one stood
// one byte further, or at the same place when the stretch was decoded from something of another length.
type span struct {
	text, source int
	part, page   int32
	decoded      bool
}

// viewPart is a part of the document.
type viewPart struct {
	name   string // as the URI is continued behind "!", "" for the document itself
	media  string // "" when it is the document's
	source []byte // what its lines are counted in; nil: the text
	from   int    // where its text begins
}

// begin begins a part. Lines and columns are told in source; with a nil source in the text that is made of the part.
func (v *view) begin(name, media string, source []byte) {
	v.parts = append(v.parts, viewPart{name, media, source, len(v.text)})
	v.spans = append(v.spans, span{text: len(v.text), part: int32(len(v.parts) - 1)})
}

// page begins page n (1-based) of the part: places on it have no lines.
func (v *view) page(n int) {
	last := v.current()
	v.spans = append(v.spans, span{text: len(v.text), part: last.part, page: int32(n), decoded: true})
}

// copy appends source[from:to] of the current part.
func (v *view) copy(from, to int) {
	if from >= to {
		return
	}
	source := v.parts[v.current().part].source
	v.mark(from, false, to-from)
	v.text = append(v.text, source[from:to]...)
}

// put appends text that stands for what is at source in the current part.
func (v *view) put(text string, source int) {
	if text == "" {
		return
	}
	v.mark(source, true, len(text))
	v.text = append(v.text, text...)
}

// write appends text to a part whose lines are those of the text, or to a page.
func (v *view) write(text string) {
	v.text = append(v.text, text...)
}

// The spans of a view are not more than there are in fineSpans; behind them stretches shorter than coarseSpan are put together,
// with the place of the first, so that memory stays a small multiple of the text however torn that is.
const (
	fineSpans  = 1 << 17
	coarseSpan = 64
)

// mark begins a span for size bytes, unless what follows continues the last one.
func (v *view) mark(source int, decoded bool, size int) {
	last := v.current()
	if !decoded && !last.decoded && last.source+len(v.text)-last.text == source {
		return
	}
	if len(v.spans) >= fineSpans && size < coarseSpan {
		if last.decoded && len(v.text)-last.text < coarseSpan {
			return
		}
		decoded = true
	}
	next := span{text: len(v.text), source: source, part: last.part, page: last.page, decoded: decoded}
	if last.text == next.text && len(v.spans) > 0 {
		v.spans[len(v.spans)-1] = next // the last one is empty
		return
	}
	v.spans = append(v.spans, next)
}

// current is the span that is being written.
func (v *view) current() span {
	if len(v.spans) == 0 {
		v.begin("", "", nil)
	}
	return v.spans[len(v.spans)-1]
}

// locator returns the reader of places.
func (v *view) locator() scanner.Locator { return &locator{view: v} }

// locator tells places. Each costs a look at the bytes between it and the last one, in either direction, and at most at its line.
type locator struct {
	*view
	part   int32  // in which the cursor is
	source []byte // of that part
	at     int    // the cursor, in source
	line   int    // line breaks in front of it
	column int    // characters since the last of them
}

// Locate implements [scanner.Locator].
func (l *locator) Locate(offset int64) scanner.Spot {
	at := int(max(min(offset, int64(len(l.text))), 0))
	i := sort.Search(len(l.spans), func(i int) bool { return l.spans[i].text > at }) - 1
	if i < 0 {
		return scanner.Spot{Line: 1, Column: 1}
	}
	s := l.spans[i]
	part := l.parts[s.part]
	spot := scanner.Spot{Part: part.name, MediaType: part.media, Page: int(s.page)}
	if s.page > 0 {
		return spot
	}
	source, place := part.source, s.source
	switch {
	case source == nil:
		source, place = l.text[part.from:], at-part.from
	case !s.decoded:
		place += at - s.text
	}
	spot.Line, spot.Column = l.count(s.part, source, place)
	return spot
}

// count moves the cursor to source[at] and returns its line and column, 1-based.
func (l *locator) count(part int32, source []byte, at int) (line, column int) {
	at = runeStart(source, max(min(at, len(source)), 0))
	if l.source == nil || part != l.part {
		l.part, l.source, l.at, l.line, l.column = part, source, 0, 0, 0
	}
	if at < l.at {
		l.back(at)
	} else {
		l.forth(at)
	}
	return l.line + 1, l.column + 1
}

// runeStart is where the character begins in which source[at] is, so that characters are counted whole.
func runeStart(source []byte, at int) int {
	for from := at - 1; from >= 0 && at < len(source) && at-from < utf8.UTFMax && !utf8.RuneStart(source[from+1]); from-- {
		if _, size := utf8.DecodeRune(source[from:]); size > at-from {
			return from
		}
	}
	return at
}

// forth moves the cursor forward.
func (l *locator) forth(at int) {
	stretch := l.source[l.at:at]
	if n := bytes.Count(stretch, []byte{'\n'}); n > 0 {
		l.line += n
		l.column = 0
		stretch = stretch[bytes.LastIndexByte(stretch, '\n')+1:]
	}
	l.column += utf8.RuneCount(stretch)
	l.at = at
}

// back moves the cursor back, as what stands behind its place in the source makes it.
func (l *locator) back(at int) {
	stretch := l.source[at:l.at]
	if n := bytes.Count(stretch, []byte{'\n'}); n > 0 {
		l.line -= n
		l.column = utf8.RuneCount(l.source[bytes.LastIndexByte(l.source[:at], '\n')+1 : at])
	} else {
		l.column -= utf8.RuneCount(stretch)
	}
	l.at = at
}

// newView is a view of source, with room for so many bytes of text and so many spans.
func (w *work) newView(source []byte, text, spans int) *view {
	v := w.views.Get().(*view)
	v.text, v.spans = slices.Grow(v.text, text), slices.Grow(v.spans, min(spans, fineSpans))
	v.begin("", "", source)
	return v
}

// The longest text, in bytes, and the most spans of a view whose memory is used again.
const (
	maxKeptText  = 256 << 10
	maxKeptSpans = 4 << 10
)

// leave gives back the memory of a view whose document was read. Nothing of the text stays in it.
func (w *work) leave(v *view) {
	text, spans := v.text, v.spans
	v.text, v.spans = nil, nil
	clear(text)
	if cap(text) <= maxKeptText && cap(spans) <= maxKeptSpans {
		w.views.Put(&view{text: text[:0], spans: spans[:0]})
	}
}

// document hands the view over as the document c.
func (w *work) document(c content, media string, v *view) error {
	return w.yield(scanner.Document{
		URI:       c.uri,
		MediaType: media,
		Host:      c.host,
		Text:      bytes.NewBuffer(v.text),
		Where:     v.locator(),
		Events:    v.events,
	})
}
