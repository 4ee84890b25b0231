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
)

func TestALeakedMeetingIsToldToItsHostOnce(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	if taken := r.take(rigHome, "Join "+rigBoard); taken.Claimed != 1 || taken.New != 1 {
		t.Errorf("took %+v, want one new leak", taken)
	}
	if books := r.balanced(); books.Pending != 1 {
		t.Errorf("ledger %+v, want one pending before anybody was told", books)
	}
	r.work()
	r.wants("new jane@acme.example")
	if books := r.balanced(); books.Alerted != 1 || books.Found != 1 {
		t.Errorf("ledger %+v, want one alerted", books)
	}
	r.work()
	r.wants()
}

func TestAnUnchangedDocumentIsNotReadAgain(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, rigBoard)
	again := r.page(rigHome, rigBoard)
	again.Text = nil // reading it would be a failure
	taken, err := r.p.Take(t.Context(), again)
	if err != nil || !taken.Unchanged || len(taken.Skips) > 0 {
		t.Errorf("took %+v, %v, want it unchanged", taken, err)
	}
	if other := r.take(rigHome+"/other", rigBoard); other.Unchanged || other.New != 0 {
		t.Errorf("another place: took %+v, want it read, and the leak known", other)
	}
}

func TestWhatIsNobodysLeavesNoTraceButACounter(t *testing.T) {
	r := newRig(t, nil)
	taken := r.take(rigHome, "Join https://initech.zoom.us/j/93750218464?pwd=Ab3dEf6hIj9k")
	if taken.Nobodys != 1 || taken.Claimed != 0 || r.p.Counts().Nobodys != 1 {
		t.Errorf("took %+v", taken)
	}
	if dump := r.store.dump(t); strings.Contains(dump, "zoom") || len(r.store.leaks)+len(r.store.rows) > 0 {
		t.Errorf("stored: %s", dump)
	}
}

func TestOfManyClaimantsOneMakesTheLeak(t *testing.T) {
	r := newRig(t, nil)
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			reading := r.page(fmt.Sprintf("%s/%d", rigHome, n%4), rigBoard)
			if _, err := r.p.Take(t.Context(), reading); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if l := r.leak(); l.Distinct != 4 {
		t.Errorf("%d places, want 4", l.Distinct)
	}
	if books := r.balanced(); books.Found != 1 {
		t.Errorf("ledger %+v, want one found", books)
	}
	r.work()
	r.wants("new C0SECOPS")
}

// overtaken is a store in which somebody else is faster: between looking for a leak and looking for its deliveries.
type overtaken struct {
	*memStore
	by *sync.Once
	do func()
}

func (s overtaken) Deliveries(ctx context.Context, org, leak string) ([]OutboxRow, error) {
	s.by.Do(s.do)
	return s.memStore.Deliveries(ctx, org, leak)
}

func TestALeakThatAnotherMakesMeanwhileIsNotMadeTwice(t *testing.T) {
	r := newRig(t, nil)
	o := rigOptions(t, r)
	o.Store = overtaken{r.store, new(sync.Once), func() { r.take(rigHome+"/other", rigBoard) }}
	slower, err := NewPipeline(o)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := slower.Take(t.Context(), r.page(rigHome, rigBoard))
	if err != nil || taken.New != 0 || taken.Claimed != 1 {
		t.Errorf("took %+v, %v, want the other's leak", taken, err)
	}
	if l := r.leak(); l.Distinct != 2 || l.Episode != 0 {
		t.Errorf("episode %d at %d places, want the first at 2", l.Episode, l.Distinct)
	}
}

// failing is a store that does not answer one of its calls.
type failingStore struct {
	*memStore
	fail func(call string) error
}

func (s failingStore) Commit(ctx context.Context, c Change) error {
	if err := s.fail("commit"); err != nil {
		return err
	}
	return s.memStore.Commit(ctx, c)
}

func (s failingStore) SeenItems(ctx context.Context, prints []uint64) ([]bool, error) {
	if err := s.fail("seen"); err != nil {
		return nil, err
	}
	return s.memStore.SeenItems(ctx, prints)
}

