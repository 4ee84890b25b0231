package web

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/quick"
	"time"
)

var (
	november = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	exactly  = Schedule{Jitter: -1}
)

// waits are the times to the next look after each of the results, when each look comes in time.
func waits(s Schedule, v Visit, results ...Result) []time.Duration {
	var out []time.Duration
	at := november
	for _, r := range results {
		v = s.After(v, Look{At: at, Result: r, LeakSeen: true})
		out = append(out, v.Next.Sub(at))
		at = v.Next
	}
	return out
}

func TestThePageDecidesHowOftenItIsRead(t *testing.T) {
	const h = time.Hour
	for _, c := range []struct {
		name    string
		visit   Visit
		results []Result
		want    []time.Duration
	}{
		{"changes halve the interval", Visit{Interval: 8 * h}, []Result{Changed, Changed}, []time.Duration{4 * h, 2 * h}},
		{"no change makes it grow by half", Visit{Interval: 8 * h}, []Result{Unchanged, Unchanged}, []time.Duration{12 * h, 18 * h}},
		{"a new page is looked at within half a day", Visit{}, []Result{Changed}, []time.Duration{12 * h}},
		{"not below Min", Visit{Interval: 20 * time.Minute}, []Result{Changed, Changed}, []time.Duration{15 * time.Minute, 15 * time.Minute}},
		{"not above Max", Visit{Interval: 700 * h}, []Result{Unchanged, Unchanged}, []time.Duration{720 * h, 720 * h}},
		{"missing pages soon get to Max", Visit{Interval: 24 * h}, []Result{Missing, Missing, Missing}, []time.Duration{96 * h, 384 * h, 720 * h}},
		{"removed pages at once", Visit{Interval: h}, []Result{Removed}, []time.Duration{720 * h}},
		{"failures wait ever longer and leave the interval", Visit{Interval: 8 * h}, []Result{Failed, Failed, Failed, Unchanged},
			[]time.Duration{h / 4, h / 2, h, 12 * h}},
	} {
		if got := waits(exactly, c.visit, c.results...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCountsOfAVisit(t *testing.T) {
	v := Visit{}
	for _, r := range []Result{Changed, Missing, Removed, Failed, Failed} {
		v = exactly.After(v, Look{At: november, Result: r})
	}
	if v.Changes != 1 || v.Gone != 2 || v.Fails != 2 || !v.At.Equal(november) {
		t.Errorf("%+v", v)
	}
	v = exactly.After(v, Look{At: november, Result: Unchanged})
	if v.Changes != 1 || v.Gone != 0 || v.Fails != 0 {
		t.Errorf("after a look that found the page: %+v", v)
	}
}

func TestAPageWithAnOpenLeakIsLookedAtSoon(t *testing.T) {
	v := Visit{Interval: 100 * time.Hour, LeakOpen: true}
	want := []time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 24 * time.Hour}
	if got := waits(exactly, v, Unchanged, Unchanged, Unchanged, Unchanged, Unchanged); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	v = Visit{Interval: time.Hour, LeakOpen: true, LeakLooks: 10}
	if got := waits(exactly, v, Changed); got[0] != 30*time.Minute {
		t.Errorf("a page that changes often is looked at after %v", got[0])
	}
}

func TestALeakIsGoneWhenTwoLooksInDifferentHoursSaySo(t *testing.T) {
	type step struct {
		after  time.Duration // the first look
		result Result
		seen   bool
	}
	for _, c := range []struct {
		name  string
		steps []step
		open  bool
	}{
		{"one look", []step{{0, Changed, false}}, true},
		{"two looks", []step{{0, Changed, false}, {time.Hour, Unchanged, false}}, false},
		{"in one hour", []step{{0, Changed, false}, {20 * time.Minute, Unchanged, false}}, true},
		{"in one hour, and in the next", []step{{0, Changed, false}, {20 * time.Minute, Unchanged, false}, {70 * time.Minute, Unchanged, false}}, false},
		{"with a failure between", []step{{0, Changed, false}, {time.Hour, Failed, false}, {2 * time.Hour, Unchanged, false}}, false},
		{"failures alone", []step{{0, Failed, false}, {time.Hour, Failed, false}, {2 * time.Hour, Failed, false}}, true},
		{"seen between", []step{{0, Changed, false}, {time.Hour, Changed, true}, {2 * time.Hour, Changed, false}}, true},
		{"the page is gone", []step{{0, Missing, true}, {3 * time.Hour, Removed, true}}, false},
	} {
		v := Visit{LeakOpen: true}
		for _, s := range c.steps {
			v = exactly.After(v, Look{At: november.Add(s.after), Result: s.result, LeakSeen: s.seen})
		}
		if v.LeakOpen != c.open {
			t.Errorf("%s: open %t, want %t", c.name, v.LeakOpen, c.open)
		}
	}
	v := exactly.After(Visit{LeakOpen: true, LeakLooks: 9}, Look{At: november, Result: Changed})
	if got := v.Next.Sub(november); got != time.Hour {
		t.Errorf("the look that is to confirm it comes after %v, want an hour", got)
	}
}

func TestAMeetingThatIsNearIsLookedAtOften(t *testing.T) {
	for _, c := range []struct{ before, want time.Duration }{
		{10 * 24 * time.Hour, 9 * 24 * time.Hour},
		{25 * time.Hour, time.Hour},
		{24 * time.Hour, time.Hour},
		{3 * time.Hour, time.Hour},
		{150 * time.Minute, 30 * time.Minute},
		{2 * time.Hour, 15 * time.Minute},
		{0, 15 * time.Minute},
		{-2 * time.Hour, 15 * time.Minute},
		{-3 * time.Hour, 720 * time.Hour},
	} {
		v := exactly.After(Visit{Interval: 720 * time.Hour, MeetingAt: november.Add(c.before)}, Look{At: november, Result: Unchanged})
		if got := v.Next.Sub(november); got != c.want {
			t.Errorf("%v before: the next look comes after %v, want %v", c.before, got, c.want)
		}
	}
}

func TestWhateverIsFoundTheNextLookComesInBounds(t *testing.T) {
	property := func(interval, before int64, fails, looks, gone int16, open bool, result uint8, seen bool, jitter float64, url string) bool {
		s := Schedule{Jitter: jitter}
		v := Visit{URL: url, Interval: time.Duration(interval), Fails: int(fails), LeakOpen: open, LeakLooks: int(looks), LeakGone: int(gone) % 2,
			MeetingAt: november.Add(time.Duration(before))}
		look := Look{At: november, Result: Result(result % 5), LeakSeen: seen}
		after, again := s.After(v, look), s.After(v, look)
		wait := after.Next.Sub(november)
		least := 5 * time.Minute // ten minutes with the largest jitter
		if !v.LeakOpen && v.MeetingAt.Sub(november) < -meetingNear {
			least = 15 * time.Minute
		}
		most := 30 * 24 * time.Hour
		if after.LeakOpen {
			most = min(most, 24*time.Hour)
		}
		if left := v.MeetingAt.Sub(november); left >= -meetingNear && left <= meetingNear {
			most = min(most, 15*time.Minute)
		}
		return reflect.DeepEqual(after, again) && wait >= least && wait <= most && after.Interval >= 15*time.Minute && after.Interval <= 30*24*time.Hour
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 20_000}); err != nil {
		t.Error(err)
	}
}

func TestTheIntervalShrinksOnlyOnChange(t *testing.T) {
	property := func(minutes uint16, seed uint64) bool {
		v := Visit{Interval: exactly.withDefaults().clamp(time.Duration(minutes) * time.Minute)}
		random := rand.New(rand.NewPCG(seed, 1))
		for range 50 {
			r := Result(random.IntN(5))
			before := v.Interval
			v = exactly.After(v, Look{At: november, Result: r})
			if r == Changed && v.Interval > before || r != Changed && v.Interval < before || r == Failed && v.Interval != before {
				return false
			}
		}
		return true
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestJitterSpreadsPagesAndIsFixedForEach(t *testing.T) {
	var early, late int
	for i := range 1000 {
		v := Visit{URL: fmt.Sprintf("https://acme.example/%d", i), Interval: 8 * time.Hour}
		wait := Schedule{}.After(v, Look{At: november, Result: Unchanged}).Next.Sub(november)
		if wait < 12*time.Hour*9/10 || wait > 12*time.Hour*11/10 {
			t.Fatalf("page %d is read again after %v", i, wait)
		}
		if wait < 12*time.Hour-30*time.Minute {
			early++
		} else if wait > 12*time.Hour+30*time.Minute {
			late++
		}
	}
	if early < 150 || late < 150 {
		t.Errorf("of 1000 pages %d come early and %d late", early, late)
	}
}

func TestOddSchedulesAreSetRight(t *testing.T) {
	for _, s := range []Schedule{{Min: -1, Max: -1, Jitter: 9}, {Min: time.Hour, Max: time.Minute}, {Max: 1 << 62}, {Min: 1 << 62}} {
		v := Visit{Interval: 1 << 62}
		for range 100 {
			v = s.After(v, Look{At: november, Result: Missing})
			v = s.After(v, Look{At: november, Result: Failed})
			if wait := v.Next.Sub(november); wait <= 0 || wait > longest {
				t.Fatalf("%+v: the next look comes after %v", s, wait)
			}
		}
	}
}

func TestNewsIsWhatTheVisitHasNotSeen(t *testing.T) {
	read := Visit{At: november}
	listedBefore := Visit{At: november, LastMod: november.Add(-48 * time.Hour)}
	for _, c := range []struct {
		name    string
		visit   Visit
		lastmod time.Time
		trusted bool
		want    bool
	}{
		{"never read", Visit{}, time.Time{}, false, true},
		{"no date", read, time.Time{}, true, false},
		{"after the look", read, november.Add(time.Hour), true, true},
		{"before the look", read, november.Add(-time.Hour), true, false},
		{"not trusted", read, november.Add(time.Hour), false, false},
		{"moved", listedBefore, november.Add(-24 * time.Hour), true, true},
		{"not moved", listedBefore, november.Add(-48 * time.Hour), true, false},
		{"moved back", listedBefore, november.Add(-72 * time.Hour), true, false},
	} {
		if got := c.visit.news(c.lastmod, c.trusted); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}
