package matchers

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxCandidate bounds a candidate: 16 KiB, after which the rest is not read.
const maxCandidate = 16 << 10

// candidate is a stretch of text that may be a URL, cut out around a host, with its container's escapes undone.
type candidate struct {
	start, end int    // in the text; start is at the scheme, when there is one
	text       string // the URL without escapes of HTML, JSON, Markdown, quoted-printable, and without outer percent layers
	layers     int    // percent layers taken off
	cut        bool   // shown cut off ("zoom.us/j/8123…"): never a finding by itself
	wrapped    string // text continued behind a line break or in the next string literal, "" when it cannot go on
	wrappedAt  int    // where it goes on
	wrappedEnd int
}

// cutCandidate cuts out the URL whose host contains text[at:]. ok is false when there is no host. room is where it is written first.
func cutCandidate(text []byte, at int, wrapper bool, room []byte) (c candidate, ok bool) {
	host := hostStart(text, at)
	hostEnd := at
	for hostEnd < len(text) && hostEnd-host < 255 && isHostByte(text[hostEnd]) {
		hostEnd++
	}
	if hostEnd == host {
		return c, false
	}
	var prefix string
	c.start, prefix = urlStart(text, host)
	c.layers = percentLayers(text, hostEnd)
	r := reader{text: text, pos: host, wrapper: wrapper, encoded: c.layers > 0, out: append(room[:0], prefix...)}
	r.read(maxCandidate + len(prefix))
	c.cut = r.cut
	c.text = finish(r.out, len(prefix), c.layers, text, c.start)
	c.end = trimEnd(text, c.start, r.pos)
	if next, joins := continuation(text, r.pos, c.start); joins {
		more := reader{text: text, pos: next, wrapper: wrapper, encoded: r.encoded, out: r.out}
		more.read(maxCandidate + len(prefix))
		more.readLiterals(text[r.pos], c.start, maxCandidate+len(prefix))
		c.wrapped = finish(more.out, len(prefix), c.layers, text, c.start)
		c.wrappedAt = next
		c.wrappedEnd = trimEnd(text, c.start, more.pos)
	}
	return c, true
}

func isHostByte(c byte) bool { return isAlnum(c) || c == '.' || c == '-' || c == '_' }

// hostStart widens to the left from at over host bytes, and gives back what belongs to an escape ("%2Fzoom.us",
// "\u002Fzoom.us", "\nzoom.us").
func hostStart(text []byte, at int) int {
	start := at
	for start > 0 && at-start < 255 && (isHostByte(text[start-1]) || escapedHyphen(text, start)) {
		start--
	}
	if start == 0 {
		return start
	}
	run := text[start:at]
	switch text[start-1] {
	case '%':
		n := 0
		for n+1 < len(run) && run[n] == '2' && run[n+1] == '5' {
			n += 2
		}
		if n+1 < len(run) && isHex(run[n]) && isHex(run[n+1]) {
			return start + n + 2
		}
		if n >= 2 {
			return start + n
		}
		if len(run) < 2 {
			return at
		}
	case '\\':
		if len(run) >= 5 && run[0]|0x20 == 'u' {
			return start + 5
		}
		if len(run) >= 3 && run[0]|0x20 == 'x' && isHex(run[1]) && isHex(run[2]) {
			return start + 3
		}
		if len(run) >= 1 && strings.IndexByte("nrtbf", run[0]) >= 0 {
			return start + 1
		}
	case '=':
		if len(run) >= 2 && run[0] == '3' && run[1] == 'D' { // quoted-printable "=3D"
			return start + 2
		}
	}
	return start
}

// escapedHyphen: Markdown's "zoom\-x".
func escapedHyphen(text []byte, at int) bool {
	return text[at-1] == '\\' && at < len(text) && text[at] == '-' && at > 1 && isAlnum(text[at-2])
}

