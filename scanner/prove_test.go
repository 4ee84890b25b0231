package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
)

// provingStore adds leases, cursors, and pages of one leak to the store of the pipeline's tests.
type provingStore struct {
	*memStore
	mu     sync.Mutex
	held   string
	cursor map[string]Cursor
	broken error // of items
}

func (s *provingStore) Acquire(_ context.Context, name, holder string, ttl time.Duration) (Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != "" {
		return Lease{}, ErrHeld
	}
	s.held = holder
	return Lease{Name: name, Holder: holder, Fence: 1, Until: s.now().Add(ttl)}, nil
}

func (s *provingStore) Renew(_ context.Context, l Lease, _ time.Duration) (Lease, error) {
	return l, nil
}

func (s *provingStore) Release(context.Context, Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = ""
	return nil
}

func (s *provingStore) Cursors(_ context.Context, names []string) (map[string]Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]Cursor{}
	for _, name := range names {
		if c, ok := s.cursor[name]; ok {
			out[name] = c
		}
	}
	return out, nil
}

func (s *provingStore) SaveCursor(_ context.Context, l Lease, c Cursor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursor[l.Name] = c
	return nil
}

func (s *provingStore) ForgetCursor(context.Context, string) error { return nil }

func (s *provingStore) SeenItems(ctx context.Context, prints []uint64) ([]bool, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	return s.memStore.SeenItems(ctx, prints)
}

func (s *provingStore) ListLeaks(ctx context.Context, q LeakQuery) (LeakPage, error) {
	all, err := s.memStore.ListLeaks(ctx, LeakQuery{Org: q.Org})
	if err != nil {
		return LeakPage{}, err
	}
	slices.SortFunc(all.Leaks, func(a, b Leak) int { return strings.Compare(a.ID, b.ID) })
	for _, l := range all.Leaks {
		if l.ID > q.After && slices.Contains(q.States, l.State) {
			return LeakPage{Leaks: []Leak{l}, Next: l.ID}, nil
		}
	}
	return LeakPage{}, nil
}

// provingRig is a rig with a prover whose answer is given.
type provingRig struct {
	*rig
	store *provingStore
	p     *Proving

	mu     sync.Mutex
	asked  []LeakedWay
	answer func(LeakedWay) (Proof, error)
}

func (r *provingRig) Provable(org, platform string) bool { return org == rigOrg && platform == "zoom" }

func (r *provingRig) Prove(_ context.Context, way LeakedWay, _ time.Time) (Proof, error) {
	r.mu.Lock()
	r.asked = append(r.asked, way)
	answer := r.answer
	r.mu.Unlock()
	return answer(way)
}

func (r *provingRig) says(proof Proof, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(LeakedWay) (Proof, error) { return proof, err }
}

// reads says how often the prover was asked since the last call.
func (r *provingRig) reads() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.asked)
	r.asked = nil
	return n
}

