package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestSourceIsReadWhenItIsDueAndNotBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, newLedge(), Watch{Source: "own-site", Every: time.Hour, Read: quickly(Outcome{Documents: 1}, nil)})
		pass(24 * time.Hour)
		for _, gap := range s.gaps() {
			if gap < 54*time.Minute || gap > time.Hour+stageTick {
				t.Errorf("read after %v", gap)
			}
		}
		if n := s.count(); n < 24 || n > 27 {
			t.Errorf("%d passes in a day", n)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestNewsMakesPassesComeSoonerAndNoneLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var news atomic.Bool
		news.Store(true)
		s := play(t, newLedge(), Watch{Source: "own-site", Every: time.Hour, Read: func(context.Context, Pass) (Outcome, error) {
			if news.Load() {
				return Outcome{Documents: 3, News: 1}, nil
			}
			return Outcome{Documents: 3}, nil
		}})
		pass(12 * time.Hour)
		gaps := s.gaps()
		if last := gaps[len(gaps)-1]; last < 13*time.Minute || last > 16*time.Minute {
			t.Errorf("with news it is read after %v", last)
		}
		news.Store(false)
		pass(12 * time.Hour)
		gaps = s.gaps()
		if last := gaps[len(gaps)-1]; last < 54*time.Minute {
			t.Errorf("without news it is read after %v", last)
		}
		_ = s.stop()
	})
}

func TestSourceThatKnowsWhenIsReadThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for in, want := range map[time.Duration]time.Duration{
			20 * time.Minute: 20 * time.Minute, time.Millisecond: 15 * time.Minute, 30 * time.Hour: time.Hour, -time.Hour: 15 * time.Minute,
		} {
			s := play(t, newLedge(), Watch{Source: "own-site", Every: time.Hour, Read: func(context.Context, Pass) (Outcome, error) {
				return Outcome{Documents: 1, News: 1, Next: time.Now().Add(in)}, nil
			}})
			pass(3 * time.Hour)
			for _, gap := range s.gaps() {
				if gap < want || gap > want+stageTick {
					t.Errorf("asked for %v: read after %v", in, gap)
				}
			}
			_ = s.stop()
		}
	})
}

type limited struct{}

func (limited) Error() string             { return "429 for https://zoom.us/j/98123456210?pwd=geheim" }
func (limited) Reason() string            { return "rate limited" }
func (limited) RetryAfter() time.Duration { return 7 * time.Hour }

func TestFailingSourceBacksOffAndIsBlind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failure atomic.Pointer[error]
		fail := func(err error) { failure.Store(&err) }
		fail(errors.New("no route"))
		s := play(t, newLedge(), Watch{Source: "own-site", Every: 2 * time.Hour, Least: time.Minute,
			Read: func(context.Context, Pass) (Outcome, error) { return Outcome{Documents: 1}, *failure.Load() }})
		pass(30 * time.Minute)
		want := time.Minute
		for _, gap := range s.gaps() {
			if gap < want*9/10 || gap > want+stageTick {
				t.Errorf("tried after %v, not %v", gap, want)
			}
			want *= 2
		}
		if o := s.Outlooks()[0]; o.Blind != "failed" || !o.Passed.IsZero() || o.Since.IsZero() {
			t.Errorf("seen as %+v", o)
		}
		before := s.count()
		fail(limited{})
		pass(time.Hour) // the next try is told to wait
		pass(7 * time.Hour)
		if n := s.count() - before; n != 2 {
			t.Errorf("%d tries, though asked to wait for seven hours", n)
		}
		if o := s.Outlooks()[0]; o.Blind != "rate limited" {
			t.Errorf("seen as %+v", o)
		}
		fail(nil)
		pass(8 * time.Hour)
		if o := s.Outlooks()[0]; o.Blind != "" || o.Passed.IsZero() {
			t.Errorf("seen as %+v", o)
		}
		if got, want := fmt.Sprint(s.changed), "[own-site: failed own-site: rate limited own-site: ]"; got != want {
			t.Errorf("told %s", got)
		}
		_ = s.stop()
		if strings.Contains(s.log.String(), "98123456210") {
			t.Errorf("logged: %s", s.log)
		}
	})
}

func TestBackoffHasAnEnd(t *testing.T) {
	for _, w := range []Watch{{Every: time.Hour, Least: time.Second}, {Every: time.Minute, Least: time.Second}, {Every: mostEvery, Least: mostEvery}} {
		for fails := range 200 {
			if got := w.backoff(fails); got < w.Least || got > max(w.Every, leastCeil) {
				t.Errorf("%v after %d failures: %v", w.Every, fails, got)
			}
		}
	}
}

