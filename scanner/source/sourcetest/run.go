package sourcetest

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"meetleaks/scanner"
)

// errStore is the error of a taker whose store does not answer.
var errStore = errors.New("the store of the suite does not answer") //nolint:gochecknoglobals // immutable

// Run runs the suite. Each subtest is a promise, by name.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for _, promise := range []struct {
		name string
		keep func(*stage)
		when bool
	}{
		{"a link that is posted arrives whole", arrives, true},
		{"nothing is saved before it is durable", durable, true},
		{"a crash repeats and loses nothing", crash, true},
		{"a lost lease ends the pass", lost, true},
		{"an edit is another version of the same place", edited, h.Edit != nil},
		{"a deletion is told", deleted, h.Delete != nil},
		{"an account that is taken away takes its posts away", suspended, h.Suspend != nil},
		{"a pass ends when it is told to and leaves nothing behind", ends, true},
		{"health is told", healthy, true},
	} {
		if promise.when {
			t.Run(promise.name, func(t *testing.T) { promise.keep(newStage(t, h)) })
		}
	}
	for _, fault := range h.Faults {
		t.Run("fault: "+fault.Name, func(t *testing.T) { survives(newStage(t, h), fault) })
	}
}

// begin lets a source of a stream listen; what is polled begins with a pass over what is there.
func (s *stage) begin() *pass {
	s.t.Helper()
	p := s.start(s.cursor, nil)
	if s.h.Kind == scanner.Stream {
		p.listens()
		return p
	}
	if err := p.wait(s.h.Patience, "what is polled comes to its end"); err != nil {
		s.t.Fatalf("a pass over a place that is well: %v", err)
	}
	s.nudge()
	return s.start(s.cursor, nil)
}

func (s *stage) nudge() {
	if s.h.Nudge != nil {
		s.h.Nudge(s.t)
	}
}

func arrives(s *stage) {
	if s.h.Kind == scanner.Stream {
		p := s.begin()
		uri, text, _ := s.post()
		s.whole(s.awaitIn(p, "a post", taken(uri, text)))
		return
	}
	uri, text, _ := s.post()
	s.whole(s.await("a post", taken(uri, text)))
}

// whole fails unless a reading has what readings have.
func (s *stage) whole(k Took) {
	s.t.Helper()
	r := k.Reading
	if r.Source != sourceName {
		s.t.Errorf("it is from %q", r.Source)
	}
	if len(r.Version) == 0 {
		s.t.Error("it has no version: it would be matched again each time, or never")
	}
	if r.At.IsZero() {
		s.t.Error("it does not say when it was read")
	}
	if s.h.Social && r.Posted.IsZero() {
		s.t.Error("it does not say when it was posted")
	}
	if s.h.Social != r.Reference.IsSet() {
		s.t.Errorf("it has a reference: %v; people post there: %v", r.Reference.IsSet(), s.h.Social)
	}
	if s.h.Social && r.Shown == "" {
		s.t.Error("nothing of its place can be shown")
	}
	if r.URI != k.URI || r.URI == "" {
		s.t.Errorf("its place is %q", r.URI)
	}
}

func durable(s *stage) {
	if s.h.Kind == scanner.Stream {
		p := s.begin()
		s.taker.Fail(errStore)
		uri, text, _ := s.post()
		s.refused(p)
		s.again(uri, text)
		return
	}
	uri, text, _ := s.post()
	s.taker.Fail(errStore)
	s.refused(s.start(s.cursor, nil))
	s.again(uri, text)
}

// refused waits for a pass to end whose taker takes nothing.
func (s *stage) refused(p *pass) {
	s.t.Helper()
	if err := p.wait(s.h.Patience, "though nothing that it read could be kept"); !errors.Is(err, errStore) {
		s.t.Errorf("it ended with %v, want the taker's error", err)
	}
}

func (s *stage) again(uri, text string) {
	s.t.Helper()
	s.taker.Fail(nil)
	s.nudge()
	s.reopen()
	s.await("a post that could not be kept the first time", taken(uri, text))
}

func crash(s *stage) {
	if s.h.Kind == scanner.Poll { // a pass whose saves are lost
		uri, text, _ := s.post()
		p := s.start(s.cursor, nil)
		s.awaitIn(p, "a post", taken(uri, text))
		_ = p.end()
		return
	}
	p := s.begin()
	before := p.last(s.cursor)
	uri, text, _ := s.post()
	s.awaitIn(p, "a post", taken(uri, text))
	_ = p.end()
	s.cursor = before // what was saved since is lost with the process
	s.taker = NewTaker()
	s.reopen()
	s.await("a post whose cursor was lost", taken(uri, text))
	other, text, _ := s.post()
	s.reopen()
	s.await("a post of the time while nothing listened", taken(other, text))
}

func lost(s *stage) {
	s.post()
	asked := false
	p := s.start(s.cursor, func() error { asked = true; return scanner.ErrLost })
	err := p.wait(s.h.Patience, "though its lease is lost")
	if asked && !errors.Is(err, scanner.ErrLost) {
		s.t.Errorf("it ended with %v, want ErrLost", err)
	}
	if !asked && s.h.Kind == scanner.Stream {
		s.t.Error("a stream never saved a cursor")
	}
}

