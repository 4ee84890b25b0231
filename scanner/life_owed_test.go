package scanner

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
)

func TestWhoSaysAgainAndAgainThatThePostIsTakenDownSilencesNobody(t *testing.T) {
	s := openWith(t, When{}).do(LeakEvent{Kind: Tick, View: allThere()})
	told := map[string]bool{}
	for range 20 {
		s.do(LeakEvent{Kind: Removing, By: lifeHost}).after(MaxSnooze / 2)
		s.do(LeakEvent{Kind: Tick, View: allThere()})
		noteTold(told, s.out)
	}
	if !told["channel first"] {
		t.Errorf("after ten days security operations know nothing: %v", told)
	}
}

func TestAHostWhoBecomesKnownAfterNobodyWasIsToldFirst(t *testing.T) {
	s := newStory(t).alerted("host:new:first")
	s.do(LeakEvent{Kind: GivenUp, To: ToHost, Round: 1, View: allThere()}).alerted("delegate:new:first")
	s.accept(ToDelegate).after(time.Minute)
	s.do(LeakEvent{Kind: Resolved, Host: "h1", View: allThere()}).alerted("host:new:first")
}

func TestTheDelegatesOfAnotherHostAreToldFromTheFirstRungOn(t *testing.T) {
	s := openWith(t, When{}).do(LeakEvent{Kind: Tick, View: allThere()}).do(LeakEvent{Kind: Resolved, Host: "h1", View: allThere()})
	s.after(time.Hour).do(LeakEvent{Kind: Tick, View: allThere()}).alerted("delegate:new:first channel:new:first")
	before := s.l.Ladder.Delegate.Delivery
	s.after(time.Hour).do(LeakEvent{Kind: Assign, By: lifeAnalyst, Host: "h2", View: allThere()}).alerted("host:new:first")
	s.after(10 * time.Minute).do(LeakEvent{Kind: Tick, View: allThere()}).alerted("delegate:new:first")
	if s.l.Ladder.Delegate.Delivery == before {
		t.Error("the outbox would take the alert for that of the other host's delegate")
	}
}

func TestWhatIsOverIsOpenedAnewByATrustedStartThatLiesAhead(t *testing.T) {
	inventory := func(in time.Duration) LeakEvent {
		return LeakEvent{Kind: Resolved, By: Actor{Role: RoleInventory}, When: within(in, RoleInventory)}
	}
	s := newStory(t).do(inventory(time.Hour)).accept(ToHost).after(6 * time.Hour).do(LeakEvent{Kind: Tick}).is(StateOver)
	s.do(inventory(time.Hour)).is(StateOver)
	s.do(LeakEvent{Kind: Resolved, When: within(80*time.Hour, RolePage)}).is(StateOver)
	s.do(inventory(72 * time.Hour)).is(StateOpen).alerted("host:new:first")

	s = newStory(t).do(inventory(72 * time.Hour)).to(StateOver).do(inventory(72 * time.Hour)).is(StateOver) // the host's word, and nothing new
	if s.ledger.Pending != 0 {
		t.Errorf("%+v", s.ledger)
	}
}

func TestAnInstanceThatHasPassedSaysNothingOfTheNext(t *testing.T) {
	s := newStory(t)
	past := within(-10*time.Hour, RoleInventory)
	past.Series = true
	s.do(LeakEvent{Kind: Resolved, By: Actor{Role: RoleInventory}, When: past}).is(StateOpen)
	if s.l.When.Known() || !s.l.When.Series {
		t.Errorf("taken over: %+v", s.l.When)
	}
	if _, due := Next(s.l, allThere(), s.now); !due.After(s.now) {
		t.Error("it is looked at again and again")
	}
}

func TestWhatWaitsForAnAnalystOutlivesTheRound(t *testing.T) {
	l := lifeSeed()
	l.State, l.Ladder.Round = StateOpen, 2
	d := delivery()
	d.To, d.Kind = Analysts, DeliveryReminder
	if reason, wanted := d.Wanted(l); !wanted {
		t.Errorf("withheld as %s", reason)
	}
}

