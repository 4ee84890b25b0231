package x

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/x/internal/postid"
	"meetleaks/scanner/source/x/internal/waits"
)

// The bounds of a pass.
const (
	saveItems = 1000
	maxBad    = 1000      // frames in a row that cannot be understood
	future    = time.Hour // that ids may be before our clock
	spellings = 20        // posts, of which one has to have a field that all have
	shown     = "x.com"
)

// pass is one reading. Its fields belong to the goroutine of run.
type pass struct {
	*Source
	p      scanner.Pass
	mem    *memory
	purse  purse
	health scanner.SourceHealth
	out    scanner.Outcome

	whole  uint64 // no post is missing up to here
	high   uint64 // highest id that was handed on
	looked time.Time
	rules  synced
	gap    *gap
	look   *look
	errand errand

	saved         string
	savedAt, told time.Time
	unsaved       int // items
	began         time.Time
	bad           int   // frames in a row
	streamed      int64 // posts of the stream
	unspelled     int   // posts, as long as none has shown a spelling that is known
	first         bool  // what is handed on was found by the first search of all
	notes         notes
}

// begin reads the cursor.
func (s *Source) begin(p scanner.Pass) (*pass, error) {
	c, whole, err := decodeCursor(p.Cursor)
	if err != nil {
		return nil, err
	}
	now := s.o.Now()
	r := &pass{Source: s, p: p, mem: s.takeMemory(), whole: whole, looked: c.Looked, began: now}
	r.purse = purse{budget: s.o.Budget, day: c.Day, today: c.Today, month: c.Month, charged: r.mem.charged, fresh: p.Cursor == ""}
	if r.purse.ids == nil || r.purse.on != c.Day {
		r.purse.charged = charged{on: c.Day, ids: map[uint64]struct{}{}}
	}
	r.purse.turn(now)
	backwards := c.Backwards
	if p.Cursor == "" {
		r.whole, backwards = max(postid.At(now.Add(-s.o.Back)), 2)-1, s.o.Back > 0 // whole is before what may come in this millisecond
	}
	if here := postid.At(now); postid.Time(r.whole).After(now.Add(future)) { // it would hide all that comes until then
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
	defer func() { r.mem.charged = r.purse.charged }()
	if err := r.purse.spent(r.o.Now()); err != nil {
		r.health.Refused++
		r.notes.budget = err.Why
		return err
	}
	var err error
	if r.rules, err = r.syncRules(ctx, synced{}); err != nil {
		return err
	}
	if err := r.anything(); err != nil {
		return err
	}
	c, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	r.began = r.o.Now()
	if err := r.save(ctx); err != nil {
		return err
	}
	r.tell()
	inner, cancel := context.WithCancel(ctx)
	defer r.errand.Stop()
	defer cancel()
	r.errand.start(r.began, r.o)
	return r.listen(inner, c)
}

// anything is the error of having nothing to look for: a source that sees nothing must not look as if it did.
func (r *pass) anything() error {
	switch {
	case r.rules.standing > 0:
		return nil
	case r.rules.invalid > 0:
		return &Error{What: "look for terms", Why: "X refuses all rules", After: waits.Refused}
	}
	return &Error{What: "look for terms", Why: "there is nothing to look for", After: r.o.Sync}
}

// listen hands on what comes, until the stream ends.
func (r *pass) listen(ctx context.Context, c *conn) error {
	ticker := time.NewTicker(r.o.Tick)
	defer ticker.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return r.leave(ctx, context.Cause(ctx))
		case body, more := <-c.frames:
			if !more {
				return r.leave(ctx, r.endOf(c))
			}
			err = r.frame(ctx, body)
		case apply := <-r.errand.Done():
			err = r.errand.Take(ctx, apply)
		case <-ticker.C:
		}
		if err != nil {
			return r.leave(ctx, err)
		}
		if err := r.chores(ctx, c); err != nil {
			return r.leave(ctx, err)
		}
	}
}