func (s failingStore) FindLeaks(ctx context.Context, org string, keys []string) ([]Leak, error) {
	if err := s.fail("find"); err != nil {
		return nil, err
	}
	return s.memStore.FindLeaks(ctx, org, keys)
}

func TestAStoreThatDoesNotAnswerIsNeverTakenForSeen(t *testing.T) {
	for _, call := range []string{"commit", "seen", "find"} {
		broken := call
		r := newRig(t, nil)
		o := rigOptions(t, r)
		o.Store = failingStore{r.store, func(call string) error {
			if call == broken {
				return fmt.Errorf("test: %w", ErrUnavailable)
			}
			return nil
		}}
		p, err := NewPipeline(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Take(t.Context(), r.page(rigHome, rigBoard)); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: error %v, want that the store does not answer", call, err)
		}
		broken = ""
		if taken, err := p.Take(t.Context(), r.page(rigHome, rigBoard)); err != nil || taken.New != 1 {
			t.Errorf("%s: then took %+v, %v, want the leak", call, taken, err)
		}
	}
}

func TestAnErasedOrganisationIsAnErrorNotALoss(t *testing.T) {
	r := newRig(t, nil)
	delete(r.store.keys, rigOrg)
	if _, err := r.p.Take(t.Context(), r.page(rigHome, rigBoard)); !errors.Is(err, ErrNoOrganisation) {
		t.Errorf("error %v, want that there is no such organisation", err)
	}
}

func TestTheHostWhoCannotBeToldHandsOver(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example", Delegates: []string{"pa@acme.example", "sam@acme.example"}}, When{})
	r.slack.fail = func(t Telling) error {
		if t.To.Email == "jane@acme.example" || t.To.Email == "pa@acme.example" {
			return &TellError{Class: TellPermanent, Reason: "not-a-member"}
		}
		return nil
	}
	r.take(rigHome, rigBoard)
	r.work()
	r.wants("new sam@acme.example")
	r.balanced()
}

func TestWithoutAHostTheChannelIsToldAtOnce(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, rigBoard)
	r.work()
	r.wants("new C0SECOPS")
}

func TestAResolverThatDoesNotAnswerIsNotNobody(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	r.hosts.broken = true
	r.take(rigHome, rigBoard)
	r.work()
	r.wants()
	r.hosts.broken = false
	r.wait(time.Minute, 10*time.Second)
	r.wants("new jane@acme.example")
	r.balanced()
}

func TestModes(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*PipelineOptions)
		told   []string
		reason Withheld
	}{
		{"channel", func(o *PipelineOptions) { o.Mode = ModeChannel }, []string{"new C0SECOPS"}, ""},
		{"observe", func(o *PipelineOptions) { o.Mode = ModeObserve }, nil, WithheldObserve},
		{"pilot", func(o *PipelineOptions) { o.Pilot = func(_, email string) bool { return email == "x@acme.example" } }, nil, WithheldPilot},
		{"in the pilot", func(o *PipelineOptions) { o.Pilot = func(_, email string) bool { return email == "jane@acme.example" } },
			[]string{"new jane@acme.example"}, ""},
	} {
		r := newRig(t, test.change)
		r.hosts.knows(rigBoard, jane(), When{})
		r.take(rigHome, rigBoard)
		r.work()
		if got := r.slack.told(); !slices.Equal(got, test.told) {
			t.Errorf("%s: told %q, want %q", test.name, got, test.told)
		}
		if books := r.balanced(); test.reason != "" && books.Suppressed[test.reason] != 1 {
			t.Errorf("%s: ledger %+v", test.name, books)
		}
	}
}

func TestModesThatAreNoneAreRefused(t *testing.T) {
	r := newRig(t, nil)
	o := rigOptions(t, r)
	o.Mode = "loud"
	if _, err := NewPipeline(o); err == nil {
		t.Error("no error")
	}
}

