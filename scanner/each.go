package scanner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Unit is something that holds documents and is read by one goroutine: a file, an archive with all that is in it. It
// calls yield for each document, one after the other; the text is read before yield returns. What cannot be read goes to
// skip. It stops at the first error of yield, and returns it.
type Unit func(ctx context.Context, yield func(Document) error, skip func(Skip)) error

// Sink takes the results. Its methods are called by one goroutine at a time.
type Sink interface {
	// Finding takes one finding. Those of one document come together, in the order of their first places; where very many meetings stand
	// in it, in several such groups. An error, for instance that the output cannot be written, ends the run.
	Finding(Finding) error
	// Skip takes what was not read, or not to its end.
	Skip(Skip)
	// Done is told of each document that was read, with its length; its findings and skips have come before.
	Done(uri string, bytes int64)
}

// Stats counts what was read.
type Stats struct {
	Documents int64
	Bytes     int64
	Findings  int64
	// Possible counts wrapped links that name a meeting service and cannot be decoded offline: they are no findings.
	Possible int64
}

// Add adds what another call of Each counted.
func (s *Stats) Add(other Stats) {
	s.Documents += other.Documents
	s.Bytes += other.Bytes
	s.Findings += other.Findings
	s.Possible += other.Possible
}

// maxJobs bounds the units that are read at the same time.
const maxJobs = 64

// Each reads many units, jobs at a time (at least one, at most 64), and hands the findings of each document to sink as
// soon as the document is done, or its chapter where very many meetings stand in it. The units come from feed, which is called once and runs beside the readers; it may call
// skip for what it could not turn into units.
//
// Each returns when everything was read, or else the first error of feed, a unit or sink, or the context's. In all cases
// what was found so far has gone to sink, and no goroutine is left.
func (m *Matcher) Each(ctx context.Context, jobs int, sink Sink, feed func(yield func(Unit) error, skip func(Skip)) error) (Stats, error) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := newRun(m, sink, cancel)
	units := make(chan Unit, maxJobs)
	var readers sync.WaitGroup
	for range min(max(jobs, 1), maxJobs) {
		readers.Go(func() { r.work(inner, units) })
	}
	err := feed(func(u Unit) error { return send(inner, units, u) }, r.skip)
	if err != nil {
		cancel(err)
	}
	close(units)
	readers.Wait()
	if cause := context.Cause(inner); cause != nil {
		err = cause
	}
	return Stats{r.documents.Load(), r.bytes.Load(), r.findings.Load(), r.possible.Load()}, err
}

