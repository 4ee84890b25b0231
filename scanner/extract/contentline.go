package extract

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// contentLines reads the lines of a calendar or a vCard (RFC 5545 section 3.1, RFC 6350 section 3.2): unfolded, whatever the
// line ends, with their places. Each byte of the source is in exactly one line.
type contentLines struct {
	source []byte
	at     int
}

// contentLine is one line. Its name is as it is written; a line that has none is only text.
type contentLine struct {
	mapped                   // without its line end
	from, end, to   int      // in the source: its begin, its end without and with the last line end
	doubts          []int    // where in text lines were joined that are perhaps no fold
	head            int      // the end of its name and parameters in text: where ":" stands; -1: it is no property
	last            int      // where the last of its lines begins in the source
	name            string   // in upper case
	params          []string // "TZID=Europe/Berlin", the name in upper case, quotes taken off
	quotedPrintable bool
}

// The bounds of what is looked at of a line's name and parameters, in bytes and in number.
const (
	maxLineHead   = 4096
	maxLineParams = 32
)

// foldLeast is the length in bytes from which on a line is full: lines are folded behind 75. maxDoubts bounds the folds of one
// line behind shorter ones that are remembered.
const (
	foldLeast = 60
	maxDoubts = 64
)

// next reads a line; false at the end.
func (r *contentLines) next(l *contentLine) bool {
	if r.at >= len(r.source) {
		return false
	}
	*l = contentLine{mapped: mapped{runs: l.runs[:0]}, doubts: l.doubts[:0], from: r.at, last: r.at, head: -1}
	l.end, l.to = r.lineEnd(r.at)
	if !r.continues(l.to) {
		l.text = r.source[l.from:l.end:l.end]
		l.runs = append(l.runs, mappedRun{0, l.from, true})
	} else {
		l.text = nil
		l.mapped.copy(r.source[l.from:l.end], l.from)
		for r.continues(l.to) {
			r.addLine(l, l.to, 1)
		}
	}
	l.parse()
	for l.quotedPrintable && bytes.HasSuffix(l.text, []byte("=")) && l.to < len(r.source) {
		l.text = bytes.Clone(l.text[: len(l.text)-1 : len(l.text)-1])
		r.addSoft(l)
	}
	r.at = l.to
	return true
}

// addLine adds the line at from, of which skip bytes belong to the fold.
func (r *contentLines) addLine(l *contentLine, from, skip int) {
	if n := len(l.text); skip > 0 && l.end-l.last < foldLeast && n > 0 && isTokenByte(l.text[n-1]) && len(l.doubts) < maxDoubts {
		l.doubts = append(l.doubts, n)
	}
	l.last = from
	l.end, l.to = r.lineEnd(from)
	l.mapped.copy(r.source[min(from+skip, l.end):l.end], from+skip)
}

// addSoft adds the lines that follow soft breaks of quoted-printable.
func (r *contentLines) addSoft(l *contentLine) {
	for l.to < len(r.source) {
		r.addLine(l, l.to, 0)
		if n := len(l.text); n == 0 || l.text[n-1] != '=' {
			return
		}
		if l.to < len(r.source) {
			l.text = l.text[:len(l.text)-1]
		}
	}
}

// continues says that the line at from is the rest of the one before.
func (r *contentLines) continues(from int) bool {
	return from < len(r.source) && (r.source[from] == ' ' || r.source[from] == '\t')
}

// lineEnd is where the line at from ends, without and with its line end: LF, CR, or CRs and LF.
func (r *contentLines) lineEnd(from int) (end, next int) {
	n := bytes.IndexAny(r.source[from:], "\r\n")
	if n < 0 {
		return len(r.source), len(r.source)
	}
	end = from + n
	for next = end; next < min(len(r.source), end+maxCRs) && r.source[next] == '\r'; next++ {
	}
	if next < len(r.source) && r.source[next] == '\n' {
		return end, next + 1
	}
	return end, end + 1
}

// maxCRs is how many carriage returns belong to one line end: some programs write one too many each time a file is saved.
const maxCRs = 4

// parse finds the name, the parameters and the value.
func (l *contentLine) parse() {
	head := l.text[:min(len(l.text), maxLineHead)]
	n := 0
	for n < len(head) && isNameByte(head[n]) {
		n++
	}
	if n == 0 || n == len(head) || head[n] != ':' && head[n] != ';' {
		return
	}
	quoted := false
	starts := make([]int, 0, 4)
	for i := n; i < len(head); i++ {
		switch c := head[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ';':
			starts = append(starts, i+1)
		case c == ':':
			l.head, l.name = i, strings.ToUpper(string(head[:n]))
			l.setParams(head[:i], starts)
			return
		}
	}
}