// round walks over all leaks once.
func (r *provingRig) round() {
	r.t.Helper()
	for range 50 {
		more, err := r.p.Round(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		if !more {
			r.clock.advance(proveRest)
			return
		}
	}
	r.t.Fatal("a round never ends")
}

func newProvingRig(t *testing.T) *provingRig {
	t.Helper()
	r := &provingRig{}
	r.rig = newRig(t, func(o *PipelineOptions) { o.Prove = func(ref LeakRef) { r.p.Ask(ref) } })
	r.store = &provingStore{memStore: r.rig.store, cursor: map[string]Cursor{}}
	r.hosts.knows(rigBoard, jane(), When{})
	r.says(unguarded(), nil)
	var err error
	r.p, err = NewProving(ProvingOptions{
		Store: r.store, Keys: r.rig.p.o.Keys, Prover: r, Do: r.rig.p.Do, Holder: "test", Now: r.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func guarded() Proof   { return Proof{Verdict: WayGuarded, Words: "waiting room on", Account: "a"} }
func unguarded() Proof { return Proof{Verdict: WayOpen, Words: "no waiting room", Account: "a"} }

// answered reads what was asked for.
func (r *provingRig) answered() {
	r.t.Helper()
	for {
		select {
		case ref := <-r.p.queue:
			if err := r.p.Prove(r.t.Context(), ref); err != nil {
				r.t.Fatal(err)
			}
		default:
			return
		}
	}
}

func (r *provingRig) do(kind EventKind) {
	r.t.Helper()
	l := r.leak()
	if _, err := r.rig.p.Do(r.t.Context(), l.Org, l.ID, LeakEvent{Kind: kind, By: Actor{Role: RoleHost}}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *provingRig) is(want State) {
	r.t.Helper()
	if got := r.leak(); got.State != want {
		r.t.Fatalf("the leak is %s (%q), want %s", got.State, got.Reason, want)
	}
}

func TestSaidDoneProvedDriftedReopened(t *testing.T) {
	r := newProvingRig(t)
	r.take(rigHome, rigBoard)
	r.work()
	r.answered()
	r.is(StateOpen)
	r.do(Done)
	r.answered()
	r.is(StateByWord)
	r.says(guarded(), nil)
	r.clock.advance(2 * time.Minute)
	r.round()
	r.is(StateSafe)
	if l := r.leak(); l.Reason != "waiting room on, read 09:02 UTC" || l.By.Role != RolePlatform {
		t.Errorf("%q by %s", l.Reason, l.By.Role)
	}
	r.reads()
	r.says(unguarded(), nil)
	r.clock.advance(23 * time.Hour)
	if r.round(); r.reads() != 0 {
		t.Error("read before a day was over")
	}
	before := r.leak().Ladder.Round
	r.clock.advance(time.Hour)
	r.round()
	r.is(StateOpen)
	if l := r.leak(); l.Ladder.Round != before+1 || !strings.HasPrefix(l.Reason, "no waiting room, read ") {
		t.Errorf("round %d after %d, %q", l.Ladder.Round, before, l.Reason)
	}
	r.balanced()
}

func TestTheWayThatIsAskedAbout(t *testing.T) {
	r := newProvingRig(t)
	r.take(rigHome, rigBoard)
	r.answered()
	want := LeakedWay{Org: rigOrg, Class: matchers.JoinWithSecret, Secrets: []string{"pwd"}, Host: "jane@acme.example"}
	got := r.asked[0]
	if got.Link.ID != "98120347561" || got.Link.Platform != "zoom" || got.Link.Realm != "commercial" || got.Link.Class != matchers.JoinWithSecret {
		t.Errorf("asked about another link: %s %s", got.Link.Platform, got.Link.Realm)
	}
	if got.Org != want.Org || got.Class != want.Class || !slices.Equal(got.Secrets, want.Secrets) || got.Host != want.Host {
		t.Error("asked otherwise")
	}
	if text := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(text, "jane") || strings.Contains(text, "9812") {
		t.Errorf("a way is printed: %s", text)
	}
}

// TestNoErrorEverMovesALeak gives every error, and every verdict that decides nothing, to a leak in each state.
func TestNoErrorEverMovesALeak(t *testing.T) {
	for name, answer := range map[string]func(LeakedWay) (Proof, error){
		"error":             func(LeakedWay) (Proof, error) { return Proof{}, errors.New("no answer") },
		"error and guarded": func(LeakedWay) (Proof, error) { return guarded(), errors.New("cut off") },
		"error and open":    func(LeakedWay) (Proof, error) { return Proof{Verdict: WayOpen, Bare: true}, errors.New("cut off") },
		"error and missing": func(LeakedWay) (Proof, error) { return Proof{Verdict: WayMissing, Account: "a"}, errors.New("cut off") },
		"nothing":           func(LeakedWay) (Proof, error) { return Proof{}, nil },
		"nonsense":          func(LeakedWay) (Proof, error) { return Proof{Verdict: "safe"}, nil },
		"unknown":           func(LeakedWay) (Proof, error) { return Proof{Verdict: WayUnknown, Words: "running"}, nil },
		"of another account": func(LeakedWay) (Proof, error) {
			return Proof{Verdict: WayMissing, Words: "no such meeting", Account: "b"}, nil
		},
	} {
		for _, state := range []State{StateOpen, StateByWord, StateSafe} {
			t.Run(name+" "+string(state), func(t *testing.T) {
				r := newProvingRig(t)
				r.take(rigHome, rigBoard)
				r.answered()
				if state != StateOpen {
					r.do(Done)
				}
				if state == StateSafe {
					r.says(guarded(), nil)
					r.answered()
				}
				r.answer = answer
				for range 4 {
					_ = r.p.Prove(t.Context(), LeakRef{rigOrg, r.leak().ID})
					r.clock.advance(5 * time.Minute)
					_, _ = r.p.Round(t.Context())
				}
				r.is(state)
				failing := strings.HasPrefix(name, "error") || strings.HasPrefix(name, "no")
				if blind := r.p.Blind(); (len(blind) == 1) != failing {
					t.Errorf("blind: %+v", blind)
				}
			})
		}
	}
}

func TestAnErrorIsTriedAgain(t *testing.T) {
	r := newProvingRig(t)
	r.take(rigHome, rigBoard)
	r.says(Proof{}, errors.New("no answer"))
	r.round()
	r.round()
	if n := r.reads(); n != 2 || len(r.p.Blind()) != 1 {
		t.Errorf("read %d times, blind %v", n, r.p.Blind())
	}
	r.says(unguarded(), nil)
	r.round()
	r.round()
	if n := r.reads(); n != 1 || len(r.p.Blind()) != 0 {
		t.Errorf("read %d times, blind %v", n, r.p.Blind())
	}
}

func TestGoneOnlyWhereItWas(t *testing.T) {
	missing := Proof{Verdict: WayMissing, Words: "no such meeting", Account: "a"}
	r := newProvingRig(t)
	r.take(rigHome, rigBoard)
	r.says(missing, nil)
	r.answered()
	r.round()
	r.is(StateOpen) // it was never there: it may be somebody else's
	r.says(unguarded(), nil)
	r.clock.advance(provesOpen)
	r.round()
	r.says(missing, nil)
	r.clock.advance(provesOpen)
	r.round()
	r.is(StateSafe)
	if reason := r.leak().Reason; !strings.Contains(reason, "gone from the account") {
		t.Errorf("%q", reason)
	}
	r.says(unguarded(), nil) // taken back from the bin
	r.clock.advance(provesEnded)
	r.round()
	r.is(StateOpen)
}

func TestAWordIsDoubtedOnlyWhenNothingIsThere(t *testing.T) {
	r := newProvingRig(t)
	r.take(rigHome, rigBoard)
	r.answered()
	r.do(Done)
	r.wait(provesWord10, time.Minute)
	r.round()
	r.is(StateByWord) // a new passcode cannot be seen
	bare := unguarded()
	bare.Bare = true
	r.says(bare, nil)
	r.clock.advance(24 * time.Hour)
	r.round()
	r.is(StateOpen)
}

// TestASecretThatComesBetween leaks a secret while the settings are read, which made them a guard.
func TestASecretThatComesBetween(t *testing.T) {
	r := newProvingRig(t)
	r.take(rigHome, strings.Split(rigBoard, "?")[0])
	r.answer = func(way LeakedWay) (Proof, error) {
		if len(way.Secrets) > 0 {
			return unguarded(), nil
		}
		r.take(rigHome+"/more", rigBoard)
		return guarded(), nil
	}
	r.answered()
	r.is(StateOpen)
}

func TestThePlatformsStartIsTakenOver(t *testing.T) {
	r := newProvingRig(t)
	r.take(rigHome, rigBoard)
	at := r.clock.Now().Add(30 * time.Hour)
	proof := unguarded()
	proof.When = When{Start: Start{Time: at}, Ends: at.Add(time.Hour), By: RolePlatform}
	r.says(proof, nil)
	r.answered()
	if w := r.leak().When; !w.same(proof.When) {
		t.Errorf("%+v", w)
	}
	version := r.leak().Version
	_ = r.p.Prove(t.Context(), LeakRef{rigOrg, r.leak().ID})
	if l := r.leak(); l.Version != version {
		t.Error("the same start is told twice")
	}
}

func TestWhenALeakIsRead(t *testing.T) {
	since := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	after := func(l Leak, d time.Duration) time.Duration {
		slot, ok := provingSlot(l, since.Add(d))
		if !ok {
			return -1
		}
		return slot.Sub(since)
	}
	start := When{Start: Start{Time: since.Add(50*time.Hour + 30*time.Minute)}, By: RolePlatform}
	for _, test := range []struct {
		state    State
		when     When
		at, want time.Duration
	}{
		{StateOpen, When{}, -time.Minute, -1},
		{StateOpen, When{}, 0, 0},
		{StateOpen, When{}, 7 * time.Hour, 6 * time.Hour},
		{StateOpen, start, 27 * time.Hour, 26*time.Hour + 30*time.Minute},
		{StateOpen, start, 50 * time.Hour, 49*time.Hour + 30*time.Minute},
		{StateOpen, start, 50*time.Hour + 20*time.Minute, 50*time.Hour + 15*time.Minute},
		{StateByWord, When{}, time.Minute, 0},
		{StateByWord, When{}, 3 * time.Minute, 2 * time.Minute},
		{StateByWord, When{}, time.Hour, 10 * time.Minute},
		{StateByWord, When{}, 25 * time.Hour, 24 * time.Hour},
		{StateSafe, start, 48 * time.Hour, 48 * time.Hour},
		{StateSafe, start, 50 * time.Hour, 49*time.Hour + 30*time.Minute},
		{StateMuted, start, 50 * time.Hour, -1},
		{StateOver, start, 50 * time.Hour, -1},
	} {
		if got := after(Leak{State: test.state, Since: since, When: test.when}, test.at); got != test.want {
			t.Errorf("%s at %v: read at %v, want %v", test.state, test.at, got, test.want)
		}
	}
}

func TestARoundGoesOverAllLeaksOfAllOrganisations(t *testing.T) {
	r := newProvingRig(t)
	for i := range 7 {
		r.take(fmt.Sprintf("%s/%d", rigHome, i), fmt.Sprintf("https://acme.zoom.us/j/9%d3017482%d6?pwd=Qm8sKd2LpX4nVt6y", i+1, i+2))
	}
	for range cap(r.p.queue) { // a flood: the queue is full, and what is lost is found by the round
		r.p.Ask(LeakRef{rigOrg, "lk1:none"})
	}
	for _, org := range []string{"aardvark", "zebra"} {
		if _, err := r.store.AddOrgKey(t.Context(), org, []byte("none")); err != nil {
			t.Fatal(err)
		}
	}
	r.round()
	if n := r.reads(); n != 7 {
		t.Errorf("%d leaks read", n)
	}
	if r.round(); r.reads() != 0 {
		t.Error("read again")
	}
	r.store.held = "another"
	if more, err := r.p.Round(t.Context()); more || err != nil {
		t.Errorf("without the lease: %v %v", more, err)
	}
	r.store.held, r.store.broken = "", ErrUnavailable
	r.clock.advance(time.Hour)
	var err error
	for more := true; more && err == nil; {
		more, err = r.p.Round(t.Context())
	}
	if !errors.Is(err, ErrUnavailable) {
		t.Errorf("a store that does not answer: %v", err)
	}
}

func TestRunAnswersAndStops(t *testing.T) {
	r := newProvingRig(t)
	asked := make(chan struct{}, 8)
	r.answer = func(LeakedWay) (Proof, error) {
		asked <- struct{}{}
		return guarded(), nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	go func() { r.p.Run(ctx, time.Hour); close(done) }()
	r.take(rigHome, rigBoard) // asks by itself
	bound := time.NewTimer(10 * time.Second)
	defer bound.Stop()
	for _, step := range []<-chan struct{}{asked, done} {
		select {
		case <-step:
			cancel()
		case <-bound.C:
			t.Fatal("nothing is read, or it does not stop")
		}
	}
	if _, err := NewProving(ProvingOptions{}); err == nil {
		t.Error("proving without a store")
	}
}

func TestALeakThatIsGoneOrElsewhereIsNoError(t *testing.T) {
	r := newProvingRig(t)
	if err := r.p.Prove(t.Context(), LeakRef{rigOrg, "lk1:none"}); err != nil {
		t.Error(err)
	}
	r.take(rigHome, "https://meet.google.com/kqz-vwrm-bxt")
	for _, l := range r.store.leaksOf(rigOrg) {
		if err := r.p.Prove(t.Context(), LeakRef{rigOrg, l.ID}); err != nil || r.reads() != 0 {
			t.Errorf("of another platform: %v", err)
		}
	}
}
