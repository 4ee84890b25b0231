package extract

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

// A mailbox is mails one after the other, each with a line "From sender date" in front (RFC 4155, appendix A). In the
// text of a mail such lines are written ">From ", by some programs (mboxrd) also ">>From " for what was ">From ".
// Content-Length (mboxcl2) is not believed: it is often wrong.

const (
	mboxMark = "From "
	// mboxField is what the line in front of a mail is called in the mail: a field, so that the mail begins with a header and
	// its lines are counted from there.
	mboxField = "Mbox-From: "
	// mboxBuffer holds the line and the begin of the next, by which it is recognised, in bytes.
	mboxBuffer = 16 << 10
	// maxMboxLine is the longest such line.
	maxMboxLine = 1 << 10
)

// isMbox says whether a text is a mailbox: a line with a date or an address, with a field behind it.
func isMbox(start []byte) bool { return isMboxLine(start) }

// isMboxLine says whether text begins with the line in front of a mail.
func isMboxLine(text []byte) bool {
	if !bytes.HasPrefix(text, []byte(mboxMark)) {
		return false
	}
	line, rest, ok := bytes.Cut(text[:min(len(text), maxMboxLine)], []byte("\n"))
	if !ok {
		return false
	}
	field, _, _ := bytes.Cut(rest, []byte("\n"))
	colon := fieldName(field)
	if colon < 0 {
		return false
	}
	name := string(bytes.ToLower(field[:colon]))
	return hasDate(line) || isMailField(name) && (!isMemoField(name) || bytes.IndexByte(line, '@') > 0)
}

// hasDate looks for a time of day and a year: "Thu Nov 26 10:04:00 2026".
func hasDate(line []byte) bool {
	clock, year := false, false
	for word := range bytes.FieldsSeq(line) {
		switch {
		case len(word) >= 4 && len(word) <= 8 && bytes.IndexByte(word, ':') > 0 && isDigit(word[0]) && isDigit(word[len(word)-1]):
			clock = true
		case len(word) == 4 && (word[0] == '1' || word[0] == '2') && isDigit(word[1]) && isDigit(word[2]) && isDigit(word[3]):
			year = year || clock
		}
	}
	return year
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// mbox reads the mails of a mailbox.
func (w *work) mbox(c content) error {
	box := &mailbox{text: bufio.NewReaderSize(c.reader, mboxBuffer), begins: true, blank: true}
	for number := 1; box.more(); number++ {
		if err := w.budget.entry(); err != nil {
			w.report(c.uri, err)
			return w.ctx.Err()
		}
		one := c.entry(strconv.Itoa(number), &boxedMail{box: box})
		one.declared = "message/rfc822"
		if err := w.content(one); err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, one.reader) // its error comes again below
	}
	if !errors.Is(box.err, io.EOF) {
		w.report(c.uri, box.err)
	}
	return w.ctx.Err()
}

// mailbox reads a mailbox line by line.
type mailbox struct {
	text   *bufio.Reader
	begins bool  // a line begins here
	blank  bool  // the line before was empty, or there is none
	err    error // why there is no more; it stays
}

// more says whether there is another mail. Empty lines and a mark in front of the first are passed over.
func (b *mailbox) more() bool {
	for b.err == nil {
		next, err := b.text.Peek(1)
		switch {
		case len(next) == 0:
			b.err = err
		case next[0] == '\n' || next[0] == '\r' || next[0] >= 0xbb && b.skipMark():
			_, _ = b.text.Discard(1) // it was peeked
		default:
			return true
		}
	}
	return false
}

// skipMark says whether the next byte is of the mark of UTF-8, and not of a text.
func (b *mailbox) skipMark() bool {
	mark, _ := b.text.Peek(3)
	if string(mark) != "\xef\xbb\xbf" {
		return false
	}
	_, _ = b.text.Discard(2) // they were peeked
	return true
}

// piece reads the next line, or as much of it as the buffer holds.
func (b *mailbox) piece() []byte {
	piece, err := b.text.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		b.err = err
	}
	line := bytes.TrimRight(piece, "\r\n")
	b.blank = b.begins && len(line) == 0
	b.begins = len(piece) > 0 && piece[len(piece)-1] == '\n'
	return piece
}

// atMail says whether the next mail begins here. Where no empty line is in front the line must have a date.
func (b *mailbox) atMail() bool {
	if !b.begins {
		return false
	}
	if mark, _ := b.text.Peek(len(mboxMark)); string(mark) != mboxMark {
		return false
	}
	text, _ := b.text.Peek(maxMboxLine)
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return isMboxLine(text) && (b.blank || hasDate(line))
}

// boxedMail reads one mail of a mailbox, from its first line to the next mail.
type boxedMail struct {
	box     *mailbox
	started bool
	ended   bool
	rest    []byte // of the line
}

func (m *boxedMail) Read(p []byte) (int, error) {
	for len(m.rest) == 0 {
		if m.ended {
			return 0, io.EOF
		}
		if m.box.err != nil {
			return 0, m.box.err
		}
		m.fill()
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

func (m *boxedMail) fill() {
	at := m.box.atMail()
	if at && m.started {
		m.ended = true
		return
	}
	begins := m.box.begins
	m.started, m.rest = true, m.box.piece()
	switch {
	case at:
		m.rest = append([]byte(mboxField), m.rest[len(mboxMark):]...)
	case begins && isQuotedMark(m.rest):
		m.rest = m.rest[1:]
	}
}

// isQuotedMark recognises ">From ", ">>From " and so on.
func isQuotedMark(line []byte) bool {
	rest := bytes.TrimLeft(line, ">")
	return len(rest) < len(line) && bytes.HasPrefix(rest, []byte(mboxMark))
}
