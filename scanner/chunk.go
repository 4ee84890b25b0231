package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"unicode/utf8"

	"meetleaks/matchers"
)

// Long documents are matched in pieces of chunkSize bytes, in parallel. A piece sees contextSize bytes of its neighbours
// on both sides, so that a link over a border is found once, by the piece in which it starts.
const (
	chunkSize   = 256 << 10
	contextSize = 16 << 10
	bufferSize  = chunkSize + 2*contextSize
)

// held is a text that lies in memory already; it is matched where it lies. *bytes.Buffer is one.
type held interface{ Bytes() []byte }

// at is a text of known size that can be read from any place, by several goroutines at a time.
type at interface {
	io.ReaderAt
	Size() int64
}

// piece is what was found in one stretch of a document. Lines and columns count from its start, and are completed by
// meetings.add with what went before.
type piece struct {
	sightings []matchers.Sighting
	places    []pieceSpot // of the sightings
	near      []Window    // around them; empty where nobody wants it
	bytes     int64       // its own, without context
	lines     int         // line breaks in it
	tail      int         // characters after its last line break, or in all of it when it has none
	possible  int         // wrappers that cannot be decoded offline and name a meeting service
	err       error
}

// pieceSpot is where a sighting stands.
type pieceSpot struct {
	offset int64 // in the document
	line   int   // line breaks before it in its piece
	column int   // characters before it on its line in its piece
}

// find matches text[from:to), which starts in the document at byte base.
func (m *Matcher) find(text []byte, from, to int, base int64, found *meetings) (p piece) {
	defer func() {
		if broken := recover(); broken != nil {
			// The value may quote the text, so only its type is told. One bad document must not cost the others.
			p.err = fmt.Errorf("internal error while matching (%T); please report it", broken)
		}
	}()
	p.bytes = int64(to - from)
	sightings := m.finder.FindIn(text, max(from-matchers.Reach, 0), min(to+matchers.Reach, len(text)))
	slices.SortStableFunc(sightings, func(a, b matchers.Sighting) int { return a.Start - b.Start })
	p.sightings, p.places = sightings[:0], make([]pieceSpot, 0, len(sightings))
	windows := windowsOf(text, len(sightings))
	c := cursor{text: text, at: from}
	for _, s := range sightings {
		if s.Start < from || s.Start >= to || s.End < s.Start || s.End > len(text) {
			continue // not ours: the neighbour reports it
		}
		if s.Possible {
			p.possible++
			continue
		}
		c.move(s.Start)
		near := Window{}
		if found.wantsNear(s.Link) {
			near = windows(s.Start, s.End)
		}
		p.sightings, p.near = append(p.sightings, s), append(p.near, near)
		p.places = append(p.places, pieceSpot{base + int64(s.Start-from), c.lines, c.column})
	}
	c.move(to)
	p.lines, p.tail = c.lines, c.column
	return p
}

// cursor counts lines and characters on its way through a text. Each byte is looked at once or twice, whatever the
// number of stops.
type cursor struct {
	text   []byte
	at     int
	lines  int
	column int // characters since the last line break
}

func (c *cursor) move(to int) {
	stretch := c.text[c.at:to]
	if n := bytes.Count(stretch, []byte{'\n'}); n > 0 {
		c.lines += n
		c.column = 0
		stretch = stretch[bytes.LastIndexByte(stretch, '\n')+1:]
	}
	c.column += utf8.RuneCount(stretch)
	c.at = to
}

// The sizes of a Window, in bytes. A side holds judgedSide bytes and matchers.NearDistance characters, whatever the script.
const (
	nearSide = matchers.NearDistance * utf8.UTFMax
	nearLink = 1024
)

// sideOf is how long a side of a Window is that begins, or ends, with part: longer where characters take many bytes. The bytes of a
// character that part cuts count one each.
func sideOf(part []byte) int {
	if utf8.RuneCount(part) < matchers.NearDistance+utf8.UTFMax-1 {
		return nearSide
	}
	return judgedSide
}

// windowsOf returns the function that cuts windows out of text. Where windows would overlap much they share one copy
// of the text, so that a text full of links does not take many times its size.
func windowsOf(text []byte, count int) func(start, end int) Window {
	cut := func(from, to int) string { return string(text[from:to]) }
	if count*2*nearSide > len(text) && count > 1 {
		whole := "" // copied when the first window is wanted
		cut = func(from, to int) string {
			if whole == "" {
				whole = string(text)
			}
			return whole[from:to]
		}
	}
	return func(start, end int) Window {
		end = min(end, start+nearLink)
		from, to := start-sideOf(text[max(start-judgedSide, 0):start]), end+sideOf(text[end:min(end+judgedSide, len(text))])
		from, to = max(from, 0), min(to, len(text))
		return Window{Text: cut(from, to), Start: start - from, End: end - from}
	}
}

// border moves a cut at text[i] back to the start of the character it would split. Both neighbours of a cut see the same
// bytes around it, so both come to the same place.
func border(text []byte, i int) int {
	for back := 0; back < utf8.UTFMax && i-back > 0; back++ {
		if i-back < len(text) && utf8.RuneStart(text[i-back]) {
			return i - back
		}
	}
	return i // no character is that long: the bytes are broken, each counts as one
}

