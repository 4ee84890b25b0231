package matchers

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// number is an id that stands in text without a link: behind a label, or in a dial string.
type number struct {
	platform    string // "zoom", "teams", … or "" when the text does not say
	kind        Kind   // DialIn; HostStart when it carries a host key
	digits      string // the id without separators
	start, end  int    // of the id in text
	idLabel     string // row of the label table (rowMeeting, …)
	labelOwner  string // the service whose own word the label is, or ""
	secrets     []string
	secretSpans []Span

	shape   string // lengths of the groups of digits: "3-4-4"; one length when there are no separators
	hyphens bool   // the groups are separated by hyphens
	hash    bool   // "#" follows, as behind a number to be keyed in
	labelAt int    // where the label starts; start when there is none
	column  bool   // the label is the head of the number's column in a table
}

const (
	maxGap     = 320 // bytes between a label and its number or passcode, markup included
	maxTag     = 240 // bytes of one tag
	maxGroups  = 6
	minDigits  = 9
	minBridge  = 5 // digits of a conference on an organisation's own bridge, of Skype for Business
	maxDigits  = 15
	maxPasskey = 40 // bytes of a passcode
	maxWord    = 16 // bytes of a passcode without digits: a longer one is a path or the name of a field
	maxNote    = 60 // bytes of a note in parentheses: "(access code)"
	maxProse   = 24 // bytes of a word that goes on a sentence, with its blank
	maxSpoken  = 64 // bytes of a sentence between a label and its number
	besideName = 16 // bytes before a label in which a service's name ends: "Zoom** | Meeting ID"
)

// readLabel reads the number that a label introduces. The label begins at text[at]; n is what the sweep saw of it. ok is
// false when no number of a known shape follows, or a placeholder.
func readLabel(text []byte, at, n int) (number, bool) {
	if at < 0 || n <= 0 || at+n > len(text) || !wordStart(text, at) {
		return number{}, false
	}
	label, length := findLabel(text[at:])
	if length == 0 || !wordEnd(text, at+length) {
		return number{}, false
	}
	if label.row == rowNumber && notesAccess(text, at+length) {
		label.owner = "webex"
	}
	next, said := skipMarkup(text, at+length, 2)
	words := 0
	if label.row == rowZoom {
		words, next, said = skipZoomWords(text, next, said)
	}
	run, ok := readDigits(text, next)
	platform := rowPlatform(label.row)
	if (label.row == rowMeeting || label.row == rowWebinar) && (!ok || !zoomShape(run)) && namesZoom(text, at, label) {
		if other, fits := readLoose(text, next); fits {
			run, ok, platform = other, true, "zoom"
		}
	}
	if !ok && label.row == rowConference {
		ok = ownBridge(text, at, run)
	}
	if !ok && (label.row == rowMeeting || label.row == rowWebinar || label.row == rowNumber) {
		if start, other, fits := readSpoken(text, at+length); fits {
			next, run, ok = start, other, true
		}
	}
	if !ok || placeholderDigits(run.digits) || cutOff(text, run) || !fitsName(label, run, said, words) {
		return number{}, false
	}
	found := number{platform: platform, kind: DialIn, digits: run.digits, start: next, end: run.end, idLabel: label.row, labelOwner: label.owner,
		shape: run.shape, hyphens: run.hyphens, hash: endsWithHash(text, run.end), labelAt: at}
	return found, len(services(found)) > 0
}

// notesAccess: the number behind text[at] is said to be an access code, too, as Webex alone does: "Meeting number (access code)".
func notesAccess(text []byte, at int) bool {
	at += skipBlanks(text[at:])
	if r, size := readLetter(text[at:]); r == '(' {
		at += size
	} else {
		return false
	}
	label, length := findLabel(text[at:])
	if length == 0 || label.row != rowAccess {
		return false
	}
	r, _ := readLetter(text[at+length:])
	return r == ')'
}

