package extract

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strings"
)

// archive/zip holds the whole directory in memory, which a hostile archive of some megabytes can make very large, and
// lists nothing when one record is broken. So the directory is read here entry by entry; the format is that of
// PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5.3.

// zipEntry is one record of the directory.
type zipEntry struct {
	name           string
	flags, method  uint16
	crc            uint32
	packed, length int64
	offset         int64 // of the local header
}

const (
	zipEncrypted = 1 << 0
	zipStored    = 0
	zipDeflated  = 8
	zipZstd      = 93
)

// zip reads the entries of a zip.
func (w *work) zip(c content) error {
	if c.at == nil {
		held, release, err := w.hold(c.reader)
		if err != nil {
			w.report(c.uri, broken("zip", err))
			return w.ctx.Err()
		}
		defer release()
		c.at = held
	}
	d, err := openDirectory(c.at)
	if err != nil {
		w.report(c.uri, err)
		return nil
	}
	if p := w.findOffice(c, d); p != nil {
		return w.office(p)
	}
	for d.rewind(); ; {
		e, err := d.next()
		if errors.Is(err, io.EOF) {
			if err := nothingBehind("zip", bytes.NewReader(d.behind)); err != nil {
				w.report(c.uri, err)
			}
			return nil
		}
		if err == nil {
			err = w.budget.entry()
		}
		if err != nil {
			w.report(c.uri, err)
			return w.ctx.Err()
		}
		if strings.HasSuffix(e.name, "/") && e.length == 0 {
			continue
		}
		if err := w.zipEntry(c, d, e); err != nil {
			return err
		}
	}
}

// zipEntry reads one entry.
func (w *work) zipEntry(c content, d *directory, e zipEntry) error {
	inner := c.entry(e.name, nil)
	unpacked, closing, err := w.unpack(d, e)
	if err != nil {
		w.report(inner.uri, err)
		return w.ctx.Err()
	}
	defer closing()
	inner.reader = unpacked
	return w.content(inner)
}

// unpack opens one entry. What it returns counts for the budget; closing gives its memory back.
func (w *work) unpack(d *directory, e zipEntry) (r io.Reader, closing func(), err error) {
	unpacked, err := d.data(e)
	if err != nil {
		return nil, nil, err
	}
	closing = func() {}
	switch e.method {
	case zipDeflated:
		unpacked = flate.NewReader(unpacked)
	case zipZstd:
		release, err := w.zstdRoom()
		if err != nil {
			return nil, nil, err
		}
		frames, err := newFrames(unpacked)
		if err != nil {
			release()
			return nil, nil, err
		}
		unpacked = frames
		closing = func() { frames.close(); release() }
	}
	checked := &checksum{Reader: unpacked, entry: e, hash: crc32.NewIEEE()}
	return &meter{unpacked: checked, packed: func() int64 { return e.packed }, budget: &w.budget}, closing, nil
}

// checksum fails at the end of an entry that is not what the directory promised.
type checksum struct {
	io.Reader
	entry zipEntry
	hash  hash.Hash32
	n     int64
}

func (s *checksum) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	s.n += int64(n)
	_, _ = s.hash.Write(p[:n]) // a hash never fails
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, &corrupt):
		err = errors.New("broken zip: the compressed data is damaged")
	case errors.Is(err, io.EOF) && s.n < s.entry.length:
		err = io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF) && s.hash.Sum32() != s.entry.crc:
		err = errors.New("broken zip: the checksum does not fit")
	}
	return n, err
}

// directory reads the records of a zip's central directory.
type directory struct {
	zip     at
	base    int64 // of all offsets: a zip may have something in front
	from    int64 // where the records are, up to
	to      int64
	records uint64
	read    uint64
	text    *bufio.Reader
	behind  []byte // what stands behind the end, at most 64 KiB
}

var errNoDirectory = errors.New("broken zip: no directory at its end (cut off?)")

const (
	sizeEnd      = 22
	sizeLocator  = 20
	sizeEnd64    = 56
	sizeRecord   = 46
	sizeLocal    = 30
	maxZipNote   = 1<<16 - 1
	no16, no32   = 1<<16 - 1, 1<<32 - 1
	markRecord   = "PK\x01\x02"
	markLocal    = "PK\x03\x04"
	markEnd      = "PK\x05\x06"
	markEnd64    = "PK\x06\x06"
	markLocator  = "PK\x06\x07"
	extraZip64   = 1
	minExtraSize = 4
)

// openDirectory finds the directory.
func openDirectory(zip at) (*directory, error) {
	size := zip.Size()
	tail := make([]byte, min(size, sizeEnd+maxZipNote))
	if _, err := zip.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	i := lastEnd(tail)
	if i < 0 {
		return nil, errNoDirectory
	}
	end := size - int64(len(tail)) + int64(i) // where the end record stands
	d := &directory{zip: zip, records: uint64(binary.LittleEndian.Uint16(tail[i+10:]))}
	d.behind = tail[i+sizeEnd+int(binary.LittleEndian.Uint16(tail[i+20:])):]
	length := uint64(binary.LittleEndian.Uint32(tail[i+12:]))
	offset := uint64(binary.LittleEndian.Uint32(tail[i+16:]))
	if d.records == no16 || length == no32 || offset == no32 {
		if at, ok := d.end64(end); ok {
			b := at.record
			end = at.offset
			d.records = binary.LittleEndian.Uint64(b[32:])
			length = binary.LittleEndian.Uint64(b[40:])
			offset = binary.LittleEndian.Uint64(b[48:])
		}
	}
	if length > uint64(end) || offset > uint64(end) {
		return nil, errNoDirectory
	}
	// The directory ends where the end record stands. If that is not what its offset says, something stands in front of
	// the zip, and all offsets count from behind it, unless the offset is right as it is.
	start := end - int64(length)
	if d.base = start - int64(offset); d.base != 0 && d.hasMark(int64(offset), markRecord) {
		start, d.base = int64(offset), 0
	}
	d.from, d.to = start, end
	d.rewind()
	return d, nil
}

