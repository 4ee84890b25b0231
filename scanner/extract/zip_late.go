package extract

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// A zip is found by its end, so anything may stand in front of it, and the file is still a zip to those who want one: programs
// that unpack themselves, archives of Python and Java that can be started. Such a file is read as what it begins with, and then
// as a zip.

// ending notes the last bytes of content while that is read, so that nothing is read again to see how text ends.
type ending struct {
	mu   sync.Mutex
	last [sizeEnd]byte // zeros where nothing was read
}

// endingAt is content that can be read from any place, and notes how it ends.
type endingAt struct {
	at
	end *ending
}

func (e endingAt) ReadAt(p []byte, offset int64) (int, error) {
	n, err := e.at.ReadAt(p, offset)
	if first := e.Size() - sizeEnd; n > 0 && offset+int64(n) > first {
		e.end.mu.Lock()
		copy(e.end.last[max(offset-first, 0):], p[max(first-offset, 0):n])
		e.end.mu.Unlock()
	}
	return n, err
}

// endingStream is content that can only be read from front to back, and notes the end of what was read.
type endingStream struct {
	io.Reader
	end *ending
}

func (e endingStream) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	last, read := e.end.last[:], p[max(n-sizeEnd, 0):n]
	copy(last, last[len(read):])
	copy(last[sizeEnd-len(read):], read)
	return n, err
}

// isEnd says whether what ends with last ends with the end record of a zip without a note.
func isEnd(last []byte) bool {
	if len(last) < sizeEnd {
		return false
	}
	record := last[len(last)-sizeEnd:]
	return string(record[:len(markEnd)]) == markEnd && binary.LittleEndian.Uint16(record[20:]) == 0
}

// isBinary says by the beginning of content that is read as it is whether it is no text.
func isBinary(head []byte) bool {
	return bytes.IndexByte(head[:min(len(head), sniffSize)], 0) >= 0
}

// readWithZip reads c, which is no archive by what it begins with, as k, and then as the zip that it ends with.
func (w *work) readWithZip(c content, k kind, head []byte, whole bool) error {
	last := head
	if !whole {
		release := w.holdLateZip(&c, head)
		defer release()
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		last = c.noteEnd()
	}
	if err := w.readAs(c, k, head, whole); err != nil {
		return err
	}
	switch {
	case !isEnd(last) && (c.at == nil || !isBinary(head) || !w.mayEndInZip(c.at)):
		return nil
	case c.at == nil:
		w.report(c.uri, policy("the zip with which it ends is not read: it comes from a pipe, or is packed itself"))
		return nil
	case !isLateZip(c.at):
		return nil
	case c.depth >= w.budget.Depth:
		w.report(c.uri, w.tooDeep())
		return nil
	}
	return w.zip(c)
}

// holdLateZip holds c in memory if it can only be read from front to back, a zip seems to begin in it soon, and there is room
// for it. release gives the room back.
func (w *work) holdLateZip(c *content, head []byte) (release func()) {
	if c.at != nil || !isBinary(head) || !bytes.Contains(head, []byte(markLocal)) {
		return func() {}
	}
	body, release, ok, err := w.whole(c, head, false, w.budget.Spool)
	if err != nil {
		w.report(c.uri, err)
	}
	if ok {
		c.at, c.reader = bytes.NewReader(body), bytes.NewReader(body)
	}
	return release
}

// noteEnd makes c note its end while it is read; that is in last afterwards.
func (c *content) noteEnd() (last []byte) {
	end := &ending{}
	if c.at != nil {
		c.at = endingAt{c.at, end}
		c.reader = io.NewSectionReader(c.at, 0, c.at.Size())
	} else {
		c.reader = endingStream{c.reader, end}
	}
	return end.last[:]
}

// mayEndInZip looks for an end record, with or without a note, in content that is no text.
func (w *work) mayEndInZip(c at) bool {
	buffer := w.heads.Get().(*[]byte)
	defer w.heads.Put(buffer)
	size := c.Size()
	tail := (*buffer)[:min(size, headSize)]
	if _, err := c.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return false // whoever read it has told
	}
	return lastEnd(tail) >= 0
}

// isLateZip says whether c is a zip to its last byte: the directory and its first entry stand where the end record says.
func isLateZip(c at) bool {
	d, err := openDirectory(c)
	if err != nil || len(d.behind) > 0 || d.base < 0 {
		return false
	}
	first, err := d.next()
	return err == nil && d.hasMark(d.base+first.offset, markLocal)
}