// rowPlatform is the service that alone has labels of a row, "" when several have.
func rowPlatform(row string) string {
	switch row {
	case rowTencent:
		return "tencent-meeting"
	case rowZoom:
		return "zoom"
	case rowGoTo:
		return "gotomeeting"
	case rowJoinID:
		return "teams"
	}
	return ""
}

// skipZoomWords skips up to two words that people write between Zoom's name and the number: "Zoom · ID", "Zoom webinar code". What is a
// label of its own is left to it.
func skipZoomWords(text []byte, at int, said bool) (words, next int, colon bool) {
	for ; words < 2; words++ {
		n := zoomWord(text[at:])
		if n == 0 {
			break
		}
		if _, length := findLabel(text[at:]); length > 0 {
			break
		}
		after, more := skipMarkup(text, at+n, 0)
		at, said = after, said || more
	}
	return words, at, said
}

// zoomWord is the length of such a word at the beginning of text, 0 when there is none.
func zoomWord(text []byte) int {
	for _, word := range [...]string{"id", "meeting", "webinar", "room", "link", "number", "code", "conference", "details", "info"} {
		if hasPrefixFold(text, word) && (len(text) == len(word) || !isAlnum(text[len(word)]) && text[len(word)] < utf8.RuneSelf) {
			return len(word)
		}
	}
	return 0
}

// fitsName: where the label is a service's own name, the number behind it is printed as the service's are.
func fitsName(label idLabel, run digitRun, said bool, words int) bool {
	switch label.row {
	case rowZoom:
		return behindZoom(label, run, said, words)
	case rowGoTo:
		return gotoShape(run)
	}
	return true
}

// behindZoom: the number behind Zoom's name is printed as Zoom's are, or a colon and the word "meeting" stand before it. Telephone
// numbers are printed 3-3-4 too, those of East Asia 3-4-4, and many have eleven digits, with nought or one at the beginning.
func behindZoom(label idLabel, run digitRun, said bool, words int) bool {
	bare := !strings.Contains(run.shape, "-") && len(run.digits) == 11
	if label.text == "Zoom " || label.text == "Zoom\n" {
		return run.digits[0] >= '2' && (run.shape == "3-4-4" || bare && said && words > 0)
	}
	said = said || strings.HasSuffix(label.text, ":")
	switch run.shape {
	case "3-4-4":
		return true
	case "3-3-3", "3-3-4":
		return said && (label.text == "Zoom Meeting" || strings.HasPrefix(label.text, "Zoom-"))
	}
	return said && bare
}

// cutOff: an ellipsis follows a number that may have been longer.
func cutOff(text []byte, run digitRun) bool {
	rest := text[run.end:]
	return len(run.digits) < 11 && (bytes.HasPrefix(rest, []byte("..")) || bytes.HasPrefix(rest, []byte("…")))
}

// zoomShape: the groups are those that Zoom prints, or there are none.
func zoomShape(run digitRun) bool {
	return !strings.Contains(run.shape, "-") || run.shape == "3-3-3" || run.shape == "3-3-4" || run.shape == "3-4-4"
}

// gotoShape: nine digits, in groups of three or in none.
func gotoShape(run digitRun) bool {
	return len(run.digits) == 9 && (run.shape == "9" || run.shape == "3-3-3")
}

// namesZoom: the label itself says whose number follows: "Zoom ID", "Zoom Meeting ID".
func namesZoom(text []byte, at int, label idLabel) bool {
	return strings.Contains(label.text, "Zoom") || behindName(text, at, "zoom")
}

// behindName: the service's name stands directly before the label at text[at]: "Webex Meeting number", "Zoom** | Meeting ID".
func behindName(text []byte, at int, name string) bool {
	return hasSuffixFold(bytes.TrimRight(text[max(0, at-besideName):at], " \t-*|:·–"), name)
}