// separators stand between scheme and host, in all their encodings; one that ends another comes behind it.
func separators() [14]string {
	return [...]string{
		"%25253a%25252f%25252f", "\\u003a\\u002f\\u002f", "&#x3a;&#x2f;&#x2f;", ":&#x2f;&#x2f;", ":\\u002f\\u002f", "%253a%252f%252f", ":%252f%252f",
		":\\\\/\\\\/", "%3a%2f%2f", ":%2f%2f", ":\\/\\/", ":\\x2f\\x2f", "://", ":/",
	}
}

// urlStart walks from the host back over "user@", "://" and the scheme. prefix is what it walked over, without escapes.
func urlStart(text []byte, host int) (start int, prefix string) {
	i := host
	if i > 0 && text[i-1] == '@' {
		for i--; i > 0 && host-i < 128 && (isHostByte(text[i-1]) || text[i-1] == '+' || text[i-1] == '*' || text[i-1] == '#'); i-- {
		}
		prefix = string(text[i:host])
	} else if n := len("%40"); i >= n && string(text[i-n:i]) == "%40" && (i == n || !isHostByte(text[i-n-1])) { // npm's scope, in an address
		prefix = "@"
	}
	end := i - separatorBefore(text[:i])
	if end == i {
		return i, prefix
	}
	j := end
	for j > 0 && i-j < 40 && isSchemeByte(text[j-1]) {
		j--
	}
	j += escapeResidue(text[:end], j)
	for j < end && !isAlpha(text[j]) {
		j++
	}
	switch {
	case string(text[j:end]) == "https" && prefix == "":
		prefix = "https://"
	case j < end:
		prefix = strings.ToLower(string(text[j:end])) + "://" + prefix
	}
	return j, prefix
}

// separatorBefore is the length of the separator at the end of text, 0 when there is none.
func separatorBefore(text []byte) int {
	if bytes.HasSuffix(text, []byte("://")) {
		return len("://")
	}
	for _, sep := range separators() {
		if len(text) >= len(sep) && equalFold(text[len(text)-len(sep):], sep) {
			return len(sep)
		}
	}
	return 0
}

// leadingSeparator is the length of the separator that an anchor begins with ("://meet."), 0 when it begins with a scheme or a host.
func leadingSeparator(anchor string) int {
	for _, sep := range separators() {
		if strings.HasPrefix(anchor, sep) {
			return len(sep)
		}
	}
	return 0
}

// escapeResidue counts bytes at the start of a scheme that belong to an escape before it ("%22https", "\nhttps").
func escapeResidue(text []byte, at int) int {
	if at == 0 || at >= len(text) {
		return 0
	}
	rest := text[at:]
	switch text[at-1] {
	case '%':
		if len(rest) > 2 && isHex(rest[0]) && isHex(rest[1]) {
			return 2
		}
	case '=':
		if len(rest) > 2 && rest[0] == '3' && rest[1] == 'D' {
			return 2
		}
	case '\\':
		if len(rest) > 5 && rest[0] == 'u' && isHex(rest[1]) && isHex(rest[2]) {
			return 5
		}
		if len(rest) > 1 && strings.IndexByte("nrt", rest[0]) >= 0 {
			return 1
		}
	}
	return 0
}

// percentLayers says how often the text behind a host is percent-encoded: "%2F" once, "%252F" twice.
func percentLayers(text []byte, at int) int {
	if at < len(text) && text[at] == ':' { // a port
		for at++; at < len(text) && isDigit(text[at]); at++ {
		}
	}
	if at >= len(text) || text[at] != '%' {
		return 0
	}
	n := 1
	at++
	for at+1 < len(text) && text[at] == '2' && text[at+1] == '5' && n < 8 {
		n++
		at += 2
	}
	if at+1 < len(text) && isHex(text[at]) && isHex(text[at+1]) {
		return n
	}
	return 0
}

