package scanner

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"meetleaks/matchers"
)

// pageMade is what whoever writes the page can cause.
func pageMade() []EventKind { return []EventKind{Sighted, Reposted, Back, Resolved, Tick} }

func drawEvent(r *rapid.T, kinds []EventKind, l Leak, now time.Time) LeakEvent {
	after := func(name string, most int) time.Time {
		return now.Add(time.Duration(rapid.IntRange(-most, most).Draw(r, name)) * time.Hour)
	}
	kind := rapid.SampledFrom(kinds).Draw(r, "kind")
	by := Actor{Role: rapid.SampledFrom([]Role{RoleHost, RoleDelegate, RoleAnalyst, RolePlatform, RoleCalendar, RolePage, RoleNone}).Draw(r, "by")}
	if !mayCause(by.Role, kind) && rapid.IntRange(0, 3).Draw(r, "wrong role") > 0 {
		by = roleFor(kind)
	}
	return LeakEvent{
		Kind:   kind,
		By:     by,
		Reason: rapid.SampledFrom([]string{"", "because"}).Draw(r, "reason"),
		Place:  rapid.SampledFrom([]string{"p1", "p1", "p1", "p2", "p3", "p4", ""}).Draw(r, "place"),
		Site:   "s1",
		Seen:   drawSeen(r, after),
		To:     rapid.SampledFrom([]Audience{ToHost, ToDelegate, ToChannel, Analysts, "x"}).Draw(r, "to"),
		Round:  l.Ladder.Round - rapid.IntRange(0, 3).Draw(r, "round")/3,
		Withheld: rapid.SampledFrom(append(WithheldReasons(), "x")).
			Draw(r, "withheld"),
		Until: after("until", 181*24),
		Host:  rapid.SampledFrom([]HostRef{"", "h1", "h2"}).Draw(r, "host"),
		When:  drawWhen(r, after),
		View:  rapid.SampledFrom([]HostView{{}, allThere(), {Resolved: true, Channel: true}}).Draw(r, "view"),
	}
}

func drawWhen(r *rapid.T, after func(string, int) time.Time) When {
	if rapid.Bool().Draw(r, "no start") {
		return When{}
	}
	by := rapid.SampledFrom([]Role{RolePage, RoleCalendar, RolePlatform, RoleInventory}).Draw(r, "start by")
	return When{Start: Start{Time: after("start", 400)}, Series: rapid.Bool().Draw(r, "series"), By: by}
}

func drawSeen(r *rapid.T, after func(string, int) time.Time) Seen {
	return Seen{
		At:      after("at", 3),
		Kind:    matchers.Meeting,
		Class:   rapid.SampledFrom([]matchers.Class{"B", "B", "B", "C", "H", "A"}).Draw(r, "class"),
		Secrets: rapid.SampledFrom([][]string{nil, nil, {"pwd"}, {"pin", "tk"}}).Draw(r, "secrets"),
		Rank:    rapid.IntRange(0, 6).Draw(r, "rank"),
		Reach:   rapid.Int64Range(-1, 1<<62).Draw(r, "reach"),
		Risk:    Risk{Score: rapid.IntRange(0, 100).Draw(r, "score"), Reasons: []string{"why"}},
		Raid:    rapid.IntRange(0, 9).Draw(r, "raid") == 0,
		Public:  rapid.IntRange(0, 4).Draw(r, "public") == 0,
		When:    drawWhen(r, after),
	}
}

func TestEveryStateIsReachedByItsRightfulWay(t *testing.T) {
	for _, state := range States()[1:] {
		newStory(t).to(state)
	}
}

