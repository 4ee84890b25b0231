package v1

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // nobody develops it any more: it is for what speaks v1.1 alone

	"meetleaks/scanner"
	"meetleaks/scanner/source/x/internal/waits"
)

// The bounds of a pass.
const (
	saveItems = 1000
	maxBad    = 1000      // frames in a row that cannot be understood
	future    = time.Hour // that ids may be before our clock
	shown     = "x.com"
)

// pass is one reading. Its fields belong to the goroutine of run.
type pass struct {
	*Source
	p      scanner.Pass
	gate   *gate
	client *twitter.Client
	health scanner.SourceHealth
	out    scanner.Outcome

	plan   plan
	whole  int64 // no post is missing up to here
	high   int64 // highest id that was handed on
	looked time.Time
	gap    *gap
	look   *look
	errand errand

	saved                  string
	savedAt, told, synced  time.Time
	savedAtItem            int64
	began                  time.Time // when the stream was opened; zero: it is not open
	handled                int64     // frames that were received of the library
	bad                    int       // of these, in a row, that could not be understood
	understood             int64
	searched, failed, lost int64 // posts of searches; failures that are no frame's; posts that the service held back
	first                  bool  // what is handed on was found by the first search of all
	notes                  notes
}

// begin reads the cursor.
func (s *Source) begin(p scanner.Pass) (*pass, error) {
	c, whole, err := decodeCursor(p.Cursor)
	if err != nil {
		return nil, err
	}
	now := s.o.Now()
	r := &pass{Source: s, p: p, whole: whole, looked: c.Looked, synced: now}
	backwards := c.Backwards
	if p.Cursor == "" {
		r.whole, backwards = idAt(now.Add(-s.o.Back)), s.o.Back > 0
	}
	if here := idAt(now); timeOf(r.whole).After(now.Add(future)) { // it would hide all that comes until then
		r.whole, r.notes.lost = here, "the cursor lay in the future: began with what is new"
	}
	r.high = r.whole
	if p.Cursor != "" || backwards {
		r.gap = &gap{backwards: backwards}
	}
	if r.looked.IsZero() || r.looked.After(now) {
		r.looked = now
	}
	return r, nil
}