func send(ctx context.Context, units chan<- Unit, u Unit) error {
	select {
	case units <- u:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// run is one call of Each.
type run struct {
	m      *Matcher
	cancel context.CancelCauseFunc
	turns  turns

	sink Sink // for whoever is giving

	mu      sync.Mutex
	room    *sync.Cond // of mu: less waits than before
	waiting []handed   // what is to be given to the sink
	weight  int        // of that
	giving  bool
	come    int // calls of hand
	let     int // those of them that did not have to wait, or no longer: in order, so that what is heavy is not kept waiting by what is light

	documents, bytes, findings, possible atomic.Int64
}

func newRun(m *Matcher, sink Sink, cancel context.CancelCauseFunc) *run {
	r := &run{m: m, sink: sink, cancel: cancel, turns: make(turns, 1)}
	r.room = sync.NewCond(&r.mu)
	return r
}

func (r *run) skip(s Skip) {
	r.hand(1, func() error { r.sink.Skip(s); return nil })
}

// handed is something to be given to the sink.
type handed struct {
	weight int
	give   func() error
}

// maxWeight bounds what waits for the sink: each document counts one, and each of its findings. What is heavier waits alone.
const maxWeight = 256

// hand has give called, which gives something to the sink: by this goroutine, or by the one that is giving already. So readers do not
// wait for each other, unless the sink is slower than they are. After an error nothing more is read; what was, is still given.
func (r *run) hand(weight int, give func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	number := r.come
	for r.come++; number != r.let || len(r.waiting) > 0 && r.weight+weight > maxWeight; {
		r.room.Wait()
	}
	r.let++
	r.room.Broadcast() // the next may find room, too
	r.waiting = append(r.waiting, handed{weight, give})
	r.weight += weight
	if r.giving {
		return
	}
	r.giving = true
	defer func() { r.giving = false }()
	r.giveWaiting()
}

// giveWaiting gives what waits, and what comes meanwhile. When a sink or a judge panics, the others are given before that goes on:
// whoever recovers may go on, too.
func (r *run) giveWaiting() {
	defer func() {
		if len(r.waiting) > 0 {
			r.giveWaiting()
		}
	}()
	for len(r.waiting) > 0 {
		r.giveFirst()
	}
}

// giveFirst gives the first that waits. The lock is held before and after, not meanwhile.
func (r *run) giveFirst() {
	first := r.waiting[0]
	r.waiting[0] = handed{}
	r.waiting = r.waiting[1:]
	r.weight -= first.weight
	r.room.Broadcast()
	r.mu.Unlock()
	defer r.mu.Lock()
	if err := first.give(); err != nil {
		r.cancel(err)
	}
}

// work reads units until there are no more.
func (r *run) work(ctx context.Context, units <-chan Unit) {
	for u := range units {
		if ctx.Err() != nil {
			continue // the feed may still be sending
		}
		yield := func(d Document) error { return r.document(ctx, d) }
		if err := u(ctx, yield, r.skip); err != nil {
			r.cancel(err)
		}
	}
}

// document reads one document and hands over what was found.
func (r *run) document(ctx context.Context, doc Document) error {
	found := r.m.read(ctx, doc, r.turns, func(chapter *meetings) { r.deliverChapter(doc, chapter) })
	r.documents.Add(1)
	r.bytes.Add(found.bytes)
	r.possible.Add(found.possible)
	r.deliver(doc, found)
	return context.Cause(ctx)
}

// batch is how many findings are built at a time: the places of very many meetings would not fit the memory.
const batch = 256

// deliver hands over the findings of a document. The first batch is judged by the reader, so that whoever gives to the sink is soon done
// with the usual few findings.
func (r *run) deliver(doc Document, found *meetings) {
	handed := false
	defer func() {
		if !handed { // a judge breaks: whoever recovers may go on
			found.endTurn()
		}
	}()
	first := r.m.findings(doc, found, 0, min(batch, len(found.order())))
	skips := found.skips(doc.URI)
	doc.Text, doc.Where, doc.Events = nil, nil, nil // they are the reader's alone, and hold all that was read
	found.where, found.events, found.chapters = nil, nil, chapters{}
	handed = true
	r.hand(1+len(found.order()), func() error { return r.give(doc, found, first, skips) })
}

// deliverChapter hands over a chapter of a document, and waits until the sink has it.
func (r *run) deliverChapter(doc Document, chapter *meetings) {
	doc.Text, doc.Where, doc.Events = nil, nil, nil
	given := make(chan struct{})
	r.hand(1+len(chapter.order()), func() error {
		defer close(given)
		return r.giveFindings(doc, chapter, nil)
	})
	<-given
}

// give gives the sink what was found in a document.
func (r *run) give(doc Document, found *meetings, first []Finding, skips []Skip) error {
	defer found.endTurn()
	if err := r.giveFindings(doc, found, first); err != nil {
		return err
	}
	for _, s := range skips {
		r.sink.Skip(s)
	}
	r.sink.Done(doc.URI, found.bytes)
	return nil
}

// giveFindings gives the sink all findings, of which the first may be built already.
func (r *run) giveFindings(doc Document, found *meetings, first []Finding) error {
	for from, total := 0, len(found.order()); from < total; from += len(first) {
		if from > 0 || len(first) == 0 {
			first = r.m.findings(doc, found, from, min(from+batch, total))
		}
		for _, f := range first {
			if err := r.sink.Finding(f); err != nil {
				return fmt.Errorf("%w: %w", ErrSink, err)
			}
			r.findings.Add(1)
		}
	}
	return nil
}

// ErrSink marks the errors of Each that come from the sink.
var ErrSink = errors.New("hand over the findings")