func TestQuietHoursHoldTheHostBackButNotTheChannel(t *testing.T) {
	r := newRig(t, nil)
	quiet := jane()
	quiet.Delegates, quiet.Quiet = nil, Quiet{8 * 60, 12 * 60}
	r.hosts.knows(rigBoard, quiet, When{})
	r.take(rigHome, rigBoard)
	r.work()
	r.wants()
	r.wait(30*time.Minute, time.Minute)
	r.wants("new C0SECOPS")
	r.wait(3*time.Hour, 10*time.Minute)
	r.wants("new jane@acme.example")
}

func TestAFailureThatPassesIsTriedAgainAndTheChannelLeftAlone(t *testing.T) {
	r := newRig(t, nil)
	calls := 0
	r.slack.fail = func(Telling) error {
		if calls++; calls < 4 {
			return &TellError{Class: TellRetry, Reason: "rate-limited", After: 30 * time.Second}
		}
		return nil
	}
	for n := range 3 {
		r.take(fmt.Sprintf("%s/%d", rigHome, n), fmt.Sprintf("https://acme.zoom.us/j/9530174822%d", n))
	}
	r.s.o.PerChannel = 1
	r.work()
	if calls != 1 {
		t.Errorf("%d calls, want one before the channel is left alone", calls)
	}
	r.wait(5*time.Minute, 5*time.Second)
	if got := r.slack.told(); len(got) != 3 {
		t.Errorf("told %q, want all three", got)
	}
	r.balanced()
}

func TestAnEarlierMessageIsChangedInPlaceWhenTheLeakGrows(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	r.take(rigHome, rigBoard)
	r.work()
	r.wants("new jane@acme.example")
	for n := range 20 {
		r.take(fmt.Sprintf("%s/%d", rigHome, n), rigBoard)
	}
	r.work()
	r.wants()
	r.wait(2*time.Minute, 10*time.Second)
	r.wants("update jane@acme.example in place")
}

func TestAnAnswerChangesTheCardAtOnce(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	r.take(rigHome, rigBoard)
	r.work()
	r.slack.told()
	after, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: Done, By: Actor{Role: RoleHost}})
	if err != nil || after.State != StateByWord || after.Version != r.leak().Version {
		t.Errorf("after the answer: %s at %d, %v", after.State, after.Version, err)
	}
	r.work()
	r.wants("update jane@acme.example in place")
	if _, err := r.p.Do(t.Context(), rigOrg, "lk1:none", LeakEvent{Kind: Done}); !errors.Is(err, ErrNotFound) {
		t.Errorf("of an unknown leak: %v", err)
	}
}

func TestAPostThatIsGoneIsBelievedAfterTwoLooksAndComesBackByItsOldText(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, "Join "+rigBoard)
	r.work()
	r.clock.advance(time.Hour)
	r.take(rigHome, "Nothing here")
	if l := r.leak(); l.State != StateOpen {
		t.Fatalf("after one look: %s", l.State)
	}
	r.clock.advance(2 * time.Hour)
	if err := r.p.Gone(t.Context(), rigHome); err != nil {
		t.Fatal(err)
	}
	if l := r.leak(); l.State != StateRemoved {
		t.Fatalf("after two looks: %s", l.State)
	}
	if kept, _ := r.store.Sightings(t.Context(), rigOrg, r.leak().ID); len(kept) != 1 || kept[0].Gone.IsZero() {
		t.Errorf("the sighting is not marked: %+v", kept)
	}
	r.clock.advance(time.Hour)
	r.take(rigHome, "Join "+rigBoard) // a version that was read before
	if l := r.leak(); l.State != StateOpen || l.Ladder.Round != 2 {
		t.Errorf("back: %s in round %d, want it open anew", l.State, l.Ladder.Round)
	}
	r.balanced()
}

func TestABriefAbsenceIsTakenBack(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, rigBoard)
	r.clock.advance(time.Hour)
	for _, step := range []func(context.Context, string) error{r.p.Gone, r.p.Back} {
		if err := step(t.Context(), rigHome); err != nil {
			t.Fatal(err)
		}
	}
	r.clock.advance(2 * time.Hour)
	if err := r.p.Gone(t.Context(), rigHome); err != nil {
		t.Fatal(err)
	}
	if l := r.leak(); l.State != StateOpen || l.Places[0].Gone != 1 {
		t.Errorf("%s after %d looks, want the first taken back", l.State, l.Places[0].Gone)
	}
}