func TestTimesOfAClockThatRanAheadAreSetRight(t *testing.T) {
	const jump = 1000 * 24 * time.Hour
	s := newStory(t).after(jump)
	s.do(LeakEvent{Kind: Tick, View: allThere()}).accept(ToHost)
	s.do(sightedAt("p1", s.now)).do(LeakEvent{Kind: Snooze, By: lifeHost, Until: s.now.Add(MaxSnooze)})
	s.do(LeakEvent{Kind: Gone, Place: "p1"})
	s.after(-jump).do(LeakEvent{Kind: Tick, View: allThere()})
	if most := s.now.Add(MaxSnooze); s.l.LastSeen.After(s.now) || s.l.Ladder.Host.At.After(s.now) || s.l.Ladder.Snooze.After(most) || s.l.Places[0].Seen.After(s.now) {
		t.Errorf("%+v", s.l)
	}
	s.after(looksApart).do(LeakEvent{Kind: Gone, Place: "p1"}).is(StateRemoved)
	s.do(sightedAt("p1", s.now)).is(StateOpen)

	s = newStory(t).do(LeakEvent{Kind: Resolved, By: Actor{Role: RoleInventory}, When: within(48*time.Hour, RoleInventory)}).accept(ToHost)
	s.after(jump).do(LeakEvent{Kind: Tick}).is(StateOver)
	s.after(-jump).do(LeakEvent{Kind: Tick}).is(StateOpen).alerted("host:new:first")
}

func TestAJumpOfTheClockHoldsNothingBack(t *testing.T) {
	for _, jump := range []time.Duration{5 * 24 * time.Hour, 3000 * 24 * time.Hour} {
		r := newRig(t, nil)
		r.hosts.knows(rigBoard, jane(), When{})
		r.hosts.knows(rigStaff, jane(), When{Start: Start{Time: r.clock.Now().Add(48 * time.Hour)}, By: RoleInventory})
		r.take(rigHome+"/staff", rigStaff)
		r.work()
		r.clock.advance(jump)
		r.take(rigHome, rigBoard) // nobody is told before the clock is set right
		if _, err := r.p.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.clock.advance(-jump)
		r.wait(30*time.Minute, time.Minute)
		told := r.slack.told()
		for _, want := range []string{"new jane@acme.example", "new pa@acme.example", "new C0SECOPS"} {
			if !slices.Contains(told, want) {
				t.Errorf("after a jump of %s: told %q, not %q", jump, told, want)
			}
		}
		r.wait(48*time.Hour, 10*time.Minute)
		if told := r.slack.told(); !slices.Contains(told, "reminder jane@acme.example") {
			t.Errorf("after a jump of %s nobody is reminded: %q", jump, told)
		}
		if books := r.balanced(); books.Pending != 0 {
			t.Errorf("after a jump of %s: ledger %+v", jump, books)
		}
	}
}

func TestADigestOfAClockThatRanAheadIsTold(t *testing.T) {
	const jump = 90 * 24 * time.Hour
	r := newRig(t, nil)
	if _, err := r.p.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.clock.advance(jump)
	r.take(rigHome, forgedPage(30))
	r.work() // they join, and wait for the digest
	r.clock.advance(-jump)
	r.wait(5*time.Minute, 5*time.Second)
	if books := r.balanced(); books.Alerted != 30 {
		t.Errorf("ledger %+v", books)
	}
}