func (l *contentLine) setParams(head []byte, starts []int) {
	for i, from := range starts[:min(len(starts), maxLineParams)] {
		to := len(head)
		if i+1 < len(starts) {
			to = starts[i+1] - 1
		}
		name, value, ok := strings.Cut(string(head[from:to]), "=")
		name = strings.ToUpper(name)
		if !ok { // vCalendar 1.0 and vCard 2.1 name the value alone
			name, value = "", name
		}
		value = strings.ReplaceAll(value, `"`, "")
		if (name == "ENCODING" || name == "") && strings.EqualFold(value, "QUOTED-PRINTABLE") {
			l.quotedPrintable = true
		}
		l.params = append(l.params, name+"="+value)
	}
}

func isTokenByte(c byte) bool { return isASCIILetter(c) || c >= '0' && c <= '9' || c >= 0x80 }

func isASCIILetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func isNameByte(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_'
}

// param is the value of a parameter, "" without it.
func (l *contentLine) param(name string) string {
	for _, p := range l.params {
		if n, value, _ := strings.Cut(p, "="); n == name {
			return value
		}
	}
	return ""
}

// value is what stands behind the colon.
func (l *contentLine) value() string { return string(l.text[l.head+1:]) }

// isBase64 says that the value is binary data in letters.
func (l *contentLine) isBase64() bool {
	for _, p := range l.params {
		switch name, value, _ := strings.Cut(p, "="); {
		case name != "ENCODING" && name != "":
		case strings.EqualFold(value, "BASE64"), strings.EqualFold(value, "B"):
			return true
		}
	}
	return false
}

// maxBase64 bounds the letters of one value that is decoded, in bytes.
const maxBase64 = 1 << 20

// plainText is the text that the base64 value holds; false when it holds none, or very much.
func (l *contentLine) plainText() (string, bool) {
	letters := l.text[l.head+1:]
	if len(letters) > maxBase64 {
		return "", false
	}
	media := strings.ToLower(l.param("FMTTYPE"))
	if media != "" && !strings.HasPrefix(media, "text/") {
		return "", false
	}
	letters = bytes.TrimRight(bytes.Map(dropBlank, letters), "=")
	text, err := base64.RawStdEncoding.DecodeString(string(letters))
	if err != nil || len(text) == 0 || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return "", false
	}
	return string(text), true
}

func dropBlank(r rune) rune {
	if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
		return -1
	}
	return r
}

// decoded is the line's value as a reader sees it: without the escapes of the format, and of quoted-printable. What is
// no escape stays as it is.
func (l *contentLine) decoded() *mapped {
	m, from := &l.mapped, l.head+1
	if l.quotedPrintable {
		m, from = unquoted(m, from), 0
	}
	return unescaped(m, from)
}

// unquoted undoes quoted-printable (RFC 2045 section 6.7).
func unquoted(m *mapped, from int) *mapped {
	out := &mapped{}
	for i := from; i < len(m.text); {
		n := bytes.IndexByte(m.text[i:], '=')
		if n < 0 {
			out.part(m, i, len(m.text))
			break
		}
		out.part(m, i, i+n)
		i += n
		if c, ok := quotedByte(m.text[i+1:]); ok {
			out.put(string([]byte{c}), m.source(i))
			i += 3
		} else {
			out.part(m, i, i+1)
			i++
		}
	}
	return out
}

func quotedByte(b []byte) (byte, bool) {
	if len(b) < 2 {
		return 0, false
	}
	high, low := hexValue(b[0]), hexValue(b[1])
	return byte(high<<4 | low), high >= 0 && low >= 0
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// unescaped undoes the escapes of TEXT values (RFC 5545 section 3.3.11), and those that older programs write: "\:".
func unescaped(m *mapped, from int) *mapped {
	if from == 0 && bytes.IndexByte(m.text, '\\') < 0 {
		return m
	}
	out := &mapped{}
	for i := from; i < len(m.text); {
		n := bytes.IndexByte(m.text[i:], '\\')
		if n < 0 {
			out.part(m, i, len(m.text))
			break
		}
		out.part(m, i, i+n)
		i += n
		text := ""
		if i+1 < len(m.text) {
			text = escapes(m.text[i+1])
		}
		if text == "" {
			out.part(m, i, i+1)
			i++
			continue
		}
		out.put(text, m.source(i))
		i += 2
	}
	return out
}

// escapes is what a backslash and c stand for, "" when they are no escape.
func escapes(c byte) string {
	switch c {
	case 'n', 'N':
		return "\n"
	case '\\', ',', ';', ':', '"':
		return string(rune(c))
	}
	return ""
}
