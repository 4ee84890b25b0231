package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"meetleaks/scanner"
)

// passing is one pass. It belongs to one goroutine.
type passing struct {
	source  *Source
	pass    scanner.Pass
	rest    rest
	cursor  cursor
	outcome scanner.Outcome
	health  scanner.SourceHealth
	notes   []string // of what the server said of itself

	moved  bool            // the cursor differs from what was saved
	saved  time.Time       // last
	items  int             // since then
	row    int             // frames one after the other that were not understood
	first  bool            // the stream is read for the first time
	caught map[string]bool // ids of posts that were taken while the gap was closed
	last   scanner.Taken
	looks  []string // ids
	listed bool

	catching bool
	looked   time.Time // when a look was made last

	noLooks time.Time // until then no look is made
}

// Read makes a pass; it fits [scanner.Watch].Read. A pass of kind [scanner.Stream] listens on one connection until that ends; one of
// kind [scanner.Poll] reads the timelines as far as they were not read, and ends: for servers without streams.
func (s *Source) Read(ctx context.Context, pass scanner.Pass) (scanner.Outcome, error) {
	p := &passing{source: s, pass: pass, cursor: decodeCursor(pass.Cursor), saved: s.o.Now(), caught: map[string]bool{}}
	p.rest.source = s
	err := p.read(ctx)
	p.tell()
	if err != nil && ctx.Err() == nil {
		s.o.Log.Debug("a pass over a Mastodon server failed", "source", pass.Source, "failure", reasonOf(err))
	}
	return p.outcome, err
}

func reasonOf(err error) string {
	var why *failure
	if errors.As(err, &why) {
		return why.reason
	}
	return "the taker or the pass"
}

func (p *passing) now() time.Time { return p.source.o.Now() }

func (p *passing) read(ctx context.Context) error {
	if p.source.o.Token != nil {
		token, err := p.source.o.Token()
		if err != nil {
			return &failure{reason: "its token cannot be read"} // the cause may name what is in the file
		}
		p.rest.token = token
	}
	about, err := p.rest.instance(ctx)
	if err != nil {
		p.refused(err)
		return err
	}
	p.notes = about.notes(p.source.streams)
	if p.pass.Kind == scanner.Poll {
		return p.poll(ctx)
	}
	base, err := p.source.streamBase(about.streaming())
	if err != nil {
		return err
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := p.source.open(inner, base, p.rest.token)
	if err != nil {
		p.refused(err)
		return ctxErr(ctx, err)
	}
	defer w.close()
	return p.stream(inner, w)
}

// ctxErr is the context's error, if it ended.
func ctxErr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// poll reads the timelines once.
func (p *passing) poll(ctx context.Context) error {
	if err := p.catchUp(ctx); err != nil {
		return err
	}
	for range pollLooks {
		looked, err := p.look(ctx)
		if err != nil {
			return err
		}
		if !looked {
			break
		}
	}
	return p.save(ctx)
}

// stream listens. What is said while the gap is closed waits.
func (p *passing) stream(ctx context.Context, w wire) error {
	began := p.now()
	if !p.source.withholds(began) {
		if err := p.save(ctx); err != nil {
			return err
		}
	}
	if err := p.catchUp(ctx); err != nil {
		return ctxErr(ctx, err)
	}
	p.row = 0
	heard, err := p.listen(ctx, w)
	var why *failure
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, errTaker):
		return err
	}
	if p.moved {
		if err := p.save(ctx); err != nil {
			return err
		}
	}
	switch {
	case errors.As(err, &why):
		return err
	case errors.Is(err, errTooLong):
		return &failure{reason: errTooLong.Error()}
	case heard || p.now().Sub(began) >= settled && !errors.Is(err, errIdle):
		return nil
	}
	return unreached("the stream ended before anything was heard", err)
}

// errTaker is wrapped by errors that are not of the stream.
var errTaker = errors.New("not taken")