// finish takes the percent layers and the punctuation that belongs to the sentence off what stands behind the first kept bytes.
func finish(out []byte, kept, layers int, text []byte, start int) string {
	whole := string(out)
	prefix, s := whole[:kept], whole[kept:]
	before := byte(0)
	if start > 0 {
		before = text[start-1]
	}
	if layers == 0 {
		return whole[:kept+len(trimTail(s, before))]
	}
	for range layers {
		s = percentDecode(s)
	}
	if i := strings.IndexFunc(s, endsDecoded); i >= 0 {
		s = s[:i]
	}
	s = s[:unopened(s)]
	return prefix + trimTail(strings.ReplaceAll(s, "&amp;", "&"), before)
}

func endsDecoded(r rune) bool {
	return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == '"' || r == utf8.RuneError
}

// unopened is where a parenthesis closes that s has not opened, else where s ends.
func unopened(s string) int {
	open := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return i
			}
		}
	}
	return len(s)
}

// trimTail strips trailing punctuation; an emphasis mark only when the same stands before the link.
func trimTail(s string, before byte) string {
	for s != "" {
		switch c := s[len(s)-1]; c {
		case '.', ',', ';', ':', '!', '?', '*', '\'', '&', '\\', '$', '|':
			s = s[:len(s)-1]
			continue
		case '_', '~':
			if before == c {
				s = s[:len(s)-1]
				continue
			}
		}
		if len(s) >= 3 && s[len(s)-3] == '%' {
			switch strings.ToUpper(s[len(s)-2:]) {
			case "3E", "29", "22", "20", "0A", "0D", "5D", "7D", "27", "09", "2C", "3B":
				s = s[:len(s)-3]
				continue
			}
		}
		break
	}
	return s
}

// trimEnd moves the raw end back over the same punctuation.
func trimEnd(text []byte, start, end int) int {
	for end > start && strings.IndexByte(".,;:!?*'&\\$|", text[end-1]) >= 0 {
		end--
	}
	return end
}

// reader reads a URL's bytes from a container, undoing one layer of escapes, until the link ends.
type reader struct {
	text    []byte
	pos     int
	out     []byte
	wrapper bool // wrappers keep characters that end other links
	encoded bool // a percent-encoded link ends at the "&" of the link around it
	query   bool
	parens  int
	cut     bool
}

func (r *reader) read(limit int) {
	for r.pos < len(r.text) && len(r.out) < limit {
		run := r.pos
		for run < len(r.text) && isPlain(r.text[run]) && run-r.pos < limit {
			run++
		}
		end := r.glued(run)
		r.out = append(r.out, r.text[r.pos:end]...)
		r.pos = end
		if end < run || run < len(r.text) && !r.step() {
			return
		}
	}
}

// glued is where in text[pos:end] another link begins without a mark between: "…/j/84930275116https://…". Links that stand in others
// have a mark before them.
func (r *reader) glued(end int) int {
	separator := bytes.Index(r.text[r.pos:end], []byte("://"))
	if separator < 0 || r.wrapper {
		return end
	}
	start := r.pos + separator
	if start > r.pos && r.text[start-1]|0x20 == 's' {
		start--
	}
	if start -= len("http"); start > r.pos && isAlnum(r.text[start-1]) && hasPrefixFold(r.text[start:], "http") {
		return start
	}
	return end
}

// isPlain: letters, digits and % + - / : @ _ ~ stand for themselves wherever a link stands.
func isPlain(c byte) bool {
	const (
		low  = 1<<'%' | 1<<'+' | 1<<'-' | 1<<'/' | 1<<':' | (1<<10-1)<<'0'
		high = (1<<26-1)<<('A'-64) | (1<<26-1)<<('a'-64) | 1<<('@'-64) | 1<<('_'-64) | 1<<('~'-64)
	)
	if c < 64 {
		return uint64(low)>>c&1 == 1
	}
	return c < 128 && uint64(high)>>(c-64)&1 == 1
}

