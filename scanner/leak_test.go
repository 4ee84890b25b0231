package scanner

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"meetleaks/matchers"
)

func TestLeakIDsAreTheSameEverywhereAndTellLeaksApart(t *testing.T) {
	key := []byte("an index key for tests")
	id := LeakID(key, "acme", "mk1:0f3a", 0)
	// A fixed value: another process, another release must come to the same.
	if want := "lk1:8181a1cf3e79efbb181019067dc90c7e"; id != want || !regexp.MustCompile("^lk1:[0-9a-f]{32}$").MatchString(id) {
		t.Errorf("%s, want %s", id, want)
	}
	for _, other := range []string{
		LeakID([]byte("another key"), "acme", "mk1:0f3a", 0), LeakID(key, "globex", "mk1:0f3a", 0), LeakID(key, "acme", "mk1:0f3b", 0),
		LeakID(key, "acme", "mk1:0f3a", 1), LeakID(key, "acmem", "k1:0f3a", 0), LeakID(key, "", "acmemk1:0f3a", 0),
	} {
		if other == id {
			t.Error("two leaks have one id")
		}
	}
	if PlaceKey(key, "acme", "x")[4:] == SiteKey(key, "acme", "x")[4:] || PlaceKey(key, "acme", "x") == PlaceKey(key, "globex", "x") {
		t.Error("two things have one key")
	}
}

func TestAMeetCodeSeenAgainAfterAYearIsANewEpisode(t *testing.T) {
	now := lifeStart()
	for _, test := range []struct {
		platform string
		unseen   time.Duration
		want     int
	}{
		{"google-meet", 364 * 24 * time.Hour, 4}, {"google-meet", 365 * 24 * time.Hour, 5}, {"zoom", 5000 * 24 * time.Hour, 4},
	} {
		l := Leak{Platform: test.platform, Episode: 4, State: StateOver, LastSeen: now.Add(-test.unseen)}
		if got := NextEpisode(l, now); got != test.want {
			t.Errorf("%s unseen for %s: episode %d, want %d", test.platform, test.unseen, got, test.want)
		}
	}
	if got := NextEpisode(Leak{Platform: "google-meet"}, now); got != 0 {
		t.Errorf("the first episode is %d", got)
	}
}

func TestALeakInTheFootersOfAThousandPagesIsToldOnce(t *testing.T) {
	s := newStory(t)
	for i := range 1000 {
		ev := sightedAt(fmt.Sprint("page", i), s.now)
		ev.Site, ev.Seen.Reach = "sk1:own", 2
		s.do(ev).has(EffectKeep, i+2 <= MaxSightings)
	}
	if s.l.Distinct != 1001 || s.l.Sightings != 1001 || len(s.l.Places) != MaxSightings || s.l.MorePlaces != 901 || s.l.Reach != 2000 {
		t.Fatalf("%d places, %d sightings, %d marks, %d more, reach %d", s.l.Distinct, s.l.Sightings, len(s.l.Places), s.l.MorePlaces, s.l.Reach)
	}
	s.to(StateSafe).after(time.Hour)
	ev := sightedAt("page777", s.now)
	ev.Site = "sk1:own"
	s.do(ev).is(StateSafe)
	for _, m := range s.l.clone().Places {
		s.do(LeakEvent{Kind: Gone, Place: m.Key})
	}
	s.do(sightedAt("elsewhere", s.now)).is(StateOpen)
}

func TestPlacesNobodyLooksAtAreNeverBelievedGone(t *testing.T) {
	s := newStory(t)
	for i := range MaxSightings {
		s.do(sightedAt(fmt.Sprint("page", i), s.now))
	}
	for range looksBelieved {
		for _, m := range s.l.clone().Places {
			s.do(LeakEvent{Kind: Gone, Place: m.Key})
		}
		s.after(looksApart)
	}
	s.is(StateOpen)
}

