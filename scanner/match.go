package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"sync"

	"meetleaks/matchers"
)

// The bounds of matching. All are for one document.
const (
	// MaxMeetings bounds the distinct meetings that [Matcher.Match] finds in one document, and those that [Matcher.Each] keeps at a time
	// (it hands them over in chapters). The rest is counted and reported as a failure. Each takes about a kilobyte.
	MaxMeetings = 50_000
	// maxPlaces bounds the places kept for all meetings of a document together, beyond the first of each meeting.
	maxPlaces = 200_000
	// maxKeys bounds the keys (ids and aliases) by which meetings are joined.
	maxKeys = 4 * MaxMeetings
	// maxNear bounds the bytes kept of the text around links, for the judges, and maxFurther those of places beyond the first
	// three of a meeting.
	maxNear    = 4 << 20
	maxFurther = 1 << 20
	// maxHeld bounds the bytes of ids, names and keys: with very long ones fewer than MaxMeetings meetings are listed.
	maxHeld = 16 << 20
)

// Finder finds meeting links. It must be safe for concurrent use.
type Finder interface {
	// FindIn reports what it finds by looking at text[from:to]; the text outside is context only. A sighting may start
	// before from; the matcher calls with some overlap and keeps those that start where they should. Offsets are in text,
	// which the finder must not keep or change.
	FindIn(text []byte, from, to int) []matchers.Sighting
}

// Judge completes a finding: whose it is, how bad it is. It is called once for a finding, after the whole document, or
// its chapter, was read, by several goroutines at a time. It must not keep the context, which may hold secrets.
type Judge func(*Finding, Context)

// Context is what a judge may know of where a finding stands.
type Context struct {
	URI       string
	Host      string // of the page, "" for local files
	MediaType string
	// Near is the text around the first three places, and around up to 17 more while there is room. In a document with
	// thousands of meetings later ones have less, and at last none: their text would not fit the memory, and the document
	// has a Skip that says so.
	Near []Window
}

// Window is the text around one place: 600 bytes or 300 characters before the link, whichever is more, at most 1,024 bytes of the
// link, and as much after as before.
type Window struct {
	Text       string
	Start, End int // of the link in Text

	event *Start // of the event in which the place stands, nil without one
}

// Before is the text in front of the link.
func (w Window) Before() string { return w.Text[:w.Start] }

// After is the text behind the link.
func (w Window) After() string { return w.Text[w.End:] }

// Narrow cuts the window to side bytes before and after the link.
func (w Window) Narrow(side int) Window {
	from, to := max(w.Start-side, 0), min(w.End+side, len(w.Text))
	return Window{Text: w.Text[from:to], Start: w.Start - from, End: w.End - from, event: w.event}
}

// Matcher turns documents into findings. It is safe for concurrent use.
//
// Memory: one buffer of 288 KiB for each document being read from a stream, and for the pieces of long documents one a
// processor and two more (32 at most) over all documents; beside them what was found, within the bounds above. [Matcher.Each] lets one
// document at a time use them, and each other about a megabyte, streams aside.
type Matcher struct {
	finder  Finder
	judge   Judge
	slots   chan struct{}     // one for each piece in flight, over all documents: two more than processors, so that none waits for the next piece
	buffers sync.Pool         // *[]byte of bufferSize
	watch   func(bytes int64) // nil when nobody watches
}

// NewMatcher returns a matcher that looks with finder and completes findings with judge, which may be nil.
func NewMatcher(finder Finder, judge Judge) *Matcher {
	return &Matcher{
		finder: finder,
		judge:  judge,
		slots:  make(chan struct{}, min(2+runtime.GOMAXPROCS(0), 32)),
		buffers: sync.Pool{New: func() any {
			b := make([]byte, bufferSize)
			return &b
		}},
	}
}

// Watch makes the matcher call read with the bytes that it has read since the last call: piece by piece while a document is read, and
// from several goroutines at once. Only one watches. Watch is called before the matcher is used.
func (m *Matcher) Watch(read func(bytes int64)) { m.watch = read }

// Match reads one document to its end and returns its findings in the order of their first places, the bytes read, and
// what of it could not be read. What was found before an error or a cancellation is returned too. For documents with
// very many meetings [Matcher.Each] needs less memory.
func (m *Matcher) Match(ctx context.Context, doc Document) ([]Finding, int64, []Skip) {
	found := m.read(ctx, doc, nil, nil)
	findings := m.findings(doc, found, 0, len(found.order()))
	return findings, found.bytes, found.skips(doc.URI)
}

// read matches the whole document. Its error, if any, is in the result. give takes its chapters but the last, which is the result.
func (m *Matcher) read(ctx context.Context, doc Document, turns turns, give func(chapter *meetings)) *meetings {
	found := &meetings{where: doc.Where, events: doc.Events, watch: m.watch, turns: turns, chapters: chapters{give: give, uri: doc.URI}}
	var err error
	switch text := doc.Text.(type) {
	case nil:
		err = errors.New("the document has no text")
	case held:
		err = m.readHeld(ctx, text.Bytes(), found)
	case at:
		err = m.readAt(ctx, text, found)
	default:
		found.turns = nil
		err = m.readStream(ctx, text, found)
	}
	found.err = err
	return found
}

// findings builds the findings of the meetings [from,to) in order, and lets the judge complete them.
func (m *Matcher) findings(doc Document, found *meetings, from, to int) []Finding {
	if from >= to {
		return nil
	}
	out := make([]Finding, 0, to-from)
	if found.beside == nil {
		found.beside = &beside{all: found.order(), namesakes: found.chapters.namesakes, chapter: found.chapters.keys != nil}
	}
	for _, g := range found.order()[from:to] {
		f := g.finding(doc, found.parts)
		f.beside = found.beside
		if m.judge != nil {
			m.judge(&f, Context{URI: doc.URI, Host: doc.Host, MediaType: doc.MediaType, Near: g.near})
		}
		g.near = nil // judged once
		out = append(out, f)
	}
	return out
}

// skips says what of the document was not read or not listed.
func (s *meetings) skips(uri string) []Skip {
	var out []Skip
	if s.err != nil {
		out = append(out, Skip{URI: uri, Reason: Reason(s.err), Cause: Failure})
	}
	if s.lost > 0 {
		reason := fmt.Sprintf("more than %d meetings: the rest (%d sightings) was not listed", s.chapters.meetings+s.live, s.lost)
		out = append(out, Skip{URI: uri, Reason: reason, Cause: Failure})
	}
	if s.chapters.again > 0 {
		reason := fmt.Sprintf("too many meetings: %d further places of those listed already were left out", s.chapters.again)
		out = append(out, Skip{URI: uri, Reason: reason, Cause: Policy, Judged: true})
	}
	if s.blind > 0 {
		reason := fmt.Sprintf("too many meetings: %d places were judged without the text around them", s.blind)
		out = append(out, Skip{URI: uri, Reason: reason, Cause: Policy, Judged: true})
	}
	return out
}

// Reason says in plain words why something could not be read. Paths are left out: they stand in the skip's URI, and the
// error's copy of them is not masked.
func Reason(err error) string {
	var path *fs.PathError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "interrupted before its end"
	case errors.Is(err, fs.ErrNotExist):
		return "vanished or not there"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "truncated: it ends too early"
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}