// leave saves what was handed on, and returns why the pass ends. What was handed on counts also when it is to end.
func (r *pass) leave(ctx context.Context, why error) error {
	if errors.Is(why, scanner.ErrLost) || errors.Is(context.Cause(ctx), scanner.ErrLost) {
		return why
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := r.save(ctx); err != nil && why == nil {
		return err
	}
	return why
}

// endOf judges the end of a stream: one that was heard is opened again at once.
func (r *pass) endOf(c *conn) error {
	lived := r.o.Now().Sub(r.began)
	if r.gap != nil && !r.gap.begun && lived < r.o.Settle {
		return &Error{What: theStream, Why: "X ends the stream before what was missed is searched", Status: http.StatusOK, After: r.fails.Again(theStream, false)}
	}
	if r.streamed > 0 || c.heard.Load() && lived >= r.o.Idle {
		r.fails.Went(theStream)
		return nil
	}
	const what = theStream
	if e := (&Error{What: what, Status: http.StatusOK}); r.inBody(e, c.head) {
		return e
	}
	switch {
	case errors.Is(c.err, errSilent):
		return &Error{What: what, Why: fmt.Sprintf("nothing was heard for %v", r.o.Idle), After: r.fails.Again(theStream, false)}
	case r.bad > 0:
		return &Error{What: what, Why: "the answer is not as documented", Status: http.StatusOK, After: r.fails.Again(theStream, false)}
	case c.err != nil:
		return &Error{What: what, Why: "the connection broke off"}
	}
	return &Error{What: what, Why: "X ends the stream as soon as it is opened", Status: http.StatusOK, After: r.fails.Again(theStream, false)}
}

func (r *pass) inBody(e *Error, body []byte) bool {
	for _, p := range problems(body) {
		if r.known(e, p, r.o.Now()) {
			return true
		}
	}
	return false
}

// frame deals with one line of the stream.
func (r *pass) frame(ctx context.Context, body []byte) error {
	g, ok := glance(body)
	if !ok {
		return r.odd(ctx, body)
	}
	r.bad = 0
	r.streamed++
	now := r.o.Now()
	r.heard(g.id, now)
	for _, id := range g.included {
		r.purse.charge(id, now)
	}
	if err := r.spelled(g.spelled); err != nil {
		return err
	}
	if err := r.post(ctx, body, g); err != nil {
		return err
	}
	r.reached(g.id)
	return r.afford(now)
}

// post hands a post on, unless it is known or can hold nothing. Edits are always looked at: a link may have been taken out.
func (r *pass) post(ctx context.Context, body []byte, g glimpse) error {
	if g.edits <= 1 {
		if _, known := r.mem.versions.latest[g.id]; known || !r.o.Promising(body) {
			return nil
		}
	}
	f, rough, err := decodeFrame(body)
	if err != nil {
		r.health.Failed++
		return nil //nolint:nilerr // one frame; it is counted
	}
	if rough {
		r.health.Failed++
	}
	return r.take(ctx, &f.Data, &f.Includes, false)
}

// odd deals with a line that is no post as it should be: an error of the stream, or something that cannot be understood.
func (r *pass) odd(ctx context.Context, body []byte) error {
	if f, rough, err := decodeFrame(body); err == nil {
		if rough {
			r.health.Failed++
		}
		id, _ := postid.Parse(f.Data.ID)
		r.bad = 0
		r.streamed++
		r.heard(id, r.o.Now())
		if err := r.take(ctx, &f.Data, &f.Includes, false); err != nil {
			return err
		}
		r.reached(id)
		return r.afford(r.o.Now())
	}
	e := &Error{What: theStream, Status: http.StatusOK}
	if r.inBody(e, body) {
		r.o.Log.Info("the stream was ended", "source", r.p.Source, "why", e.Why)
		if e.Why == endedByX && r.streamed > 0 {
			return nil // it closes now, and is opened again at once
		}
		return e
	}
	r.health.Failed++
	if r.bad++; r.bad >= maxBad {
		return &Error{What: theStream, Why: "what it brings is not as documented", After: r.fails.Again(theStream, false)}
	}
	return nil
}

// heard counts a post that was read.
func (r *pass) heard(id uint64, now time.Time) {
	r.health.Heard++
	r.unsaved++
	r.purse.charge(id, now)
	if at := postid.Time(id); at.After(r.health.Posted) && !at.After(now.Add(time.Minute)) {
		r.health.Posted, r.health.Lag = at, max(now.Sub(at), 0)
	}
}

// reached notes that a post and what came before it was handed on.
func (r *pass) reached(id uint64) {
	if postid.Time(id).After(r.o.Now().Add(future)) {
		return // no id of these days: it would hide all that come
	}
	r.high = max(r.high, id)
	if r.gap == nil {
		r.whole = r.high
	}
}

// spelled ends the pass when posts do not have the fields that all have: then those that hold links may be named anew, too.
func (r *pass) spelled(known bool) error {
	if known {
		r.unspelled = -1
	}
	if r.unspelled < 0 {
		return nil
	}
	if r.unspelled++; r.unspelled < spellings {
		return nil
	}
	return &Error{What: theStream, Why: "fields of posts are named as they never were: links would be missed", After: waits.Refused}
}

// afford ends the pass when no more posts may be read.
func (r *pass) afford(now time.Time) error {
	if err := r.purse.spent(now); err != nil {
		r.health.Refused++
		r.notes.budget = err.Why
		return err
	}
	return nil
}

// take hands a post on. Older versions than one that was handed on are passed over, and so is the same one unless again.
func (r *pass) take(ctx context.Context, p *post, in *includes, again bool) error {
	if id := p.refersTo("retweeted"); id != "" {
		return r.reposted(ctx, p, id, in)
	}
	first, own, _, ok := p.history()
	if !ok || p.hidden() {
		return nil
	}
	if known, there := r.mem.versions.latest[first]; there && (known > own || known == own && !again) {
		return nil
	}
	text, cut := textOf(p, in)
	if cut {
		r.health.Truncated++
	}
	r.health.Read++
	got, err := r.o.Taker.Take(ctx, r.reading(p, first, own, text))
	if err != nil {
		return fmt.Errorf("hand a post on: %w", err)
	}
	r.out.Documents++
	if !got.Unchanged {
		r.out.News++
	}
	r.mem.versions.put(first, own)
	return nil
}

func (r *pass) reading(p *post, first, own uint64, text string) scanner.Reading {
	uri := postid.URI(first)
	sum := sha256.Sum256([]byte(text))
	return scanner.Reading{
		Document: scanner.Document{URI: uri, MediaType: "text/plain", Text: strings.NewReader(text)},
		Source:   r.p.Source, At: r.o.Now(), Posted: p.posted(own), Reach: p.reach(),
		Version: append([]byte(postid.Format(own)+" "), sum[:]...), Shown: shown, Reference: scanner.NewSecret(uri),
		First: r.first,
	}
}

// reposted deals with a repost: of what it shows only the original is whole.
func (r *pass) reposted(ctx context.Context, p *post, id string, in *includes) error {
	first, ok := postid.Parse(id)
	reach := p.reach()
	if original := in.find(id); original != nil && original.refersTo("retweeted") == "" {
		if err := r.take(ctx, original, in, false); err != nil {
			return err
		}
		if first, _, _, ok = original.history(); ok {
			reach = max(reach, original.reach())
		}
	}
	if !ok || reach == 0 {
		return nil
	}
	if err := r.o.Taker.Reposted(ctx, postid.URI(first), reach); err != nil {
		return fmt.Errorf("tell of a repost: %w", err)
	}
	return nil
}