// step reads one character or escape; false: the link ended before it.
func (r *reader) step() bool {
	c := r.text[r.pos]
	switch {
	case c <= ' ' || c == 0x7f:
		return false
	case c >= 0x80:
		r.cut = r.cut || bytes.HasPrefix(r.text[r.pos:], []byte("…")) || bytes.HasPrefix(r.text[r.pos:], []byte("•"))
		return false
	}
	switch c {
	case '{': // an expression goes on with the id: "zoom.us/j/845${n}"
		r.cut = !endsInBrace(r.text[r.pos+1:])
		return false
	case '"', '>', '`', '^', '}', '|', '[', ']', '\'':
		return false
	case '<':
		return r.hiddenSpan()
	case '(':
		r.parens++
	case ')':
		if r.parens == 0 {
			return false
		}
		r.parens--
	case '&':
		if r.encoded {
			return false
		}
		return r.entity()
	case '\\':
		return r.backslash()
	case '?', '#':
		r.query = true
	case ',', ';':
		if !r.wrapper && (!r.query || r.endsAfter(r.pos+1)) {
			return false
		}
	case '*':
		if !r.wrapper && r.peek(1) == '*' {
			return false
		}
	case '.':
		if r.peek(1) == '.' && r.peek(2) == '.' {
			r.cut = true
			return false
		}
	case '=':
		return r.equals()
	}
	r.out = append(r.out, c)
	r.pos++
	return true
}

// endsInBrace: what stands behind the brace does not go on with the id: a blank in JSX ({" "}), a block of a template ({% endif %},
// {{/if}}).
func endsInBrace(rest []byte) bool {
	switch {
	case len(rest) == 0 || strings.IndexByte("\"'% ", rest[0]) >= 0:
		return true
	case rest[0] == '{' && len(rest) > 1:
		return strings.IndexByte("/#^", rest[1]) >= 0
	}
	return false
}

func (r *reader) peek(n int) byte {
	if r.pos+n < len(r.text) {
		return r.text[r.pos+n]
	}
	return 0
}

// endsAfter: a comma or semicolon ends the link when white space, a quote or another link follows.
func (r *reader) endsAfter(i int) bool {
	if i >= len(r.text) || r.text[i] <= ' ' || strings.IndexByte("\"'<>)]", r.text[i]) >= 0 {
		return true
	}
	return bytes.HasPrefix(r.text[i:], []byte("http"))
}

// equals undoes "=3D" of quoted-printable text.
func (r *reader) equals() bool {
	r.out = append(r.out, '=')
	r.pos++
	if r.pos+1 < len(r.text) && r.text[r.pos] == '3' && r.text[r.pos+1] == 'D' {
		r.pos += 2
	}
	return true
}

// hiddenSpan reads over the markup with which Mastodon hides the middle of a link; any other tag ends the link.
func (r *reader) hiddenSpan() bool {
	rest := r.text[r.pos:min(len(r.text), r.pos+64)]
	for _, tag := range [...]string{"</span><span class=\"invisible\">", "</span><span class=\"ellipsis\">", "</span><span class=\"\">"} {
		if bytes.HasPrefix(rest, []byte(tag)) {
			r.pos += len(tag)
			return true
		}
	}
	return false
}

// entity undoes one HTML character reference. Those that stand for a delimiter end the link.
func (r *reader) entity() bool {
	rest := r.text[r.pos:min(len(r.text), r.pos+24)]
	// &amp;amp;, &amp;#38; and &amp;quot; are the same again
	n := 1
	for bytes.HasPrefix(rest[n:], []byte("amp;")) {
		n += 4
	}
	if n > 1 {
		char, length, ok := reference(rest[n-1:])
		if !ok {
			char, length = '&', 1
		}
		return r.takeChar(char, r.pos+n-1+length)
	}
	name, length, closed := entityName(rest)
	char, known := entityChar(name)
	if !known || !closed && (char != '<' && char != '>' && char != '"' || len(rest) > length && isAlnum(rest[length])) {
		char, length = '&', 1
	}
	return r.takeChar(char, r.pos+length)
}

