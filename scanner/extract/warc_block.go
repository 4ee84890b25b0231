package extract

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// warcBlock reads the block of a record. Where the record's length is wrong it ends where the next record begins.
type warcBlock struct {
	text  *bufio.Reader
	left  int64 // by the record's length
	whole bool  // what looks like a record in it belongs to it
	loose bool  // there is no length: it ends at the next record, or with the file
	cut   bool  // the next record was found in it
	tail  []byte
	any   bool // something was read
	err   error
}

// warcBegin is how a record begins, behind a line end.
const warcBegin = "\n" + warcMark

func (b *warcBlock) Read(p []byte) (int, error) {
	switch {
	case b.err != nil:
		return 0, b.err
	case b.left == 0 || b.cut:
		return 0, io.EOF
	case b.meetsRecord():
		b.cut = true
		return 0, io.EOF
	}
	ready, err := b.ready()
	n := copy(p, ready)
	if n == 0 && len(p) > 0 {
		if errors.Is(err, io.EOF) && !b.loose {
			err = io.ErrUnexpectedEOF
		}
		b.err = err
		return 0, err
	}
	_, _ = b.text.Discard(n) // it was peeked
	b.left -= int64(n)
	b.any = b.any || n > 0
	b.tail = append(b.tail, p[max(n-3, 0):n]...)
	b.tail = append(b.tail[:0], b.tail[max(len(b.tail)-3, 0):]...)
	return n, nil
}

// ready returns what can be read up to where a record may begin. The error is why there is nothing.
func (b *warcBlock) ready() ([]byte, error) {
	window, err := b.text.Peek(int(min(b.left, warcBuffer/2)))
	if b.whole || len(window) == 0 {
		return window, err
	}
	if i := bytes.Index(window, []byte(warcBegin)); i >= 0 {
		return window[:i+1], nil
	}
	if err == nil && int64(len(window)) < b.left {
		window = window[:len(window)-len(warcMark)] // it may begin there
	}
	return window, nil
}

// meetsRecord says whether the next record begins here: behind an empty line, or where there is no length behind any.
func (b *warcBlock) meetsRecord() bool {
	if b.whole {
		return false
	}
	behindLine := !b.any || bytes.HasSuffix(b.tail, []byte("\n"))
	behindEmpty := !b.any || bytes.HasSuffix(b.tail, []byte("\n\n")) || bytes.HasSuffix(b.tail, []byte("\n\r\n")) ||
		strings.Trim(string(b.tail), "\r\n") == "" && len(b.tail) < 3
	if !behindLine || !b.loose && !behindEmpty {
		return false
	}
	if mark, _ := b.text.Peek(len(warcMark)); !hasPrefixFold(mark, warcMark) {
		return false
	}
	if b.loose {
		return b.any
	}
	text, _ := b.text.Peek(maxWARCBegin)
	_, field, _ := bytes.Cut(text, []byte("\n"))
	return hasPrefixFold(field, "WARC-") || hasPrefixFold(field, "Content-")
}

// maxWARCBegin holds the first line of a record and the begin of the second, in bytes.
const maxWARCBegin = 64

// readFields reads the header of a record or of an HTTP message, with the line in front of it. The error says that it
// does not end as it should.
func readFields(text *bufio.Reader) (mailHeader, error) {
	var h mailHeader
	for begins := true; ; {
		line, err := text.ReadSlice('\n')
		if begins && len(line) > 0 && len(bytes.TrimRight(line, "\r\n")) == 0 {
			return h, nil
		}
		h.add(line, begins)
		begins = bytes.HasSuffix(line, []byte("\n"))
		switch {
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return h, err
		case len(h.raw) > maxMailHeader:
			return h, errLongHeader
		}
	}
}

// add adds a line, or a piece of one, to a header.
func (h *mailHeader) add(line []byte, begins bool) {
	at := len(h.raw)
	h.raw = append(h.raw, line...)
	colon := fieldName(line)
	if begins && at > 0 && colon >= 0 {
		name := strings.ToLower(string(bytes.TrimRight(line[:colon], " \t")))
		h.fields = append(h.fields, mailField{name: name, from: at, value: at + colon + 1, to: len(h.raw)})
	} else if n := len(h.fields); n > 0 {
		h.fields[n-1].to = len(h.raw)
	}
}