// rewind goes back to the first record.
func (d *directory) rewind() {
	d.read = 0
	d.text = bufio.NewReader(io.NewSectionReader(d.zip, d.from, d.to-d.from))
}

// lastEnd finds the last end record in tail whose note ends inside the file.
func lastEnd(tail []byte) int {
	for i := len(tail) - sizeEnd; i >= 0; i-- {
		i = bytes.LastIndex(tail[:i+len(markEnd)], []byte(markEnd))
		if i < 0 {
			return -1
		}
		if i+sizeEnd+int(binary.LittleEndian.Uint16(tail[i+20:])) <= len(tail) {
			return i
		}
	}
	return -1
}

type end64 struct {
	record []byte
	offset int64
}

// end64 reads the end record of large archives, to which a locator in front of the usual one leads.
func (d *directory) end64(end int64) (end64, bool) {
	locator := make([]byte, sizeLocator)
	if end < sizeLocator || !readExactly(d.zip, locator, end-sizeLocator) || string(locator[:4]) != markLocator {
		return end64{}, false
	}
	offset := binary.LittleEndian.Uint64(locator[8:])
	record := make([]byte, sizeEnd64)
	if offset > uint64(end) || !readExactly(d.zip, record, int64(offset)) || string(record[:4]) != markEnd64 {
		return end64{}, false
	}
	return end64{record, int64(offset)}, true
}

func readExactly(r io.ReaderAt, b []byte, offset int64) bool {
	n, _ := r.ReadAt(b, offset) // a short read says it all
	return n == len(b)
}

func (d *directory) hasMark(offset int64, mark string) bool {
	b := make([]byte, len(mark))
	return readExactly(d.zip, b, offset) && string(b) == mark
}

// next reads one record; io.EOF means that there were as many as promised.
func (d *directory) next() (zipEntry, error) {
	b := make([]byte, sizeRecord)
	n, err := readFull(d.text, b)
	if err != nil && !errors.Is(err, io.EOF) {
		return zipEntry{}, err
	}
	if n < sizeRecord || string(b[:4]) != markRecord {
		if d.read&no16 != d.records&no16 { // many writers keep only 16 bits of the number
			return zipEntry{}, errors.New("broken zip: the directory ends too early")
		}
		return zipEntry{}, io.EOF
	}
	d.read++
	le := binary.LittleEndian
	e := zipEntry{
		flags: le.Uint16(b[8:]), method: le.Uint16(b[10:]), crc: le.Uint32(b[16:]),
		packed: int64(le.Uint32(b[20:])), length: int64(le.Uint32(b[24:])), offset: int64(le.Uint32(b[42:])),
	}
	nameSize, extraSize, noteSize := int(le.Uint16(b[28:])), int(le.Uint16(b[30:])), int(le.Uint16(b[32:]))
	rest := make([]byte, nameSize+extraSize)
	if _, err := io.ReadFull(d.text, rest); err != nil {
		return zipEntry{}, io.ErrUnexpectedEOF
	}
	if _, err := d.text.Discard(noteSize); err != nil {
		return zipEntry{}, io.ErrUnexpectedEOF
	}
	e.name = string(rest[:nameSize])
	e.large(rest[nameSize:])
	return e, nil
}

// large replaces what did not fit 32 bits by what the extra field says, in the fixed order.
func (e *zipEntry) large(extra []byte) {
	for len(extra) >= minExtraSize {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[minExtraSize:]
		if size > len(extra) {
			return
		}
		field := extra[:size]
		extra = extra[size:]
		if id != extraZip64 {
			continue
		}
		for _, value := range []*int64{&e.length, &e.packed, &e.offset} {
			if *value == no32 && len(field) >= 8 {
				*value = int64(binary.LittleEndian.Uint64(field)) // a negative one is refused by data
				field = field[8:]
			}
		}
	}
}

// data finds the packed bytes of an entry.
func (d *directory) data(e zipEntry) (io.Reader, error) {
	if e.flags&zipEncrypted != 0 {
		return nil, errors.New("encrypted")
	}
	if e.method != zipStored && e.method != zipDeflated && e.method != zipZstd {
		return nil, policy(fmt.Sprintf("zip method %d is not read yet", e.method))
	}
	size := d.zip.Size()
	if e.packed < 0 || e.length < 0 || e.offset < 0 || e.offset > size-sizeLocal || e.packed > size {
		return nil, errors.New("broken zip: a record that leads outside the file")
	}
	local := make([]byte, sizeLocal)
	at := d.base + e.offset
	if at < 0 || !readExactly(d.zip, local, at) || string(local[:4]) != markLocal {
		return nil, errors.New("broken zip: an entry is not where the directory says")
	}
	at += sizeLocal + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	if at > size-e.packed {
		return nil, io.ErrUnexpectedEOF
	}
	return io.NewSectionReader(d.zip, at, e.packed), nil
}
