package matchers

import (
	"bytes"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// vicinity holds the remarks and line breaks around the items, for a window that moves forward through the text. So its
// memory is bounded by the window, and every byte is read once.
type vicinity struct {
	table    *remarkTable
	text     []byte
	from, to int
	remarks  []remark
	breaks   []int
}

func newVicinity(text []byte) *vicinity { return &vicinity{table: remarkLabels(), text: text} }

// newSecretVicinity is one that reads no remarks but secrets.
func newSecretVicinity(text []byte) *vicinity { return &vicinity{table: secretLabels(), text: text} }

// coverBlock moves the window over the block around an item.
func (v *vicinity) coverBlock(it *item) { v.cover(it.start-blockBytes-maxGap, it.end+blockBytes) }

// cover moves the window over [from, to). It only moves forward.
func (v *vicinity) cover(from, to int) {
	from, to = max(0, from), min(len(v.text), to)
	if from > v.to || v.to == 0 {
		v.remarks, v.breaks, v.from, v.to = v.remarks[:0], v.breaks[:0], from, from
	}
	if to > v.to {
		v.scan(v.to, to)
	}
	keep := sort.Search(len(v.remarks), func(i int) bool { return v.remarks[i].start >= from })
	v.remarks = v.remarks[keep:]
	v.breaks = v.breaks[sort.SearchInts(v.breaks, from):]
	v.from = from
}

// scan reads the remarks and line breaks that start in [from, to), and goes on to the end of a remark that is longer.
func (v *vicinity) scan(from, to int) {
	i := from
	for i = v.table.next(v.text, i, to); i < to; i = v.table.next(v.text, i, to) {
		if r, ok := v.table.read(v.text, i); ok {
			v.remarks = append(v.remarks, r)
			i = r.end
		} else {
			i++
		}
	}
	v.to = i
	for i = from; ; i++ {
		n := bytes.IndexByte(v.text[i:v.to], '\n')
		if n < 0 {
			break
		}
		i += n
		v.breaks = append(v.breaks, i)
	}
}

// between returns the remarks that start in [from, to), as far as the window reaches.
func (v *vicinity) between(from, to int) []remark {
	a := sort.Search(len(v.remarks), func(i int) bool { return v.remarks[i].start >= from })
	b := sort.Search(len(v.remarks), func(i int) bool { return v.remarks[i].start >= to })
	return v.remarks[a:max(a, b)]
}

// lines counts the line breaks in [from, to), as far as the window reaches.
func (v *vicinity) lines(from, to int) int {
	return max(0, sort.SearchInts(v.breaks, to)-sort.SearchInts(v.breaks, from))
}

// window is the block around [start, end): so many bytes and lines on each side.
func (v *vicinity) window(start, end int) (from, to int) {
	from, to = max(0, start-blockBytes), min(len(v.text), end+blockBytes)
	if n := sort.SearchInts(v.breaks, start) - blockLines - 1; n >= 0 {
		from = max(from, v.breaks[n])
	}
	if n := sort.SearchInts(v.breaks, end) + blockLines; n < len(v.breaks) {
		to = min(to, v.breaks[n])
	}
	return from, to
}

// passcode: a passcode stands within three lines behind end; mixed when it has small and capital letters.
func (v *vicinity) passcode(end int) (mixed, ok bool) {
	for _, r := range v.between(end, end+secretBytes) {
		if r.secret == "passcode" && v.lines(end, r.start) <= secretLines {
			return r.mixed, true
		}
	}
	return false, false
}

// namesCall: a word near the item says that the talk is of a meeting or a telephone call.
func (v *vicinity) namesCall(it *item) bool {
	for _, r := range v.between(it.start-weakBytes, it.end+weakBytes) {
		if r.cue.platform == meetingWord {
			return true
		}
	}
	return false
}

// namesAnother: a word near the item names another service.
func (v *vicinity) namesAnother(it *item, platform string) bool {
	for _, r := range v.between(it.start-blockBytes, it.end+blockBytes) {
		if named := r.cue.platform; named != "" && named != platform && named != meetingWord && !r.cue.weak {
			return true
		}
	}
	return false
}

// remarkTable finds remarks by their first letters.
type remarkTable struct {
	gate    [1 << (15 - 6)]uint64 // which classes of three bytes a label can begin with, see letterClass
	seconds [256]uint64           // by first byte: which second bytes a label can have, modulo 64
	starts  [256][]remarkStart
	labels  []remarkLabel

	generous bool // see hiddenLabels
}

// remarkStart is how one spelling of a label goes on behind its first byte. It is all that is looked at of most labels, so it is kept
// small and apart from them.
type remarkStart struct {
	second byte   // in lower case
	label  uint16 // index into remarkTable.labels
	thirds uint32 // a bit for each class that the third byte can have
}

type remarkLabel struct {
	text   string
	secret string
	cue    cue
}

// secretLabels is the table of what announces a secret; built once, never changed.
var secretLabels = sync.OnceValue(func() *remarkTable { //nolint:gochecknoglobals // immutable after first use
	t := &remarkTable{}
	t.addSecrets()
	return t
})

// hiddenLabels is secretLabels for Mask, which rather hides a word too many: no value is taken for prose or for a sample.
var hiddenLabels = sync.OnceValue(func() *remarkTable { //nolint:gochecknoglobals // immutable after first use
	t := &remarkTable{generous: true}
	t.addSecrets()
	return t
})

// remarkLabels is the table of all remarks; built once, never changed.
var remarkLabels = sync.OnceValue(func() *remarkTable { //nolint:gochecknoglobals // immutable after first use
	t := &remarkTable{}
	t.addSecrets()
	for _, lang := range languages() {
		t.add(lang.headings, "", cue{platform: "zoom"})
	}
	for _, c := range cueWords() {
		t.add([]string{c.text}, "", c)
	}
	return t
})

func (t *remarkTable) addSecrets() {
	for _, lang := range languages() {
		t.add(lang.passcodes, "passcode", cue{})
		t.add(lang.hostKeys, "host_key", cue{})
	}
	t.add([]string{"PIN"}, "pin", cue{})
}

func (t *remarkTable) add(texts []string, secret string, c cue) {
	for _, text := range texts {
		t.labels = append(t.labels, remarkLabel{text, secret, c})
		for _, beginning := range beginnings(text) {
			t.addBeginning(beginning, uint16(len(t.labels)-1))
		}
	}
}

func (t *remarkTable) addBeginning(spelled string, label uint16) {
	start := remarkStart{lowerByte(spelled[1]), label, thirdClasses(spelled)}
	if !slices.Contains(t.starts[spelled[0]], start) {
		t.starts[spelled[0]] = append(t.starts[spelled[0]], start)
	}
	t.seconds[spelled[0]] |= 1 << (spelled[1] & 63)
	for third := range uint(32) {
		if start.thirds>>third&1 != 0 {
			at := letterClass(spelled[0])<<10 | letterClass(spelled[1])<<5 | third
			t.gate[at>>6] |= 1 << (at & 63)
		}
	}
}

// anyLetter is the class of bytes that may begin a letter of whatever kind: beyond ASCII, or an escape.
const anyLetter = 27

// letterClasses are the classes of bytes, five bits each: letters by themselves, whatever their case; anyLetter; 0 for all others.
var letterClasses = func() (classes [256]uint8) { //nolint:gochecknoglobals // immutable
	for c := range classes {
		switch b := byte(c); {
		case isAlpha(b):
			classes[c] = b & 31
		case b >= utf8.RuneSelf || b == '&' || b == '\\' || b == '=':
			classes[c] = anyLetter
		}
	}
	return classes
}()

func letterClass(c byte) uint { return uint(letterClasses[c]) }

// thirdClasses are those that the third byte can have of a text that begins as spelled does: a plain letter's own, or that of another
// spelling of it.
func thirdClasses(spelled string) uint32 {
	if len(spelled) < 3 || spelled[2] < utf8.RuneSelf && !isAlnum(spelled[2]) {
		return 1<<32 - 1
	}
	return 1<<letterClass(spelled[2]) | 1<<anyLetter
}

// next is the first place in [from, to) where a label may begin; to, or from where that is further, when there is none. It passes over
// most words by their first letters.
func (t *remarkTable) next(text []byte, from, to int) int {
	at := uint(0)
	for i := from; i < min(from+2, len(text)); i++ {
		at = at<<5 | letterClass(text[i])
	}
	i := from
	for last := min(to, len(text)-2); i < last; i++ {
		at = (at<<5 | letterClass(text[i+2])) & (1<<15 - 1)
		if t.gate[at>>6]>>(at&63)&1 != 0 && t.seconds[text[i]]>>(text[i+1]&63)&1 != 0 {
			return i
		}
	}
	if i < to && i+1 < len(text) && t.seconds[text[i]]>>(text[i+1]&63)&1 != 0 {
		return i // two bytes are left, which may be all of a label
	}
	return max(from, to)
}

// beginnings are the first bytes of a label in its spellings, two or more.
func beginnings(text string) []string {
	var all []string
	for _, form := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		for _, spelled := range []string{form, norm.NFD.String(form), escaped(form)} {
			all = append(all, spelled[:min(len(spelled), 3)])
		}
		if isAlpha(form[0]) && isAlpha(form[1]) {
			all = append(all, string(form[0]^0x20)+form[1:min(len(form), 3)], form[:1]+string(form[1]^0x20)+form[2:min(len(form), 3)])
		}
		if isAlpha(form[0]) && form[1] >= utf8.RuneSelf {
			all = append(all, form[:1]+"&", form[:1]+"=")
		}
	}
	return all
}