// readLoose reads ten or eleven digits as people group them who copy by hand ("216 3672 517"), or as Zoom does, but broken over a
// line. That is believed only where the label names the service.
func readLoose(text []byte, at int) (run digitRun, ok bool) {
	var groups []string
	broken := false
	for i := at; len(groups) < maxGroups; {
		group, end := readGroup(text, i)
		if len(group) < 2 || len(group) > 5 {
			return run, false
		}
		groups, run.end = append(groups, group), end
		run.digits += group
		_, next := readSeparator(text, end)
		if digit, _ := readDigit(text, next); next == end || digit == 0 {
			if len(run.digits) >= 10 {
				break
			}
			next, _ = skipMarkup(text, end, 1)
			broken = true
		}
		i = next
	}
	run.shape = shapeOf(groups)
	ok = len(run.digits) == 10 || len(run.digits) == 11
	return run, ok && (!broken || run.shape == "3-4-4" || run.shape == "3-3-4") && numberEnds(text, run.end)
}

// readSpoken reads the number that a sentence brings a few words behind its label: "the meeting number, insert: 914 6730 2285", "the
// meeting ID for the choir is 914 6730 2285". Telephone numbers stand in such sentences too: what is grouped as they are is believed
// only behind a word that leads to a number.
func readSpoken(text []byte, at int) (start int, run digitRun, ok bool) {
	behind := at
	at, leads, colon := skipSentence(text, at)
	if !leads && !colon {
		return 0, digitRun{}, false
	}
	run, ok = readDigits(text, at)
	switch {
	case !ok || run.digits[0] < '2':
		return 0, digitRun{}, false
	case run.shape == "3-3-3" || run.shape == "3-3-4":
		ok = leads && !run.hyphens && !namesPhone(text[behind:at])
	default:
		ok = strings.Contains(run.shape, "-")
	}
	return at, run, ok
}

// namesPhone: the sentence speaks of a telephone's number.
func namesPhone(sentence []byte) bool {
	for word := range bytes.FieldsFuncSeq(sentence, func(r rune) bool { return !unicode.IsLetter(r) }) {
		switch lowerASCII(string(word)) {
		case "phone", "telephone", "mobile", "cell", "fax", "office", "hotline", "call", "text", "sms", "whatsapp":
			return true
		}
	}
	return false
}

// ownBridge: the digits are fewer than any service's, as on the telephone bridge of an organisation's own server, and the number to dial
// stands before the label at text[at:].
func ownBridge(text []byte, at int, run digitRun) bool {
	return !strings.Contains(run.shape, "-") && minBridge <= len(run.digits) && len(run.digits) < minDigits && numberEnds(text, run.end) &&
		phoneAbove(text, at)
}

// phoneAbove: a telephone number stands within blockBytes before text[at:].
func phoneAbove(text []byte, at int) bool {
	for i, least := at, max(0, at-blockBytes); i > least; i-- {
		if isDigit(text[i-1]) && !isDigit(text[i]) {
			if _, ok := phoneBefore(text, i); ok {
				return true
			}
		}
	}
	return false
}

// skipSentence skips words on one line up to a digit. leads: the last of them leads to a number; colon: a colon stands behind them. A
// label among them speaks for itself, and a sample is none.
func skipSentence(text []byte, at int) (next int, leads, colon bool) {
	words := 0
	for i := at; i < min(len(text), at+maxSpoken); {
		switch c := text[i]; {
		case isDigit(c):
			return i, leads, colon && words > 0
		case colon && c != ' ':
			return i, false, false
		case c == ' ', c == ',':
			i++
		case c == ':':
			colon = true
			i++
		case isAlpha(c):
			if _, length := findLabel(text[i:]); length > 0 && words > 0 {
				return i, false, false
			}
			word := leading(string(text[i:min(len(text), i+maxProse)]), func(c byte) bool { return isAlpha(c) || c == '\'' || c == '-' || c >= utf8.RuneSelf })
			if slices.Contains(sampleTalk(), lowerASCII(word)) {
				return i, false, false
			}
			leads = slices.Contains(leadingWords(), lowerASCII(word))
			words++
			i += len(word)
		default:
			return i, false, false
		}
	}
	return at, false, false
}

// leadingWords are words right behind which the number comes that a sentence speaks of.
func leadingWords() []string {
	return []string{"is", "was", "enter", "insert", "type", "input", "use", "in"}
}

