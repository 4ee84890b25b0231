package scanner

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meetleaks/matchers"
)

var (
	lifeHost     = Actor{Role: RoleHost, Ref: "U-host"}
	lifeDelegate = Actor{Role: RoleDelegate, Ref: "U-pa"}
	lifeAnalyst  = Actor{Role: RoleAnalyst, Ref: "U-sec"}
	lifePlatform = Actor{Role: RolePlatform}
)

func lifeStart() time.Time { return time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC) }

func lifeSeed() Leak {
	key := []byte("an index key for tests")
	meeting := matchers.KeyID(key, matchers.Link{Platform: "zoom", ID: "84930275116"})
	return Leak{ID: LeakID(key, "acme", meeting, 0), Org: "acme", Keys: []string{meeting}, Platform: "zoom", MaskedID: "849•••••116"}
}

func lifeSeen(at time.Time) Seen {
	return Seen{At: at, Kind: matchers.Meeting, Class: matchers.JoinWithSecret, Rank: 6, Risk: Risk{Score: 40, Level: "medium"}}
}

func sightedAt(place string, at time.Time) LeakEvent {
	return LeakEvent{Kind: Sighted, Place: place, Site: "sk1:" + place, Seen: lifeSeen(at)}
}

// story applies events to a leak, keeps the ledger and fails on any error.
type story struct {
	t      *testing.T
	l      Leak
	now    time.Time
	ledger Ledger
	out    []Effect // of the last event
}

func newStory(t *testing.T) *story {
	t.Helper()
	s := &story{t: t, l: lifeSeed(), now: lifeStart()}
	s.do(sightedAt("p1", s.now))
	return s
}

