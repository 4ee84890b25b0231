package extract

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// maxRun is the longest run of white space that is kept as it is, in bytes.
const maxRun = 8

// words writes text of the page: its entities decoded, its white space bounded. Line breaks of the source stay, except in the
// rows of tables, which are one line each unless they hold text set as it is written (pre).
func (r *htmlReader) words(from, to int) {
	page := r.page[:to]
	from = r.leading(from, to)
	start := from
	for i := from; i < len(page); {
		i = skipWords(page, i)
		for i < len(page) && page[i] > ' ' && page[i] != '&' {
			i++
		}
		if i+1 < len(page) && page[i] == ' ' && page[i+1] > ' ' { // the one space behind a word
			i++
			continue
		}
		switch {
		case i == len(page):
		case page[i] == '&':
			r.piece(start, i)
			i = r.entity(i, to, false)
			start = i
		case isHTMLSpace(page[i]):
			end, breaks := spaceRun(page, i, to)
			if end < to && end-i <= maxRun && (breaks == 0 || !r.row || r.pre) {
				i = end
				continue
			}
			r.piece(start, i)
			r.space(breaks)
			i, start = end, end
		default:
			i++
		}
	}
	r.piece(start, to)
}

// skipWords goes on from page[i] as long as there are words with one space between them, in steps of eight bytes.
func skipWords(page []byte, i int) int {
	const each = 0x0101010101010101
	for ; i+8 < len(page); i += 8 {
		w := binary.LittleEndian.Uint64(page[i:])
		spaces := zeroBytes(w ^ each*' ')
		other := zeroBytes(w^each*'&') | (w-each*' ')&^w&(each<<7) // bytes below a space
		if other|spaces&(spaces>>8) != 0 || spaces>>63 != 0 && page[i+8] <= ' ' {
			break
		}
	}
	return i
}

// zeroBytes sets the upper bit of each byte that is zero, and sometimes of one behind it.
func zeroBytes(w uint64) uint64 {
	const each = 0x0101010101010101
	return (w - each) &^ w & (each << 7)
}

// leading skips the white space in front of a text.
func (r *htmlReader) leading(from, to int) int {
	if from >= to || !isHTMLSpace(r.page[from]) {
		return from
	}
	end, breaks := spaceRun(r.page, from, to)
	r.space(breaks)
	return end
}

func spaceRun(page []byte, i, to int) (end, breaks int) {
	for ; i < to && isHTMLSpace(page[i]); i++ {
		if page[i] == '\n' {
			breaks++
		}
	}
	return i, breaks
}

// space notes white space of the source.
func (r *htmlReader) space(breaks int) {
	switch {
	case breaks == 0 || r.row && !r.pre:
		r.want = max(r.want, spaceGap)
	case breaks == 1:
		r.want = max(r.want, lineGap)
	default:
		r.want = max(r.want, blankGap)
	}
}

// piece writes page[from:to] as text that goes on.
func (r *htmlReader) piece(from, to int) {
	if from >= to {
		return
	}
	r.separate(r.page[from:to])
	r.copy(from, to)
}

// letter writes what stands for the source at place.
func (r *htmlReader) letter(text string, place int) {
	r.separate([]byte(text))
	r.put(text, place)
}

// separate writes what is to stand in front of the text next.
func (r *htmlReader) separate(next []byte) {
	if r.want == noGap && r.tabs == 0 {
		if r.joint != noJoint {
			r.join(next)
		}
		return
	}
	r.gap()
}

// gap writes the space, the line breaks and the tabs that are due.
func (r *htmlReader) gap() {
	if len(r.text) > r.base || r.want >= lineGap && r.base > 0 {
		switch r.want {
		case spaceGap:
			if r.tabs == 0 {
				r.write(" ")
			}
		case lineGap:
			r.write("\n")
		case blankGap:
			r.write("\n\n")
		}
	}
	for ; r.tabs > 0; r.tabs-- {
		r.write("\t")
	}
	r.want, r.joint = noGap, noJoint
}

// breakLine ends the line. Inside a row of a table, what has just begun a cell does not.
func (r *htmlReader) breakLine(g gap) {
	r.flush(false)
	if g == lineGap && r.row && len(r.text) == r.cellAt {
		return
	}
	r.want = max(r.want, g)
	if g == blankGap || r.waiting > maxWaiting || len(r.later) > maxLater {
		r.flushLater()
	}
}

// verbatim writes page[from:to] as it stands.
func (r *htmlReader) verbatim(from, to int) {
	r.gap()
	r.copy(from, to)
}

// wordTracker knows where the last word of the text begins.
type wordTracker struct {
	seen  int // as far as the text was looked at
	start int
	slash bool
}

