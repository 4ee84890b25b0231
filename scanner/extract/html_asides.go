package extract

import (
	"bytes"
	"slices"
)

// aside is a stretch of the page that does not stand in its text, and waits for its place behind it.
type aside struct {
	form     asideForm
	tag      tagID // written at the end of this element, else of the line
	from, to int   // in the page; for cutForm in the text
	place    int   // of cutForm, in the page
	textAt   int   // how long the text was
	name     int   // where the name of the attribute begins, 0 without one
	linked   bool  // JSON-LD
}

type asideForm uint8

const (
	rawForm  asideForm = iota // as it stands, the name of the attribute in front
	linkForm                  // <https://…>
	timeForm                  // (2026-12-01)
	cutForm                   // a word of the text, up to where a tag stood in it
)

// The bounds of what waits: asides of a line, asides of a block, and their bytes, from which on a block ends at the next line.
const (
	maxAsides  = 64
	maxLater   = 1 << 10
	maxWaiting = 4 << 10
)

// aside keeps a for the end of its element or line.
func (r *htmlReader) aside(a aside) {
	if len(r.asides) >= maxAsides {
		r.flush(true)
	}
	a.textAt = len(r.text)
	r.asides = append(r.asides, a)
}

// keep keeps a for the end of its block.
func (r *htmlReader) keep(a aside) {
	r.later = append(r.later, a)
	r.waiting += a.to - a.from
	if len(r.later) > 2*maxLater {
		r.flushLater()
	}
}

// close writes what waits for the end of an element of that kind.
func (r *htmlReader) close(tag tagID) {
	if len(r.asides) == 0 || tag == otherTag {
		return
	}
	kept := r.asides[:0]
	for _, a := range r.asides {
		if a.tag == tag {
			r.writeAside(a)
		} else {
			kept = append(kept, a)
		}
	}
	r.asides = kept
}

// flush writes what waits for the end of the line. What waits for the end of an element in which there is no text yet goes on
// waiting, unless all is wanted.
func (r *htmlReader) flush(all bool) {
	if len(r.asides) == 0 {
		return
	}
	kept := r.asides[:0]
	length := len(r.text)
	for _, a := range r.asides {
		if !all && a.tag != otherTag && a.textAt == length {
			kept = append(kept, a)
		} else {
			r.writeAside(a)
		}
	}
	for i := range kept {
		kept[i].textAt = len(r.text)
	}
	r.asides = kept
}

// writeAside writes an aside behind the text.
func (r *htmlReader) writeAside(a aside) {
	behind := r.want
	if a.form == linkForm && r.said(a) {
		return
	}
	if r.want < lineGap {
		r.want = spaceGap
	}
	r.gap()
	switch a.form {
	case linkForm:
		r.write("<")
		r.value(a.from, a.to, true)
		r.write(">")
	case timeForm:
		r.write("(")
		r.value(a.from, a.to, false)
		r.write(")")
	case cutForm:
		r.put(string(r.text[a.from:a.to]), a.place)
		r.write("...")
	case rawForm:
		r.raw(a)
	}
	r.want = spaceGap
	if behind < spaceGap && (a.form == linkForm || a.form == timeForm) {
		r.want = noGap
	}
}

// raw writes an attribute as it stands in the page, but for its entities.
func (r *htmlReader) raw(a aside) {
	switch {
	case a.name == 0:
		r.copy(a.from, a.to)
	case bytes.IndexByte(r.page[a.from:a.to], '&') < 0:
		r.copy(a.name, min(a.to+1, len(r.page))) // with the quotes
	default:
		r.copy(a.name, a.from)
		r.value(a.from, a.to, false)
		r.write(`"`)
	}
}

// said: the text of the link is its address, so there is no need to write it again.
func (r *htmlReader) said(a aside) bool {
	text := r.text[min(a.textAt, len(r.text)):]
	if len(text) < a.to-a.from || len(text) > 2*maxCut {
		return false
	}
	return bytes.Equal(bytes.TrimSpace(text), bytes.TrimSpace(r.decoded(a.from, a.to)))
}

// decoded is the value of an attribute, its entities decoded. It is the page's own unless there are some.
func (r *htmlReader) decoded(from, to int) []byte {
	value := r.page[from:to]
	if bytes.IndexByte(value, '&') < 0 {
		return value
	}
	out := make([]byte, 0, len(value))
	for i := 0; i < len(value); {
		if value[i] == '&' {
			if text, n := decodeEntity(value[i:min(len(value), i+maxEntity)], true); n > 0 {
				out = append(out, text...)
				i += n
				continue
			}
		}
		out = append(out, value[i])
		i++
	}
	return out
}

// value writes the value of an attribute, its entities decoded. In an address line breaks and tabs do not count.
func (r *htmlReader) value(from, to int, address bool) {
	start := from
	for i := from; i < to; {
		c := r.page[i]
		if c != '&' && (!address || c != '\n' && c != '\r' && c != '\t') {
			i++
			continue
		}
		text, n := "", 1
		if c == '&' {
			if text, n = decodeEntity(r.page[i:min(to, i+maxEntity)], true); n == 0 {
				i++
				continue
			}
		}
		r.copy(start, i)
		r.put(text, i)
		i += n
		start = i
	}
	r.copy(start, to)
}