func TestQuietSourceIsBlind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var documents atomic.Int64
		documents.Store(5)
		s := play(t, newLedge(), Watch{Source: "feed", Every: time.Hour, Quiet: 5 * time.Hour,
			Read: func(context.Context, Pass) (Outcome, error) { return Outcome{Documents: int(documents.Load())}, nil }})
		pass(24 * time.Hour)
		if o := s.Outlooks()[0]; o.Blind != "" {
			t.Fatalf("seen as %+v", o)
		}
		documents.Store(0)
		pass(24 * time.Hour)
		if o := s.Outlooks()[0]; o.Blind != BlindQuiet {
			t.Errorf("after a day without a document seen as %+v", o)
		}
		documents.Store(1)
		pass(2 * time.Hour)
		if got, want := fmt.Sprint(s.changed), "[feed: too quiet feed: ]"; got != want {
			t.Errorf("told %s", got)
		}
		_ = s.stop()
	})
}

func TestSourceThatNobodyReadsIsBlind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, newLedge(), Watch{Source: "own-site", Every: time.Hour, Read: quickly(Outcome{}, nil)})
		if o := s.Outlooks()[0]; o.Blind != BlindUnread {
			t.Errorf("before the first pass seen as %+v", o)
		}
		pass(time.Minute)
		s.queue.loses(true)
		pass(3 * time.Hour)
		if o := s.Outlooks()[0]; o.Blind != BlindOverdue {
			t.Errorf("seen as %+v", o)
		}
		_ = s.stop()
	})
}

func TestLostHintIsOfferedAgainWithinTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := staged(t, newLedge(), Watch{Source: "own-site", Every: time.Hour, Read: quickly(Outcome{}, nil)})
		s.queue.loses(true)
		s.start()
		pass(10 * time.Minute)
		if n := s.queue.count(); n < 2 || n > 4 {
			t.Errorf("offered %d times in 10 minutes", n)
		}
		s.queue.loses(false)
		pass(15 * time.Minute)
		if s.count() != 1 {
			t.Errorf("%d passes within a quarter of the interval", s.count())
		}
		_ = s.stop()
	})
}

func TestProcessesOfferTheSameSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newLedge()
		w := Watch{Source: "own-site", Every: time.Hour, Read: quickly(Outcome{}, nil)}
		a := play(t, store, w)
		pass(700 * time.Millisecond)
		b := play(t, store, w)
		for _, s := range []*stage{a, b} {
			s.queue.loses(true)
		}
		pass(3 * time.Hour)
		slots := map[int64]int{}
		for _, s := range []*stage{a, b} {
			for _, h := range s.queue.offered {
				slots[h.Slot.UnixNano()]++
			}
		}
		if total := len(a.queue.offered) + len(b.queue.offered); len(slots) > total/2+2 {
			t.Errorf("%d slots in %d hints of two processes", len(slots), total)
		}
		_, _ = a.stop(), b.stop()
	})
}

func TestLeaseIsKeptWhileThePassRunsAndNobodyElseReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newLedge()
		w := Watch{Source: "own-site", Every: time.Hour, Limit: 5 * time.Hour, Read: func(ctx context.Context, p Pass) (Outcome, error) {
			<-time.After(3 * time.Hour)
			return Outcome{Documents: 1}, ctx.Err()
		}}
		a, b := play(t, store, w), play(t, store, w)
		pass(2 * time.Hour)
		if n := a.count() + b.count(); n != 1 {
			t.Errorf("%d passes at a time", n)
		}
		if n := a.queue.count() + b.queue.count(); n > 4 {
			t.Errorf("%d hints while the pass ran", n)
		}
		if o := a.Outlooks()[0]; o.Running.IsZero() {
			t.Errorf("seen as %+v", o)
		}
		pass(90 * time.Minute)
		if o := a.Outlooks()[0]; !o.Running.IsZero() || o.Blind != "" {
			t.Errorf("seen as %+v", o)
		}
		_, _ = a.stop(), b.stop()
	})
}

func TestLostLeaseEndsThePassAndWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newLedge()
		var ended time.Duration
		var saved error
		s := play(t, store, Watch{Source: "own-site", Every: time.Hour, Read: func(ctx context.Context, p Pass) (Outcome, error) {
			began := time.Now()
			<-ctx.Done()
			ended = time.Since(began)
			saved = p.Save(context.WithoutCancel(ctx), "too late")
			return Outcome{Documents: 1}, nil
		}})
		pass(time.Second)
		store.steal("own-site")
		next := store.next("own-site")
		pass(time.Minute)
		if ended == 0 || ended > 12*time.Second {
			t.Errorf("ended after %v", ended)
		}
		if !errors.Is(saved, ErrLost) {
			t.Errorf("Save: %v", saved)
		}
		if !store.next("own-site").Equal(next) || store.stored(t, "own-site").Cursor != "" {
			t.Error("a pass without its lease has written")
		}
		_ = s.stop()
	})
}

