package extract

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"meetleaks/scanner"
)

// Files of Office 97 to 2003, messages of Outlook and the like are compound files (MS-CFB): a file system of small sectors.
// Their structure is not read. Their text stands in them in one byte a character, as it is, or in UTF-16, which is
// made one byte a character where that can be done; the rest stays. So links are found, of hyperlinks too, but not one that
// is torn between two sectors that do not follow one another, nor text that is packed or encrypted.

// ole reads the strings of a compound file.
func (w *work) ole(c content, k kind) error {
	n := &narrow{from: c.reader}
	err := w.yield(scanner.Document{URI: c.uri, MediaType: k.media, Host: c.host, Text: n})
	if err == nil && n.locked {
		w.report(c.uri, errors.New("encrypted"))
	}
	return err
}

// minWide is how many characters of UTF-16 in a row are text.
const minWide = 3

// narrow gives a stream with its runs of UTF-16LE in UTF-8. It is used by one goroutine.
type narrow struct {
	from   io.Reader
	raw    []byte // what was read and not looked at yet
	out    []byte
	give   []byte // of out
	before byte   // the last byte in front of raw
	inRun  bool
	tail   []byte // of what was given
	locked bool   // the file says that it is encrypted
	err    error
}

func (n *narrow) Read(p []byte) (int, error) {
	for len(n.give) == 0 {
		if n.err != nil {
			return 0, n.err
		}
		n.fill()
	}
	k := copy(p, n.give)
	n.give = n.give[k:]
	return k, nil
}

// encryptedPackage is the name of the stream in which an encrypted office file stands (MS-OFFCRYPTO, section 2.3.4.4).
const encryptedPackage = "EncryptedPackage"

// fill reads and changes the next piece.
func (n *narrow) fill() {
	if n.raw == nil {
		n.raw = make([]byte, 0, xmlPiece)
	}
	k, err := readSome(n.from, n.raw[len(n.raw):cap(n.raw)])
	n.raw = n.raw[:len(n.raw)+k]
	n.err = err
	n.out = n.out[:0]
	i := 0
	for i < len(n.raw) && (err != nil || len(n.raw)-i >= 2*minWide) { // so many decide whether a run begins
		i += n.step(n.raw[i:])
	}
	n.raw = n.raw[:copy(n.raw, n.raw[i:])]
	n.give = n.out
	n.tail = append(n.tail, n.out...)
	n.locked = n.locked || bytes.Contains(n.tail, []byte(encryptedPackage))
	n.tail = n.tail[:copy(n.tail, n.tail[max(0, len(n.tail)-len(encryptedPackage)):])]
}

// step changes what b begins with, and returns how many bytes that was.
func (n *narrow) step(b []byte) int {
	switch {
	case n.inRun && isNarrow(b):
		n.out = appendNarrow(n.out, b[0])
		return 2
	case n.inRun && len(b) >= 4 && isNarrow(b[2:]):
		n.out = utf8.AppendRune(n.out, rune(b[0])|rune(b[1])<<8) // half of a pair becomes U+FFFD
		return 2
	case n.inRun:
		n.inRun, n.before = false, 0
		n.out = append(n.out, 0) // another text begins
		return 0
	case !isASCIIText(n.before) && len(b) >= 2*minWide && isASCIIText(b[0]) && isNarrow(b) && isNarrow(b[2:]) && isNarrow(b[4:]):
		n.inRun = true
		return 0
	}
	n.before = b[0]
	n.out = append(n.out, b[0])
	return 1
}

// isNarrow: b begins with a character of text below U+0100, marks of Word (MS-DOC, section 2.4.1) among them.
func isNarrow(b []byte) bool {
	return len(b) >= 2 && b[1] == 0 && (isASCIIText(b[0]) || b[0] >= 0xa0 || b[0] == 0x07 || b[0] == 0x0b || b[0] >= 0x13 && b[0] <= 0x15)
}

func appendNarrow(to []byte, c byte) []byte {
	switch c {
	case 0x07:
		c = '\t'
	case 0x0b, '\r':
		c = '\n'
	case 0x13, 0x14, 0x15: // around the code and the text of a field
		c = ' '
	}
	return utf8.AppendRune(to, rune(c))
}
