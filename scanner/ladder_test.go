package scanner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func allThere() HostView { return HostView{Resolved: true, Host: true, Delegate: true, Channel: true} }

// climb asks the ladder, through Apply, whenever it wants to be asked, and returns what was told with the time since start.
func climb(t *testing.T, s *story, view HostView, ups int) []string {
	t.Helper()
	start := s.now
	var told []string
	for range ups {
		s.do(LeakEvent{Kind: Tick, View: view})
		for _, e := range s.out {
			if e.Kind == EffectAlert {
				told = append(told, fmt.Sprintf("%s %s %s", s.now.Sub(start), e.Notice.To, e.Notice.Rung))
			}
		}
		notices, due := Next(s.l, view, s.now)
		if len(notices) > 0 {
			t.Fatalf("told at %s, but still due: %v", s.now, notices)
		}
		if due.IsZero() {
			return told
		}
		if !due.After(s.now) {
			t.Fatalf("at %s it is due again at %s", s.now, due)
		}
		s.now = due
	}
	t.Fatalf("no end after %d ups: %v", ups, told)
	return nil
}

// openWith is an open leak of which nobody was told yet.
func openWith(t *testing.T, w When) *story {
	t.Helper()
	s := newStory(t)
	s.l.When, s.l.Ladder = w, Ladder{Round: 1, Since: s.now}
	return s
}

func within(in time.Duration, by Role) When {
	return When{Start: Start{Time: lifeStart().Add(in)}, By: by}
}