func TestBeingPassedOnRaisesTheReach(t *testing.T) {
	r := newRig(t, nil)
	reading := r.page(rigHome, rigBoard)
	reading.Reach = 10
	if _, err := r.p.Take(t.Context(), reading); err != nil {
		t.Fatal(err)
	}
	reading.Reach, reading.Text = 5000, strings.NewReader(rigBoard)
	if _, err := r.p.Take(t.Context(), reading); err != nil {
		t.Fatal(err)
	}
	if got := r.leak().Reach; got != 5000 {
		t.Errorf("reach %d", got)
	}
}

// twin is a text in which two ids of one meeting stand together, and each alone: a Teams thread and its short id.
const (
	twinThread = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_Nzk0ZTBhOWMtMWQ3ZS00YjY1LTk4ZTMtNmE0YzBkMWYyYjc4%40thread.v2/0"
	twinShort  = "https://teams.microsoft.com/meet/2391847560382?p=Hk4vTz8qWm2x"
)

func TestUnitingSilencesNothing(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, into := range States()[1:] {
		for _, other := range States()[1:] {
			for _, account := range []AccountKind{AccountPending, AccountAlerted} {
				a := Leak{ID: "a", Org: rigOrg, Keys: []string{"mk1:a"}, State: into, Account: Account{Kind: AccountAlerted}, Ladder: Ladder{Round: 1}}
				b := Leak{ID: "b", Org: rigOrg, Keys: []string{"mk1:b"}, State: other, Account: Account{Kind: account}, Ladder: Ladder{Round: 1}}
				l, effects := unite(a, []Leak{b}, HostView{}, now)
				if live := other == StateOpen || account == AccountPending; live && l.State != StateOpen {
					t.Errorf("%s with %s (%s): %s", into, other, account, l.State)
				}
				books := Ledger{Found: 2, Alerted: 1}
				books.add(b.Account, 1)
				for _, e := range effects {
					if e.Kind == EffectLedger {
						if err := books.Apply(e.Move); err != nil {
							t.Errorf("%s with %s: %v", into, other, err)
						}
					}
				}
				pending := int64(0)
				if l.Account.Kind == AccountPending {
					pending = 1
				}
				if err := books.Check(pending); err != nil && account == AccountPending == (other == StateOpen || other == StateRemoved) {
					t.Errorf("%s with %s (%s): %v", into, other, account, err)
				}
				if !slices.Equal(l.Keys, []string{"mk1:a", "mk1:b"}) {
					t.Errorf("keys %q", l.Keys)
				}
			}
		}
	}
}

func TestAliasesThatComeTogetherAreOneLeak(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome+"/1", twinThread)
	r.clock.advance(time.Minute)
	r.take(rigHome+"/2", twinShort)
	leaks := r.store.leaksOf(rigOrg)
	if len(leaks) != 2 {
		t.Fatalf("%d leaks, want two before they come together", len(leaks))
	}
	f := Finding{}
	f.Link = findOne(t, twinThread)
	f.Link.AddAlias(findOne(t, twinShort).Key())
	key, err := r.p.dataKey(t.Context(), rigOrg)
	if err != nil {
		t.Fatal(err)
	}
	at, err := r.p.placeOf(r.page(rigHome+"/3", ""))
	if err != nil {
		t.Fatal(err)
	}
	c := &claim{place: at, f: &f}
	c.owner.Org, c.owner.Rank = rigOrg, 6
	if err := r.p.lookUp(t.Context(), key, c); err != nil {
		t.Fatal(err)
	}
	if _, isNew, err := r.p.claim(t.Context(), key, c); err != nil || isNew {
		t.Fatalf("new %v, %v", isNew, err)
	}
	if l := r.leak(); l.ID != leaks[0].ID || l.Distinct != 3 {
		t.Errorf("%s with %d places, want the older with all three", l.ID, l.Distinct)
	}
	books := r.balanced()
	if books.Found != 2 || books.Suppressed[WithheldDuplicate] != 1 {
		t.Errorf("ledger %+v", books)
	}
	r.work()
	r.wants("new C0SECOPS")
	r.balanced()
}

