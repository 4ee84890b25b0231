package sourcetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/scanner"
)

// The bounds of waiting: nothing of the suite waits by sleeping.
const (
	patience = 15 * time.Second // for what has to come, when the harness does not say
	promptly = 3 * time.Second  // for a pass to end that was told to
	restarts = 10               // of passes that end by themselves
)

const sourceName = "the-source"

// link is a made-up meeting, another one each time.
func link() string {
	n := links.Add(1)
	return fmt.Sprintf("https://acme.zoom.us/j/%d", 84930275116+n*7919)
}

var links atomic.Int64 //nolint:gochecknoglobals // so that no two subtests post the same

// stage is one source with what it reads, and all that it said.
type stage struct {
	t     *testing.T
	h     Harness
	taker *Taker
	log   *lockedBuffer
	read  Read

	authors []string
	cursor  string // the one saved last
	errs    []error
	told    []scanner.SourceHealth
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newStage(t *testing.T, h Harness) *stage {
	t.Helper()
	h.Patience = cmp.Or(h.Patience, patience)
	s := &stage{t: t, h: h, taker: NewTaker(), log: &lockedBuffer{}}
	s.reopen()
	t.Cleanup(s.saysNoNames)
	return s
}

// reopen stands for a crash: another source in place of the old one.
func (s *stage) reopen() {
	s.read = s.h.Open(s.t, s.taker, slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

// post lets somebody with a name of their own post a link.
func (s *stage) post() (uri, text, author string) {
	s.t.Helper()
	author = fmt.Sprintf("quillbert%d", links.Add(1))
	s.authors = append(s.authors, author)
	text = link()
	return s.h.Post(s.t, Post{Author: author, Text: "join us at " + text + " tonight"}), text, author
}

// saysNoNames fails when an author's name got out.
func (s *stage) saysNoNames() {
	var said strings.Builder
	said.WriteString(s.log.String())
	for _, err := range s.errs {
		fmt.Fprintln(&said, err)
		var reason interface{ Reason() string }
		if errors.As(err, &reason) {
			fmt.Fprintln(&said, reason.Reason())
		}
	}
	for _, h := range s.told {
		fmt.Fprintln(&said, h.Notes, h.Used)
	}
	for _, took := range s.taker.All() {
		fmt.Fprintln(&said, took.Reading.Shown, took.Reading.Host, took.Reading.Source)
	}
	for _, author := range s.authors {
		if strings.Contains(said.String(), author) {
			s.t.Errorf("the name of an author got out: %s", cut(said.String(), author))
		}
	}
}

// cut is what stands around a word.
func cut(text, word string) string {
	at := strings.Index(text, word)
	return text[max(0, at-100):min(len(text), at+len(word)+100)]
}

// pass is one reading under way.
type pass struct {
	s      *stage
	cancel context.CancelFunc
	done   chan struct{}
	first  chan struct{} // closed with the first save

	mu    sync.Mutex
	saved []string
	told  []scanner.SourceHealth
	out   scanner.Outcome
	err   error
}

// start begins a pass from a cursor. refuse, which may be nil, is what becomes of saves.
func (s *stage) start(cursor string, refuse func() error) *pass {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	p := &pass{s: s, cancel: cancel, done: make(chan struct{}), first: make(chan struct{})}
	read := s.read
	given := scanner.Pass{
		Source: sourceName, Kind: s.h.Kind, Deadline: time.Now().Add(time.Hour), Fence: links.Add(1), Cursor: cursor,
		Save: func(_ context.Context, cursor string) error { return p.save(cursor, refuse) }, Tell: p.tell,
	}
	go func() {
		defer close(p.done)
		out, err := read(ctx, given)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.out, p.err = out, err
	}()
	s.t.Cleanup(func() { _ = p.end() })
	return p
}

func (p *pass) save(cursor string, refuse func() error) error {
	if refuse != nil {
		if err := refuse(); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.saved = append(p.saved, cursor)
	if len(p.saved) == 1 {
		close(p.first)
	}
	return nil
}

func (p *pass) tell(h scanner.SourceHealth) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, h)
}

// awaitHeard waits until the pass has told that it heard something. Some tell only at their end, so it does not wait long.
func (p *pass) awaitHeard() {
	heard := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return slices.ContainsFunc(p.told, func(h scanner.SourceHealth) bool { return h.Heard > 0 })
	}
	for deadline := time.Now().Add(promptly / 3); !heard() && time.Now().Before(deadline); runtime.Gosched() {
	}
}

// last is the cursor that was saved last, or the one given.
func (p *pass) last(otherwise string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.saved) == 0 {
		return otherwise
	}
	return p.saved[len(p.saved)-1]
}

// listens waits until the pass has saved the cursor that it begins with: from then on nothing that is posted is lost.
func (p *pass) listens() {
	p.s.t.Helper()
	select {
	case <-p.first:
	case <-p.done:
		p.s.t.Fatalf("the pass ended before it listened: %v", p.err)
	case <-time.After(p.s.h.Patience):
		p.s.t.Fatal("the pass does not say that it listens: it never saves the cursor that it begins with")
	}
}

// wait waits until the pass has ended by itself.
func (p *pass) wait(bound time.Duration, why string) error {
	p.s.t.Helper()
	select {
	case <-p.done:
	case <-time.After(bound):
		p.s.t.Fatalf("the pass goes on: %s", why)
	}
	return p.result()
}

// end ends the pass, and takes over what it saved and said.
func (p *pass) end() error {
	p.cancel()
	bound := promptly
	if p.s.t.Failed() {
		bound = promptly / 10
	}
	select {
	case <-p.done:
	case <-time.After(bound):
		if p.s.t.Failed() {
			return nil
		}
		p.s.t.Errorf("a pass that was told to end has not after %v", promptly)
		return nil
	}
	return p.result()
}

func (p *pass) result() error {
	p.cancel()
	p.s.cursor = p.last(p.s.cursor)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.s.told = append(p.s.told, p.told...)
	p.told = nil
	if p.err != nil {
		p.s.errs = append(p.s.errs, p.err)
	}
	return p.err
}

// await waits for a call of the taker that fits, while a pass runs. Passes that end are followed by others, as the scheduler does.
func (s *stage) await(what string, fits func(Took) bool) Took {
	s.t.Helper()
	p := s.start(s.cursor, nil)
	took := s.awaitIn(p, what, fits)
	_ = p.end()
	return took
}

// awaitIn is await in a pass that runs already.
func (s *stage) awaitIn(p *pass, what string, fits func(Took) bool) Took {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), s.h.Patience)
	defer cancel()
	for n := 0; ; n++ {
		inner, stop := context.WithCancel(ctx)
		go func() {
			defer stop()
			select {
			case <-p.done:
			case <-inner.Done():
			}
		}()
		took, ok := s.taker.Await(inner, fits)
		stop()
		if ok {
			return took
		}
		err := p.end()
		if ctx.Err() != nil || n == restarts || s.h.Kind == scanner.Poll && n == 1 {
			s.t.Fatalf("%s did not come; the pass ended with: %v", what, err)
		}
		if s.h.Kind == scanner.Poll && s.h.Nudge != nil {
			s.h.Nudge(s.t)
		}
		p = s.start(s.cursor, nil)
	}
}

// taken fits the reading of a post with that link.
func taken(uri, link string) func(Took) bool {
	return func(k Took) bool { return k.What == WasTaken && k.URI == uri && strings.Contains(k.Text, link) }
}