func edited(s *stage) {
	p := s.begin()
	uri, text, _ := s.post()
	first := s.awaitIn(p, "a post", taken(uri, text))
	second := link()
	s.h.Edit(s.t, uri, "now at "+second)
	_ = p.end()
	s.nudge()
	next := s.await("the edited post", taken(uri, second))
	if string(first.Reading.Version) == string(next.Reading.Version) {
		s.t.Error("the edit has the version of the first text: it would be taken for unchanged")
	}
	s.whole(next)
}

func deleted(s *stage) {
	p := s.begin()
	uri, text, _ := s.post()
	s.awaitIn(p, "a post", taken(uri, text))
	other, kept, _ := s.post()
	s.awaitIn(p, "another post", taken(other, kept))
	_ = p.end()
	s.nudge()
	if s.h.Signal == SaysDeleted {
		p = s.begin()
		s.h.Delete(s.t, uri)
		s.awaitIn(p, "the deletion", was(WasDeleted, uri))
	} else {
		s.h.Delete(s.t, uri)
		s.looksTwice(uri)
	}
	for _, k := range s.taker.All() {
		if isLoss(k.What) && k.URI == other {
			s.t.Error("a post that stands is told gone with the one that was deleted")
		}
	}
}

// looksTwice wants each of two looks to tell that a place is not found.
func (s *stage) looksTwice(uri string) {
	s.t.Helper()
	for look := range 2 {
		s.nudge()
		seen := 0
		s.await("a look that finds it gone", func(k Took) bool {
			if k.What == WasGone && k.URI == uri {
				seen++
			}
			return seen > look
		})
	}
}

func was(what, uri string) func(Took) bool {
	return func(k Took) bool { return k.What == what && k.URI == uri }
}

// isLoss says whether a call tells that a place is not there any more.
func isLoss(what string) bool { return what == WasDeleted || what == WasAway || what == WasGone }

func suspended(s *stage) {
	p := s.begin()
	uri, text, author := s.post()
	s.awaitIn(p, "a post", taken(uri, text))
	s.h.Suspend(s.t, author)
	s.awaitIn(p, "the end of the account's post", func(k Took) bool {
		return isLoss(k.What) && k.URI == uri
	})
	_ = p.end()

	p = s.begin() // and what was known before a crash
	uri, text, author = s.post()
	s.awaitIn(p, "a post", taken(uri, text))
	_ = p.end()
	s.reopen()
	p = s.begin()
	s.h.Suspend(s.t, author)
	s.awaitIn(p, "the end of the post of an earlier process", func(k Took) bool {
		return isLoss(k.What) && k.URI == uri
	})
}

func ends(s *stage) {
	if _ = s.begin().end(); s.t.Failed() {
		return
	}
	const passes = 10
	before := runtime.NumGoroutine()
	for range passes {
		s.nudge()
		if _ = s.begin().end(); s.t.Failed() {
			return
		}
	}
	deadline := time.Now().Add(s.h.Patience)
	for now := 0; ; runtime.Gosched() {
		if now = runtime.NumGoroutine(); now < before+passes { // fewer than one a pass: of connections that are kept
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%d goroutines after %d passes more, %d before", now, passes, before)
		}
	}
}

func healthy(s *stage) {
	p := s.begin()
	uri, text, _ := s.post()
	s.awaitIn(p, "a post", taken(uri, text))
	p.awaitHeard() // a source may count only when it has taken all that it read
	_ = p.end()
	heard := int64(0)
	for _, h := range s.told {
		heard = max(heard, h.Heard)
		if s.h.Social && h.Heard > 0 && h.Posted.After(time.Now().Add(24*time.Hour)) {
			s.t.Errorf("the latest item was posted at %v", h.Posted)
		}
	}
	if heard == 0 {
		s.t.Errorf("it told %d times how it does, and never that it heard anything", len(s.told))
	}
}

func survives(s *stage, f Fault) {
	if s.h.Kind == scanner.Stream { // what was seen before the fault
		_ = s.begin().end()
	}
	mend := f.Break(s.t)
	if mend == nil {
		mend = func() {}
	}
	p := s.start(s.cursor, nil)
	if f.Goes {
		select {
		case <-p.first:
		case <-p.done:
		case <-time.After(time.Second):
		}
		mend()
	} else {
		if err := p.wait(2*s.h.Patience, "though it cannot see"); err == nil {
			s.t.Error("it looks as if it had seen: it ended without an error")
		}
		mend()
		s.nudge()
		p = s.start(s.cursor, nil)
		if s.h.Kind == scanner.Stream {
			p = s.untilListening(p)
		}
	}
	uri, text, _ := s.post()
	s.awaitIn(p, "what was posted afterwards", taken(uri, text))
}

// untilListening starts passes until one listens.
func (s *stage) untilListening(p *pass) *pass {
	s.t.Helper()
	for range restarts {
		select {
		case <-p.first:
			return p
		case <-p.done:
			_ = p.end()
			s.nudge()
			p = s.start(s.cursor, nil)
		case <-time.After(s.h.Patience):
			s.t.Fatal("it never listens again")
		}
	}
	s.t.Fatal("it never listens again")
	return p
}