// run makes the pass.
func (r *pass) run(ctx context.Context) error {
	terms, err := r.o.Terms(ctx)
	if err != nil {
		return fmt.Errorf("ask what to look for: %w", err)
	}
	r.plan = planFor(terms, r.shared, r.o)
	if len(r.plan.track) == 0 {
		return &Error{What: "look for terms", Why: "there is nothing to look for", After: r.o.Sync}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	r.gate = r.Source.gate(ctx)
	r.client = twitter.NewClient(&http.Client{Transport: r.gate})
	stream, err := r.client.Streams.Filter(&twitter.StreamFilterParams{Track: r.plan.track, StallWarnings: twitter.Bool(true)})
	if err != nil {
		cancel(errClosed)
		return &Error{What: theStream, Why: "the request cannot be made"} // the error would hold what is looked for
	}
	defer r.errand.Stop()
	defer drain(stream)
	defer cancel(errClosed)
	return r.listen(ctx, stream)
}

// drain receives until the library's goroutine has ended: its body has ended, and it gets no other. That goroutine has nothing left to
// do when it closes Messages; Stop would read a field that it writes.
func drain(stream *twitter.Stream) {
	for range stream.Messages { // what is left of a pass that is over
	}
}

// listen hands on what comes, until the stream ends.
func (r *pass) listen(ctx context.Context, stream *twitter.Stream) error {
	ticker := time.NewTicker(r.o.Tick)
	defer ticker.Stop()
	opened := r.gate.opened
	for {
		var err error
		select {
		case <-ctx.Done():
			return r.leave(ctx, context.Cause(ctx))
		case <-opened:
			opened, err = nil, r.listening(ctx)
		case m, more := <-stream.Messages:
			if !more {
				return r.leave(ctx, r.ended(ctx))
			}
			err = r.message(ctx, m)
		case apply := <-r.errand.Done():
			err = r.errand.Take(ctx, apply)
		case <-ticker.C:
		}
		if err == nil {
			err = r.chores(ctx)
		}
		if err != nil {
			return r.leave(ctx, unlessChanged(err))
		}
	}
}

// listening is called when the stream is open: from now on nothing is missed.
func (r *pass) listening(ctx context.Context) error {
	r.began = r.o.Now()
	r.errand.gap = r.began.Add(r.o.Settle)
	if r.gap != nil && r.o.NoSearch {
		r.gap, r.notes.lost = nil, "what was posted while nobody listened is not known: the gateway has no search"
	}
	if err := r.save(ctx); err != nil {
		return err
	}
	r.tell()
	return nil
}

// errChanged ends a pass because another connection is needed.
var errChanged = errors.New("what is looked for has changed")

func unlessChanged(err error) error {
	if errors.Is(err, errChanged) {
		return nil
	}
	return err
}

// leave saves what was handed on, and returns why the pass ends. What was handed on counts also when it is to end.
func (r *pass) leave(ctx context.Context, why error) error {
	if r.began.IsZero() || errors.Is(why, scanner.ErrLost) || errors.Is(context.Cause(ctx), scanner.ErrLost) {
		return why
	}
	r.settle()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := r.save(ctx); err != nil && why == nil {
		return err
	}
	return why
}

// ended is the error of a stream that ended or was never open.
func (r *pass) ended(ctx context.Context) error {
	open, t, failed := r.gate.state()
	switch {
	case !open && failed == nil:
		return &Error{What: theStream, Why: "the library gave up"}
	case !open:
		return failed
	}
	if r.began.IsZero() { // it ended before it was seen to be open
		if err := r.listening(ctx); err != nil {
			return err
		}
	}
	return r.endOf(t)
}

// endOf judges the end of a stream: one that was heard is opened again at once, unless it ended before the search of a gap could begin.
func (r *pass) endOf(t told) error {
	lived := r.o.Now().Sub(r.began)
	if t.posts > 0 || r.understood > 0 || t.any && lived >= r.o.Idle {
		if r.gap != nil && !r.gap.begun && lived < r.o.Settle {
			const why = "the gateway ends the stream before what was missed is searched"
			return &Error{What: theStream, Why: why, Status: http.StatusOK, After: r.fails.Again(theStream, false)}
		}
		r.fails.Went(theStream)
		return nil
	}
	e := &Error{What: theStream, Status: http.StatusOK}
	for _, p := range problems(t.head) {
		if r.known(e, p.Code, nil, r.o.Now()) {
			return e
		}
	}
	switch {
	case errors.Is(t.end, errSilent):
		e.Why = fmt.Sprintf("nothing was heard for %v", r.o.Idle)
	case r.bad > 0 || t.larger > 0:
		e.Why = whyStrange
	case t.any:
		e.Why = "the gateway ends the stream as soon as it is opened"
	default:
		e.Why = "the connection broke off"
	}
	e.After = r.fails.Again(theStream, false)
	return e
}

// message deals with what the library made of a frame, or with its last word.
func (r *pass) message(ctx context.Context, m any) error {
	var last *url.Error
	if err, is := m.(error); is && errors.As(err, &last) {
		return nil // of a request, not of a frame; it holds what is looked for, and the gate knows why
	}
	understood, err := r.understand(ctx, m)
	if err != nil {
		return err // and the frame is not handled: nothing is saved beyond it
	}
	r.handled++
	if understood {
		r.bad = 0
		r.understood++
		return nil
	}
	r.failed++
	if r.bad++; r.bad >= maxBad {
		return &Error{What: theStream, Why: "what it brings is not as documented", After: r.fails.Again(theStream, false)}
	}
	return nil
}

// understand deals with a message, and says whether it is one that can be understood.
func (r *pass) understand(ctx context.Context, m any) (bool, error) {
	switch m := m.(type) {
	case *twitter.Tweet:
		return r.streamed(ctx, m)
	case *twitter.StatusDeletion:
		return r.deleted(ctx, m)
	case *twitter.StreamLimit:
		return m != nil, r.held(m)
	case *twitter.StatusWithheld:
		return r.withheld(ctx, m)
	case *twitter.StreamDisconnect:
		return m != nil, r.disconnected(m)
	case *twitter.UserWithheld:
		if m != nil && everywhere(m.WithheldInCountries) {
			r.notes.accounts++
		}
		return m != nil, nil
	case *twitter.StallWarning:
		r.notes.stalling = m != nil
		return m != nil, nil
	case *twitter.LocationDeletion:
		return m != nil, nil // no place of a post is kept
	case map[string]any:
		return r.unknown(ctx, m)
	}
	return false, nil
}

// deleted tells of a post that is deleted.
func (r *pass) deleted(ctx context.Context, m *twitter.StatusDeletion) (bool, error) {
	if m == nil {
		return false, nil
	}
	id, ok := idFrom(m.IDStr, m.ID)
	if !ok {
		return false, nil
	}
	r.health.Deleted++
	if err := r.o.Taker.Deleted(ctx, uriOf(id)); err != nil {
		return true, fmt.Errorf("tell of a deletion: %w", err)
	}
	return true, nil
}

// withheld tells of a post that is shown to nobody any more.
func (r *pass) withheld(ctx context.Context, m *twitter.StatusWithheld) (bool, error) {
	if m == nil || m.ID <= 0 {
		return false, nil
	}
	if !everywhere(m.WithheldInCountries) {
		return true, nil
	}
	return r.deleted(ctx, &twitter.StatusDeletion{ID: m.ID})
}

// everywhere says whether something is withheld in all countries: for what it says, or for a claim of copyright.
func everywhere(countries []string) bool {
	return slices.Contains(countries, "XX") || slices.Contains(countries, "XY")
}

// held notes that the service held posts back: they are searched for.
func (r *pass) held(m *twitter.StreamLimit) error {
	if m == nil || m.Track <= r.lost {
		return nil // it counts from the beginning of the connection, and comes out of order
	}
	r.lost = m.Track
	if r.gap == nil && !r.o.NoSearch {
		r.gap = &gap{}
		r.errand.gap = r.o.Now().Add(max(r.o.Settle, heldWait*r.o.Tick))
	}
	return nil
}

// heldWait is how many ticks pass at least before posts that were held back are searched for.
const heldWait = 60

// disconnected deals with the service's last word. It names the stream after its account: neither name nor words are handed on.
func (r *pass) disconnected(m *twitter.StreamDisconnect) error {
	if m == nil {
		return nil
	}
	r.o.Log.Info("the stream was ended", "source", r.p.Source, "code", m.Code)
	switch m.Code {
	case 2, 3:
		return &Error{What: theStream, Why: "another connection with this token is open", After: r.fails.Again(theStream, true)}
	case 6, 7:
		return &Error{What: theStream, Why: whyToken, After: waits.Refused}
	}
	return nil // it closes now, and is opened again
}

// unknown deals with an object of which the library knows no kind: it tells posts by a member that not every gateway sends.
func (r *pass) unknown(ctx context.Context, m map[string]any) (bool, error) {
	if t := rebuilt(m); t != nil {
		return r.streamed(ctx, t)
	}
	list, _ := m["errors"].([]any)
	for _, one := range list[:min(len(list), maxProblems)] {
		fields, _ := one.(map[string]any)
		code, _ := fields["code"].(float64)
		if e := (&Error{What: theStream, Status: http.StatusOK}); r.known(e, int64(code), nil, r.o.Now()) {
			return true, e
		}
	}
	return false, nil
}
