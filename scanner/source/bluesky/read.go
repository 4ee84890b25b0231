package bluesky

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"meetleaks/scanner"
)

// Read makes a pass: one connection, until the service or ctx ends it. It fits [scanner.Watch].Read. An error says that nothing was
// heard, or that what was read could not be handed on; an [*Error] among them has Reason and RetryAfter.
func (s *Source) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	select {
	case s.passing <- struct{}{}:
		defer func() { <-s.passing }()
	case <-ctx.Done():
		return scanner.Outcome{}, ctx.Err()
	}
	if p.Tell == nil {
		p.Tell = func(scanner.SourceHealth) {}
	}
	if p.Save == nil {
		p.Save = func(context.Context, string) error { return nil }
	}
	if err := s.know(ctx, p); err != nil {
		return scanner.Outcome{}, err
	}
	l, err := s.listen(ctx, p)
	if err != nil {
		if refused := (*Error)(nil); errors.As(err, &refused) && refused.Status != 0 {
			p.Tell(scanner.SourceHealth{Refused: 1})
		}
		return scanner.Outcome{}, err
	}
	err = l.run(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	p.Tell(l.told())
	return scanner.Outcome{Documents: int(l.health.Heard), News: l.news}, err
}

// know lists the known places before the first pass, and when another process had passes in between.
func (s *Source) know(ctx context.Context, p scanner.Pass) error {
	if p.Fence != 0 && p.Fence == s.lastFence+1 {
		s.lastFence = p.Fence
		return nil
	}
	if err := s.places.list(ctx, s.o.Taker, p.Source); err != nil {
		return fmt.Errorf("bluesky: list the known places: %w", err)
	}
	s.lastFence = p.Fence
	return nil
}

// listen opens the connection.
func (s *Source) listen(ctx context.Context, p scanner.Pass) (*listening, error) {
	l := &listening{s: s, pass: p, since: time.Now()}
	l.began, l.note.future = startOf(p.Cursor, s.o.Now())
	if s.o.Dictionary != nil {
		unpacker, err := newUnpacker(s.o.Dictionary)
		if err != nil {
			return nil, fmt.Errorf("bluesky: %w", err)
		}
		l.unpacker = unpacker
	}
	within, cancel := context.WithTimeout(ctx, handshakeBound)
	defer cancel()
	address := s.address
	address.RawQuery = s.query(l.began).Encode()
	o := &websocket.DialOptions{HTTPClient: s.o.Client, HTTPHeader: http.Header{"User-Agent": {s.o.UserAgent}}}
	connection, response, err := websocket.Dial(within, address.String(), o) //nolint:bodyclose // there is never one to close
	if err != nil {
		l.close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("bluesky: %w", ctx.Err())
		}
		return nil, refusal(response, err, s.o.Now())
	}
	connection.SetReadLimit(-1) // frames that are too long are skipped instead, see frame
	l.connection = connection
	return l, nil
}

// query asks for what is wanted.
func (s *Source) query(began position) url.Values {
	q := url.Values{"wantedCollections": s.o.Collections, "maxMessageSizeBytes": {strconv.Itoa(MaxFrame)}}
	if began.time > 0 {
		q.Set("cursor", strconv.FormatInt(began.time-overlap.Microseconds(), 10))
	}
	if s.o.Dictionary != nil {
		q.Set("compress", "true")
	}
	return q
}

// listening is one pass.
type listening struct {
	s          *Source
	pass       scanner.Pass
	connection *websocket.Conn
	unpacker   *unpacker // nil: events come unpacked
	buffer     []byte
	since      time.Time // by the process's own clock
	began      position  // zero: at the end

	waits  atomic.Int64 // counts frames that were waited for; odd: one is waited for now
	silent atomic.Bool  // nothing came for too long
	fresh  atomic.Int64 // counts events that were new
	stale  atomic.Bool  // for too long nothing came that was new

	mu      sync.Mutex // held while an event is dealt with, and while a cursor is saved
	now     position   // behind the last event
	saved   position
	savedAt time.Time // by the process's own clock
	items   int       // since then
	garbage int       // frames in a row
	news    int
	health  scanner.SourceHealth
	note    notes
	failed  error // of a save beside the reading
}

func (l *listening) close() {
	if l.connection != nil {
		_ = l.connection.CloseNow() // nothing is owed to the other side
	}
	if l.unpacker != nil {
		l.unpacker.close()
	}
}

// run reads until the connection ends, and saves at the end.
func (l *listening) run(ctx context.Context) error {
	defer l.close()
	l.now = l.began
	if l.now == (position{}) {
		l.now = position{time: l.s.o.Now().UnixMicro(), about: true}
	}
	if err := l.save(ctx); err != nil {
		return err
	}
	l.pass.Tell(l.told())
	defer context.AfterFunc(ctx, func() { _ = l.connection.CloseNow() })()
	beside, end := context.WithCancel(ctx)
	var others sync.WaitGroup
	others.Go(func() { l.tick(beside) })
	others.Go(func() { l.refresh(beside) })
	err := l.read(ctx)
	end()
	others.Wait()
	return l.end(ctx, err)
}

// errTaken is wrapped by errors after which nothing more may be saved.
var errTaken = errors.New("what was read could not be handed on")

