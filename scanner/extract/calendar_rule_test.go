package extract

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// simpleRule is a rule that can be judged day by day.
type simpleRule struct {
	text string
	days func(start, day time.Time) bool // both at midnight in UTC
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func daysBetween(a, b time.Time) int { return int(b.Sub(a) / (24 * time.Hour)) }

// randomRule makes a rule and its meaning.
func randomRule(r *rand.Rand) simpleRule {
	n := 1 + r.IntN(4)
	names := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}
	first, second := r.IntN(7), r.IntN(7)
	monthDay := 1 + r.IntN(31)
	nth := 1 + r.IntN(5)
	month := 1 + r.IntN(12)
	months := func(start, day time.Time) int { return (day.Year()-start.Year())*12 + int(day.Month()-start.Month()) }
	switch r.IntN(6) {
	case 0:
		return simpleRule{fmt.Sprintf("FREQ=DAILY;INTERVAL=%d", n), func(start, day time.Time) bool { return daysBetween(start, day)%n == 0 }}
	case 1:
		return simpleRule{fmt.Sprintf("FREQ=WEEKLY;INTERVAL=%d;BYDAY=%s,%s;WKST=MO", n, names[first], names[second]), func(start, day time.Time) bool {
			monday := start.AddDate(0, 0, -(int(start.Weekday())+6)%7)
			fits := int(day.Weekday()) == first || int(day.Weekday()) == second
			return fits && daysBetween(monday, day)/7%n == 0
		}}
	case 2:
		return simpleRule{fmt.Sprintf("FREQ=MONTHLY;INTERVAL=%d;BYMONTHDAY=%d", n, monthDay), func(start, day time.Time) bool {
			return day.Day() == monthDay && months(start, day)%n == 0
		}}
	case 3:
		return simpleRule{fmt.Sprintf("FREQ=MONTHLY;INTERVAL=%d;BYDAY=%d%s", n, nth, names[first]), func(start, day time.Time) bool {
			return int(day.Weekday()) == first && (day.Day()-1)/7 == nth-1 && months(start, day)%n == 0
		}}
	case 4:
		return simpleRule{fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=-1%s", month, names[first]), func(_, day time.Time) bool {
			return int(day.Month()) == month && int(day.Weekday()) == first && day.AddDate(0, 0, 7).Month() != day.Month()
		}}
	}
	return simpleRule{fmt.Sprintf("FREQ=WEEKLY;INTERVAL=%d", n), func(start, day time.Time) bool { return daysBetween(start, day)%(7*n) == 0 }}
}

// The next instance is that of counting day by day on the wall's clock, also where the clocks change.
func TestNextInstanceEqualsCountingDays(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for i := range 400 {
		name := []string{"Europe/Berlin", "America/New_York"}[i%2]
		place, err := time.LoadLocation(name)
		must(t, err)
		now := time.Date(2026, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
		if i%3 == 0 { // close to a change of the clocks
			now = time.Date(2026, []time.Month{3, 10, 11}[r.IntN(3)], []int{1, 8, 25, 29}[r.IntN(4)], r.IntN(24), 0, 0, 0, time.UTC)
		}
		start := now.In(place).AddDate(-r.IntN(6), -r.IntN(12), -r.IntN(30))
		start = time.Date(start.Year(), start.Month(), start.Day(), 4+r.IntN(20), r.IntN(60), 0, 0, place)
		rule := randomRule(r)

		var want time.Time
		for day := midnight(start); want.IsZero(); day = day.AddDate(0, 0, 1) {
			at := time.Date(day.Year(), day.Month(), day.Day(), start.Hour(), start.Minute(), 0, 0, place)
			if (day.Equal(midnight(start)) || rule.days(midnight(start), day)) && !at.Add(time.Hour).Before(now.Add(time.Second)) {
				want = at
			}
		}
		event := fmt.Sprintf("DTSTART;TZID=%s:%s\nDURATION:PT1H\nRRULE:%s\n", name, start.Format("20060102T150405"), rule.text)
		v := &view{}
		v.begin("", "", []byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"+event+"END:VEVENT\nEND:VCALENDAR\n"))
		must(t, v.calendar(t.Context(), now))
		if got := v.events[0].Start.Time; !got.Equal(want) {
			t.Errorf("now %s\n%sgot %s, want %s", now, event, got, want.UTC())
		}
	}
}

// A rule costs no more than its share, and all rules of a calendar together are bounded.
func TestRulesAreBounded(t *testing.T) {
	events := 6_000
	if long {
		events = 30_000
	}
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\n")
	rules := []string{"FREQ=SECONDLY;COUNT=99999999", "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYDAY=MO,TU,WE;BYHOUR=1,2,3,4,5,6,7,8,9;BYMINUTE=1,2,3,4,5,6,7,8,9;BYSECOND=1,2,3,4,5,6,7,8,9",
		"FREQ=DAILY;UNTIL=19991231;BYMONTH=2;BYMONTHDAY=31", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=7MO", "FREQ=MONTHLY;BYSETPOS=366"}
	for i := range events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\nUID:%d\nDTSTART:19800101T000000Z\nRRULE:%s\nEND:VEVENT\n", i%7, rules[i%len(rules)])
	}
	b.WriteString("END:VCALENDAR\n")
	began := time.Now()
	d := readOne(t, "a.ics", []byte(b.String()))
	if len(d.events) != events {
		t.Errorf("%d events", len(d.events))
	}
	if took := time.Since(began); took > 20*time.Second { // 30,000 take one
		t.Errorf("it took %s", took)
	}
}