func TestRepostsRaiseTheReachAndNothingElse(t *testing.T) {
	s := newStory(t)
	s.do(LeakEvent{Kind: Reposted, Place: "p1", Seen: Seen{Reach: 40}}).has(EffectCard, true).alerted("")
	s.do(LeakEvent{Kind: Reposted, Place: "p1", Seen: Seen{Reach: 30}}).has(EffectCard, false)
	s.do(LeakEvent{Kind: Reposted, Place: "no such place", Seen: Seen{Reach: 900}}).has(EffectCard, false)
	if s.l.Reach != 40 || s.l.Sightings != 1 {
		t.Errorf("reach %d, %d sightings", s.l.Reach, s.l.Sightings)
	}
	s.do(LeakEvent{Kind: Reposted, Place: "p1", Seen: Seen{Reach: math.MaxInt64}})
	ev := sightedAt("p2", s.now)
	ev.Seen.Reach = math.MaxInt64
	if s.do(ev); s.l.Reach != math.MaxInt64 {
		t.Errorf("reach %d", s.l.Reach)
	}
	s = newStory(t).accept(ToHost).to(StateRemoved)
	s.do(LeakEvent{Kind: Reposted, Place: "p1"}).is(StateOpen)
}

func TestTheSameReadingIsCountedOnce(t *testing.T) {
	s := newStory(t)
	s.do(sightedAt("p1", s.now)).has(EffectCard, false)
	s.do(sightedAt("p1", s.now.Add(time.Hour))) // a clock ahead of ours counts as now
	if s.l.Sightings != 1 || len(s.out) != 0 {
		t.Fatalf("%d sightings, %v", s.l.Sightings, s.out)
	}
	s.after(time.Second).do(sightedAt("p1", s.now)).has(EffectKeep, true)
	if s.l.Sightings != 2 || s.l.Distinct != 1 || !s.l.LastSeen.Equal(s.now) {
		t.Errorf("%d sightings, %d places, last %s", s.l.Sightings, s.l.Distinct, s.l.LastSeen)
	}
	s.refused(LeakEvent{Kind: Sighted, Seen: lifeSeen(s.now)}, ErrBadEvent)
	s.refused(LeakEvent{Kind: Sighted, Place: "p1"}, ErrBadEvent)
}

func TestALeakNeedsItsIdentity(t *testing.T) {
	for _, seed := range []Leak{{}, {ID: "lk1:x", Org: "acme"}, {ID: "lk1:x", Keys: []string{"mk1:x"}}} {
		if _, _, err := seed.Apply(sightedAt("p1", lifeStart()), lifeStart()); err == nil {
			t.Errorf("%+v was opened", seed)
		}
	}
}

func TestALeakSurvivesItsStore(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l, now := lifeSeed(), lifeStart()
		l.Sealed = Sealed{1, 2, 255}
		for range rapid.IntRange(0, 20).Draw(r, "steps") {
			now = now.Add(time.Hour)
			if next, _, err := l.Apply(drawEvent(r, EventKinds(), l, now), now); err == nil {
				l = next
			}
		}
		data, err := json.Marshal(l)
		if err != nil {
			r.Fatal(err)
		}
		var back Leak
		if err := json.Unmarshal(data, &back); err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(l, back, cmpopts.EquateEmpty()); diff != "" {
			r.Fatal(diff)
		}
	})
}

func TestASealedIDIsNotPrinted(t *testing.T) {
	l := lifeSeed()
	l.Sealed = Sealed("84930275116")
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, l); strings.Contains(text, "84930275116") || strings.Contains(text, "0x38, 0x34") || strings.Contains(text, "56 52 57") {
			t.Errorf("%s prints %s", format, text)
		}
	}
}