// got is a frame, or why there is none.
type got struct {
	frame
	err error
}

// listen takes frames until there are no more.
func (p *passing) listen(ctx context.Context, w wire) (heard bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	frames, taken := make(chan got), make(chan struct{})
	var reader sync.WaitGroup
	defer reader.Wait()
	defer w.close() // or the reader goes on reading
	defer cancel()
	reader.Go(func() {
		for {
			f, err := w.next(ctx)
			select {
			case frames <- got{f, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
			select {
			case <-taken:
			case <-ctx.Done():
				return
			}
		}
	})
	ticker := time.NewTicker(p.source.tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return heard, context.Cause(ctx)
		case <-ticker.C:
			if err := p.tick(ctx); err != nil {
				return heard, err
			}
		case g := <-frames:
			if g.err != nil {
				return heard, g.err
			}
			heard = true
			if err := p.one(ctx, g.frame); err != nil {
				return heard, err
			}
			select {
			case taken <- struct{}{}:
			case <-ctx.Done(): // the reader may be gone
			}
		}
	}
}

// one takes a frame, and saves when enough came.
func (p *passing) one(ctx context.Context, f frame) error {
	if err := p.frame(ctx, f); err != nil {
		return ofTaker(err)
	}
	if p.items < saveItems {
		return nil
	}
	p.tell()
	return ofTaker(p.saveSometimes(ctx))
}

// ofTaker tells errors of the taker and of the pass from those of the stream.
func ofTaker(err error) error {
	var why *failure
	if err == nil || errors.As(err, &why) {
		return err
	}
	return fmt.Errorf("%w: %w", errTaker, err)
}

// tick does what is due now and then.
func (p *passing) tick(ctx context.Context) error {
	p.tell()
	if p.source.withholds(p.now()) {
		return &failure{reason: "the server withholds its timeline: only deletions come"}
	}
	if err := p.saveSometimes(ctx); err != nil {
		return ofTaker(err)
	}
	if p.now().Sub(p.looked) < lookPace {
		return nil
	}
	p.looked = p.now()
	_, err := p.look(ctx)
	return ofTaker(err)
}

// saveSometimes saves a cursor that moved, every few seconds or many items.
func (p *passing) saveSometimes(ctx context.Context) error {
	if !p.moved {
		p.items = 0
		return nil
	}
	if p.now().Sub(p.saved) < saveEvery && p.items < saveItems {
		return nil
	}
	return p.save(ctx)
}

// save saves the cursor. All that lies before it was taken.
func (p *passing) save(ctx context.Context) error {
	p.saved, p.items, p.moved = p.now(), 0, false
	if p.pass.Save == nil {
		return nil
	}
	text, err := p.cursor.encode()
	if err != nil {
		return err
	}
	if err := p.pass.Save(ctx, text); err != nil {
		p.moved = true
		return fmt.Errorf("mastodon: save the cursor: %w", err)
	}
	return nil
}

// tell says how the pass is doing.
func (p *passing) tell() {
	if p.pass.Tell == nil {
		return
	}
	h := p.health
	h.Notes = append(slices.Clone(p.notes), h.Notes...)
	h.Notes = h.Notes[:min(len(h.Notes), scanner.MaxNotes)]
	if l := p.rest.limit; l.known {
		h.Used = []scanner.Usage{{
			What: "requests in five minutes", Used: float64(max(l.most-l.left, 0)), Limit: float64(l.most), Unit: "requests", Until: l.reset,
		}}
	}
	p.pass.Tell(h)
}

// note adds a line to the notes, once.
func (p *passing) note(line string) {
	if !slices.Contains(p.health.Notes, line) && len(p.health.Notes) < scanner.MaxNotes {
		p.health.Notes = append(p.health.Notes, line)
	}
}

// refused counts refusals of the server.
func (p *passing) refused(err error) {
	switch statusOf(err) {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		p.health.Refused++
	}
}
