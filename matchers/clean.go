package matchers

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math/bits"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// A view is a text read through a lens that makes hidden links visible: without invisible characters and soft line
// breaks, with defanged dots restored and full-width forms narrowed. Offsets lead back to the text as it stands.
type view struct {
	text  []byte
	raw   []byte
	edits []edit // ordered by clean offset
	spots []spot // what was cleaned, in order
}

// spot is a cleaned stretch, in the text and in the view.
type spot struct{ raw, clean Span }

// edit: from clean offset on, the raw offset is clean + shift.
type edit struct{ clean, shift int }

// offset leads from the view back to the text.
func (v *view) offset(clean int) int {
	i := sort.Search(len(v.edits), func(i int) bool { return v.edits[i].clean > clean })
	if i == 0 {
		return clean
	}
	return min(clean+v.edits[i-1].shift, len(v.raw))
}

// inverse leads from the text into the view: the first clean offset whose raw offset is not before raw.
func (v *view) inverse(raw int) int {
	return sort.Search(len(v.text), func(i int) bool { return v.offset(i) >= raw })
}

// hiddenSpots returns the stretches of text around short signs of hidden text: invisible characters, full-width forms,
// soft line breaks. The longer signs are literals of the sweep (see cleaningSigns).
func hiddenSpots(text []byte) []Span {
	var spots []Span
	var marks signMarks
	for from := 0; from < len(text); {
		marked := markSigns(&marks, text[from:])
		for n, word := range marks[:(marked+63)/64] {
			for ; word != 0; word &= word - 1 {
				if i := from + 64*n + bits.TrailingZeros64(word); hidesAt(text, i) {
					spots = addSpot(spots, i, len(text))
				}
			}
		}
		from += marked
	}
	return mergeSpots(spots)
}

// hidesAt: text[i] begins a short sign of hidden text. A byte order mark at the start hides nothing.
func hidesAt(text []byte, i int) bool {
	switch text[i] {
	case '=':
		return softBreak(text, i) > 0
	case '\r':
		return folded(text, i) > 0
	}
	if i == 0 || !mayClarify(text[i:]) {
		return false
	}
	r, _ := utf8.DecodeRune(text[i:])
	_, changed := clarify(r)
	return changed
}

// markedBytes is how much text is marked in one go: it stays in the processor's nearest cache while it is read several times.
const markedBytes = 16 << 10

// signMarks has a bit for each byte.
type signMarks [markedBytes / 64]uint64

// markSigns marks, a bit for each byte, where a short sign of hidden text may stand: all places where hidesAt says so, and few
// others. It returns how many bytes it went through, markedBytes at most.
func markSigns(marks *signMarks, text []byte) int {
	if done := vectorMarks(marks, text); done > 0 {
		return done
	}
	return plainMarks(marks, text)
}

// plainMarks is markSigns. Each sign begins with one of six bytes, and looking for each of those is quicker than going through the text.
func plainMarks(marks *signMarks, text []byte) int {
	text = text[:min(len(text), markedBytes)]
	clear(marks[:])
	mark := func(from int, first byte) {
		for i := range occurrences(text[from:], first) {
			marks[(from+i)/64] |= 1 << ((from + i) % 64)
		}
	}
	mark(0, '=')
	mark(0, '\r')
	ascii := asciiPrefix(text)
	for _, first := range [...]byte{0xC2, 0xE2, 0xE3, 0xEF} {
		mark(ascii, first)
	}
	return len(text)
}

// occurrences yields where c stands in text.
func occurrences(text []byte, c byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; ; i++ {
			n := bytes.IndexByte(text[i:], c)
			if n < 0 || !yield(i+n) {
				return
			}
			i += n
		}
	}
}

// mayClarify rules out, by the first bytes, most characters that clarify leaves alone.
func mayClarify(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	switch b[0] {
	case 0xC2:
		return b[1] == 0xAD
	case 0xE2:
		return b[1] == 0x80 || b[1] == 0x81
	case 0xE3:
		return b[1] == 0x80
	case 0xEF:
		return b[1] >= 0xBB && b[1] <= 0xBD
	}
	return false
}