// readHeld matches a text in memory, piece by piece.
func (m *Matcher) readHeld(ctx context.Context, text []byte, found *meetings) error {
	for from := 0; ; {
		to := len(text)
		if to-from > chunkSize {
			to = border(text, from+chunkSize)
		}
		start, end := max(from-contextSize, 0), min(to+contextSize, len(text))
		err := found.addInTurn(ctx, m.find(text[start:end], from-start, to-start, int64(from), found))
		if from = to; err != nil || from == len(text) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// readAt matches a text that can be read anywhere: several pieces are read and matched at the same time.
func (m *Matcher) readAt(ctx context.Context, text at, found *meetings) error {
	size := text.Size()
	if size <= chunkSize { // short: not worth a goroutine
		return found.addInTurn(ctx, m.pieceAt(text, 0, size, found))
	}
	f := m.newInFlight(found)
	work := func() {
		for number, ok := f.begin(ctx); ok; number, ok = f.begin(ctx) {
			from := int64(number) * chunkSize
			if from >= size {
				f.drop()
				return
			}
			f.end(number, m.pieceAt(text, from, size, found))
		}
	}
	for range runtime.GOMAXPROCS(0) - 1 {
		f.workers.Go(work)
	}
	work()
	return f.finish()
}

// pieceAt reads and matches the piece of about chunkSize bytes at from.
func (m *Matcher) pieceAt(text at, from, size int64, found *meetings) piece {
	buffer := m.buffers.Get().(*[]byte)
	defer m.buffers.Put(buffer)
	start := max(from-contextSize, 0)
	want := min(from+chunkSize+contextSize, size) - start
	b := (*buffer)[:want]
	n, err := text.ReadAt(b, start)
	if errors.Is(err, io.EOF) {
		err = nil
		if int64(n) < want {
			err = io.ErrUnexpectedEOF // it shrank while it was read
		}
	}
	b = b[:n]
	first := min(int(from-start), n)
	last := min(first+chunkSize, n)
	if from > 0 {
		first = border(b, first)
	}
	if from+chunkSize < size {
		last = max(border(b, last), first)
	}
	p := m.find(b, first, last, start+int64(first), found)
	p.err = errors.Join(err, p.err)
	return p
}

// readStream matches a text that can only be read from front to back: this goroutine reads, others match. The buffer is
// filled before a slot is taken, so that a slow reader does not keep other documents waiting.
func (m *Matcher) readStream(ctx context.Context, text io.Reader, found *meetings) error {
	f := m.newInFlight(found)
	jobs := make(chan func(), cap(m.slots))
	end := sync.OnceFunc(func() { close(jobs) })
	defer end() // also when the reader panics
	s := &stream{text: text}
	for !s.ended {
		buffer := m.buffers.Get().(*[]byte)
		b, first, last, base := s.next(*buffer)
		work := func() piece {
			defer m.buffers.Put(buffer)
			return m.find(b, first, last, base, found)
		}
		if s.ended && base == 0 { // short: not worth a goroutine
			p := work()
			found.add(p)
			return errors.Join(s.err, p.err)
		}
		number, ok := f.begin(ctx)
		if !ok {
			m.buffers.Put(buffer)
			break
		}
		if number < runtime.GOMAXPROCS(0) {
			f.workers.Go(func() {
				for job := range jobs {
					job()
				}
			})
		}
		jobs <- func() { f.end(number, work()) } // there is room: a job waiting there has a slot
	}
	end()
	return errors.Join(f.finish(), s.err)
}

// stream cuts a text into pieces with context.
type stream struct {
	text  io.Reader
	over  []byte // what the next piece starts with: context that was matched, then bytes read ahead
	done  int    // how much of over was matched
	base  int64  // where in the document the next piece starts
	ended bool
	err   error // why it ended, nil at the proper end
}

// next fills b with the next piece and returns the filled part, the stretch of it to match, and where that stands in the
// document.
func (s *stream) next(b []byte) (filled []byte, first, last int, base int64) {
	first = s.done
	n := copy(b, s.over)
	filled = b[:n+s.fill(b[n:])]
	last = len(filled)
	if !s.ended {
		last = max(border(filled, len(filled)-contextSize), first)
	}
	base = s.base
	s.base += int64(last - first)
	keep := max(last-contextSize, 0)
	s.over = append(s.over[:0], filled[keep:]...)
	s.done = last - keep
	return filled, first, last, base
}

// maxIdle is how often in a row a reader may give nothing without an error.
const maxIdle = 100

// fill reads until b is full or the text ends. (io.ReadFull cannot tell a proper end from a reader's own
// io.ErrUnexpectedEOF, which is how broken archives end.)
func (s *stream) fill(b []byte) (n int) {
	for idle := 0; n < len(b); {
		k, err := s.text.Read(b[n:])
		n += k
		if err == nil && k == 0 {
			if idle++; idle == maxIdle {
				err = io.ErrNoProgress
			}
		} else {
			idle = 0
		}
		if err != nil {
			s.ended = true
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
			return n
		}
	}
	return n
}