// sampleTalk are words that say that a number only shows what numbers look like.
func sampleTalk() []string { return []string{"example", "sample", "format", "like", "dummy", "fake"} }

// services lists the platforms whose numbers have this label and this shape.
func services(n number) []string {
	if n.platform != "" {
		return []string{n.platform}
	}
	var fitting []string
	for _, platform := range rowServices(n.idLabel) {
		if shapeFits(platform, n) {
			fitting = append(fitting, platform)
		}
	}
	return fitting
}

func rowServices(row string) []string {
	switch row {
	case rowMeeting:
		return []string{"zoom", "teams", "webex", "chime", "tencent-meeting", "zoho", "ringcentral", "bluejeans", "dingtalk"}
	case rowWebinar:
		return []string{"zoom", "webex"}
	case rowNumber:
		return []string{"webex", "zoom"}
	case rowAccess:
		return []string{"webex", "gotomeeting"}
	case rowConference:
		return []string{"teams", "skype-for-business", "bluejeans"}
	case rowVideo:
		return []string{"teams"}
	case rowPIN:
		return []string{"chime"}
	case rowCode:
		return []string{"zoom", "webex", "tencent-meeting"}
	case rowH323:
		return []string{"zoom", "gotomeeting"}
	default: // rowTap
		return []string{"zoom", "teams", "webex", "gotomeeting", "google-meet", "chime", "ringcentral"}
	}
}

// shapeFits knows how each service prints its numbers.
func shapeFits(platform string, n number) bool {
	bare := !strings.Contains(n.shape, "-")
	length := len(n.digits)
	switch platform {
	case "zoom", "tencent-meeting":
		return length <= 11 && (bare || n.shape == "3-3-3" || n.shape == "3-3-4" || n.shape == "3-4-4")
	case "teams":
		return bare && length >= minDigits || strings.HasPrefix(n.shape, "3-3-3") || n.shape == "3-3-2" && n.idLabel == rowConference
	case "webex":
		if n.idLabel == rowCode { // the field of a program: believed in today's form, which no other service has
			return length == 11 && n.digits[0] == '2'
		}
		return length <= 11 && (bare || n.shape == "3-3-3" || n.shape == "3-3-4" || n.shape == "4-3-4" || n.shape == "3-4-4" && !zoomPrints(n))
	case "gotomeeting":
		return length == 9
	case "chime":
		return length == 10 && (n.idLabel != rowPIN || bare || n.shape == "4-2-4") // Meet's PINs have other groups
	case "ringcentral", "bluejeans":
		if n.idLabel == rowConference { // BlueJeans prints its meeting's number in one, and says "#" in words
			return platform == "bluejeans" && bare && !n.hash && length >= minDigits && length <= 12
		}
		return length <= 12 && (bare || n.shape == "3-3-3" || n.shape == "3-3-4" || n.shape == "3-3-3-3")
	case "dingtalk": // its numbers of nine digits look like those of others
		return n.shape == "3-3-5"
	case "zoho":
		return length == 10 && (bare || n.shape == "3-3-4")
	default: // skype-for-business, google-meet
		return true
	}
}

// zoomPrints: the label and the groups are Zoom's ("Meeting ID: 914 6730 2285"), and Webex's numbers begin with 2.
func zoomPrints(n number) bool {
	return n.digits[0] != '2' && (n.idLabel == rowMeeting || n.idLabel == rowWebinar)
}

// digitRun is a number as printed.
type digitRun struct {
	digits, shape string
	end           int
	hyphens       bool
}

// readDigits reads groups of digits at text[at:], separated by one space, hyphen or dot of whatever kind, the same kind
// throughout. ok is false when the groups are not those of any service.
func readDigits(text []byte, at int) (run digitRun, ok bool) {
	var groups []string
	var kind rune
	i := at
	for len(groups) < maxGroups {
		group, end := readGroup(text, i)
		if group == "" {
			break
		}
		groups, run.end = append(groups, group), end
		sep, next := readSeparator(text, end)
		if sep == 0 || kind != 0 && sep != kind {
			break
		}
		if digit, _ := readDigit(text, next); digit == 0 {
			break
		}
		kind, i = sep, next
	}
	run.digits, run.shape, run.hyphens = strings.Join(groups, ""), shapeOf(groups), kind == '-'
	return run, knownShape(run.shape, len(run.digits)) && numberEnds(text, run.end)
}

