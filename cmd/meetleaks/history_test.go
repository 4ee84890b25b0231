package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
	"meetleaks/scanner/store/sqlitestore"
)

// failingOver is a real store that says of itself that other servers answer.
type failingOver struct {
	scanner.Store
	servers string
	health  func(scanner.Health, error) (scanner.Health, error)
}

func (s *failingOver) Incarnation(context.Context) (string, error) { return s.servers, nil }

func (s *failingOver) Health(ctx context.Context) (scanner.Health, error) {
	h, err := s.Store.Health(ctx)
	if s.health != nil {
		return s.health(h, err)
	}
	return h, err
}

func testStore(t *testing.T) scanner.Store {
	t.Helper()
	store, err := sqlitestore.Open(t.Context(), sqlitestore.Options{Path: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func look(t *testing.T, h *history) {
	t.Helper()
	if _, err := h.look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasRecordedBeforeAFailoverIsDoubtful(t *testing.T) {
	store := &failingOver{Store: testStore(t), servers: "one", health: func(h scanner.Health, err error) (scanner.Health, error) {
		h.Since = h.Since.Add(-time.Hour)
		return h, err
	}}
	h := &history{store: store, holder: "a", log: slog.New(slog.DiscardHandler)}
	look(t, h)
	now := time.Now()
	if h.doubtful(now) || h.doubtful(time.Time{}) {
		t.Error("without a failover something is doubtful")
	}
	store.servers = "two"
	look(t, h)
	after := time.Now().Add(2 * time.Second)
	for _, test := range []struct {
		at   time.Time
		want bool
	}{{now, true}, {now.Add(-overlap / 2), true}, {now.Add(-2 * overlap), false}, {after, false}, {time.Time{}, false}} {
		if got := h.doubtful(test.at); got != test.want {
			t.Errorf("recorded %v after the failover: doubtful %v, want %v", test.at.Sub(now), got, test.want)
		}
	}

	// Another process, and one that starts later, knows it too.
	late := &history{store: store, holder: "b", log: slog.New(slog.DiscardHandler)}
	look(t, late)
	if !late.doubtful(now) {
		t.Error("a process that starts after the failover doubts nothing")
	}
	for n := range 3 * maxDoubts {
		store.servers = string(rune('a' + n))
		look(t, late)
	}
	if len(late.doubts) > maxDoubts {
		t.Errorf("%d stretches are remembered", len(late.doubts))
	}
}

func TestAStoreThatDoesNotAnswerIsNoEmptyOne(t *testing.T) {
	store := &failingOver{Store: testStore(t), servers: "one"}
	h := &history{store: store, holder: "a", log: slog.New(slog.DiscardHandler)}
	before, err := h.ask(t.Context(), historyBound)
	if err != nil || before.Since.IsZero() {
		t.Fatalf("%+v, %v", before, err)
	}
	store.health = func(scanner.Health, error) (scanner.Health, error) { return scanner.Health{}, scanner.ErrUnavailable }
	if kept, err := h.ask(t.Context(), historyBound); !errors.Is(err, scanner.ErrUnavailable) || kept.Since != before.Since {
		t.Errorf("%+v, %v: want what was known, and why no more is", kept, err)
	}
	store.health = func(h scanner.Health, err error) (scanner.Health, error) {
		h.Lost, h.Since = true, time.Now()
		return h, err
	}
	if now, err := h.ask(t.Context(), historyBound); err != nil || !now.Lost || !h.doubtful(time.Now().Add(-time.Hour)) || h.doubtful(time.Now().Add(time.Second)) {
		t.Errorf("a lost history: %+v, %v", now, err)
	}
}

// A clock that was set back before the failover, or runs behind that of another process, hides no doubt.
func TestDoubtsDoNotDependOnOneClock(t *testing.T) {
	now := time.Now()
	for name, seen := range map[string]time.Time{"as usual": now.Add(-time.Minute), "seen by a clock ahead": now.Add(3 * time.Hour)} {
		d := between(seen, now)
		h := &history{doubts: []stretch{d}}
		for _, at := range []time.Time{now.Add(-time.Second), seen.Add(-time.Second), now} {
			if !h.doubtful(at) {
				t.Errorf("%s: %v is not in doubt", name, at.Sub(now))
			}
		}
	}
}

func TestAClockSetBackIsWrittenDown(t *testing.T) {
	h := &history{store: &failingOver{Store: testStore(t), servers: "one"}, holder: "a", log: slog.New(slog.DiscardHandler)}
	if err := h.write(t.Context(), chronicle{Incarnation: "one", Seen: time.Now().Add(5 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	look(t, h)
	kept, err := h.kept(t.Context())
	if err != nil || kept.Seen.After(time.Now()) {
		t.Errorf("seen %v, %v", kept.Seen, err)
	}
}

// However often the servers change, nothing that is in doubt is forgotten.
func TestManyDoubtsAreKept(t *testing.T) {
	now := time.Now()
	var doubts []stretch
	first := now.Add(-40 * 24 * time.Hour)
	for i := range 3 * maxDoubts {
		from := first.Add(time.Duration(i) * time.Hour)
		doubts = withDoubt(doubts, stretch{from, from.Add(time.Minute)}, now)
	}
	h := &history{doubts: doubts}
	if len(doubts) > maxDoubts || !h.doubtful(first.Add(time.Second)) || h.doubtful(now.Add(-time.Hour)) {
		t.Errorf("%d doubts: %v", len(doubts), doubts)
	}
	old := stretch{now.Add(-2 * doubtsKept), now.Add(-doubtsKept)}
	if got := withDoubt([]stretch{old}, stretch{now, now}, now); len(got) != 1 {
		t.Errorf("what is over stays: %v", got)
	}
}

// A look that has waited for a store that hung does not gainsay a later one, to which it answered.
func TestALateLookSaysNothingNew(t *testing.T) {
	h := &history{log: slog.New(slog.DiscardHandler)}
	began := time.Now()
	h.note(scanner.Health{Due: 7}, nil, began.Add(time.Second), began.Add(time.Second))
	h.note(scanner.Health{}, scanner.ErrUnavailable, began, began.Add(3*time.Second))
	if h.err != nil || h.known().Due != 7 {
		t.Errorf("%+v, %v", h.known(), h.err)
	}
}

// TestReadinessOfAFrozenRedis: its connections stay open, and nothing is answered. /readyz says so within two seconds, believing itself
// for one of them; and says that all is well as soon as it is.
func TestReadinessOfAFrozenRedis(t *testing.T) {
	server := redistest.Start(t)
	address, err := redisstore.ParseAddress(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	store, err := redisstore.Open(t.Context(), redisstore.Options{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := wellService(t, store, time.Now())
	look(t, s.history)
	silent := func() bool { return slices.Contains(s.notReady(t.Context()), "the store does not answer") }
	if silent() {
		t.Fatal("Redis answers, and is said not to")
	}
	server.Pause()
	began := time.Now()
	if !silent() {
		t.Error("Redis is frozen, and is said to answer")
	}
	if took := time.Since(began); took > 2*readyBound {
		t.Errorf("answered after %v", took)
	}
	server.Resume()
	if silent() {
		t.Error("Redis goes on, and is said not to answer")
	}
}

func TestTheStoresClockRules(t *testing.T) {
	asked := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	answered := asked.Add(20 * time.Millisecond)
	for _, test := range []struct {
		store time.Time
		want  time.Duration
	}{
		{asked.Add(10 * time.Millisecond), 0},
		{asked.Add(900 * time.Millisecond), 0}, // cannot be told from a slow answer
		{asked.Add(90*time.Second + 10*time.Millisecond), 90 * time.Second},
		{asked.Add(-time.Hour + 10*time.Millisecond), -time.Hour},
		{time.Time{}, 0},
	} {
		if got := aheadOf(test.store, asked, answered); got != test.want {
			t.Errorf("%v: %v, want %v", test.store.Sub(asked), got, test.want)
		}
	}
}