// end judges why the reading ended.
func (l *listening) end(ctx context.Context, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return l.failed
	}
	if errors.Is(err, errTaken) && ctx.Err() == nil {
		return err
	}
	final, cancel := context.WithTimeout(context.WithoutCancel(ctx), finalBound)
	defer cancel()
	if l.now != l.saved {
		if err := l.save(final); err != nil {
			return err
		}
	}
	var own *Error
	switch {
	case ctx.Err() != nil:
		return nil
	case l.silent.Load() && l.health.Heard == 0, l.stale.Load():
		return &Error{Why: whySilent}
	case l.silent.Load():
		return nil
	case errors.As(err, &own):
		return err
	case l.health.Heard == 0 && !l.note.repeated:
		return &Error{Why: whyEnded, Err: endOf(err)}
	}
	return nil
}

// endOf is how the other side ended the connection, in our own words.
func endOf(err error) error {
	if status := websocket.CloseStatus(err); status >= 0 {
		return fmt.Errorf("closed with status %d", int(status))
	}
	return nil
}

// read reads frames until the connection ends.
func (l *listening) read(ctx context.Context) error {
	for {
		l.waits.Add(1)
		kind, frame, err := l.frame()
		l.waits.Add(1)
		switch {
		case errors.Is(err, errTooLong):
			l.tooLong()
		case err != nil:
			return err
		default:
			if err := l.heard(ctx, kind, frame); err != nil {
				return err
			}
		}
	}
}

var errTooLong = errors.New("a frame that is too long")

// frame reads one frame, whose bytes are good until the next call. errTooLong says that it was skipped.
func (l *listening) frame() (websocket.MessageType, []byte, error) {
	kind, r, err := l.connection.Reader(context.Background()) // whoever ends it closes the connection
	if err != nil {
		return 0, nil, err
	}
	l.buffer = l.buffer[:0]
	for {
		if len(l.buffer) == cap(l.buffer) {
			grown := make([]byte, len(l.buffer), min(max(2*cap(l.buffer), 16<<10), MaxFrame+1))
			copy(grown, l.buffer)
			l.buffer = grown
		}
		n, err := r.Read(l.buffer[len(l.buffer):cap(l.buffer)])
		l.buffer = l.buffer[:len(l.buffer)+n]
		switch {
		case errors.Is(err, io.EOF) && len(l.buffer) <= MaxFrame:
			return kind, l.buffer, nil
		case err != nil && !errors.Is(err, io.EOF):
			return 0, nil, err
		case len(l.buffer) > MaxFrame:
			return 0, nil, l.drain(r)
		}
	}
}

// drain skips the rest of a frame.
func (l *listening) drain(r io.Reader) error {
	n, err := io.Copy(io.Discard, io.LimitReader(r, maxDrained))
	switch {
	case err != nil:
		return err
	case n == maxDrained:
		return &Error{Why: whyEndless}
	}
	return errTooLong
}

// tick saves, tells, and watches for silence, beside the reading.
func (l *listening) tick(ctx context.Context) {
	ticker := time.NewTicker(min(time.Second, l.s.o.Idle/4+1, l.s.o.SaveEvery/4+1))
	defer ticker.Stop()
	q := quiet{heardAt: time.Now(), freshAt: time.Now()}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if q.look(l, time.Now()); l.silent.Load() || l.stale.Load() {
			_ = l.connection.CloseNow() // ends the reading
		}
		if err := l.look(ctx); err != nil && ctx.Err() == nil {
			_ = l.connection.CloseNow()
			return
		}
	}
}

// quiet is since when nothing came, and nothing new.
type quiet struct {
	waits, fresh     int64
	heardAt, freshAt time.Time
}

// look notes what came since the last look, and what did not for too long. While an event is dealt with no other can come.
func (q *quiet) look(l *listening, now time.Time) {
	waits, fresh := l.waits.Load(), l.fresh.Load()
	if fresh != q.fresh || waits == q.waits && waits%2 == 0 {
		q.freshAt = now
	}
	if waits != q.waits || waits%2 == 0 {
		q.heardAt = now
	}
	q.waits, q.fresh = waits, fresh
	if now.Sub(q.heardAt) >= l.s.o.Idle {
		l.silent.Store(true)
	}
	if now.Sub(q.freshAt) >= repeats*l.s.o.Idle {
		l.stale.Store(true) // the same comes again and again
	}
}

// look saves when it is time, and tells.
func (l *listening) look(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pass.Tell(l.told())
	if l.now == l.saved || time.Since(l.savedAt) < l.s.o.SaveEvery*3/4 || l.failed != nil {
		return l.failed
	}
	err := l.save(ctx)
	if err != nil && ctx.Err() == nil {
		l.failed = err
	}
	return err
}

// save keeps the cursor. All that lies before it is durable. The caller holds mu, or nobody else knows of l yet.
func (l *listening) save(ctx context.Context) error {
	l.items, l.savedAt = 0, time.Now()
	if err := l.pass.Save(ctx, l.now.String()); err != nil {
		return fmt.Errorf("bluesky: save the cursor: %w", err)
	}
	l.saved = l.now
	return nil
}

// refresh lists the known places anew from time to time, beside the reading. When that fails, those that are known stay.
func (l *listening) refresh(ctx context.Context) {
	ticker := time.NewTicker(l.s.o.Refresh)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := l.s.places.list(ctx, l.s.o.Taker, l.pass.Source); err != nil && ctx.Err() == nil {
			l.s.o.Log.Warn("bluesky: known places are not listed anew", "source", l.pass.Source)
		}
	}
}