// readGroup reads digits without separators, full-width ones included; one more than any number has is enough.
func readGroup(text []byte, i int) (group string, end int) {
	var digits []byte
	for len(digits) <= maxDigits {
		digit, size := readDigit(text, i)
		if digit == 0 {
			break
		}
		digits, i = append(digits, digit), i+size
	}
	return string(digits), i
}

// readDigit reads one digit, with invisible characters before it.
func readDigit(text []byte, i int) (digit byte, size int) {
	at := skipInvisible(text, i)
	if at < len(text) && isDigit(text[at]) {
		return text[at], at + 1 - i
	}
	if r, n := utf8.DecodeRune(text[at:]); '０' <= r && r <= '９' {
		return byte(r - '０' + '0'), at + n - i
	}
	return 0, 0
}

func skipInvisible(text []byte, i int) int {
	for i < len(text) && text[i] >= utf8.RuneSelf {
		r, n := utf8.DecodeRune(text[i:])
		if !invisible(r) {
			break
		}
		i += n
	}
	return i
}

// readSeparator reads what may stand between two groups: ' ', '-' or '.' for its kind, 0 when there is none.
func readSeparator(text []byte, i int) (kind rune, next int) {
	i = skipInvisible(text, i)
	r, size := readLetter(text[min(i, len(text)):])
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		return 0, i
	case r == '-' || 0x2010 <= r && r <= 0x2015 || r == 0x2212:
		return '-', i + size
	case r == '.' || r == ' ' || unicode.Is(unicode.Zs, r):
		if r != '.' {
			r = ' '
		}
		return r, i + size
	}
	return 0, i
}

func shapeOf(groups []string) string {
	var shape []byte
	for i, group := range groups {
		if i > 0 {
			shape = append(shape, '-')
		}
		if len(group) > 9 {
			shape = append(shape, '1')
		}
		shape = append(shape, byte('0'+len(group)%10))
	}
	return string(shape)
}

// knownShape: the groups are those of some service, or there are none and the length is right.
func knownShape(shape string, digits int) bool {
	switch shape {
	case "3-3-3", "3-3-4", "3-4-4", "4-3-4", "4-2-4", "3-3-2", "3-3-5":
		return true
	case "3-3-3-1", "3-3-3-2", "3-3-3-3", "3-3-3-3-1", "3-3-3-3-2", "3-3-3-3-3":
		return true
	}
	return !strings.Contains(shape, "-") && minDigits <= digits && digits <= maxDigits
}

// numberEnds: what follows the digits does not make them part of something longer. A label may be glued on: letters beyond
// ASCII, or a capitalised word.
func numberEnds(text []byte, end int) bool {
	rest := text[end:min(len(text), end+4)]
	switch {
	case len(rest) == 0:
		return true
	case isDigit(rest[0]) || rest[0] == '_' || rest[0] == '@' || rest[0]|0x20 >= 'a' && rest[0]|0x20 <= 'z' && !capitalised(rest):
		return false
	case (rest[0] == '-' || rest[0] == '.') && len(rest) > 1:
		return !isAlnum(rest[1]) || sentenceBegins(text[end+1:])
	case rest[0] == ',' && len(rest) > 1:
		return !isDigit(rest[1])
	}
	return true
}

// sentenceBegins: text begins with a capitalised word, before which a blank was forgotten: "5116.It is", "5116.Please". A short one is
// told by the blank behind it: "5116.Mp4" is a name.
func sentenceBegins(text []byte) bool {
	n := 0
	for n < min(len(text), 4) && isAlpha(text[n]) && (text[n] <= 'Z') == (n == 0) {
		n++
	}
	return n == 4 || n > 1 && n < len(text) && text[n] == ' '
}