// flushLater writes what waits for the end of the block, each on lines of its own, between blank lines.
func (r *htmlReader) flushLater() {
	if len(r.later) == 0 {
		return
	}
	r.flush(false)
	r.want = blankGap
	for _, a := range r.later {
		r.gap()
		from := len(r.text)
		r.raw(a)
		if a.linked {
			r.events = append(r.events, linkedEvents(r.page[a.from:a.to], from)...)
		}
		r.want = lineGap
	}
	r.later, r.waiting = r.later[:0], 0
	r.want = blankGap
}

// attributes reads the attributes of a start tag.
func (r *htmlReader) attributes(tag htmlTag) {
	for _, a := range r.tokens.attrs {
		if a.value < a.valueTo {
			r.attribute(tag, a)
		}
	}
}

// attribute writes an attribute, or keeps it for its place, unless there can be nothing in it.
func (r *htmlReader) attribute(tag htmlTag, a htmlAttr) {
	name, value := r.page[a.name:a.nameTo], r.page[a.value:a.valueTo]
	kind := attrOf(name)
	if kind == urlAttr && isImageData(value) { // most of a page, where images are embedded
		return
	}
	w := worthOf(value)
	raw := aside{from: a.value, to: a.valueTo, name: a.name}
	switch kind {
	case formalAttr:
		if w.ofForm() {
			r.keep(raw)
		}
		return
	case urlAttr:
		if !w.ofURL(value) {
			return
		}
	case shownAttr:
		if tag.layout != inSpaces && !w.ofText() && bytes.IndexByte(value, ' ') < 0 && !r.isStart(a) {
			return
		}
	default:
		if !w.ofText() && bytes.IndexByte(value, ' ') < 0 && !tellsSecret(name) {
			return
		}
	}
	switch {
	case len(value) > maxCut, tag.id == tagScript:
		r.keep(raw)
	case kind == urlAttr:
		r.address(tag, a)
	case kind == timeAttr && isMoment(value), kind == shownAttr && r.isStart(a):
		r.moment(tag, a)
	case kind == shownAttr:
		r.shown(tag, a)
	case w.link && tag.layout != inLine && tag.id != tagButton:
		r.oneLine(tag, raw)
	case w.link:
		r.asideOf(tag, raw)
	default:
		r.keep(raw)
	}
}

// address writes an address: that of a link behind its text, any other where it stands.
func (r *htmlReader) address(tag htmlTag, a htmlAttr) {
	for a.value < a.valueTo && isHTMLSpace(r.page[a.value]) {
		a.value++
	}
	for a.value < a.valueTo && isHTMLSpace(r.page[a.valueTo-1]) {
		a.valueTo--
	}
	link := aside{form: linkForm, from: a.value, to: a.valueTo}
	if tag.id == tagA || tag.id == tagButton {
		link.tag = tag.id
		r.aside(link)
		return
	}
	if tag.layout == inLine {
		r.aside(link)
		return
	}
	link.textAt = len(r.text)
	r.writeAside(link)
	r.want = max(r.want, spaceGap)
}

// moment keeps a date for the end of the element, or of the line.
func (r *htmlReader) moment(tag htmlTag, a htmlAttr) {
	t := aside{form: timeForm, from: a.value, to: a.valueTo}
	if tag.id == tagTime {
		t.tag = tagTime
	}
	if tag.layout == inLine {
		r.aside(t)
		return
	}
	r.writeAside(t)
}

// shown writes what can be read on the page.
func (r *htmlReader) shown(tag htmlTag, a htmlAttr) {
	if tag.layout == inLine {
		r.asideOf(tag, aside{from: a.value, to: a.valueTo, name: a.name})
		return
	}
	r.want = max(r.want, spaceGap)
	r.gap()
	r.value(a.value, a.valueTo, false)
	r.want = max(r.want, spaceGap)
	if tag.layout == onLine {
		r.want = lineGap
	}
}

// oneLine writes an attribute of a block in front of the block's text.
func (r *htmlReader) oneLine(tag htmlTag, a aside) {
	r.want = max(r.want, spaceGap)
	r.gap()
	r.raw(a)
	if tag.layout == onLine || tag.layout == inBlock {
		r.want = lineGap
		return
	}
	r.want = spaceGap
}

// asideOf keeps an attribute for the end of its link or button, else of the line.
func (r *htmlReader) asideOf(tag htmlTag, a aside) {
	if tag.id == tagA || tag.id == tagButton {
		a.tag = tag.id
	}
	r.aside(a)
}

// isStart: the attribute is the start of an event in microdata (itemprop=startDate content=…).
func (r *htmlReader) isStart(a htmlAttr) bool {
	return r.is(a, "content") && isMoment(r.page[a.value:a.valueTo]) && slices.ContainsFunc(r.tokens.attrs, func(p htmlAttr) bool {
		return r.is(p, "itemprop") && containsFold(r.page[p.value:p.valueTo], "startdate")
	})
}