func TestMeetingsOfDifferentHostsAreNotMadeOneByAPage(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(twinThread, Contact{Email: "jane@acme.example"}, When{})
	r.hosts.knows(twinShort, Contact{Email: "sam@acme.example"}, When{})
	r.take(rigHome+"/1", twinThread)
	r.clock.advance(time.Minute)
	r.take(rigHome+"/2", twinShort)
	both := findOne(t, twinThread)
	both.AddAlias(findOne(t, twinShort).Key())
	r.claimBeside(both, rigHome+"/3")
	leaks := r.store.leaksOf(rigOrg)
	if len(leaks) != 2 || leaks[0].Host == leaks[1].Host {
		t.Fatalf("%d leaks, want each host to keep their own", len(leaks))
	}
	for _, l := range leaks {
		if l.Distinct != 2 || len(l.Keys) != 1 {
			t.Errorf("%d places and %d keys, want the page counted for both", l.Distinct, len(l.Keys))
		}
	}
	r.work()
	told := r.slack.told()
	slices.Sort(told)
	if want := []string{"new jane@acme.example", "new sam@acme.example"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	r.balanced()
}

// claimBeside claims a meeting whose ids stand side by side on a page.
func (r *rig) claimBeside(link matchers.Link, uri string) {
	r.t.Helper()
	at, err := r.p.placeOf(r.page(uri, ""))
	if err != nil {
		r.t.Fatal(err)
	}
	f := Finding{Link: link, Owners: []matchers.Owner{{Org: rigOrg, Rank: 6}}}
	if _, err := r.p.claimAll(r.t.Context(), at, []Finding{f}, &Taken{}); err != nil {
		r.t.Fatal(err)
	}
}

func TestHelpThatWaitsIsNotLostWhenLeaksAreMerged(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome+"/1", twinThread)
	r.clock.advance(time.Minute)
	r.take(rigHome+"/2", twinShort)
	r.work()
	r.slack.told()
	id := r.store.leaksOf(rigOrg)[1].ID
	if _, err := r.p.Do(t.Context(), rigOrg, id, LeakEvent{Kind: Help, By: Actor{Role: RoleHost}}); err != nil {
		t.Fatal(err)
	}
	both := findOne(t, twinThread)
	both.AddAlias(findOne(t, twinShort).Key())
	r.claimBeside(both, rigHome+"/3")
	r.work()
	if l, told := r.leak(), r.slack.told(); l.ID == id || !slices.Contains(told, "reminder C0SECOPS") {
		t.Errorf("told %q", told)
	}
	r.balanced()
}

func TestAForgedLinkOfAHostHasNoTrustedStart(t *testing.T) {
	r := newRig(t, nil)
	l := findOne(t, rigBoard)
	l.Owner = "oid-of-jane"
	r.hosts.owners[l.Owner] = KnownMeeting{Contact: jane(), When: When{Start: Start{Time: r.clock.Now().Add(time.Hour)}, By: RoleInventory}}
	key, err := r.p.dataKey(t.Context(), rigOrg)
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.p.ask(t.Context(), key, l)
	if err != nil || !w.found || w.known || w.When.Known() {
		t.Errorf("%v: found %v, known %v, start %v", err, w.found, w.known, w.When)
	}
}

func TestWhatAResolverSaysIsNotInErrors(t *testing.T) {
	inner := errors.New("get https://api.example/users/jane@acme.example: refused")
	err := fmt.Errorf("send alerts: %w", &resolverError{inner})
	if strings.Contains(err.Error(), "jane") || !errors.Is(err, inner) {
		t.Error(err)
	}
}

func TestWhatWasToldIsRecordedThoughTheDataKeyDoesNotOpen(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example"}, When{})
	r.take(rigHome, rigBoard)
	r.store.mu.Lock()
	r.store.keys[rigOrg] = []byte("damaged")
	r.store.mu.Unlock()
	row := r.store.rowsAt(r.store.about[rigOrg+" "+r.leak().ID])[0]
	if err := r.s.told(t.Context(), &letter{row: row, leak: r.leak()}, nil); err != nil {
		t.Fatal(err)
	}
	if books := r.balanced(); books.Alerted != 1 {
		t.Errorf("ledger %+v: it would be sent again and again", books)
	}
}