func capitalised(word []byte) bool {
	return len(word) == 4 && word[0] <= 'Z' && isAlpha(word[1]) && isAlpha(word[2]) && isAlpha(word[3]) && word[1] >= 'a'
}

func endsWithHash(text []byte, end int) bool {
	next, _ := skipMarkup(text, end, 0)
	_, ok := readHash(text, min(next, len(text)))
	if _, direct := readHash(text, end); direct {
		return true
	}
	return ok && next-end <= 8
}

// wordStart: no word runs into text[at]. A capital behind a small letter or a digit begins a word, and so does what stands behind an
// escape ("\nMeeting ID").
func wordStart(text []byte, at int) bool {
	if at == 0 || !isAlnum(text[at]) {
		return true
	}
	before := text[at-1]
	switch {
	case !isAlnum(before):
		return before < utf8.RuneSelf || !letterEnds(text[:at])
	case at > 1 && text[at-2] == '\\' && strings.IndexByte("nrt", before) >= 0:
		return true
	}
	return ('a' <= before && before <= 'z' || isDigit(before)) && 'A' <= text[at] && text[at] <= 'Z'
}

// letterEnds: text ends with a Latin, Greek or Cyrillic letter beyond ASCII. Scripts without spaces do not count.
func letterEnds(text []byte) bool {
	r, _ := utf8.DecodeLastRune(text)
	return r < 0x590 && unicode.IsLetter(r)
}

// wordEnd: the word that ends at text[end] does not go on.
func wordEnd(text []byte, end int) bool {
	if end >= len(text) || end == 0 || !isAlpha(text[end-1]) {
		return true
	}
	return !isAlpha(text[end]) && text[end] != '_' || 'a' <= text[end-1] && text[end-1] <= 'z' && text[end] <= 'Z'
}

// skipMarkup skips what may stand between a label and its value: blanks, at most `breaks` line breaks, a colon, quotes,
// emphasis, tags, cell borders, a note in parentheses. Where breaks are allowed, one behind a tag does not count: who writes each tag on
// a line of its own means no paragraphs. said is true when something of it says "the value follows".
func skipMarkup(text []byte, at, breaks int) (next int, said bool) {
	limit := min(len(text), at+maxGap)
	lines, tag := breaks > 0, false
	for i := at; i < limit; {
		n, colon := markupAt(text, i, limit)
		if n == 0 {
			return i, said
		}
		piece := text[i : i+n]
		if breaksLine(piece) && !(lines && tag) {
			if breaks--; breaks < 0 {
				return i, said
			}
		}
		tag = piece[0] == '<' && !bytes.HasPrefix(piece, []byte("</tr")) || tag && (piece[0] == ' ' || piece[0] == '\t' || piece[0] == '\r')
		said = said || colon
		i += n
	}
	return limit, said
}

func breaksLine(piece []byte) bool { return piece[0] == '\n' || string(piece) == `\n` }

// markupAt returns the length of one piece of markup at text[i], 0 when there is none.
func markupAt(text []byte, i, limit int) (length int, colon bool) {
	switch c := text[i]; c {
	case ' ', '\t', '\r', '\n', '"', '\'', '`', '[', '_', '~', '>', '#', '|':
		return 1, false
	case ':', '=':
		return 1, true
	case '*':
		return markedAt(text, i)
	case ',', '-':
		return lone(text, i), false
	case '+', '.':
		return joinsLiterals(text, i, limit), false
	case '<':
		return tagAt(text, i, limit)
	case '(':
		return noteAt(text, i, limit), false
	case ')':
		return 1, false
	case '\\', '&':
		return escapeAt(text, i)
	case 'i', 'e':
		return wordForIs(text, i), false
	}
	return wideMarkupAt(text, i)
}

// wordForIs reads what stands for "is" between a label and its value, in languages that part their words.
func wordForIs(text []byte, i int) int {
	if i == 0 || text[i-1] != ' ' {
		return 0
	}
	for _, word := range [...]string{"is ", "ist ", "es ", "est "} {
		if bytes.HasPrefix(text[i:], []byte(word)) {
			return len(word)
		}
	}
	return 0
}