func (s *story) do(ev LeakEvent) *story {
	s.t.Helper()
	next, out, err := s.l.Apply(ev, s.now)
	if err != nil {
		s.t.Fatalf("%s: %v", ev.Kind, err)
	}
	s.l, s.out = next, out
	for _, e := range out {
		if e.Kind == EffectLedger {
			if err := s.ledger.Apply(e.Move); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	if err := s.ledger.Balanced(); err != nil {
		s.t.Fatal(err)
	}
	return s
}

func (s *story) after(d time.Duration) *story { s.now = s.now.Add(d); return s }

func (s *story) is(want State) *story {
	s.t.Helper()
	if s.l.State != want {
		s.t.Fatalf("state %q, want %q", s.l.State, want)
	}
	return s
}

func (s *story) refused(ev LeakEvent, want error) *story {
	s.t.Helper()
	next, out, err := s.l.Apply(ev, s.now)
	if !errors.Is(err, want) {
		s.t.Fatalf("%s: error %v, want %v", ev.Kind, err, want)
	}
	if diff := cmp.Diff(s.l, next); diff != "" || out != nil {
		s.t.Fatalf("%s was refused, but changed the leak: %s %v", ev.Kind, diff, out)
	}
	return s
}

func (s *story) alerts() string {
	var to []string
	for _, e := range s.out {
		if e.Kind == EffectAlert {
			to = append(to, fmt.Sprintf("%s:%s:%s", e.Notice.To, e.Notice.Kind, e.Notice.Rung))
		}
	}
	return strings.Join(to, " ")
}

func (s *story) alerted(want string) *story {
	s.t.Helper()
	if got := s.alerts(); got != want {
		s.t.Fatalf("alerts %q, want %q", got, want)
	}
	return s
}

func (s *story) has(kind EffectKind, want bool) *story {
	s.t.Helper()
	found := false
	for _, e := range s.out {
		found = found || e.Kind == kind
	}
	if found != want {
		s.t.Fatalf("effect %s: %v, want %v", kind, found, want)
	}
	return s
}

func (s *story) accept(to Audience) *story {
	s.t.Helper()
	return s.do(LeakEvent{Kind: Accepted, To: to, Round: s.l.Ladder.Round})
}

// to brings the leak into a state by its rightful way.
func (s *story) to(state State) *story {
	s.t.Helper()
	switch state {
	case StateOpen:
	case StateSafe:
		s.do(LeakEvent{Kind: Proved, By: lifePlatform})
	case StateByWord:
		s.do(LeakEvent{Kind: Done, By: lifeHost})
	case StateOver:
		s.do(LeakEvent{Kind: Ended, By: lifeHost})
	case StateRemoved:
		s.do(LeakEvent{Kind: Gone, Place: "p1"}).after(looksApart).do(LeakEvent{Kind: Gone, Place: "p1"})
	case StateMuted:
		s.do(LeakEvent{Kind: Mute, By: lifeAnalyst, Reason: "accepted", Until: s.now.Add(24 * time.Hour)})
	case StateNotOurs:
		s.do(LeakEvent{Kind: Disowned, By: lifeAnalyst})
	case StatePublic:
		s.do(LeakEvent{Kind: PublicSeries, By: lifeHost})
	}
	return s.is(state)
}

func TestPictureIsWhatTheCodeDecides(t *testing.T) {
	source, err := os.ReadFile("life.go")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(string(source)) {
		if rest, ok := strings.CutPrefix(line, "//\t"); ok {
			if cells := strings.Fields(rest); len(cells) == len(States())+1 {
				rows[cells[0]] = cells[1:]
			}
		}
	}
	for i, s := range States() {
		if want := map[State]string{StateNew: "new", StateByWord: "by-word"}[s]; rows["event"][i] != want && rows["event"][i] != string(s) {
			t.Errorf("column %d is %q, want %q", i, rows["event"][i], s)
		}
	}
	for _, kind := range EventKinds() {
		cells := rows[string(kind)]
		if cells == nil {
			t.Errorf("the picture has no row for %s", kind)
			continue
		}
		for i, s := range States() {
			if act, ok := lifeRule(s, kind); !ok || string(act) != cells[i] {
				t.Errorf("%s in %q: the picture says %q, the code %q", kind, s, cells[i], act)
			}
		}
	}
}

func TestEveryActionOfThePictureIsCarriedOut(t *testing.T) {
	for _, state := range States()[1:] {
		for _, kind := range EventKinds() {
			s := newStory(t).to(state)
			s.l.Ask = Ask{What: NotMine, By: lifeHost}
			ev := LeakEvent{
				Kind: kind, By: roleFor(kind), Reason: "because", Place: "p1", Site: "sk1:p1", Seen: lifeSeen(s.now.Add(1)),
				To: ToHost, Round: 1, Withheld: WithheldObserve, Until: s.now.Add(time.Hour), Host: "h2",
			}
			if _, _, err := s.l.Apply(ev, s.now); errors.Is(err, ErrBadEvent) {
				t.Errorf("%s in %s: %v", kind, state, err)
			}
		}
	}
}

func roleFor(kind EventKind) Actor {
	for _, actor := range []Actor{lifePlatform, lifeHost, lifeAnalyst} {
		if mayCause(actor.Role, kind) {
			return actor
		}
	}
	return Actor{}
}

func TestBeforeItsSightingThereIsNoLeak(t *testing.T) {
	for _, kind := range EventKinds() {
		if kind == Sighted {
			continue
		}
		if _, _, err := lifeSeed().Apply(LeakEvent{Kind: kind, By: roleFor(kind), Place: "p1"}, lifeStart()); !errors.Is(err, ErrNoLeak) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestALeakIsFoundAlertedAndPending(t *testing.T) {
	s := newStory(t).is(StateOpen).alerted("host:new:first")
	for _, kind := range []EffectKind{EffectKeep, EffectAudit, EffectCard, EffectProve, EffectResolve, EffectLedger} {
		s.has(kind, true)
	}
	if s.ledger.Found != 1 || s.ledger.Pending != 1 {
		t.Fatalf("%+v", s.ledger)
	}
	s.accept(ToHost)
	if s.ledger.Alerted != 1 || s.ledger.Pending != 0 {
		t.Fatalf("%+v", s.ledger)
	}
	s.accept(ToHost).has(EffectLedger, false)
}

func TestASafeLeakIsReopenedByNewsOnly(t *testing.T) {
	s := newStory(t).accept(ToHost).to(StateSafe)
	s.after(time.Hour).do(sightedAt("p1", s.now)).is(StateSafe)
	s.do(sightedAt("p2", s.now)).is(StateOpen).alerted("host:new:first").has(EffectProve, true)
	if s.l.Ladder.Round != 2 || s.ledger.Found != 2 {
		t.Fatalf("round %d, %+v", s.l.Ladder.Round, s.ledger)
	}
	s.to(StateSafe).do(LeakEvent{Kind: Drifted, By: lifePlatform}).is(StateOpen)
}

func TestWhatLiftsMutesAndPublic(t *testing.T) {
	news := map[string]func(*LeakEvent){
		"a new place":       func(ev *LeakEvent) { ev.Place = "p2" },
		"a passcode":        func(ev *LeakEvent) { ev.Seen.Secrets = []string{"pwd"} },
		"raid words":        func(ev *LeakEvent) { ev.Seen.Raid = true },
		"a host credential": func(ev *LeakEvent) { ev.Seen.Class = matchers.HostCredential },
	}
	for _, state := range []State{StateMuted, StatePublic} {
		s := newStory(t).to(state).after(time.Hour)
		s.do(sightedAt("p1", s.now)).is(state)
		for name, change := range news {
			ev := sightedAt("p1", s.now.Add(time.Minute))
			change(&ev)
			next, _, err := s.l.Apply(ev, s.now.Add(time.Minute))
			if err != nil || next.State != StateOpen {
				t.Errorf("%s in %s: %q, %v", name, state, next.State, err)
			}
		}
	}
}

func TestWhatIsPublicByConfigurationIsRecordedUntilThereIsMore(t *testing.T) {
	found := func() *story {
		s := &story{t: t, l: lifeSeed(), now: lifeStart()}
		ev := sightedAt("p1", s.now)
		ev.Seen.Public = true
		return s.do(ev).is(StatePublic).alerted("").after(time.Hour)
	}
	s := found()
	if s.ledger.Suppressed[WithheldPublic] != 1 {
		t.Fatalf("%+v", s.ledger)
	}
	ev := sightedAt("p2", s.now)
	ev.Seen.Public = true
	s.do(ev).is(StatePublic)
	s.after(400 * 24 * time.Hour).do(LeakEvent{Kind: Tick}).is(StatePublic)

	s = found() // the configuration no longer calls it public
	s.do(sightedAt("p1", s.now)).is(StateOpen).alerted("host:new:first")

	s = &story{t: t, l: lifeSeed(), now: lifeStart()}
	ev = sightedAt("p1", s.now)
	ev.Seen.Public, ev.Seen.Class = true, matchers.HostCredential
	s.do(ev).is(StateOpen)
}

func TestAHostCredentialIsNeverMutedOrPublic(t *testing.T) {
	s := newStory(t)
	s.l.Class = matchers.HostCredential
	until := s.now.Add(time.Hour)
	s.refused(LeakEvent{Kind: Mute, By: lifeAnalyst, Reason: "x", Until: until}, ErrNotAllowed)
	for _, by := range []Actor{lifeHost, lifeAnalyst} {
		s.refused(LeakEvent{Kind: PublicSeries, By: by}, ErrNotAllowed)
		s.refused(LeakEvent{Kind: PublicPage, By: by, Place: "p1"}, ErrNotAllowed)
	}
}

func TestMutesNeedAReasonAndAnEndWithin180Days(t *testing.T) {
	s := newStory(t)
	s.refused(LeakEvent{Kind: Mute, By: lifeAnalyst, Until: s.now.Add(time.Hour)}, ErrBadEvent)
	s.refused(LeakEvent{Kind: Mute, By: lifeAnalyst, Reason: "x"}, ErrBadEvent)
	s.refused(LeakEvent{Kind: Mute, By: lifeAnalyst, Reason: "x", Until: s.now.Add(MaxQuietEnd + 1)}, ErrNotAllowed)
	s.refused(LeakEvent{Kind: Mute, By: lifeHost, Reason: "x", Until: s.now.Add(time.Hour)}, ErrNotAllowed)
	s.refused(LeakEvent{Kind: PublicSeries, By: lifeHost, Until: s.now.Add(MaxQuietEnd + 1)}, ErrNotAllowed)
	s.do(LeakEvent{Kind: Mute, By: lifeAnalyst, Reason: "x", Until: s.now.Add(MaxQuietEnd)}).is(StateMuted)
	s.after(MaxQuietEnd - 1).do(LeakEvent{Kind: Tick}).is(StateMuted)
	s.after(1).do(LeakEvent{Kind: Tick}).is(StateOpen).alerted("host:new:first")
}

func TestPublicOfOnePageEndsOnlyALeakWithoutOtherPlaces(t *testing.T) {
	s := newStory(t)
	s.do(sightedAt("p2", s.now))
	s.do(LeakEvent{Kind: PublicPage, By: lifeHost, Place: "p1"}).is(StateOpen)
	s.refused(LeakEvent{Kind: PublicPage, By: lifeHost, Place: "p9"}, ErrBadEvent)
	s.do(LeakEvent{Kind: PublicPage, By: lifeHost, Place: "p2"}).is(StatePublic)
	if got := s.l.Until.Sub(s.now); got != MaxQuietEnd {
		t.Errorf("it lasts %s", got)
	}
}

func TestWhatIsNotTheHostsToSayWaitsForAnAnalyst(t *testing.T) {
	asks := []LeakEvent{
		{Kind: NotMine, By: lifeHost}, {Kind: NotMine, By: lifeDelegate}, {Kind: Disowned, By: lifeHost},
		{Kind: PublicSeries, By: lifeDelegate}, {Kind: PublicPage, By: lifeDelegate, Place: "p1"},
	}
	for _, ev := range asks {
		s := newStory(t).do(ev).is(StateOpen).alerted("analyst:reminder:decision")
		if s.l.Ask.What != ev.Kind || s.l.Ask.By != ev.By {
			t.Errorf("%s waits as %+v", ev.Kind, s.l.Ask)
		}
		s.do(ev).alerted("")
		s.do(LeakEvent{Kind: Refuse, By: lifeAnalyst}).is(StateOpen).refused(LeakEvent{Kind: Confirm, By: lifeAnalyst}, ErrNothingAsked)
		s.do(ev).do(LeakEvent{Kind: Confirm, By: lifeAnalyst})
		want := map[EventKind]State{NotMine: StateOpen, Disowned: StateNotOurs, PublicSeries: StatePublic, PublicPage: StatePublic}[ev.Kind]
		s.is(want)
	}
}

func TestTheHostsPublicWaitsWhereASecretOrRaidWordsAre(t *testing.T) {
	for _, change := range []func(*Seen){func(s *Seen) { s.Secrets = []string{"pwd"} }, func(s *Seen) { s.Raid = true }} {
		s := newStory(t).after(time.Hour)
		ev := sightedAt("p1", s.now)
		change(&ev.Seen)
		s.do(ev).do(LeakEvent{Kind: PublicSeries, By: lifeHost}).is(StateOpen).do(LeakEvent{Kind: Confirm, By: lifeAnalyst}).is(StatePublic)
	}
}

func TestTheHostsWordCoversOneInstance(t *testing.T) {
	start := lifeStart().Add(26 * time.Hour)
	weekly := When{Start: Start{Time: start}, Ends: start.Add(time.Hour), Series: true, By: RoleCalendar}
	s := newStory(t).do(LeakEvent{Kind: Resolved, By: Actor{Role: RoleCalendar}, When: weekly})
	s.do(LeakEvent{Kind: Done, By: lifeHost}).is(StateByWord).has(EffectProve, true)
	if want := start.Add(2 * time.Hour); !s.l.Until.Equal(want) {
		t.Fatalf("until %s, want %s", s.l.Until, want)
	}
	s.now = s.l.Until
	s.do(LeakEvent{Kind: Tick}).is(StateOpen).has(EffectResolve, true)

	s = newStory(t).to(StateByWord)
	if got := s.l.Until.Sub(s.now); got != coversSingle {
		t.Errorf("a single meeting without a start is covered for %s", got)
	}
	s = newStory(t)
	s.l.Class = matchers.PermanentRoom
	s.to(StateByWord)
	if got := s.l.Until.Sub(s.now); got != coversSeries {
		t.Errorf("a room is covered for %s", got)
	}
}

func TestASingleMeetingIsOverByItsTrustedTimeOnly(t *testing.T) {
	start := lifeStart().Add(2 * time.Hour)
	when := When{Start: Start{Time: start}, By: RoleCalendar}
	for by, want := range map[Role]State{RoleCalendar: StateOver, RolePage: StateOpen} {
		s := newStory(t)
		when.By = by
		s.do(LeakEvent{Kind: Resolved, By: Actor{Role: by}, When: when})
		s.now = when.Over().Add(-1)
		s.do(LeakEvent{Kind: Tick}).is(StateOpen)
		s.after(1).do(LeakEvent{Kind: Tick}).is(want)
		if want == StateOver && s.l.By.Role != RoleCalendar {
			t.Errorf("over by %q", s.l.By.Role)
		}
	}
}

func TestAClaimedStartOnlyRaises(t *testing.T) {
	s := newStory(t)
	claim := func(in time.Duration) *story {
		ev := sightedAt("p1", s.now)
		ev.Seen.When = When{Start: Start{Time: s.now.Add(in)}, By: RolePlatform} // a page lies about who says so
		return s.after(time.Second).do(ev)
	}
	s.after(time.Second)
	claim(48 * time.Hour)
	if s.l.When.Trusted() {
		t.Fatal("a page is trusted")
	}
	soon := s.l.When.Begins()
	claim(96 * time.Hour)
	if !s.l.When.Begins().Equal(soon) {
		t.Error("a page moved the start away")
	}
	claim(10 * time.Minute).alerted("delegate:new:first channel:new:first")
	trusted := When{Start: Start{Time: s.now.Add(72 * time.Hour)}, By: RoleCalendar}
	s.do(LeakEvent{Kind: Resolved, By: Actor{Role: RoleCalendar}, When: trusted})
	claim(time.Hour)
	if !s.l.When.same(trusted) {
		t.Error("a page overruled the calendar")
	}
}

func TestRemovedNeedsTwoLooksAnHourApartAtEachPlace(t *testing.T) {
	s := newStory(t).accept(ToHost)
	s.do(sightedAt("p2", s.now.Add(1)))
	gone := func(place string) *story { return s.do(LeakEvent{Kind: Gone, Place: place}) }
	gone("p1").after(looksApart - 1)
	gone("p1").after(1)
	if s.l.place("p1").gone() {
		t.Fatal("believed after one look")
	}
	gone("p1").is(StateOpen)
	gone("p2").after(2 * time.Hour)
	gone("p2").is(StateRemoved)
	s.after(time.Hour).do(LeakEvent{Kind: Back, Place: "p2"}).is(StateOpen)
	if s.l.Ladder.Round != 2 {
		t.Errorf("round %d", s.l.Ladder.Round)
	}
	if s.l.GoneLooks != 4 {
		t.Errorf("%d looks", s.l.GoneLooks)
	}
}

func TestARemovedLeakStillOwesItsFirstAlert(t *testing.T) {
	s := newStory(t)
	s.do(LeakEvent{Kind: GivenUp, To: ToHost, Round: 1}).alerted("delegate:new:first")
	s.to(StateRemoved)
	if s.ledger.Pending != 1 {
		t.Fatalf("%+v", s.ledger)
	}
	s.do(LeakEvent{Kind: GivenUp, To: ToDelegate, Round: 1}).alerted("channel:new:first")
	s.accept(ToChannel).do(LeakEvent{Kind: Tick}).alerted("")
	s.after(48 * time.Hour).do(LeakEvent{Kind: Tick}).alerted("")
	if s.ledger.Alerted != 1 || s.ledger.Pending != 0 {
		t.Fatalf("%+v", s.ledger)
	}
}

func TestNotOursIsOpenedOnlyByAStrongerRank(t *testing.T) {
	s := newStory(t).to(StateNotOurs).after(time.Hour)
	s.do(sightedAt("p7", s.now)).is(StateNotOurs)
	ev := sightedAt("p8", s.now)
	ev.Seen.Rank = 2
	s.do(ev).is(StateOpen)
}

func TestHelpReopensAndAlertsAnalysts(t *testing.T) {
	newStory(t).do(LeakEvent{Kind: Help, By: lifeDelegate}).is(StateOpen).alerted("analyst:reminder:help")
	for _, state := range []State{StateSafe, StateByWord, StateOver, StateRemoved, StateMuted, StatePublic} {
		s := newStory(t).accept(ToHost).to(state).do(LeakEvent{Kind: Help, By: lifeHost}).is(StateOpen)
		if !strings.Contains(s.alerts(), "analyst:reminder:help") {
			t.Errorf("help in %s: %s", state, s.alerts())
		}
	}
}

func TestSnoozesAreShortFewAndEndBeforeTheMeeting(t *testing.T) {
	s := newStory(t)
	s.do(LeakEvent{Kind: Snooze, By: lifeHost, Until: s.now.Add(90 * 24 * time.Hour)})
	if got := s.l.Ladder.Snooze.Sub(s.now); got != MaxSnooze {
		t.Errorf("snoozed for %s", got)
	}
	s.do(LeakEvent{Kind: Snooze, By: lifeHost, Until: s.now.Add(MaxSnooze)}).has(EffectAudit, false)
	s.do(LeakEvent{Kind: Snooze, By: lifeHost, Until: s.now.Add(time.Hour)})
	s.do(LeakEvent{Kind: Snooze, By: lifeHost, Until: s.now.Add(2 * time.Hour)})
	s.refused(LeakEvent{Kind: Snooze, By: lifeHost, Until: s.now.Add(3 * time.Hour)}, ErrNotAllowed)

	s = newStory(t)
	s.do(LeakEvent{Kind: Resolved, When: When{Start: Start{Time: s.now.Add(3 * time.Hour)}, By: RoleCalendar}})
	s.do(LeakEvent{Kind: Removing, By: lifeHost}).is(StateOpen)
	if got := s.l.Ladder.Snooze.Sub(s.now); got != 2*time.Hour {
		t.Errorf("waits for %s", got)
	}
	s.after(2*time.Hour+time.Minute).refused(LeakEvent{Kind: Snooze, By: lifeHost, Until: s.now.Add(9 * time.Hour)}, ErrNotAllowed)
}

func TestAnotherHostIsToldFromTheFirstRungOn(t *testing.T) {
	s := newStory(t).do(LeakEvent{Kind: Resolved, Host: "h1"}).accept(ToHost).after(time.Minute)
	s.do(LeakEvent{Kind: Resolved, Host: "h1"}).alerted("").has(EffectCard, false)
	s.do(LeakEvent{Kind: Assign, By: lifeAnalyst, Host: "h2"}).alerted("host:new:first")
	s.refused(LeakEvent{Kind: Assign, By: lifeAnalyst}, ErrBadEvent)
	s.do(LeakEvent{Kind: Resolved, By: Actor{Role: RolePage}, Host: "h3"})
	if s.l.Host != "h2" {
		t.Errorf("a page named the host %s", s.l.Host)
	}
}

// Each of these keeps a host from being taken over, by itself.
func TestTheResolversHostIsNotAlwaysTakenOver(t *testing.T) {
	for name, c := range map[string]struct {
		have Leak
		ev   LeakEvent
		want HostRef
	}{
		"of nobody's":                        {Leak{}, LeakEvent{Host: "h1"}, "h1"},
		"another":                            {Leak{Host: "h0"}, LeakEvent{Host: "h1"}, "h1"},
		"a page's":                           {Leak{Host: "h0"}, LeakEvent{Host: "h1", By: Actor{Role: RolePage}}, "h0"},
		"where an analyst named one":         {Leak{Host: "h0", Assigned: true}, LeakEvent{Host: "h1"}, "h0"},
		"who said that it is not theirs":     {Leak{Host: "h0", NotHosts: []HostRef{"h1"}}, LeakEvent{Host: "h1"}, "h0"},
		"beside one who said that it is not": {Leak{Host: "h0", NotHosts: []HostRef{"h2"}}, LeakEvent{Host: "h1"}, "h1"},
		"none":                               {Leak{Host: "h0"}, LeakEvent{}, "h0"},
	} {
		s := newStory(t)
		s.l.Host, s.l.Assigned, s.l.NotHosts = c.have.Host, c.have.Assigned, c.have.NotHosts
		c.ev.Kind = Resolved
		if s.do(c.ev); s.l.Host != c.want {
			t.Errorf("%s: the host is %q, want %q", name, s.l.Host, c.want)
		}
	}
}

func TestWhoseMeetingItIsNotIsNotToldAgain(t *testing.T) {
	s := newStory(t)
	ids := map[string]bool{}
	note := func() {
		for _, e := range s.out {
			if e.Kind == EffectAlert && e.Notice.To == ToHost {
				if ids[e.Notice.ID] {
					t.Error("the outbox would take the new host's alert for the old one's")
				}
				ids[e.Notice.ID] = true
			}
		}
	}
	note()
	s.do(LeakEvent{Kind: Resolved, Host: "h1"}).accept(ToHost).after(time.Minute)
	s.do(LeakEvent{Kind: NotMine, By: lifeHost}).do(LeakEvent{Kind: Confirm, By: lifeAnalyst}).has(EffectResolve, true)
	s.do(LeakEvent{Kind: Resolved, Host: "h1"})
	if s.l.Host != "" {
		t.Fatalf("the host is %s again", s.l.Host)
	}
	note()
	s.do(LeakEvent{Kind: Resolved, Host: "h2"})
	note()
	s.do(LeakEvent{Kind: Resolved, Host: "h4"})
	note()
	if s.l.Host != "h4" || len(ids) != 3 {
		t.Fatalf("host %s, %d alerts", s.l.Host, len(ids))
	}
	s.do(LeakEvent{Kind: Assign, By: lifeAnalyst, Host: "h1"})
	if s.l.Host != "h1" || len(s.l.NotHosts) != 0 {
		t.Fatalf("host %s, not %v", s.l.Host, s.l.NotHosts)
	}
}

func TestWithheldAlertsAreSuppressedUntilOneIsAccepted(t *testing.T) {
	s := newStory(t).do(LeakEvent{Kind: Withhold, Round: 1, Withheld: WithheldObserve})
	if s.ledger.Suppressed[WithheldObserve] != 1 {
		t.Fatalf("%+v", s.ledger)
	}
	s.do(LeakEvent{Kind: Withhold, Round: 1, Withheld: WithheldPilot})
	s.accept(ToHost)
	if s.ledger.Alerted != 1 || s.ledger.Suppressed[WithheldObserve] != 0 {
		t.Fatalf("%+v", s.ledger)
	}
	s.refused(LeakEvent{Kind: Withhold, Round: 1, Withheld: "no such reason"}, ErrBadEvent)
}

func TestStrangersAndPagesMayNothing(t *testing.T) {
	s := newStory(t)
	for _, kind := range EventKinds() {
		switch kind {
		case Sighted, Reposted, Gone, Back, Accepted, GivenUp, Withhold, Resolved, Tick:
			continue
		}
		for _, role := range []Role{RoleNone, RolePage, RoleClock, "guest"} {
			s.refused(LeakEvent{Kind: kind, By: Actor{Role: role}, Place: "p1"}, ErrNotAllowed)
		}
	}
	s.refused(LeakEvent{Kind: "no such event"}, ErrBadEvent)
	s.l.State = "no such state"
	s.refused(LeakEvent{Kind: Tick}, ErrBadEvent)
}

func TestAWordOnAPageDoesNotMakeTheHostsWordLonger(t *testing.T) {
	s := newStory(t).after(time.Second)
	ev := sightedAt("p1", s.now)
	ev.Seen.When = When{Start: Start{Time: s.now.Add(300 * 24 * time.Hour)}}
	s.do(ev).to(StateByWord)
	if got := s.l.Until.Sub(s.now); got != coversSingle {
		t.Errorf("it holds for %s", got)
	}
}

func TestAPublicPageIsAskedForAnewAfterNews(t *testing.T) {
	s := newStory(t).do(LeakEvent{Kind: PublicPage, By: lifeHost, Place: "p1"}).is(StatePublic).after(time.Hour)
	s.do(sightedAt("p2", s.now)).is(StateOpen)
	s.do(LeakEvent{Kind: PublicPage, By: lifeHost, Place: "p2"}).is(StateOpen)
	s.do(LeakEvent{Kind: PublicPage, By: lifeHost, Place: "p1"}).is(StatePublic)
}

func TestAnAlertOfAnEarlierRoundSettlesNothing(t *testing.T) {
	s := newStory(t).to(StateSafe).do(LeakEvent{Kind: Drifted, By: lifePlatform}).is(StateOpen)
	s.do(LeakEvent{Kind: Accepted, To: ToHost, Round: 1})
	s.do(LeakEvent{Kind: Withhold, Withheld: WithheldObserve, Round: 1})
	s.do(LeakEvent{Kind: GivenUp, To: ToHost, Round: 1}).alerted("")
	if s.ledger.Pending != 1 || s.ledger.Suppressed[WithheldSafe] != 1 {
		t.Errorf("%+v", s.ledger)
	}
	s.do(LeakEvent{Kind: Accepted, To: Analysts, Round: 2})
	if s.ledger.Pending != 1 {
		t.Errorf("an analyst's question settled the alert: %+v", s.ledger)
	}
}

func TestOnlyTheLatestNoticeCanBeGivenUp(t *testing.T) {
	s := newStory(t)
	latest := s.l.Ladder.Host.Delivery
	if latest == "" {
		t.Fatal("the notice has no id")
	}
	s.do(LeakEvent{Kind: GivenUp, To: ToHost, Round: 1, Delivery: "dl1:earlier"}).alerted("")
	s.do(LeakEvent{Kind: GivenUp, To: ToHost, Round: 1, Delivery: latest}).alerted("delegate:new:first")
}

func TestRaidWordsEndASnooze(t *testing.T) {
	s := newStory(t).do(LeakEvent{Kind: Snooze, By: lifeHost, Until: lifeStart().Add(20 * time.Hour)}).after(time.Hour)
	s.do(sightedAt("p2", s.now)).alerted("")
	ev := sightedAt("p3", s.now)
	ev.Seen.Raid = true
	s.do(ev).alerted("delegate:new:first channel:new:first")
}