// inQuery: the word is a parameter in a link ("…/j/123?pwd=xyz"), which speaks of that link alone.
func inQuery(text []byte, at int) bool {
	before := bytes.TrimSuffix(text[max(0, at-8):at], []byte("amp;"))
	n := len(before)
	return n > 1 && (before[n-1] == '?' || before[n-1] == '&') && isAlnum(before[n-2])
}

// nameGoesOn: the word is the beginning of a program's name, as in ZOOM_JOIN_URL.
func nameGoesOn(text []byte, end int) bool { return end < len(text) && text[end] == '_' }

// read reads the longest label at text[at] and, of a secret, its value.
func (t *remarkTable) read(text []byte, at int) (r remark, ok bool) {
	if !wordStart(text, at) || inQuery(text, at) {
		return r, false
	}
	var best remarkLabel
	length := 0
	second, third := lowerByte(text[min(at+1, len(text)-1)]), uint(0)
	if at+2 < len(text) {
		third = letterClass(text[at+2])
	}
	for _, start := range t.starts[text[at]] {
		if start.second != second || start.thirds>>third&1 == 0 {
			continue
		}
		label := &t.labels[start.label]
		if n := matchLabel(text[at:], label.text); n > length && (wordEnd(text, at+n) || label.secret == "" && nameGoesOn(text, at+n)) {
			best, length = *label, n
		}
	}
	if length == 0 {
		return r, false
	}
	r = remark{start: at, end: at + length, cue: best.cue, secret: best.secret, value: Span{at, at + length}}
	switch best.secret {
	case "passcode":
		r.value, r.mixed, ok = readPasscode(text, r.end, t.generous)
		if best.text == "Pass" { // an ordinary word, but for the colon
			_, said := skipMarkup(text, r.end, 0)
			ok = ok && said
		}
	case "pin":
		r.value, ok = readPIN(text, r.end)
	case "host_key":
		r.value, ok = readHostKey(text, r.end, t.generous)
	default:
		ok = true
	}
	return r, ok
}