// TestLifeProperties lets anything happen in any order, from any state.
func TestLifeProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l, now, ledger := lifeSeed(), lifeStart(), Ledger{}
		if from := rapid.SampledFrom(States()).Draw(r, "from"); from != StateNew {
			s := newStory(t).to(from)
			l, now, ledger = s.l, s.now, s.ledger
		}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 61, 600, 3600, 86400, 30 * 86400}).Draw(r, "s")) * time.Second)
			ev := drawEvent(r, EventKinds(), l, now)
			before := l.clone()
			next, out, err := l.Apply(ev, now)
			if diff := cmp.Diff(before, l); diff != "" {
				r.Fatalf("%s changed the leak that it was applied to: %s", ev.Kind, diff)
			}
			if err != nil {
				checkRefused(r, l, next, out, err)
				continue
			}
			checkRightful(r, l, next, ev, now)
			checkLeak(r, l, next, now)
			checkLedger(r, &ledger, next, out)
			checkAgain(r, next, ev, now)
			l = next
		}
	})
}

func checkRefused(r *rapid.T, l, next Leak, out []Effect, err error) {
	if diff := cmp.Diff(l, next); diff != "" || out != nil {
		r.Fatalf("refused, but changed: %s %v", diff, out)
	}
	for _, known := range []error{ErrNoLeak, ErrNotAllowed, ErrNothingAsked, ErrBadEvent} {
		if errors.Is(err, known) {
			return
		}
	}
	r.Fatalf("an error of no kind: %v", err)
}

// checkRightful: each end has its own events and its own people.
func checkRightful(r *rapid.T, l, next Leak, ev LeakEvent, now time.Time) {
	if l.State == next.State || next.State == StateOpen {
		return
	}
	role, ok := ev.By.Role, false
	confirmed := ev.Kind == Confirm && role == RoleAnalyst
	switch next.State {
	case StateSafe:
		ok = ev.Kind == Proved && role == RolePlatform
	case StateByWord:
		ok = (ev.Kind == Done || ev.Kind == Rescheduled) && (role == RoleHost || role == RoleDelegate || role == RoleAnalyst)
	case StateOver:
		passed := l.When.Trusted() && !now.Before(l.When.Over()) && !l.recurs()
		ok = ev.Kind == Ended && role != RolePage && role != RoleNone || ev.Kind == Tick && passed
	case StateRemoved:
		ok = (ev.Kind == Gone || ev.Kind == Tick) && next.allPlaces(PlaceMark.gone)
	case StateMuted:
		ok = ev.Kind == Mute && role == RoleAnalyst
	case StateNotOurs:
		ok = confirmed || ev.Kind == Disowned && role == RoleAnalyst
	case StatePublic:
		mine := role == RoleAnalyst || role == RoleHost && len(l.Secrets) == 0 && !l.Raid
		byConfig := l.State == StateNew && ev.Seen.Public && len(ev.Seen.Secrets) == 0 && !ev.Seen.Raid
		ok = confirmed || (ev.Kind == PublicPage || ev.Kind == PublicSeries) && mine || byConfig
	}
	if !ok {
		r.Fatalf("from %q to %q by %s of %q", l.State, next.State, ev.Kind, role)
	}
}

func checkLeak(r *rapid.T, l, next Leak, now time.Time) {
	quiet := next.State == StateMuted || next.State == StatePublic
	switch {
	case quiet && next.Class == matchers.HostCredential:
		r.Fatalf("a host credential is %s", next.State)
	case next.State == StateMuted && next.Until.IsZero(), next.State == StatePublic && next.Until.IsZero() && next.By.Role != RoleConfig:
		r.Fatalf("%s without an end", next.State)
	case quiet && next.Until.After(now.Add(MaxQuietEnd)):
		r.Fatalf("%s until %s", next.State, next.Until)
	case next.Reach < l.Reach || next.Risk.Score < l.Risk.Score || l.Raid && !next.Raid || next.Sightings < l.Sightings:
		r.Fatalf("lowered: %+v to %+v", l, next)
	case len(next.Places) > MaxSightings || len(next.Keys) > MaxLeakKeys || len(next.NotHosts) > maxNotHosts || len(next.Secrets) > maxSecretNames:
		r.Fatalf("unbounded: %+v", next)
	case next.State == StateNew || next.Version != l.Version || next.ID != l.ID:
		r.Fatalf("not the same leak: %+v", next)
	case next.State == StateOpen && next.Account.Kind == AccountNone:
		r.Fatal("open, but in no account")
	}
}