func TestLadder(t *testing.T) {
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		when When
		view HostView
		want string
	}{
		"unknown": {When{}, allThere(),
			"0s host first, 10m0s delegate first, 20m0s channel first, 24h0m0s host day-1, 24h0m0s delegate day-1, " +
				"24h0m0s channel day-1, 72h0m0s host day-3, 72h0m0s delegate day-3, 72h0m0s channel day-3, 168h0m0s host day-7, " +
				"168h0m0s delegate day-7, 168h0m0s channel day-7"},
		"in three days": {within(3*day, RoleCalendar), allThere(),
			"0s host first, 4h0m0s delegate first, 12h0m0s channel first, 48h0m0s host day, 48h0m0s delegate day, 48h0m0s channel day, " +
				"71h0m0s host hour, 71h0m0s delegate hour, 71h0m0s channel hour, 71h50m0s host ten, 71h50m0s delegate ten, " +
				"71h50m0s channel ten, 72h0m0s host running, 72h0m0s delegate running, 72h0m0s channel running"},
		"in ten days, nobody but a channel": {within(10*day, RolePlatform), HostView{Resolved: true, Channel: true},
			"0s channel first, 72h0m0s channel week, 216h0m0s channel day, 239h0m0s channel hour, 239h50m0s channel ten, 240h0m0s channel running"},
		"in five hours, no delegate": {within(5*time.Hour, RoleInventory), HostView{Resolved: true, Host: true, Channel: true},
			"0s host first, 15m0s channel first, 4h0m0s host hour, 4h0m0s channel hour, 4h50m0s host ten, 4h50m0s channel ten, " +
				"5h0m0s host running, 5h0m0s channel running"},
		"in 20 minutes": {within(20*time.Minute, RoleHost), allThere(),
			"0s host first, 3m0s delegate first, 5m0s channel first, 10m0s host ten, 10m0s delegate ten, 10m0s channel ten, " +
				"20m0s host running, 20m0s delegate running, 20m0s channel running"},
		"in 15 minutes": {within(15*time.Minute, RoleHost), allThere(),
			"0s host first, 0s delegate first, 0s channel first, 5m0s host ten, 5m0s delegate ten, 5m0s channel ten, " +
				"15m0s host running, 15m0s delegate running, 15m0s channel running"},
		"in 12 minutes: the ten-minute rung would come at once": {within(12*time.Minute, RoleHost), allThere(),
			"0s host first, 0s delegate first, 0s channel first, 12m0s host running, 12m0s delegate running, 12m0s channel running"},
		"running": {within(-time.Hour, RoleCalendar), allThere(), "0s host first, 0s delegate first, 0s channel first"},
		"over":    {within(-5*time.Hour, RoleCalendar), allThere(), ""},
		"a page claims two hours": {within(2*time.Hour, RolePage), HostView{Resolved: true, Host: true, Channel: true},
			"0s host first, 10m0s channel first, 1h0m0s host hour, 1h0m0s channel hour, 1h50m0s host ten, 1h50m0s channel ten, 2h0m0s host running, " +
				"2h0m0s channel running, 24h0m0s host day-1, 24h0m0s channel day-1, 72h0m0s host day-3, 72h0m0s channel day-3, 168h0m0s host day-7, 168h0m0s channel day-7"},
		"a page claims that it is over": {within(-50*time.Hour, RolePage), HostView{Resolved: true, Channel: true},
			"0s channel first, 24h0m0s channel day-1, 72h0m0s channel day-3, 168h0m0s channel day-7"},
		"the delegate first": {When{}, HostView{Resolved: true, Host: true, Delegate: true, First: ToDelegate},
			"0s delegate first, 10m0s host first, 24h0m0s host day-1, 24h0m0s delegate day-1, 72h0m0s host day-3, 72h0m0s delegate day-3, 168h0m0s host day-7, 168h0m0s delegate day-7"},
		"the channel first": {within(4*time.Minute, RoleHost), HostView{Resolved: true, Host: true, Channel: true, First: ToChannel},
			"0s host first, 0s channel first, 4m0s host running, 4m0s channel running"},
		"nobody": {When{}, HostView{Resolved: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(climb(t, openWith(t, test.when), test.view, 40), ", ")
			if got != test.want {
				t.Errorf("\ngot  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestMissedRungsBecomeOne(t *testing.T) {
	s := openWith(t, within(3*24*time.Hour, RoleCalendar)).after(72*time.Hour - 30*time.Minute)
	s.do(LeakEvent{Kind: Tick, View: allThere()}).alerted("host:new:first delegate:new:first channel:new:first")
	s = openWith(t, When{}).do(LeakEvent{Kind: Tick, View: allThere()}).after(5 * 24 * time.Hour)
	s.do(LeakEvent{Kind: Tick, View: allThere()}).alerted("host:reminder:day-3 delegate:new:first channel:new:first")
}

func TestWhoCannotBeToldHandsTheirPlaceOn(t *testing.T) {
	s := openWith(t, within(3*24*time.Hour, RoleCalendar)).do(LeakEvent{Kind: Tick, View: allThere()})
	s.after(time.Second).do(LeakEvent{Kind: GivenUp, To: ToHost, Round: 1, View: allThere()}).alerted("delegate:new:first")
	s.do(LeakEvent{Kind: GivenUp, To: ToHost, Round: 1, View: allThere()}).alerted("")
	s.after(time.Second).do(LeakEvent{Kind: GivenUp, To: ToDelegate, Round: 1, View: allThere()}).alerted("channel:new:first")
	s.after(time.Second).do(LeakEvent{Kind: GivenUp, To: ToChannel, Round: 1, View: allThere()}).alerted("")
	if s.ledger.Pending != 1 {
		t.Fatalf("%+v", s.ledger)
	}
	s.after(againAfter).do(LeakEvent{Kind: Tick, View: allThere()}).alerted("host:reminder:again delegate:reminder:again channel:reminder:again")
}

func TestNothingIsToldInEndsAndSnoozes(t *testing.T) {
	for _, state := range []State{StateSafe, StateByWord, StateOver, StateMuted, StateNotOurs, StatePublic} {
		s := newStory(t).to(state).after(20 * time.Hour)
		if notices, _ := Next(s.l, allThere(), s.now); len(notices) > 0 {
			t.Errorf("%s: %v", state, notices)
		}
	}
	s := openWith(t, When{}).do(LeakEvent{Kind: Tick, View: allThere()})
	s.do(LeakEvent{Kind: Snooze, By: lifeHost, Until: s.now.Add(5 * time.Hour)})
	s.after(5*time.Hour - 1).do(LeakEvent{Kind: Tick, View: allThere()}).alerted("")
	s.after(1).do(LeakEvent{Kind: Tick, View: allThere()}).alerted("host:reminder:snoozed delegate:new:first channel:new:first")
}

func TestAMovedMeetingHasNewRungs(t *testing.T) {
	s := openWith(t, within(2*time.Hour, RoleCalendar))
	view := HostView{Resolved: true, Host: true}
	s.do(LeakEvent{Kind: Tick, View: view}).after(time.Hour).do(LeakEvent{Kind: Tick, View: view}).alerted("host:reminder:hour")
	s.do(LeakEvent{Kind: Resolved, By: Actor{Role: RoleCalendar}, When: within(5*time.Hour, RoleCalendar), View: view}).alerted("")
	s.after(3 * time.Hour).do(LeakEvent{Kind: Tick, View: view}).alerted("host:reminder:hour")
}

func TestQuietHoursHoldPeopleNotTheChannel(t *testing.T) {
	view := allThere()
	view.Quiet = Quiet{9 * 60, 17 * 60} // lifeStart is 9:30
	got := strings.Join(climb(t, openWith(t, When{}), view, 40)[:3], ", ")
	if want := "20m0s channel first, 7h30m0s host first, 7h30m0s delegate first"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s := openWith(t, within(2*time.Hour, RoleCalendar))
	s.do(LeakEvent{Kind: Tick, View: view}).alerted("host:new:first")
	s = openWith(t, within(2*time.Hour, RolePage))
	s.do(LeakEvent{Kind: Tick, View: view}).alerted("")
	s = openWith(t, within(2*time.Minute, RolePage))
	s.do(LeakEvent{Kind: Tick, View: view}).alerted("channel:new:first")
	s = openWith(t, within(8*time.Hour, RoleCalendar)) // at 17:30, after the quiet hours
	s.do(LeakEvent{Kind: Tick, View: view}).alerted("")
	s.after(7*time.Hour + 30*time.Minute).do(LeakEvent{Kind: Tick, View: view}).alerted("host:new:first delegate:new:first channel:new:first")
}

func TestWhatIsLateIsHeldByTheHoursInWhichItIsSeen(t *testing.T) {
	view := allThere()
	view.Quiet = Quiet{10 * 60, 17 * 60}
	s := openWith(t, When{}).after(time.Hour) // due at 9:30, seen at 10:30
	s.do(LeakEvent{Kind: Tick, View: view}).alerted("channel:new:first")
	if _, due := Next(s.l, view, s.now); due.Sub(s.now) != 6*time.Hour+30*time.Minute {
		t.Errorf("due in %s", due.Sub(s.now))
	}
}

func TestLadderProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l, view, now := drawLadder(r)
		ids := map[string]bool{}
		for ups := 0; ; ups++ {
			if ups > 60 {
				r.Fatal("the ladder has no end")
			}
			next, out, err := l.Apply(LeakEvent{Kind: Tick, View: view}, now)
			if err != nil {
				r.Fatal(err)
			}
			for _, e := range out {
				if e.Kind == EffectAlert {
					checkNotice(r, l, view, e.Notice, now)
					if ids[e.Notice.ID] {
						r.Fatalf("%v is told twice", e.Notice)
					}
					ids[e.Notice.ID] = true
				}
			}
			l = next
			checkNobodyIsLate(r, l, view, now)
			notices, due := Next(l, view, now)
			if len(notices) > 0 || !due.IsZero() && !due.After(now) {
				r.Fatalf("at %s there still is %v, due %s", now, notices, due)
			}
			if due.IsZero() {
				return
			}
			now = due
		}
	})
}

func checkNotice(r *rapid.T, l Leak, view HostView, n Notice, now time.Time) {
	if l.When.Trusted() && !now.Before(l.When.Over()) && !l.recurs() {
		r.Fatalf("told of what is over: %v", n)
	}
	if n.Due.After(now) || n.ID == "" {
		r.Fatalf("%v at %s", n, now)
	}
	quiet := view.Quiet.holds(now, view.Zone)
	if n.To != ToChannel && quiet && !l.When.Trusted() {
		r.Fatalf("%v in quiet hours, at %s", n, now)
	}
	if !view.has(n.To) {
		r.Fatalf("%v to nobody", n)
	}
}

// checkNobodyIsLate: 15 minutes before any start, and 20 minutes after an unknown one was found, security operations know.
func checkNobodyIsLate(r *rapid.T, l Leak, view HostView, now time.Time) {
	w := l.When
	running := w.Known() && !now.Before(w.Begins().Add(-allAtOnce)) && now.Before(w.Over())
	waited := !w.Known() && !now.Before(l.Ladder.Since.Add(20*time.Minute))
	if l.State == StateOpen && (running || waited) && view.Channel && l.Ladder.Channel.At.IsZero() {
		r.Fatalf("at %s the channel was not told of %+v", now, w)
	}
}

func drawLadder(r *rapid.T) (Leak, HostView, time.Time) {
	now := lifeStart().Add(time.Duration(rapid.IntRange(0, 365*24*60).Draw(r, "now")) * time.Minute)
	l, _, err := lifeSeed().Apply(sightedAt("p1", now), now)
	if err != nil {
		r.Fatal(err)
	}
	l.Ladder = Ladder{Round: 1, Since: now}
	if rapid.Bool().Draw(r, "known") {
		in := time.Duration(rapid.IntRange(-10*60, 20*24*60).Draw(r, "in")) * time.Minute
		by := rapid.SampledFrom([]Role{RolePage, RoleCalendar, RolePlatform}).Draw(r, "by")
		l.When = When{Start: Start{Time: now.Add(in), AllDay: rapid.Bool().Draw(r, "day")}, Series: rapid.Bool().Draw(r, "series"), By: by}
	}
	minute := rapid.IntRange(0, minutesOfDay-1)
	view := HostView{
		Resolved: true, Host: rapid.Bool().Draw(r, "host"), Delegate: rapid.Bool().Draw(r, "delegate"), Channel: rapid.Bool().Draw(r, "channel"),
		Quiet: Quiet{minute.Draw(r, "from"), minute.Draw(r, "to")}, Zone: time.UTC,
		First: rapid.SampledFrom([]Audience{"", ToHost, ToDelegate, ToChannel}).Draw(r, "first"),
	}
	return l, view, now
}