func TestWhenAnInstanceIsOver(t *testing.T) {
	at := lifeStart()
	for name, test := range map[string]struct {
		w    When
		want time.Duration
	}{
		"no end":            {When{Start: Start{Time: at}}, 4 * time.Hour},
		"an end":            {When{Start: Start{Time: at}, Ends: at.Add(8 * time.Hour)}, 9 * time.Hour},
		"an end before it":  {When{Start: Start{Time: at}, Ends: at.Add(-8 * time.Hour)}, 4 * time.Hour},
		"a day":             {When{Start: Start{Time: at, AllDay: true}}, 40 * time.Hour},
		"a clock somewhere": {When{Start: Start{Time: at, Floating: true}}, 16 * time.Hour},
	} {
		if got := test.w.Over().Sub(at); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
	for _, role := range []Role{RoleNone, RolePage, RoleConfig, RoleClock, "x"} {
		if (When{Start: Start{Time: at}, By: role}).Trusted() {
			t.Errorf("%q is trusted", role)
		}
	}
	if (When{By: RolePlatform}).Trusted() {
		t.Error("nothing is trusted")
	}
}

func TestAliasesAndWorseKindsJoinTheLeak(t *testing.T) {
	s := newStory(t)
	own := s.l.Keys[0]
	ev := sightedAt("p2", s.now)
	ev.Seen.Keys = []string{"mk1:alias", own, "zoom:84930275116"}
	ev.Seen.Kind, ev.Seen.Class = matchers.Recording, matchers.PastContent
	s.do(ev)
	if diff := cmp.Diff([]string{own, "mk1:alias"}, s.l.Keys); diff != "" || s.l.Class != matchers.JoinWithSecret {
		t.Errorf("%s, class %s", diff, s.l.Class)
	}
	ev = sightedAt("p3", s.now)
	ev.Seen.Kind, ev.Seen.Class = matchers.PersonalRoom, matchers.PermanentRoom
	if s.do(ev); s.l.Kind != matchers.PersonalRoom || s.l.Class != matchers.PermanentRoom {
		t.Errorf("%s, class %s", s.l.Kind, s.l.Class)
	}
	ev = sightedAt("p4", s.now)
	for i := range 99 {
		ev.Seen.Keys = append(ev.Seen.Keys, fmt.Sprint("mk1:", i))
		ev.Seen.Secrets = append(ev.Seen.Secrets, fmt.Sprint("secret", i))
	}
	if s.do(ev); len(s.l.Keys) != MaxLeakKeys || len(s.l.Secrets) != maxSecretNames {
		t.Errorf("%d keys, %d names of secrets", len(s.l.Keys), len(s.l.Secrets))
	}
}

func TestAPlaceThatIsGoneGivesItsMarkAway(t *testing.T) {
	s := newStory(t)
	for i := range MaxSightings - 1 {
		s.do(sightedAt(fmt.Sprint("page", i), s.now))
	}
	s.do(LeakEvent{Kind: Gone, Place: "p1"}).after(looksApart).do(LeakEvent{Kind: Gone, Place: "p1"})
	s.do(sightedAt("new", s.now))
	if s.l.MorePlaces != 0 || s.l.place("p1") != nil || s.l.place("new") == nil {
		t.Errorf("%d more", s.l.MorePlaces)
	}
}

func TestAPostThatComesBackReopensEndsButNotDecisions(t *testing.T) {
	for state, want := range map[State]State{StateSafe: StateOpen, StateByWord: StateOpen, StateOver: StateOpen, StateMuted: StateMuted, StatePublic: StatePublic} {
		s := newStory(t).to(state)
		s.do(LeakEvent{Kind: Gone, Place: "p1"}).do(LeakEvent{Kind: Back, Place: "p1"}).is(state)
		s.do(LeakEvent{Kind: Gone, Place: "p1"}).after(looksApart).do(LeakEvent{Kind: Gone, Place: "p1"}).is(state)
		s.do(LeakEvent{Kind: Back, Place: "p9"}).is(state).do(LeakEvent{Kind: Back, Place: "p1"}).is(want)
	}
}

func TestAMuteThatEndsWhenThePostsAreGoneIsToldAndRemoved(t *testing.T) {
	s := newStory(t).to(StateMuted)
	s.do(LeakEvent{Kind: Gone, Place: "p1"}).after(looksApart).do(LeakEvent{Kind: Gone, Place: "p1"}).is(StateMuted)
	s.after(24 * time.Hour).do(LeakEvent{Kind: Tick}).is(StateRemoved).alerted("host:new:first")
	if s.ledger.Pending != 1 || s.ledger.Suppressed[WithheldMuted] != 1 {
		t.Errorf("%+v", s.ledger)
	}
}

func TestHelpForWhatIsNotOursIsForAnAnalyst(t *testing.T) {
	s := newStory(t).to(StateNotOurs).do(LeakEvent{Kind: Help, By: lifeHost}).is(StateNotOurs).alerted("analyst:reminder:decision")
	s.do(LeakEvent{Kind: Confirm, By: lifeAnalyst}).is(StateOpen).alerted("host:new:first analyst:reminder:help")
}