// reference reads a character reference that its semicolon closes. b[0] is the "&", in whatever spelling.
func reference(b []byte) (char rune, length int, ok bool) {
	name, length, closed := entityName(b)
	char, known := entityChar(name)
	return char, length, known && closed
}

// takeChar takes the character that stands for itself in escaped form up to text[next]. Delimiters end the link.
func (r *reader) takeChar(char rune, next int) bool {
	switch {
	case char == 0: // invisible
		r.pos = next
		return true
	case char <= ' ' || char >= 0x7f || strings.ContainsRune("\"'<>`^{}|[]", char):
		return false
	}
	if char == '?' || char == '#' {
		r.query = true
	}
	r.out = append(r.out, byte(char))
	r.pos = next
	return true
}

// entityName reads "&name" with or without ";". length counts all of it.
func entityName(b []byte) (name string, length int, closed bool) {
	i := 1
	if i < len(b) && b[i] == '#' {
		i++
	}
	for i < len(b) && isAlnum(b[i]) {
		i++
	}
	if i < len(b) && b[i] == ';' {
		return string(b[1:i]), i + 1, true
	}
	return string(b[1:i]), i, false
}

// entityChar knows the references that occur in links; 0 stands for what is invisible.
func entityChar(name string) (rune, bool) {
	if len(name) > 1 && name[0] == '#' {
		base, digits := 10, name[1:]
		if digits[0]|0x20 == 'x' {
			base, digits = 16, digits[1:]
		}
		n, err := strconv.ParseUint(digits, base, 21)
		if err != nil {
			return 0, false
		}
		if invisible(rune(n)) {
			return 0, true
		}
		return rune(n), true
	}
	switch strings.ToLower(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	case "nbsp", "ensp", "emsp", "newline", "tab":
		return ' ', true
	case "equals":
		return '=', true
	case "num":
		return '#', true
	case "sol":
		return '/', true
	case "quest":
		return '?', true
	case "period":
		return '.', true
	case "colon":
		return ':', true
	case "percnt":
		return '%', true
	case "lowbar":
		return '_', true
	case "hyphen", "dash":
		return '-', true
	case "shy", "zerowidthspace", "zwj", "zwnj":
		return 0, true
	}
	return 0, false
}

// backslash undoes escapes of JSON, JavaScript, Markdown, the shell and LaTeX. A backslash before anything else ends the
// link.
func (r *reader) backslash() bool {
	i := r.pos
	for i < len(r.text) && r.text[i] == '\\' && i-r.pos < 8 {
		i++
	}
	if i >= len(r.text) {
		return false
	}
	c, width := r.text[i], 1
	switch {
	case c == 'u' && i+4 < len(r.text), c == 'x' && i+2 < len(r.text):
		digits := 4
		if c == 'x' {
			digits = 2
		}
		n, err := strconv.ParseUint(string(r.text[i+1:i+1+digits]), 16, 21)
		if err != nil {
			return false
		}
		if invisible(rune(n)) {
			r.pos = i + 1 + digits
			return true
		}
		if n >= 0x7f {
			return false
		}
		c, width = byte(n), 1+digits
		if char, length, ok := reference(r.text[i+digits : min(len(r.text), i+digits+24)]); c == '&' && ok { // "\u0026quot;"
			return r.takeChar(char, i+digits+length)
		}
	case strings.IndexByte("/?=&#%_-.~+:@*!$()", c) < 0:
		return false
	}
	if c <= ' ' || strings.IndexByte("\"'<>`^{}|[]\\", c) >= 0 {
		return false
	}
	if c == '?' || c == '#' {
		r.query = true
	}
	r.out = append(r.out, c)
	r.pos = i + width
	return true
}

// maxLiterals bounds the string literals that are read as one link, behind the second.
const maxLiterals = 6