// wideMarkupAt is markupAt beyond ASCII.
func wideMarkupAt(text []byte, i int) (int, bool) {
	if text[i] < utf8.RuneSelf {
		return 0, false
	}
	switch r, n := utf8.DecodeRune(text[i:]); {
	case r == '：':
		return n, true
	case r == '（':
		return wideNoteAt(text, i), false
	case (r == 'è' || r == 'é') && i > 0 && text[i-1] == ' ' && bytes.HasPrefix(text[i+n:], []byte(" ")): // "is", too
		return n, false
	case invisible(r), unicode.IsSpace(r), strings.ContainsRune("＃（）【】「」『』“”„‘’«»·•・–—→｜", r),
		strings.ContainsRune("为為是は은는", r): // what stands for "is" in languages that do not part their words
		return n, false
	}
	return 0, false
}

// markedAt reads emphasis; a longer row of asterisks is a hidden value and no markup.
func markedAt(text []byte, i int) (int, bool) {
	n := i
	for n < len(text) && n-i <= 3 && text[n] == '*' {
		n++
	}
	if n-i > 3 {
		return 0, false
	}
	return n - i, false
}

// lone reads a comma or hyphen that stands by itself.
func lone(text []byte, i int) int {
	if i+1 < len(text) && (text[i+1] == text[i] || text[i] == '-' && isDigit(text[i+1])) {
		return 0
	}
	return 1
}

// joinsLiterals reads the operator between a string literal and the next: "Meeting ID: " . "849…".
func joinsLiterals(text []byte, i, limit int) int {
	n := 1
	for i+n < limit && strings.IndexByte(" \t\r\n", text[i+n]) >= 0 {
		n++
	}
	if i+n < limit && strings.IndexByte("\"'`", text[i+n]) >= 0 && bytes.Count(text[i:i+n], []byte("\n")) <= 1 {
		return n
	}
	return 0
}

func tagAt(text []byte, i, limit int) (int, bool) {
	if i+1 >= len(text) || text[i+1] != '/' && !isAlpha(text[i+1]) {
		return 0, false
	}
	end := bytes.IndexByte(text[i:min(limit, i+maxTag)], '>')
	if end < 0 || bytes.IndexByte(text[i:i+end], '\n') >= 0 && end > maxTag/2 {
		return 0, false
	}
	cell := bytes.HasPrefix(text[i:], []byte("<td")) || bytes.HasPrefix(text[i:], []byte("<dd"))
	return end + 1, cell
}

// noteAt reads "(access code)"; a parenthesis with a digit right behind it holds the value.
func noteAt(text []byte, i, limit int) int {
	end := bytes.IndexByte(text[i:min(limit, i+maxNote)], ')')
	if end < 0 || bytes.ContainsAny(text[i:i+end], "0123456789\n") {
		return 1
	}
	return end + 1
}

// wideNoteAt is noteAt for the parentheses of Chinese and Japanese text.
func wideNoteAt(text []byte, i int) int {
	open, size := len("（"), len("）")
	end := bytes.Index(text[i:min(len(text), i+maxNote)], []byte("）"))
	if end < 0 || bytes.ContainsAny(text[i:i+end], "0123456789０１２３４５６７８９\n") {
		return open
	}
	return end + size
}

// escapeAt reads "\n", "\"", "\u003a", "&nbsp;", "&#58;" and the like.
func escapeAt(text []byte, i int) (int, bool) {
	if r, n := readLetter(text[i:]); n > 1 {
		ok := unicode.IsSpace(r) || invisible(r) || strings.ContainsRune(":：=|#\"'<>*", r)
		if !ok {
			return 0, false
		}
		return n, r == ':' || r == '：'
	}
	if text[i] == '\\' && i+1 < len(text) {
		if strings.IndexByte("nrt\"'*_#|[", text[i+1]) >= 0 {
			return 2, false
		}
		return 1, false
	}
	return 0, false
}
