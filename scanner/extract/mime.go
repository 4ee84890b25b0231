package extract

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// mimeLines reads a mail line by line, and knows the boundaries of the parts around the place where it is (RFC 2046,
// section 5.1.1). All levels share it, so each byte of a mail is looked at once, however the parts stand in each other. It
// is used by one goroutine.
type mimeLines struct {
	text       *bufio.Reader
	boundaries []string // "--" and the boundary, the outermost first
	piece      []byte   // the line, or as much of a long one as the buffer holds; valid until the next call of next
	begins     bool     // piece begins a line
	ends       bool     // piece ends a line
	again      bool     // next gives piece once more
	hit        int      // which boundary stopped next, -1 for none
	closing    bool     // it is the one behind the last part
	err        error    // why there are no more lines; it stays
}

// lineBuffer is the most of a line that is looked at together, in bytes.
const lineBuffer = 8 << 10

func newMimeLines(r io.Reader) *mimeLines {
	return &mimeLines{text: bufio.NewReaderSize(r, lineBuffer), ends: true, hit: -1}
}

// next reads the next piece of a line. False means that a boundary or the end was met.
func (l *mimeLines) next() bool {
	switch {
	case l.again:
		l.again = false
		return true
	case l.hit >= 0 || l.err != nil:
		return false
	}
	l.begins = l.ends
	l.piece, l.err = l.text.ReadSlice('\n')
	if errors.Is(l.err, bufio.ErrBufferFull) {
		l.err = nil
	}
	l.ends = len(l.piece) > 0 && l.piece[len(l.piece)-1] == '\n'
	if len(l.piece) == 0 {
		return false
	}
	return !l.begins || !l.boundary()
}

// back has next give the piece once more.
func (l *mimeLines) back() { l.again = true }

// stop ends the reading here.
func (l *mimeLines) stop() { l.again, l.hit, l.err = false, -1, io.EOF }

// boundary says whether the piece is a boundary, of the innermost part that has it.
func (l *mimeLines) boundary() bool {
	if len(l.boundaries) == 0 || !bytes.HasPrefix(l.piece, []byte("--")) {
		return false
	}
	line := bytes.TrimRight(l.piece, " \t\r\n")
	for i := len(l.boundaries) - 1; i >= 0; i-- {
		rest, ok := bytes.CutPrefix(line, []byte(l.boundaries[i]))
		if ok && (len(rest) == 0 || string(rest) == "--") {
			l.hit, l.closing = i, len(rest) > 0
			return true
		}
	}
	return false
}

// drain reads on to the next boundary.
func (l *mimeLines) drain() {
	for l.next() { // each round reads at least one byte
	}
}

// body reads what comes up to the next boundary. The line end in front of a boundary belongs to the boundary.
func (l *mimeLines) body() io.Reader { return &mimeBody{lines: l} }

type mimeBody struct {
	lines *mimeLines
	lead  []byte // a line end that has turned out to belong to the body
	rest  []byte // of the piece
	held  []byte // the line end that may belong to a boundary
}

func (b *mimeBody) Read(p []byte) (int, error) {
	for len(b.lead) == 0 && len(b.rest) == 0 {
		if b.lines.next() {
			b.lead = b.held
			b.rest, b.held = cutLineEnd(b.lines.piece)
			continue
		}
		if b.lines.hit >= 0 {
			return 0, io.EOF
		}
		if len(b.held) == 0 {
			return 0, b.lines.err
		}
		b.lead, b.held = b.held, nil
	}
	n := copy(p, b.lead)
	b.lead = b.lead[n:]
	k := copy(p[n:], b.rest)
	b.rest = b.rest[k:]
	return n + k, nil
}

// cutLineEnd cuts the line end off. It is given as a copy, since the piece is read over.
func cutLineEnd(piece []byte) (line, end []byte) {
	switch {
	case bytes.HasSuffix(piece, []byte("\r\n")):
		return piece[:len(piece)-2], []byte("\r\n")
	case bytes.HasSuffix(piece, []byte("\n")):
		return piece[:len(piece)-1], []byte("\n")
	}
	return piece, nil
}