// readLiterals goes on from literal to literal, where the first two were joined by source code: a long link is often written as several.
// A literal with anything else in it, or a word alone, is the text behind the link.
func (r *reader) readLiterals(quote byte, start, most int) {
	for n := 0; n < maxLiterals && r.atQuote(quote); n++ {
		next, joins := continuation(r.text, r.pos, start)
		if !joins {
			return
		}
		before := *r
		r.pos = next
		r.read(most)
		if piece := string(r.text[next:r.pos]); !r.atQuote(quote) || plainWord(piece) && isAlpha(piece[0]) {
			*r = before
			return
		}
	}
}

// atQuote reports whether the literal that began with this quote ends here.
func (r *reader) atQuote(quote byte) bool {
	return (quote == '"' || quote == '\'') && r.pos < len(r.text) && r.text[r.pos] == quote
}

// continuation says where a link goes on that stopped at a line's end or at the end of a string literal.
func continuation(text []byte, end, start int) (next int, ok bool) {
	if end >= len(text) {
		return 0, false
	}
	switch text[end] {
	case '"', '\'':
		next, ok = nextLiteral(text, end)
	case '\n', '\r', '\\':
		next, ok = nextLine(text, end)
	}
	if !ok || next >= len(text) || next <= start || !isAlnum(text[next]) && strings.IndexByte("/?&=%#_-.~+", text[next]) < 0 {
		return 0, false
	}
	return next, !equalFold(text[next:min(len(text), next+4)], "http")
}

// nextLine leads over a line break, one fold space, or quote marks. A link goes on only from a full line.
func nextLine(text []byte, end int) (int, bool) {
	lineStart := bytes.LastIndexByte(text[max(0, end-1200):end], '\n') + max(0, end-1200) + 1
	if width := end - lineStart; width < 58 || width > 1100 {
		return 0, false
	}
	i := end
	if text[i] == '\\' {
		i++
	}
	if i < len(text) && text[i] == '\r' {
		i++
	}
	if i >= len(text) || text[i] != '\n' {
		return 0, false
	}
	i++
	if indent := indentOf(text[lineStart:end]); len(indent) > 0 && bytes.HasPrefix(text[i:], indent) && len(text) > i+len(indent) && text[i+len(indent)] == ' ' {
		return i + len(indent) + 1, true // a folded calendar inside an indented text
	}
	if next := behindMark(text[lineStart:end], text[i:]); next > 0 {
		return i + next, !listItem(text[i+next:])
	}
	fold := i
	for i < len(text) && i-fold < 12 && text[i] == '>' {
		i++
		if i < len(text) && text[i] == ' ' {
			i++
		}
	}
	if i == fold && i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	return i, !listItem(text[i:])
}

// behindMark is where the text of a comment's next line begins, behind the mark that the line before it begins with, too, and one blank;
// 0 where the line begins with another mark, or with none.
func behindMark(line, next []byte) int {
	before, behind := bytes.TrimRight(indentOf(line), " \t"), indentOf(next)
	mark := bytes.TrimRight(behind, " \t")
	if len(before) == 0 || len(mark) == 0 || len(behind)-len(mark) > 1 {
		return 0
	}
	style := bytes.TrimLeft(mark, " \t")
	switch string(style) {
	case "//", "///", "#", "##":
		if !bytes.Equal(style, bytes.TrimLeft(before, " \t")) {
			return 0
		}
	case "*": // in a block that "/**" begins
		if before[len(before)-1] != '*' {
			return 0
		}
	default:
		return 0
	}
	return len(behind)
}

// listItem: what begins the next line is the number of an item ("2. Wait for the host"), not the rest of a link's number.
func listItem(line []byte) bool {
	n := 0
	for n < len(line) && n < 3 && isDigit(line[n]) {
		n++
	}
	return n > 0 && n+1 < len(line) && (line[n] == '.' || line[n] == ')') && line[n+1] == ' '
}

