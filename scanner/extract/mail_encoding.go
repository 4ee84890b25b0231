package extract

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/transform"
)

// transferDecoded undoes a content transfer encoding (RFC 2045, section 6). damaged says, once all is read, what could not
// be decoded.
func transferDecoded(r io.Reader, encoding string) (decoded io.Reader, damaged func() error) {
	fine := func() error { return nil }
	switch name, _, _ := strings.Cut(encoding, ";"); strings.ToLower(strings.Trim(name, " \t\"")) {
	case "base64":
		b := &base64Text{text: bufio.NewReaderSize(r, lineBuffer)}
		return b, b.damaged
	case "quoted-printable":
		return &quotedText{text: bufio.NewReaderSize(r, lineBuffer)}, fine
	case "", "7bit", "8bit", "binary", "7-bit", "8-bit", "none":
		return r, fine
	}
	return r, func() error { return policy("the transfer encoding of a part is not known: it was read as it is") }
}

// base64Text decodes base64. Other than encoding/base64 it goes on behind what is none, which is given as it is: lists put
// lines of plain text behind the body of a mail whatever its encoding.
type base64Text struct {
	text    *bufio.Reader
	group   [4]byte // the characters of a group that is not complete
	n       int
	any     bool // there was base64
	plain   bool // the last line was no base64
	broken  bool // there was base64 behind what is none, or a character alone
	decoded []byte
	rest    []byte // of decoded
	err     error
}

func (b *base64Text) damaged() error {
	if b.broken {
		return errors.New("broken base64: what could be decoded was read")
	}
	return nil
}

func (b *base64Text) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.fill()
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// fill decodes the next line, or as much of it as the buffer holds.
func (b *base64Text) fill() {
	b.decoded = b.decoded[:0]
	line, err := b.text.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		err = nil
	}
	if isBase64(line) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.broken = b.broken || b.plain
			b.any, b.plain = true, false
		}
		b.line(line)
	} else {
		b.flush()
		if b.any && !b.plain {
			b.decoded = append(b.decoded, '\n') // the two are not one word
		}
		b.plain = true
		b.decoded = append(b.decoded, line...)
	}
	if err != nil {
		b.flush()
		b.err = err
	}
	b.rest = b.decoded
}

// line decodes characters of the alphabet; what is none of it is space.
func (b *base64Text) line(line []byte) {
	for _, c := range line {
		switch {
		case c == '=':
			b.flush()
		case c > ' ':
			b.group[b.n] = c
			if b.n++; b.n == len(b.group) {
				b.flush()
			}
		}
	}
}

// flush decodes what there is of a group.
func (b *base64Text) flush() {
	if b.n == 1 {
		b.broken = true
	}
	b.decoded, _ = base64.RawStdEncoding.AppendDecode(b.decoded, b.group[:b.n]) // of a character alone nothing comes
	b.n = 0
}

// isBase64 says whether a line can be base64: nothing but its alphabet, with space around it.
func isBase64(line []byte) bool {
	for _, c := range bytes.Trim(line, " \t\r\n") {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/', c == '=':
		default:
			return false
		}
	}
	return true
}

// decodedBase64 is all of a short text.
func decodedBase64(s string) []byte {
	b, _ := io.ReadAll(&base64Text{text: bufio.NewReader(strings.NewReader(s))}) // a reader of strings does not fail
	return b
}

// quotedText decodes quoted-printable. Other than mime/quotedprintable it never fails: what is no escape stays as it is.
type quotedText struct {
	text    *bufio.Reader
	decoded []byte
	rest    []byte // of decoded
	carry   []byte // the beginning of an escape
	err     error
}

func (q *quotedText) Read(p []byte) (int, error) {
	for len(q.rest) == 0 {
		if q.err != nil {
			return 0, q.err
		}
		q.fill()
	}
	n := copy(p, q.rest)
	q.rest = q.rest[n:]
	return n, nil
}

func (q *quotedText) fill() {
	line, err := q.text.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		err = nil
	}
	if len(q.carry) > 0 {
		line = append(q.carry, line...)
	}
	var left int
	q.decoded, left = appendQuoted(q.decoded[:0], line)
	q.carry = bytes.Clone(line[len(line)-left:])
	if err != nil {
		q.decoded = append(q.decoded, q.carry...)
		q.err = err
	}
	q.rest = q.decoded
}

// maxSoftBreak bounds the space between the sign of a soft line break and its line end.
const maxSoftBreak = 80

// appendQuoted decodes quoted-printable. The last left bytes of b were not: they may be the beginning of an escape.
func appendQuoted(out, b []byte) (decoded []byte, left int) {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '=')
		if i < 0 {
			return append(out, b...), 0
		}
		out = append(out, b[:i]...)
		b = b[i:]
		if n := softLineBreak(b); n > 0 {
			b = b[n:]
			continue
		}
		high, low := unhex(b, 1), unhex(b, 2)
		switch {
		case len(b) < 3 && high != noHex || len(b) < maxSoftBreak && len(bytes.TrimRight(b, " \t\r")) == 1:
			return out, len(b)
		case high >= 0 && low >= 0:
			out = append(out, byte(high<<4|low))
			b = b[3:]
		default:
			out = append(out, '=')
			b = b[1:]
		}
	}
	return out, 0
}

// softLineBreak returns the length of "=", space, and a line end.
func softLineBreak(b []byte) int {
	for i := 1; i < len(b) && i < maxSoftBreak; i++ {
		switch b[i] {
		case '\n':
			return i + 1
		case ' ', '\t', '\r':
		default:
			return 0
		}
	}
	return 0
}

// What unhex returns beside digits.
const (
	noHex = -1
	noYet = -2 // the text ends in front of it
)

func unhex(b []byte, i int) int {
	if i >= len(b) {
		return noYet
	}
	switch c := b[i]; {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return noHex
}

// decodeCharset turns a text into UTF-8. The label is believed where the text has no mark of its own, and only as far as
// it hides nothing: text in ASCII stays as it is whatever the label says, and so does text in a charset that is not known.
func decodeCharset(text []byte, label string) []byte {
	if enc := encodingOf(text); enc.width > 0 || enc.mark > 0 {
		return decodeWide(text, enc)
	}
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	if label == "" || isPlainASCII(text) {
		return text
	}
	enc, name := charset.Lookup(label)
	switch name {
	case "", "utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined":
		return text
	case "windows-1252": // also for us-ascii, which is said of much that is UTF-8
		if utf8.Valid(text) {
			return text
		}
	}
	decoded, _, err := transform.Bytes(enc.NewDecoder(), text)
	if err != nil {
		return text
	}
	return decoded
}

func decodeWide(text []byte, enc encoding) []byte {
	if enc.width == 0 {
		return text[enc.mark:]
	}
	decoded, _ := io.ReadAll(newDecoder(bytes.NewReader(text), enc)) // a reader of bytes does not fail
	return decoded
}

// isPlainASCII says whether a text is the same in every charset: ISO-2022-JP begins its own characters with an escape.
func isPlainASCII(text []byte) bool {
	for _, b := range text {
		if b >= 0x80 || b == 0x1b {
			return false
		}
	}
	return true
}
