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

// scan reads the remarks and line breaks that start in [from, to).
func (v *vicinity) scan(from, to int) {
	i, table := from, v.table
	for i < to {
		c := v.text[i]
		if c == '\n' {
			v.breaks = append(v.breaks, i)
		}
		if i > 1 && isAlpha(v.text[i-1]) && 'a' <= c && c <= 'z' && v.text[i-2] != '\\' { // inside a word
			for i++; i < to && 'a' <= v.text[i] && v.text[i] <= 'z'; i++ {
			}
			continue
		}
		if i+1 < len(v.text) && table.seconds[c]>>(v.text[i+1]&63)&1 != 0 && table.mayBegin(v.text[i:]) {
			if r, ok := table.read(v.text, i); ok {
				v.remarks = append(v.remarks, r)
				i = r.end
				continue
			}
		}
		i++
	}
	v.to = max(i, to)
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

// remarkTable finds remarks by their first bytes.
type remarkTable struct {
	seconds [256]uint64           // by first byte: which second bytes a label can have, modulo 64
	thirds  [1 << (15 - 6)]uint64 // which three letters, see threeLetters
	starts  [256][]remarkStart
	labels  []remarkLabel

	generous bool // see hiddenLabels
}

// remarkStart is how one spelling of a label goes on behind its first byte, in lower case. It is all that is looked at of most
// labels, so it is kept small and apart from them.
type remarkStart struct {
	second byte
	third  byte // 0 unless the label begins with three ASCII letters
	label  int32
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
		for _, first := range firstPairs(text) {
			start := remarkStart{lowerByte(first[1]), thirdLetter(text), int32(len(t.labels) - 1)}
			if !slices.Contains(t.starts[first[0]], start) {
				t.starts[first[0]] = append(t.starts[first[0]], start)
			}
			t.seconds[first[0]] |= 1 << (first[1] & 63)
			for third := range byte(32) {
				if at := threeLetters(first[0], first[1], third); start.third == 0 || start.third&31 == third {
					t.thirds[at>>6] |= 1 << (at & 63)
				}
			}
		}
	}
}

// threeLetters is a place for each three letters, whatever their case.
func threeLetters(first, second, third byte) uint {
	return uint(first&31)<<10 | uint(second&31)<<5 | uint(third&31)
}

// mayBegin rules out most words by their first three letters, when these are plain.
func (t *remarkTable) mayBegin(text []byte) bool {
	third := plainThird(text)
	if third == 0 {
		return true
	}
	at := threeLetters(text[0], text[1], third)
	return t.thirds[at>>6]>>(at&63)&1 != 0
}

// thirdLetter is the third byte of a text that begins with three ASCII letters, in lower case, else 0.
func thirdLetter(text string) byte {
	if len(text) < 3 || !isAlpha(text[0]) || !isAlpha(text[1]) || !isAlpha(text[2]) {
		return 0
	}
	return lowerByte(text[2])
}

// firstPairs are the first two bytes of a label in its spellings.
func firstPairs(text string) [][2]byte {
	var pairs [][2]byte
	for _, form := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		for _, spelled := range []string{form, norm.NFD.String(form), escaped(form)} {
			pairs = append(pairs, [2]byte{spelled[0], spelled[1]})
		}
		if isAlpha(form[0]) && isAlpha(form[1]) {
			pairs = append(pairs, [2]byte{form[0] ^ 0x20, form[1]}, [2]byte{form[0], form[1] ^ 0x20})
		}
		if isAlpha(form[0]) && form[1] >= utf8.RuneSelf {
			pairs = append(pairs, [2]byte{form[0], '&'}, [2]byte{form[0], '='})
		}
	}
	return pairs
}

// inQuery: the word is a parameter in a link ("…/j/123?pwd=xyz"), which speaks of that link alone.
func inQuery(text []byte, at int) bool {
	before := bytes.TrimSuffix(text[max(0, at-8):at], []byte("amp;"))
	n := len(before)
	return n > 1 && (before[n-1] == '?' || before[n-1] == '&') && isAlnum(before[n-2])
}

// nameGoesOn: the word is the beginning of a program's name, as in ZOOM_JOIN_URL.
func nameGoesOn(text []byte, end int) bool { return end < len(text) && text[end] == '_' }

// plainThird is the third of three ASCII letters or digits that nothing changes (no accent follows, no escape is among them), in
// lower case; 0 when the text does not begin with such.
func plainThird(text []byte) byte {
	if len(text) < 4 || !isAlnum(text[0]) || !isAlnum(text[1]) || !isAlnum(text[2]) || text[3] >= utf8.RuneSelf {
		return 0
	}
	return lowerByte(text[2])
}

// read reads the longest label at text[at] and, of a secret, its value.
func (t *remarkTable) read(text []byte, at int) (r remark, ok bool) {
	if !wordStart(text, at) || inQuery(text, at) {
		return r, false
	}
	var best remarkLabel
	length := 0
	second, third := lowerByte(text[min(at+1, len(text)-1)]), plainThird(text[at:])
	for _, start := range t.starts[text[at]] {
		if start.second != second || start.third != third && start.third != 0 && third != 0 {
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
		if len(best.text) <= len("pass") { // an ordinary word, but for the colon
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