// track looks at the text that is new.
func (w *wordTracker) track(text []byte) {
	if len(text)-w.seen > maxCut {
		w.seen, w.start, w.slash = len(text)-maxCut, len(text)-maxCut, false
	}
	for ; w.seen < len(text); w.seen++ {
		switch c := text[w.seen]; {
		case c <= ' ' || c == '<' || c == '>' || c == '"':
			w.start, w.slash = w.seen+1, false
		case c == '/':
			w.slash = true
		}
	}
}

// maxCut bounds the words of a line that are written twice, and their length.
const (
	maxCuts = 4
	maxCut  = 2 << 10
)

// join joins two texts between which there is only a tag. A word goes on: a number is whole though half of it is bold. But
// where a link ends at a tag, what follows may be the next word, which only its looks set off; then the link is written once more
// behind the line, without what follows. "..." says that it may be cut off.
func (r *htmlReader) join(next []byte) {
	joint := r.joint
	r.joint = noJoint
	if len(r.text) == r.base || !addressGoesOn(next[0]) {
		return
	}
	last := r.text[len(r.text)-1]
	if joint == anchorJoint {
		if isWordByte(last) {
			r.write(" ")
		}
		return
	}
	r.word.track(r.text)
	switch {
	case last <= ' ':
	case r.word.slash:
		r.cut()
	case !isWordByte(last) || !isWordByte(next[0]):
	case last >= '0' && last <= '9' && isHTMLLetter(next[0]), beginsAddress(next):
		r.write(" ") // "5116" and "Passcode", "Link" and "acme.example/x"
	}
}

// addressGoesOn: an address may go on with c.
func addressGoesOn(c byte) bool { return isWordByte(c) || strings.IndexByte("/?&=#%+-_~@$*|{", c) >= 0 }

// beginsAddress: the first word is an address without a scheme.
func beginsAddress(text []byte) bool {
	text = text[:min(len(text), 80)]
	if end := bytes.IndexAny(text, " \t\r\n"); end >= 0 {
		text = text[:end]
	}
	dot := bytes.IndexByte(text, '.')
	return dot > 0 && bytes.IndexByte(text[dot:], '/') > 1
}

// cut keeps the word that ends here.
func (r *htmlReader) cut() {
	cuts := 0
	for _, a := range r.asides {
		if a.form == cutForm {
			cuts++
		}
	}
	if cuts < maxCuts && len(r.text)-r.word.start <= maxCut {
		r.asides = append(r.asides, aside{from: r.word.start, to: len(r.text), form: cutForm, place: r.tokens.at, textAt: len(r.text) - 1})
	}
}

// maxEntity is the longest entity, in bytes: names have up to 31 letters.
const maxEntity = 40

// entity writes what the entity at page[i] stands for and returns what is behind it; a lone "&" stays. Characters that
// cannot be seen leave no trace.
func (r *htmlReader) entity(i, to int, attribute bool) int {
	text, n := decodeEntity(r.page[i:min(to, i+maxEntity)], attribute)
	if n == 0 {
		r.piece(i, i+1)
		return i + 1
	}
	switch text {
	case "\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff":
	case " ", "\t":
		r.want = max(r.want, spaceGap)
	case "\n":
		r.space(1)
	default:
		r.letter(text, i)
	}
	return i + n
}

// decodeEntity decodes the entity that b begins with, by the rules of the HTML standard (section 13.2.5.72 on); n is how
// many bytes it has, 0 when it is none.
func decodeEntity(b []byte, attribute bool) (text string, n int) {
	n = 1
	if n < len(b) && b[n] == '#' {
		n++
		if n < len(b) && b[n]|0x20 == 'x' {
			n++
		}
	}
	for n < len(b) && (isHTMLLetter(b[n]) || b[n] >= '0' && b[n] <= '9') {
		n++
	}
	closed := n < len(b) && b[n] == ';'
	if closed {
		n++
	}
	switch string(b[:n]) {
	case "&amp;":
		return "&", n
	case "&nbsp;":
		return "\u00a0", n
	case "&lt;":
		return "<", n
	case "&gt;":
		return ">", n
	case "&quot;":
		return `"`, n
	case "&", "&#":
		return "", 0
	}
	raw := string(b[:n])
	text = html.UnescapeString(raw)
	switch {
	case text == raw:
		return "", 0
	case !attribute || raw[1] == '#':
	case closed && (text == ";" || !strings.HasSuffix(text, ";")):
	case !closed && utf8.RuneCountInString(text) == 1 && (n >= len(b) || b[n] != '='):
	default: // "&copy=" and "&notit;" stay as they are
		return "", 0
	}
	return text, n
}