// spotRadius is how far around a sign the text is cleaned, in bytes.
const spotRadius = 1 << 9

// addSpot adds the surroundings of a sign. Neighbours found in order are merged at once.
func addSpot(spots []Span, at, length int) []Span {
	from, to := max(0, at-spotRadius), min(length, at+spotRadius)
	if n := len(spots); n > 0 && spots[n-1].Start <= from && from <= spots[n-1].End {
		spots[n-1].End = max(spots[n-1].End, to)
		return spots
	}
	return append(spots, Span{from, to})
}

// mergeSpots orders spots and merges those that overlap.
func mergeSpots(spots []Span) []Span {
	slices.SortFunc(spots, func(a, b Span) int { return a.Start - b.Start })
	merged := spots[:0]
	for _, s := range spots {
		if n := len(merged); n > 0 && s.Start <= merged[n-1].End {
			merged[n-1].End = max(merged[n-1].End, s.End)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// softBreak returns the length of a quoted-printable soft line break at text[i], 0 when there is none. Rows of "=" under a
// heading are none.
func softBreak(text []byte, i int) int {
	n := 1
	if i+n < len(text) && text[i+n] == '\r' {
		n++
	}
	if i+n >= len(text) || text[i+n] != '\n' || i == 0 || text[i-1] == '=' {
		return 0
	}
	n++
	if i+n >= len(text) || text[i+n] == '\n' || text[i+n] == '\r' || text[i+n] == '=' && i+n+1 < len(text) && text[i+n+1] == '=' {
		return 0
	}
	return n
}

// asciiPrefix counts the ASCII bytes at the start, 32 at a time.
func asciiPrefix(b []byte) int {
	const high = 0x8080808080808080
	i := 0
	for ; i+32 <= len(b); i += 32 {
		w := b[i : i+32 : i+32]
		if (binary.LittleEndian.Uint64(w)|binary.LittleEndian.Uint64(w[8:])|binary.LittleEndian.Uint64(w[16:])|binary.LittleEndian.Uint64(w[24:]))&high != 0 {
			break
		}
	}
	for i < len(b) && b[i] < 0x80 {
		i++
	}
	return i
}

// invisible characters can stand inside a link without being seen.
func invisible(r rune) bool {
	return r == 0xAD || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x2064 ||
		r >= 0x2066 && r <= 0x2069 || r == 0xFEFF
}

// clarify maps a character to what it stands for in a link: -1 for nothing.
func clarify(r rune) (rune, bool) {
	switch {
	case invisible(r):
		return -1, true
	case r == '！', r == '（', r == '）', r == '，', r == '；': // these stand between the words of Chinese and Japanese, and end a link
		return r, false
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
		return r - 0xFF01 + '!', true
	case r == 0x3000:
		return ' ', true
	case r == 0x2010 || r == 0x2011:
		return '-', true
	case r == 0x2024 || r == 0xFF0E:
		return '.', true
	}
	return r, false
}

// clean fills the view; only the spots, in order and without overlap, are cleaned. labels are the words that stand around dots in
// known hosts: "zoom dot us" becomes "zoom.us", other dots stay words.
func (v *view) clean(raw []byte, spots []Span, labels map[string]bool) {
	v.raw, v.text, v.edits, v.spots = raw, slices.Grow(v.text[:0], len(raw)), v.edits[:0], v.spots[:0]
	done := 0
	for _, s := range spots {
		if s.Start < done { // the spot before it ended a few bytes late
			s.Start = min(done, s.End)
		}
		v.text = append(v.text, raw[done:s.Start]...)
		start := len(v.text)
		done = v.cleanSpot(s, labels)
		v.spots = append(v.spots, spot{Span{s.Start, done}, Span{start, len(v.text)}})
	}
	v.text = append(v.text, raw[done:]...)
}

// mostViewed is how many bytes of text a view may have room for when it is left: more than the pieces of long documents have.
const mostViewed = 1 << 20

// leave lets go of the text, and of what was cleaned.
func (v *view) leave() {
	if cap(v.text) > mostViewed {
		*v = view{}
		return
	}
	clear(v.text)
	v.raw, v.text, v.edits, v.spots = nil, v.text[:0], v.edits[:0], v.spots[:0]
}

// cleanSpot cleans one stretch and returns where it ended, which may be a few bytes behind the spot's end.
func (v *view) cleanSpot(at Span, labels map[string]bool) int {
	raw, i := v.raw, at.Start
	quoted := bytes.Contains(raw[at.Start:at.End], []byte("=3D")) || bytes.Contains(raw[at.Start:at.End], []byte("quoted-printable"))
	for i < at.End {
		run := i
		for run < at.End && isOrdinary(raw[run]) {
			run++
		}
		if v.text, i = append(v.text, raw[i:run]...), run; i == at.End {
			break
		}
		repl, n := "", 0
		switch c := raw[i]; {
		case c >= 0x80:
			r, size := utf8.DecodeRune(raw[i:])
			if to, changed := clarify(r); changed {
				if n = size; to >= 0 {
					repl = string(to)
				}
			}
		case c == '=':
			if n = softBreak(raw, i); n == 0 && quoted {
				repl, n = quotedByte(raw[i:])
			}
		case c == '\r':
			n = folded(raw, i)
		case c == '\n':
			n = foldedBare(raw, i)
		case c == '[' || c == '(' || c == '{':
			repl, n = bracketed(raw[i:])
		case c == ' ':
			repl, n = spacedDot(raw, i, labels)
		case c == '\\' || c == '%' || c == '&' || c == '<':
			if n = foldedEscaped(raw, i); n == 0 {
				repl, n = escapedDot(raw, i, labels)
			}
		}
		if n == 0 {
			v.text = append(v.text, raw[i])
			i++
			continue
		}
		v.text = append(v.text, repl...)
		i += n
		v.edits = append(v.edits, edit{clean: len(v.text), shift: i - len(v.text)})
	}
	return i
}

// isOrdinary: the byte hides nothing, see cleanSpot.
func isOrdinary(c byte) bool {
	const (
		low  = 1<<'=' | 1<<'\r' | 1<<'\n' | 1<<'(' | 1<<' ' | 1<<'%' | 1<<'&' | 1<<'<'
		high = 1<<('['-64) | 1<<('{'-64) | 1<<('\\'-64)
	)
	if c < 64 {
		return uint64(low)>>c&1 == 0
	}
	return c < 128 && uint64(high)>>(c-64)&1 == 0
}

// quotedByte decodes the "=XX" that matter in a link; others stay.
func quotedByte(b []byte) (string, int) {
	if len(b) < 3 {
		return "", 0
	}
	switch string(b[1:3]) {
	case "3D":
		return "=", 3
	case "26":
		return "&", 3
	case "2E":
		return ".", 3
	case "2F":
		return "/", 3
	case "3A":
		return ":", 3
	case "3F":
		return "?", 3
	case "20":
		return " ", 3
	case "0A", "0D":
		return "\n", 3
	case "C2":
		if len(b) >= 6 && (string(b[3:6]) == "=AD" || string(b[3:6]) == "=A0") {
			return strings.Repeat(" ", int(b[5]&1^1)), 6 // =AD hides nothing, =A0 is a space
		}
	case "E2":
		if len(b) >= 9 && string(b[3:6]) == "=80" && (b[7] == '8' && b[8] >= 'B' || b[7] == 'A' && b[8] >= 'A') {
			return "", 9
		}
	}
	return "", 0
}

// bracketed undoes defanging in brackets: [.] (.) {.} [dot] (dot) [:] [/] [://] [at].
func bracketed(b []byte) (string, int) {
	if len(b) < 3 {
		return "", 0
	}
	closing := map[byte]byte{'[': ']', '(': ')', '{': '}'}[b[0]]
	end := bytes.IndexByte(b[:min(len(b), 8)], closing)
	if end < 2 {
		return "", 0
	}
	switch inner := strings.ToLower(strings.Trim(string(b[1:end]), " ")); inner {
	case ".", ":", "/", "://", "@":
		return inner, end + 1
	case "dot", "d0t", "punkt", "punto", "point":
		return ".", end + 1
	case "at":
		return "@", end + 1
	}
	return "", 0
}

// The bounds of what is looked at around a disguised dot, in bytes.
const (
	maxLabel    = 64 // a word beside it: a host's label has at most 63 (RFC 1035)
	maxHalf     = 32 // either half of a host with a space inside: teams.microsoft.com has 19, and an account's label may stand before it
	maxRejoined = 64 // a host that was broken behind a slash or a hyphen: two or three labels of people's choice
	maxSegment  = 12 // the first segment of its path: "j", "meeting"
	maxSpaced   = 9  // a dot between spaces: " [dot] " has 7
	maxDisguise = 18 // an escaped one, or invisible markup: "&zerowidthspace;" has 16
)

// spacedDot undoes " . " and " dot " between two words that stand around a dot in a known host.
func spacedDot(raw []byte, i int, labels map[string]bool) (string, int) {
	n := dotBehind(raw, i)
	switch {
	case n == 0 && (insideHost(raw, i) || brokenLink(raw, i)):
		return "", 1
	case n == 0 && i > 0 && raw[i-1] == '.': // "zoom. us"
		if labels[lastWord(raw[:i-1])] && labels[firstWord(raw[i+1:])] && followedByPath(raw, i+1) {
			return "", 1
		}
		return "", 0
	case n == 0 || !labels[lastWord(raw[:i])] || !labels[firstWord(raw[i+n:])]:
		return "", 0
	}
	return ".", n
}

// dotBehind is the length of a dot, or a word for it, with the space at i before it; 0 when there is none.
func dotBehind(raw []byte, i int) int {
	rest := raw[i:min(len(raw), i+maxSpaced)]
	if len(rest) < 2 {
		return 0
	}
	switch rest[1] {
	case '.', 'd', 'D', '[', '(': // nearly all spaces end here
		for _, form := range [...]string{" . ", " dot ", " [dot] ", " (dot) ", " .", " [.] ", " (.) "} {
			if len(rest) >= len(form) && equalFold(rest[:len(form)], form) {
				return len(form)
			}
		}
	}
	return 0
}

// oftenBroken are the hosts looked for with a space inside, as text taken from a PDF has them.
func oftenBroken() [4]string {
	return [...]string{"zoom.us", "meet.google.com", "teams.microsoft.com", "webex.com"}
}

// oftenDisguised are the ends of hosts whose last dot is looked for in every disguise. For all hosts some of the signs would be
// ordinary prose.
func oftenDisguised() [11]string {
	return [...]string{"zoom.us", "zoomgov.com", "microsoft.com", "live.com", "google.com", "webex.com", "gotomeeting.com", "whatsapp.com", "skype.com", "slack.com", "jit.si"}
}

// insideHost reports whether the space at i stands inside one of the hosts oftenBroken, with a path behind.
func insideHost(raw []byte, i int) bool {
	left, right := i, i+1
	for right < len(raw) && right-i < maxHalf && isHostByte(raw[right]) {
		right++
	}
	if right >= len(raw) || raw[right] != '/' || right == i+1 {
		return false
	}
	for left > 0 && i-left < maxHalf && isHostByte(raw[left-1]) {
		left--
	}
	if left == i {
		return false
	}
	joined := strings.ToLower(string(raw[left:i]) + string(raw[i+1:right]))
	for _, host := range oftenBroken() {
		if joined == host || strings.HasSuffix(joined, "."+host) && len(joined)-len(host) <= i-left {
			return true
		}
	}
	return false
}

// brokenLink reports whether the space at i stands where a typesetter broke a link to one of the hosts oftenBroken: behind a slash or a
// hyphen. Text taken from a PDF has such: "https:// my- company.zoom.us/ j/849…". The host's own slash must be broken, too.
func brokenLink(raw []byte, i int) bool {
	if i == 0 || raw[i-1] != '/' && raw[i-1] != '-' {
		return false
	}
	rest := bytes.ToLower(raw[i+1 : min(len(raw), i+maxRejoined)])
	for _, host := range oftenBroken() {
		if raw[i-1] == '/' && i > len(host) && equalFold(raw[i-1-len(host):i-1], host) {
			return pathBegins(raw, i+1)
		}
		at := bytes.Index(rest, []byte(host+"/ "))
		if at >= 0 && all(strings.ReplaceAll(string(rest[:at]), "- ", "-"), isHostByte) && pathBegins(raw, i+1+at+len(host)+len("/ ")) {
			return true
		}
	}
	return false
}

// pathBegins: a short word and a slash stand at i.
func pathBegins(raw []byte, i int) bool {
	n := 0
	for i+n < len(raw) && n < maxSegment && isAlnum(raw[i+n]) {
		n++
	}
	return n > 0 && i+n < len(raw) && raw[i+n] == '/'
}

// followedByPath: the word at i is followed by a slash, so a broken host is likelier than a sentence's end.
func followedByPath(raw []byte, i int) bool {
	i += len(firstWord(raw[i:]))
	return i < len(raw) && (raw[i] == '/' || raw[i] == '.')
}

// escapedDot undoes an escaped dot inside a known host, and invisible markup.
func escapedDot(raw []byte, i int, labels map[string]bool) (string, int) {
	rest := raw[i:min(len(raw), i+maxDisguise)]
	for _, form := range [...]string{"<wbr>", "<wbr/>", "<wbr />", "&shy;", "&#8203;", "&#x200b;", "&zerowidthspace;", "\\u200b", "&#173;"} {
		if len(rest) >= len(form) && equalFold(rest[:len(form)], form) {
			return "", len(form)
		}
	}
	for _, form := range [...]string{"\\.", "\\\\.", "%2e", "&#46;", "&#x2e;", "&period;", "\\u002e", "\\x2e"} {
		if len(rest) >= len(form) && equalFold(rest[:len(form)], form) && labels[lastWord(raw[:i])] && labels[firstWord(raw[i+len(form):])] {
			return ".", len(form)
		}
	}
	return "", 0
}

func lastWord(b []byte) string {
	i := len(b)
	for i > 0 && len(b)-i < maxLabel && (isAlnum(b[i-1]) || b[i-1] == '-') {
		i--
	}
	return strings.ToLower(string(b[i:]))
}

func firstWord(b []byte) string {
	i := 0
	for i < len(b) && i < maxLabel && (isAlnum(b[i]) || b[i] == '-') {
		i++
	}
	return strings.ToLower(string(b[:i]))
}

// cleaningSigns are the literals that call for the cleaned view: dots of known hosts in other clothes, and markup.
func cleaningSigns(hosts []string) []string {
	signs := []string{"[dot]", "(dot)", "{dot}", "&shy;", "&#8203;", "&#x200b", "&zerowidth", "\\u200b", "&#173;", "[://]", "[:]//", "<wbr>", "<wbr/", "<wbr "}
	seen := make(map[string]bool, 4*len(hosts))
	add := func(sign string) {
		if len(sign) >= minLiteral && !seen[sign] {
			seen[sign] = true
			signs = append(signs, sign)
		}
	}
	for _, host := range oftenBroken() {
		for i := 1; i < len(host); i++ {
			add(host[:i] + " " + host[i:])
		}
		add(host + "/ ")
	}
	for _, host := range hosts {
		last := strings.LastIndexByte(host, '.')
		if last < 0 {
			continue
		}
		// Only the stretch around the last dot: "oogle[.]co" stands for every host that ends so.
		left := host[strings.LastIndexByte(host[:last], '.')+1 : last]
		left, right := left[max(0, len(left)-5):], host[last+1:]
		for _, dot := range [...]string{"[.]", "(.)", "\\."} {
			add(left + dot + right)
		}
	}
	for _, host := range oftenDisguised() {
		for _, dot := range [...]string{" . ", " dot ", ". ", " .", "{.}", "\\\\.", "%2e", " [.] ", " (.) ", "&#46;", "&period;", "\\u002e"} {
			add(strings.ReplaceAll(host, ".", dot))
		}
		add("[.]" + host) // "teams[.]microsoft.com": defanged at the dot before only
		add("(.)" + host)
	}
	return signs
}
