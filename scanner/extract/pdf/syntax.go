package pdf

import (
	"bytes"
	"strconv"
)

// The objects of a file. A number is a float64, a boolean a bool, null is nil.
type (
	name    string
	text    string // bytes, as they stand between the parentheses
	array   []any
	dict    map[name]any
	ref     struct{ number, generation int }
	keyword string // an operator of a page, or a word of the file's own structure
	stream  struct {
		dict dict
		raw  []byte // as in the file
		own  ref    // which it is, for its encryption
	}
)

// delimiter is a token that is no object. '<' and '>' stand for the double ones.
type delimiter byte

// maxNesting bounds arrays and dictionaries in each other.
const maxNesting = 64

// lexer reads objects from bytes. It is lenient: what makes no sense is left out. At the end of the data it gives nothing more.
type lexer struct {
	data []byte
	pos  int
	refs bool // "1 0 R" is a reference: in files, not in what pages draw
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// space skips white space and comments.
func (l *lexer) space() {
	for l.pos < len(l.data) {
		switch c := l.data[l.pos]; {
		case isSpace(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

// token returns the next object that is no array and no dictionary, a delimiter or a keyword. ok is false at the end.
func (l *lexer) token() (token any, ok bool) {
	l.space()
	if l.pos >= len(l.data) {
		return nil, false
	}
	c := l.data[l.pos]
	switch c {
	case '/':
		l.pos++
		return l.name(), true
	case '(':
		l.pos++
		return l.literal(), true
	case '<', '>':
		l.pos++
		if l.pos < len(l.data) && l.data[l.pos] == c {
			l.pos++
			return delimiter(c), true
		}
		if c == '<' {
			return l.hex(), true
		}
		return keyword(">"), true
	case '[', ']', '{', '}', ')':
		l.pos++
		return delimiter(c), true
	}
	return l.word(), true
}

// word reads a number or a keyword.
func (l *lexer) word() any {
	from := l.pos
	for l.pos < len(l.data) && !isSpace(l.data[l.pos]) && !isDelimiter(l.data[l.pos]) {
		l.pos++
	}
	word := l.data[from:l.pos]
	if c := word[0]; isDigit(c) || c == '-' || c == '+' || c == '.' {
		if n, ok := number(word); ok {
			return n
		}
	}
	switch string(word) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return keyword(word)
}

// number reads digits with a sign and a point. Programs write "--5" and "1.-2" too: what follows is left out.
func number(word []byte) (n float64, ok bool) {
	i, sign := 0, 1.0
	for i < len(word) && (word[i] == '-' || word[i] == '+') {
		if word[i] == '-' {
			sign = -1
		}
		i++
	}
	scale := 0.0
	for ; i < len(word); i++ {
		switch c := word[i]; {
		case isDigit(c):
			n = n*10 + float64(c-'0')
			scale *= 10
			ok = true
		case c == '.' && scale == 0:
			scale = 1
		case c == '-' && ok:
			i = len(word)
		default:
			return 0, false
		}
	}
	if scale > 1 {
		n /= scale
	}
	return sign * n, ok
}

func (l *lexer) name() name {
	from := l.pos
	escaped := false
	for l.pos < len(l.data) && !isSpace(l.data[l.pos]) && !isDelimiter(l.data[l.pos]) {
		escaped = escaped || l.data[l.pos] == '#'
		l.pos++
	}
	raw := l.data[from:l.pos]
	if !escaped {
		return name(raw)
	}
	var b []byte
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			if n, err := strconv.ParseUint(string(raw[i+1:i+3]), 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, raw[i])
	}
	return name(b)
}

// literal reads a string behind its opening parenthesis.
func (l *lexer) literal() text {
	var b []byte
	for depth := 1; l.pos < len(l.data); l.pos++ {
		switch c := l.data[l.pos]; c {
		case '(':
			depth++
			b = append(b, c)
		case ')':
			if depth--; depth == 0 {
				l.pos++
				return text(b)
			}
			b = append(b, c)
		case '\\':
			l.pos++
			b = l.escape(b)
		case '\r':
			b = append(b, '\n')
			if l.at(1) == '\n' {
				l.pos++
			}
		default:
			b = append(b, c)
		}
	}
	return text(b)
}

// at is the byte n places further, 0 behind the end.
func (l *lexer) at(n int) byte {
	if l.pos+n >= len(l.data) {
		return 0
	}
	return l.data[l.pos+n]
}

// escape appends what the escape at l.pos, behind its backslash, stands for, and goes to its last byte.
func (l *lexer) escape(b []byte) []byte {
	switch c := l.at(0); c {
	case 'n':
		return append(b, '\n')
	case 'r':
		return append(b, '\r')
	case 't':
		return append(b, '\t')
	case 'b':
		return append(b, '\b')
	case 'f':
		return append(b, '\f')
	case '\n':
		return b
	case '\r':
		if l.at(1) == '\n' {
			l.pos++
		}
		return b
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n := int(c - '0')
		for i := 0; i < 2 && l.at(1) >= '0' && l.at(1) <= '7'; i++ {
			l.pos++
			n = n<<3 | int(l.at(0)-'0')
		}
		return append(b, byte(n))
	default:
		if l.pos >= len(l.data) {
			return b
		}
		return append(b, c)
	}
}

func unhex(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// hex reads a string of hexadecimal digits behind its opening bracket.
func (l *lexer) hex() text {
	end := bytes.IndexByte(l.data[l.pos:], '>')
	if end < 0 {
		end = len(l.data) - l.pos
	}
	b := unhexed(l.data[l.pos : l.pos+end])
	l.pos = min(l.pos+end+1, len(l.data))
	return text(b)
}

// unhexed reads pairs of digits; what is none is left out, and a last single digit stands in front of a 0.
func unhexed(digits []byte) []byte {
	b := make([]byte, 0, len(digits)/2+1)
	high := -1
	for _, c := range digits {
		n := unhex(c)
		switch {
		case n < 0:
		case high < 0:
			high = n
		default:
			b = append(b, byte(high<<4|n))
			high = -1
		}
	}
	if high >= 0 {
		b = append(b, byte(high<<4))
	}
	return b
}

// object reads an object. A keyword is one too, for those who read what pages draw; a stray delimiter is nil. ok is false at
// the end of the data.
func (l *lexer) object() (object any, ok bool) { return l.nested(0) }

func (l *lexer) nested(depth int) (object any, ok bool) {
	token, ok := l.token()
	if !ok {
		return nil, false
	}
	switch token := token.(type) {
	case delimiter:
		switch {
		case depth >= maxNesting:
			l.pos = len(l.data)
			return nil, false
		case token == '[':
			return l.array(depth), true
		case token == '<':
			return l.dict(depth), true
		}
		return nil, true
	case float64:
		if l.refs {
			return l.reference(token), true
		}
	}
	return token, true
}

// reference reads on behind an integer: it may be the first of "12 0 R".
func (l *lexer) reference(n float64) any {
	if n < 0 || n != float64(int(n)) || n > maxNumber {
		return n
	}
	back := l.pos
	l.space()
	from := l.pos
	for l.pos < len(l.data) && isDigit(l.data[l.pos]) && l.pos-from < 6 {
		l.pos++
	}
	if l.pos > from {
		generation, _ := strconv.Atoi(string(l.data[from:l.pos]))
		l.space()
		if l.at(0) == 'R' && (l.pos+1 >= len(l.data) || isSpace(l.at(1)) || isDelimiter(l.at(1))) {
			l.pos++
			return ref{int(n), generation}
		}
	}
	l.pos = back
	return n
}

func (l *lexer) array(depth int) array {
	a := array{}
	for {
		l.space()
		if l.at(0) == ']' {
			l.pos++
			return a
		}
		if l.at(0) == '>' && l.at(1) == '>' { // of the dictionary around: the bracket is missing
			return a
		}
		o, ok := l.nested(depth + 1)
		if !ok {
			return a
		}
		if word, ok := o.(keyword); ok && l.refs && (word == "endobj" || word == "stream") {
			l.pos -= len(word)
			return a
		}
		a = append(a, o)
	}
}

func (l *lexer) dict(depth int) dict {
	d := dict{}
	for {
		token, ok := l.token()
		if !ok || token == delimiter('>') {
			return d
		}
		if word, ok := token.(keyword); ok && l.refs && (word == "endobj" || word == "stream") {
			l.pos -= len(word)
			return d
		}
		key, ok := token.(name)
		if !ok {
			continue
		}
		l.space()
		if l.at(0) == '>' && l.at(1) == '>' { // a key without a value
			continue
		}
		if l.at(0) == '/' || l.at(0) == '(' { // the commonest values
			d[key], _ = l.token()
			continue
		}
		value, ok := l.nested(depth + 1)
		if !ok {
			return d
		}
		d[key] = value
	}
}
