package extract

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// encoding is how text that is not one byte for an ASCII character is written.
type encoding struct {
	width int  // bytes of a unit: 2 or 4; 0 for all that is read as it is
	big   bool // the high byte comes first
	mark  int64
}

// minGuess is the least text by which UTF-16 without a mark is recognised.
const minGuess = 8

// encodingOf recognises UTF-16 and UTF-32 by their marks where what follows can be such text, and UTF-16 without one by where
// its zero bytes are. The mark of UTF-8 is reported too, so that it is not counted as a column.
func encodingOf(head []byte) encoding {
	enc := marked(string(head[:min(len(head), 4)]))
	if enc.mark == 3 || enc.mark > 0 && wide(head[enc.mark:]) {
		return enc
	}
	return guess(head[:min(len(head), sniffSize)])
}

// marked is the encoding whose mark s begins with; the zero encoding without one.
func marked(s string) encoding {
	switch {
	case strings.HasPrefix(s, "\xef\xbb\xbf"):
		return encoding{mark: 3}
	case s == "\xff\xfe\x00\x00":
		return encoding{width: 4, mark: 4}
	case s == "\x00\x00\xfe\xff":
		return encoding{width: 4, big: true, mark: 4}
	case strings.HasPrefix(s, "\xff\xfe"):
		return encoding{width: 2, mark: 2}
	case strings.HasPrefix(s, "\xfe\xff"):
		return encoding{width: 2, big: true, mark: 2}
	}
	return encoding{}
}

// wide says whether what follows a mark of UTF-16 or UTF-32 can be such text: two bytes would be enough to hide a page from
// whoever believes them. Text of one byte a character is valid UTF-8, or nearly all its pairs of bytes are ASCII, or half
// of them are and no byte is one that only binary data has. In UTF-16 a character of ASCII has a zero byte; pairs that are
// ASCII make up a quarter of Chinese and half of Japanese, whose full stop and comma have bytes that text does not.
func wide(rest []byte) bool {
	rest = rest[:min(len(rest), sniffSize)]
	pairs, narrow, binary, zeros := len(rest)/2, 0, 0, 0
	for i := 0; i+1 < len(rest); i += 2 {
		a, b := rest[i], rest[i+1]
		if isASCIIText(a) && isASCIIText(b) {
			narrow++
		}
		if a < ' ' && !isASCIIText(a) || b < ' ' && !isASCIIText(b) {
			binary++
		}
		if a == 0 || b == 0 {
			zeros++
		}
	}
	switch {
	case pairs == 0:
		return true
	case narrow*4 >= pairs*3:
		return false
	case zeros == 0 && len(rest) >= minGuess && utf8.Valid(rest[:len(rest)-cutOff(rest)]):
		return false
	}
	return binary > 0 || narrow*2 < pairs || len(rest) < 8*minGuess
}

// cutOff is how many bytes at the end are the beginning of a character of UTF-8.
func cutOff(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if last := b[len(b)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return n
			}
			return 0
		}
	}
	return 0
}

func isASCIIText(c byte) bool { return c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' }

// guess recognises UTF-16 without a mark: a quarter of its units are ASCII characters or more, seen as zero bytes in one
// half of the places; the other half has next to none.
func guess(head []byte) encoding {
	if len(head) < minGuess || bytes.IndexByte(head, 0) < 0 {
		return encoding{}
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i&1]++
		}
	}
	units := len(head) / 2
	switch {
	case zeros[1]*4 >= units && zeros[0]*20 <= zeros[1] && plain(head, 0):
		return encoding{width: 2}
	case zeros[0]*4 >= units && zeros[1]*20 <= zeros[0] && plain(head, 1):
		return encoding{width: 2, big: true}
	}
	return encoding{}
}

// plain says whether the units of head with a zero high byte are mostly characters of text. low is where in a unit the
// low byte stands. Tables of small numbers look like UTF-16 too, but not like text.
func plain(head []byte, low int) bool {
	text, other := 0, 0
	for i := 0; i+1 < len(head); i += 2 {
		if head[i+1-low] != 0 {
			continue
		}
		if c := head[i+low]; c >= ' ' && c != 0x7f || c == '\n' || c == '\r' || c == '\t' {
			text++
		} else {
			other++
		}
	}
	return other*10 <= text
}

// decoder turns UTF-16 or UTF-32 into UTF-8 on the way. What is no character becomes U+FFFD.
type decoder struct {
	text    io.Reader
	enc     encoding
	raw     [4096]byte
	n       int // bytes in raw
	out     []byte
	pending []byte // of out
	err     error
}

func newDecoder(text io.Reader, enc encoding) *decoder { return &decoder{text: text, enc: enc} }

func (d *decoder) Read(p []byte) (int, error) {
	for len(d.pending) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.pending)
	d.pending = d.pending[n:]
	return n, nil
}

// fill reads and decodes the next stretch. Units that wait for their second half stay in raw.
func (d *decoder) fill() {
	n, err := readSome(d.text, d.raw[d.n:])
	d.n += n
	d.err = err
	d.out = d.out[:0]
	if d.n < int(d.enc.mark) && err == nil {
		return
	}
	i := min(int(d.enc.mark), d.n)
	d.enc.mark = 0
	for i < d.n {
		r, size := d.decode(d.raw[i:d.n], err != nil)
		if size == 0 {
			break
		}
		d.out = utf8.AppendRune(d.out, r)
		i += size
	}
	d.n = copy(d.raw[:], d.raw[i:d.n])
	d.pending = d.out
}

// readSome reads at least one byte, or gives an error.
func readSome(r io.Reader, b []byte) (int, error) {
	for range 100 {
		if n, err := r.Read(b); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// decode decodes the first character of b; size 0 means that more bytes are needed. At the end nothing is.
func (d *decoder) decode(b []byte, end bool) (r rune, size int) {
	if len(b) < d.enc.width {
		if end {
			return utf8.RuneError, len(b)
		}
		return 0, 0
	}
	if d.enc.width == 4 {
		unit := d.order().Uint32(b)
		if unit > utf8.MaxRune {
			return utf8.RuneError, 4
		}
		return rune(unit), 4 // AppendRune mends surrogates
	}
	first := rune(d.order().Uint16(b))
	if !utf16.IsSurrogate(first) {
		return first, 2
	}
	if len(b) < 4 {
		if !end {
			return 0, 0
		}
		return utf8.RuneError, 2
	}
	if r := utf16.DecodeRune(first, rune(d.order().Uint16(b[2:]))); r != utf8.RuneError {
		return r, 4
	}
	return utf8.RuneError, 2
}

func (d *decoder) order() binary.ByteOrder {
	if d.enc.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}