func TestPassEndsBeforeALeaseThatCannotBeProlongedDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newLedge()
		var ended atomic.Int64 // nanoseconds
		s := play(t, store, Watch{Source: "own-site", Every: time.Hour, Read: func(ctx context.Context, _ Pass) (Outcome, error) {
			<-ctx.Done()
			ended.Store(time.Now().UnixNano())
			return Outcome{}, context.Cause(ctx)
		}})
		pass(time.Second)
		store.mu.Lock()
		until := store.leases[LeaseOfSource("own-site")].Until
		store.mu.Unlock()
		store.fail(ErrUnavailable)
		pass(15 * time.Second)
		if ended.Load() != 0 {
			t.Error("one failure ended the pass")
		}
		pass(time.Minute)
		if at := ended.Load(); at == 0 || at >= until.UnixNano() {
			t.Errorf("the pass ended at %v, its lease at %v", time.Unix(0, at), until)
		}
		if err := s.Ready(); !errors.Is(err, ErrUnavailable) {
			t.Errorf("Ready: %v", err)
		}
		store.fail(nil)
		pass(time.Minute)
		if err := s.Ready(); err != nil || s.count() != 2 {
			t.Errorf("Ready: %v, %d passes", err, s.count())
		}
		_ = s.stop()
	})
}

func TestDeadProcessDelaysByLessThanTheInterval(t *testing.T) {
	for _, every := range []time.Duration{leastEvery, time.Minute, time.Hour, 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			store := newLedge()
			// A process that was killed has left its lease and the state of a running pass, and its hint is lost.
			w := Watch{Source: "own-site", Every: every, Read: quickly(Outcome{}, nil)}.withDefaults()
			dead := &passing{Scheduler: &Scheduler{plan: SchedulePlan{Store: store}}, watch: w}
			var err error
			if dead.lease, err = store.Acquire(t.Context(), LeaseOfSource("own-site"), "dead", w.leaseFor()); err != nil {
				t.Fatal(err)
			}
			if due, err := dead.begin(t.Context()); err != nil || !due {
				t.Fatal(due, err)
			}
			died := time.Now()
			s := play(t, store, w)
			pass(every)
			if s.count() == 0 || s.times[0].Sub(died) > every/2+2*time.Second {
				t.Errorf("every %v: read again at %v, died at %v", every, s.times, died)
			}
			if s.count() > 0 && s.passes[0].Fence != 2 {
				t.Errorf("fence %d", s.passes[0].Fence)
			}
			_ = s.stop()
		})
	}
}

func TestStopWaitsForPassesAndThenEndsThem(t *testing.T) {
	for name, c := range map[string]struct {
		takes, want time.Duration // from the stop on
		ended       bool
	}{
		"a pass that ends in time":  {takes: 10 * time.Second, want: 10 * time.Second},
		"a pass that takes forever": {takes: time.Hour, want: 20 * time.Second, ended: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := newLedge()
				s := play(t, store, Watch{Source: "own-site", Every: time.Hour, Read: func(ctx context.Context, p Pass) (Outcome, error) {
					if err := p.Save(ctx, "half"); err != nil {
						t.Error(err)
					}
					select {
					case <-ctx.Done():
						return Outcome{Documents: 1}, context.Cause(ctx)
					case <-time.After(c.takes):
						return Outcome{Documents: 1}, nil
					}
				}})
				synctest.Wait()
				began := time.Now()
				if err := s.stop(); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took != c.want {
					t.Errorf("stopped after %v", took)
				}
				r := store.stored(t, "own-site")
				if r.Cursor != "half" || r.Fails != 0 || r.Blind != "" || !r.Running.IsZero() {
					t.Errorf("kept %+v", r)
				}
				if due := !store.next("own-site").After(time.Now()); due != c.ended {
					t.Errorf("is due: %v", due)
				}
				if len(store.leases) != 0 {
					t.Error("the lease is held still")
				}
			})
		})
	}
}

func TestPassThatDoesNotEndIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := play(t, newLedge(), Watch{Source: "own-site", Read: func(context.Context, Pass) (Outcome, error) {
			<-gate
			return Outcome{}, nil
		}})
		synctest.Wait()
		began := time.Now()
		if err := s.stop(); !errors.Is(err, ErrNotDrained) || time.Since(began) != 20*time.Second+drainGrace {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		close(gate)
	})
}

func TestStreamGoesOnAndEndsAtOnceOnStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newLedge()
		s := play(t, store, Watch{Source: "stream", Kind: Stream, Limit: 2 * time.Hour, Read: func(ctx context.Context, p Pass) (Outcome, error) {
			if err := p.Save(ctx, fmt.Sprint(p.Cursor, "x")); err != nil {
				return Outcome{}, err
			}
			return untilDone(ctx, p)
		}})
		pass(time.Hour)
		if o := s.Outlooks()[0]; o.Blind != "" || o.Running.IsZero() {
			t.Errorf("a stream that listens is seen as %+v", o)
		}
		pass(5*time.Hour + time.Minute)
		if s.count() != 4 || s.passes[3].Cursor != "xxx" {
			t.Errorf("%d passes, the last from %q", s.count(), s.passes[s.count()-1].Cursor)
		}
		for _, gap := range s.gaps() {
			if gap > 2*time.Hour+stageTick {
				t.Errorf("a stream went on after %v", gap)
			}
		}
		began := time.Now()
		if err := s.stop(); err != nil || time.Since(began) > 0 {
			t.Errorf("stopped after %v: %v", time.Since(began), err)
		}
		if r := store.stored(t, "stream"); r.Fails != 0 || r.Cursor != "xxxx" || store.next("stream").After(time.Now()) {
			t.Errorf("kept %+v", r)
		}
	})
}

func TestStreamThatBreaksIsBlindUntilItListensAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		broken.Store(true)
		s := play(t, newLedge(), Watch{Source: "stream", Kind: Stream, Read: func(ctx context.Context, p Pass) (Outcome, error) {
			if broken.Load() {
				return Outcome{}, errors.New("connection reset")
			}
			if err := p.Save(ctx, p.Cursor); err != nil {
				return Outcome{}, err
			}
			return untilDone(ctx, p)
		}})
		pass(10 * time.Minute)
		if o := s.Outlooks()[0]; o.Blind == "" || s.count() > 12 {
			t.Errorf("after %d tries seen as %+v", s.count(), o)
		}
		broken.Store(false)
		pass(20 * time.Minute)
		if o := s.Outlooks()[0]; o.Blind != "" || o.Running.IsZero() {
			t.Errorf("seen as %+v", o)
		}
		_ = s.stop()
	})
}

func TestPassThatTakesTooLongIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, newLedge(), Watch{Source: "own-site", Every: time.Hour, Limit: 10 * time.Minute, Read: untilDone})
		pass(11 * time.Minute)
		if o := s.Outlooks()[0]; o.Blind != "took too long" {
			t.Errorf("seen as %+v", o)
		}
		if d := s.passes[0].Deadline.Sub(s.times[0]); d != 10*time.Minute {
			t.Errorf("deadline after %v", d)
		}
		_ = s.stop()
	})
}

func TestReaderThatPanicsIsAFailureOfItsSourceAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, newLedge(), Watch{Source: "broken", Every: time.Hour, Read: func(context.Context, Pass) (Outcome, error) {
			panic("at https://zoom.us/j/98123456210?pwd=geheim")
		}}, Watch{Source: "own-site", Every: time.Hour, Read: quickly(Outcome{Documents: 1}, nil)})
		pass(3 * time.Hour)
		looks := s.Outlooks()
		if looks[0].Blind != "its reader broke" || looks[1].Blind != "" {
			t.Errorf("seen as %+v", looks)
		}
		_ = s.stop()
		if strings.Contains(s.log.String(), "98123456210") || strings.Contains(s.log.String(), "geheim") {
			t.Errorf("logged: %s", s.log)
		}
	})
}

func TestClockThatJumpsStopsNobody(t *testing.T) {
	for name, next := range map[string]time.Duration{"back": 40 * 24 * time.Hour, "forth": -40 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			store := newLedge()
			store.cursors[LeaseOfSource("own-site")] = Cursor{Next: time.Now().Add(next), Value: []byte(`{"cursor":"c7"}`)}
			s := play(t, store, Watch{Source: "own-site", Every: time.Hour, Read: quickly(Outcome{Documents: 1}, nil)})
			pass(2 * time.Hour)
			if n := s.count(); n < 2 || n > 4 || s.passes[0].Cursor != "c7" {
				t.Errorf("the clock jumped %s: %d passes", name, n)
			}
			_ = s.stop()
		})
	}
}

func TestStateThatCannotBeReadStartsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newLedge()
		store.cursors[LeaseOfSource("own-site")] = Cursor{Next: time.Now().Add(time.Minute), Value: []byte(`{"cursor":`)}
		s := play(t, store, Watch{Source: "own-site", Every: time.Hour, Read: quickly(Outcome{Documents: 1}, nil)})
		pass(time.Minute)
		if s.count() != 1 {
			t.Errorf("%d passes", s.count())
		}
		if err := s.stop(); err != nil || !strings.Contains(s.log.String(), "from its beginning") {
			t.Errorf("%v, logged %s", err, s.log)
		}
	})
}

func TestCursorThatIsTooLongIsRefusedAndTheOldOneStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newLedge()
		s := play(t, store, Watch{Source: "own-site", Every: time.Hour, Read: func(ctx context.Context, p Pass) (Outcome, error) {
			if err := p.Save(ctx, "short"); err != nil {
				t.Error(err)
			}
			if err := p.Save(ctx, strings.Repeat("x", MaxRecord)); !errors.Is(err, ErrBadValue) {
				t.Errorf("a long cursor: %v", err)
			}
			return Outcome{}, nil
		}})
		pass(time.Minute)
		if r := store.stored(t, "own-site"); r.Cursor != "short" || r.Passed.IsZero() {
			t.Errorf("kept %+v", r)
		}
		_ = s.stop()
	})
}

func TestManySourcesAreAllRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 2*MaxBatch + 7
		watches := make([]Watch, n)
		read := map[string]int{}
		var mu sync.Mutex
		for i := range watches {
			watches[i] = Watch{Source: fmt.Sprint("site-", i), Every: 4 * time.Hour, Read: func(_ context.Context, p Pass) (Outcome, error) {
				mu.Lock()
				defer mu.Unlock()
				read[p.Source]++
				return Outcome{Documents: 1}, nil
			}}
		}
		store := newLedge()
		s := play(t, store, watches...)
		pass(2 * time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if len(read) != n {
			t.Errorf("%d of %d sources were read", len(read), n)
		}
		_ = s.stop()
	})
}

func TestPlanTellsAllMistakesAtOnce(t *testing.T) {
	read := quickly(Outcome{}, nil)
	_, err := NewScheduler(SchedulePlan{Workers: -1, Watches: []Watch{
		{Source: "", Read: read}, {Source: "a", Read: read}, {Source: "a", Read: read}, {Source: "b"},
		{Source: "c", Kind: "push", Read: read}, {Source: "d", Every: time.Second, Read: read},
		{Source: "e", Limit: 25 * time.Hour, Read: read}, {Source: "f", Quiet: -1, Read: read},
	}})
	if !errors.Is(err, ErrBadValue) {
		t.Fatal(err)
	}
	if got := strings.Split(err.Error(), "\n"); len(got) != 9 {
		t.Errorf("%d mistakes: %v", len(got), err)
	}
}

func TestReasonsAreShortAndMasked(t *testing.T) {
	for said, want := range map[string]string{
		"rate limited": "rate limited",
		"at https://zoom.us/j/98123456210?pwd=abcd": "",
		strings.Repeat("ä", 200):                    strings.Repeat("ä", maxReason/2),
	} {
		got := reasonOf(fmt.Errorf("read: %w", worded(said)))
		if want != "" && got != want || len(got) > maxReason || strings.Contains(got, "98123456210") || strings.Contains(got, "abcd") {
			t.Errorf("%q is told as %q", said, got)
		}
	}
}

type worded string

func (w worded) Error() string  { return string(w) }
func (w worded) Reason() string { return string(w) }

func FuzzDecodeWatched(f *testing.F) {
	f.Add([]byte(`{"cursor":"c","interval":3600000000000,"fails":3,"blind":"failed","since":"2026-11-21T10:00:00Z"}`))
	f.Add([]byte(`{"interval":-1,"fails":-9223372036854775808}`))
	f.Add([]byte(`{"interval":9223372036854775807,"passed":"9999-12-31T23:59:59Z"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, value []byte) {
		r, err := decodeWatched(value)
		if err != nil {
			return
		}
		w := Watch{Source: "own-site"}.withDefaults()
		now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
		for _, failure := range []error{nil, errors.New("failed"), limited{}} {
			_, next := w.after(r, Outcome{Documents: 1, News: 1}, failure, now)
			if next.Before(now) || next.After(now.Add(mostRetry)) {
				t.Errorf("next at %v", next)
			}
		}
	})
}