// proseAt reports whether text[at:], behind a line break, is the next word of a sentence, an option ("--all") or a setting ("LANG=en")
// rather than the rest of a link, and whether its line has more than this word. A line that was folded begins with a blank, and is no prose.
func proseAt(text []byte, at int) (prose, goesOn bool) {
	if joinedAsWritten(text, at) {
		return false, false
	}
	line, _, _ := strings.Cut(string(text[at:min(len(text), at+2*longestWord)]), "\n")
	word := leading(line, isNameByte)
	switch rest := strings.TrimLeft(line[len(word):], ".,;:!?)"); {
	case strings.HasPrefix(line, "--"), word != "" && isAlpha(word[0]) && strings.HasPrefix(rest, "="):
		return true, true
	case plainWord(word) && (rest == "" || rest[0] <= ' '): // but not "then-press", "room?key="
		return true, strings.TrimSpace(rest) != ""
	}
	return false, false
}

// joinedAsWritten: what goes on at text[at:] was folded there, or stands in the next of two string literals. Behind the mark of a quotation
// or of a comment it was not.
func joinedAsWritten(text []byte, at int) bool {
	return at == 0 || strings.IndexByte("\t\"'", text[at-1]) >= 0 || text[at-1] == ' ' && (at < 2 || strings.IndexByte(">*/#", text[at-2]) < 0)
}

func isNameByte(c byte) bool { return isAlnum(c) || c == '_' }

// plainWord: letters, all small but for the first, or a count or a year ("12 people", "2026 was").
func plainWord(s string) bool {
	if s == "" || len(s) > longestWord {
		return false
	}
	return all(s, isDigit) && len(s) <= 4 || all(s, isAlpha) && s[1:] == strings.ToLower(s[1:])
}

// longestWord bounds what is taken for a word of a sentence, in bytes.
const longestWord = 20

// indentOf is what stands before a line's first word: blanks and the marks of comments and quotations, at most 32 bytes.
func indentOf(line []byte) []byte {
	n := 0
	for n < len(line) && n < 32 && strings.IndexByte(" \t/*#>", line[n]) >= 0 {
		n++
	}
	return line[:n]
}

// nextLiteral leads from the end of a string literal into the one that source code joins to it: "…" + "…", "…" "…", '…' . '…'.
func nextLiteral(text []byte, end int) (int, bool) {
	i, joined := end+1, false
	for n := 0; i < len(text) && n < 40; n++ {
		switch c := text[i]; {
		case c == text[end]:
			return i + 1, joined
		case c == '+' || c == '.' || c == '&' || c == '\\' || c == '\n':
			joined = true
		case c != ' ' && c != '\t' && c != '\r':
			return 0, false
		}
		i++
	}
	return 0, false
}

// anchorURL cuts out the URL that contains a telling path at text[at:], on whatever host. ok is false when what stands
// there is no URL.
func anchorURL(text []byte, at int, room []byte) (c candidate, ok bool) {
	left := at
	for left > 0 && at-left < 512 && !endsLeft(text[left-1]) {
		left--
	}
	token := text[left:at]
	host := afterSeparator(token)
	if host < 0 {
		if dot := bytes.IndexByte(token, '.'); dot <= 0 || bytes.IndexByte(token, '/') < dot {
			return c, false
		}
		host = 0
		for host < len(token) && !isHostByte(token[host]) {
			host++
		}
	}
	host += left
	if host >= at || !isAlnum(text[host]) {
		return c, false
	}
	return cutCandidate(text, host, false, room)
}

func endsLeft(c byte) bool {
	return c <= ' ' || c >= 0x7f || strings.IndexByte("\"'<>`^{}|()[],", c) >= 0
}

// afterSeparator returns where the host behind the last "://" begins, in any encoding; -1 when there is none.
func afterSeparator(token []byte) int {
	for end := len(token); end >= 3; end-- {
		if c := token[end-1]; c != '/' && c != 'f' && c != 'F' && c != ';' {
			continue
		}
		for _, sep := range separators() {
			if sep != ":/" && end >= len(sep) && equalFold(token[end-len(sep):end], sep) {
				return end
			}
		}
	}
	return -1
}