func checkLedger(r *rapid.T, ledger *Ledger, next Leak, out []Effect) {
	for _, e := range out {
		if e.Kind == EffectLedger {
			if err := ledger.Apply(e.Move); err != nil {
				r.Fatal(err)
			}
		}
	}
	pending := int64(0)
	if next.Account.Kind == AccountPending {
		pending = 1
	}
	if err := ledger.Check(pending); err != nil {
		r.Fatal(err)
	}
	if int(ledger.Found) != next.Ladder.Round {
		r.Fatalf("found %d times in %d rounds", ledger.Found, next.Ladder.Round)
	}
}

// checkAgain: an event that comes twice is refused, counted or does nothing.
func checkAgain(r *rapid.T, l Leak, ev LeakEvent, now time.Time) {
	if ev.Kind == GivenUp && ev.Delivery == "" { // the outbox gives one up once
		return
	}
	next, out, err := l.Apply(ev, now)
	if err != nil {
		return
	}
	for _, e := range out {
		if e.Kind == EffectLedger || e.Kind == EffectAlert && !slices.Contains([]Audience{Analysts}, e.Notice.To) {
			r.Fatalf("%s twice: %+v", ev.Kind, e)
		}
	}
	for _, v := range []*Leak{&l, &next} {
		v.Sightings, v.Since, v.Until, v.By, v.Reason = 0, time.Time{}, time.Time{}, Actor{}, ""
	}
	if diff := cmp.Diff(l, next); diff != "" {
		r.Fatalf("%s twice: %s", ev.Kind, diff)
	}
}

// TestNothingOnAPageClosesOrSilences: whatever pages say, for as long as they say it, an open leak stays open and its alerts go on.
func TestNothingOnAPageClosesOrSilences(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := lifeStart()
		l, _, err := lifeSeed().Apply(sightedAt("p1", now), now)
		if err != nil {
			r.Fatal(err)
		}
		view, told := HostView{Resolved: true, Channel: true}, map[string]bool{}
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 86400).Draw(r, "s")) * time.Second)
			ev := drawEvent(r, pageMade(), l, now)
			ev.By, ev.View = Actor{Role: RolePage}, view
			if ev.When.By = RolePage; ev.Kind == Sighted && ev.Place == "" {
				ev.Place = "p5"
			}
			next, out, err := l.Apply(ev, now)
			if err != nil {
				r.Fatal(err)
			}
			if l = next; l.State != StateOpen {
				r.Fatalf("a page brought about %s by %s", l.State, ev.Kind)
			}
			noteTold(told, out)
		}
		for range 60 {
			next, out, err := l.Apply(LeakEvent{Kind: Tick, View: view}, now)
			if err != nil {
				r.Fatal(err)
			}
			l = next
			noteTold(told, out)
			if _, due := Next(l, view, now); !due.IsZero() {
				now = due
			}
		}
		if !told["channel first"] || len(told) < 2 {
			r.Fatalf("a page silenced us: %v", told)
		}
	})
}

func noteTold(told map[string]bool, out []Effect) {
	for _, e := range out {
		if e.Kind == EffectAlert {
			told[fmt.Sprintf("%s %s", e.Notice.To, e.Notice.Rung)] = true
		}
	}
}

// TestPagesOnlyReopenEnds: what pages say leaves an end as it is, or opens it.
func TestPagesOnlyReopenEnds(t *testing.T) {
	for _, state := range States()[2:] {
		start := newStory(t).to(state)
		rapid.Check(t, func(r *rapid.T) {
			l, now := start.l, start.now
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				now = now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(r, "s")) * time.Second)
				ev := drawEvent(r, pageMade(), l, now)
				ev.By, ev.When.By = Actor{Role: RolePage}, RolePage
				next, _, err := l.Apply(ev, now)
				if err != nil && !errors.Is(err, ErrBadEvent) {
					r.Fatal(err)
				}
				if l = next; l.State != state && l.State != StateOpen {
					r.Fatalf("from %s to %s", state, l.State)
				}
				if l.State == StateOpen {
					return
				}
			}
		})
	}
}