func TestAMeetingFoundAgainAfterItsLeakWasForgottenIsAlertedAgain(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, rigBoard)
	r.work()
	r.wants("new C0SECOPS")
	l := r.leak()
	for key := range r.store.leaks { // as retention does: deliveries stay longer
		delete(r.store.leaks, key)
	}
	delete(r.store.seen, l.ID)
	r.clock.advance(40 * 24 * time.Hour)
	r.take(rigHome, rigBoard+" ")
	r.work()
	r.wants("new C0SECOPS")
}

func TestUnbalancedBooksAreToldOnceADayAndShown(t *testing.T) {
	r := newRig(t, nil)
	if err := r.p.CheckBooks(t.Context()); err != nil || len(r.p.Imbalances()) != 0 {
		t.Fatalf("%v, %v", err, r.p.Imbalances())
	}
	r.store.moves[rigOrg] = append(r.store.moves[rigOrg], Move{To: Account{Kind: AccountPending}})
	for range 3 {
		if err := r.p.CheckBooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.work()
	}
	r.wants("fault C0SECOPS")
	if found := r.p.Imbalances(); len(found) != 1 || found[0].Org != rigOrg {
		t.Errorf("%+v", found)
	}
}

func TestNothingPlantedIsStoredOrTold(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	r.take("https://www.acme.example/98120347561/agenda?next="+rigBoard, "98120347561 Join "+rigBoard+" Passcode: Tr7-kq2Zp")
	r.work()
	for what, text := range map[string]string{"store": r.store.dump(t), "telling": fmt.Sprintf("%+v", r.slack.sent)} {
		for _, planted := range []string{"98120347561", "Zk3mQ9xWvT7bLr2s", "Tr7-kq2Zp", "jane@acme"} {
			if strings.Contains(text, planted) {
				t.Errorf("%s holds %q", what, planted)
			}
		}
	}
	if len(r.slack.sent) != 1 || len(r.slack.sent[0].Sightings) != 1 || r.slack.sent[0].Topic != "Board" {
		t.Errorf("told %+v", r.slack.sent)
	}
}

// Of a leak may speak its host and who answers for them, by the address that was proved; without one, or without a host, nobody.
func TestWhoMaySpeakOfALeak(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	r.take(rigHome, rigBoard)
	hosted, nobodys := r.leak(), r.leak()
	nobodys.Host = ""
	for _, c := range []struct {
		leak  Leak
		email string
		want  Role
	}{
		{hosted, "jane@acme.example", RoleHost}, {hosted, " Jane@ACME.example ", RoleHost}, {hosted, "pa@acme.example", RoleDelegate},
		{hosted, "john@acme.example", RoleNone}, {hosted, "", RoleNone}, {hosted, " ", RoleNone},
		{nobodys, "jane@acme.example", RoleNone}, {nobodys, "", RoleNone},
	} {
		if role, err := r.p.Standing(t.Context(), c.leak, c.email); role != c.want || err != nil {
			t.Errorf("%q of a leak of %q: %q, %v, want %q", c.email, c.leak.Host, role, err, c.want)
		}
	}
	r.hosts.broken = true
	if role, err := r.p.Standing(t.Context(), hosted, "jane@acme.example"); err == nil || role != RoleNone {
		t.Errorf("while nobody knows: %q, %v", role, err)
	}
	if ref, err := r.p.HostOf(t.Context(), rigOrg, "jane@acme.example"); err == nil {
		t.Errorf("named %q while nobody knows", ref)
	}
	r.hosts.broken = false
	if ref, err := r.p.HostOf(t.Context(), rigOrg, " Jane@acme.example"); err != nil || ref != hosted.Host {
		t.Errorf("named %q, %v, want %q", ref, err, hosted.Host)
	}
	if _, err := r.p.HostOf(t.Context(), rigOrg, "eve@globex.example"); !errors.Is(err, ErrNoContact) {
		t.Errorf("named a stranger: %v", err)
	}
}
