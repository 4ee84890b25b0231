package extract

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is a recurrence rule (RFC 5545 section 3.3.10). It works on what the clock on the wall shows (see moment), so that a
// meeting at ten stays at ten when the clocks change.
type rule struct {
	freq     freq
	interval int64
	count    int   // 0 without
	until    int64 // on the wall, inclusive

	months, weeks, yearDays, monthDays []int
	days                               []weekDay
	hours, minutes, seconds, positions []int
	weekStart                          int

	start                int64
	year, month, weekday int // of start
	monthDay             int
	clock                [3]int
}

// weekDay is an element of BYDAY: the nth such day, or with 0 each.
type weekDay struct{ day, nth int }

type freq int

const (
	yearly freq = iota
	monthly
	weekly
	daily
	hourly
	minutely
	secondly
)

// unit is the length of a period in seconds, of those that all have one.
func (f freq) unit() int64 {
	return [...]int64{weekly: 7 * daySeconds, daily: daySeconds, hourly: 60 * 60, minutely: 60, secondly: 1}[f]
}

// The bounds of following rules. A step is a day or a time looked at, some ten nanoseconds.
const (
	maxSteps     = 5_000_000 // for all rules of a calendar
	maxRuleSteps = 50_000    // for one
	maxRuleList  = 400       // numbers in one list of a rule
	maxInterval  = 1 << 20
	horizon      = 100 * 366 * daySeconds // how far behind now an instance is looked for, in seconds
)

// parseRule reads a rule of an event that starts at start in zone own, which may be nil. It is false for what cannot be
// understood, rules of other calendars (RFC 7529) too.
func parseRule(text string, start moment, own zone) (*rule, bool) {
	r := &rule{freq: -1, interval: 1, until: math.MaxInt64, weekStart: 1, start: start.wall}
	for field := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(text)), ";") {
		name, value, _ := strings.Cut(field, "=")
		if name != "" && !r.field(strings.TrimSpace(name), strings.TrimSpace(value), own) {
			return nil, false
		}
	}
	if r.freq < 0 {
		return nil, false
	}
	at := time.Unix(r.start, 0).UTC()
	r.year, r.month, r.monthDay, r.weekday = at.Year(), int(at.Month()), at.Day(), int(at.Weekday())
	r.clock = [3]int{at.Hour(), at.Minute(), at.Second()}
	r.complete()
	return r, true
}

func (r *rule) field(name, value string, own zone) (ok bool) {
	switch name {
	case "FREQ":
		r.freq = freq(slices.Index([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"}, value))
		return r.freq >= 0
	case "INTERVAL":
		n, err := strconv.Atoi(value)
		r.interval = int64(min(n, maxInterval))
		return err == nil && n > 0
	case "COUNT":
		n, err := strconv.Atoi(value)
		r.count = n
		return err == nil && n > 0
	case "UNTIL":
		m := readMoment(value, "")
		r.until = m.wall
		switch {
		case m.form == aDay:
			r.until += daySeconds - 1
		case m.form == inUTC && own != nil:
			r.until = own.wall(m.wall)
		}
		return m.form != noMoment
	case "WKST":
		r.weekStart = dayNumber(value)
		return r.weekStart >= 0
	case "BYDAY":
		r.days, ok = parseDays(value)
		return ok
	case "RSCALE":
		return value == "GREGORIAN"
	}
	into, most, negative := r.list(name)
	if into == nil {
		return !strings.HasPrefix(name, "BY") // what narrows the rule must be understood
	}
	*into, ok = parseNumbers(value, most, negative)
	return ok
}

// list is where the numbers of a field go, and which are allowed.
func (r *rule) list(name string) (into *[]int, most int, negative bool) {
	switch name {
	case "BYMONTH":
		return &r.months, 12, false
	case "BYWEEKNO":
		return &r.weeks, 53, true
	case "BYYEARDAY":
		return &r.yearDays, 366, true
	case "BYMONTHDAY":
		return &r.monthDays, 31, true
	case "BYHOUR":
		return &r.hours, 23, false
	case "BYMINUTE":
		return &r.minutes, 59, false
	case "BYSECOND":
		return &r.seconds, 60, false
	case "BYSETPOS":
		return &r.positions, 366, true
	}
	return nil, 0, false
}

func parseNumbers(value string, most int, negative bool) ([]int, bool) {
	var out []int
	for part := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n > most || n < 0 && !negative || n < -most || len(out) >= maxRuleList {
			return nil, false
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out), true
}

func parseDays(value string) ([]weekDay, bool) {
	var out []weekDay
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		if len(part) < 2 || len(out) >= maxRuleList {
			return nil, false
		}
		d := weekDay{day: dayNumber(part[len(part)-2:])}
		if nth := part[:len(part)-2]; nth != "" {
			n, err := strconv.Atoi(nth)
			if err != nil || n < -53 || n > 53 {
				return nil, false
			}
			d.nth = n
		}
		if d.day < 0 {
			return nil, false
		}
		out = append(out, d)
	}
	return out, true
}

func dayNumber(name string) int {
	return slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, name)
}

// complete takes from the start what the rule does not say.
func (r *rule) complete() {
	if len(r.yearDays) == 0 && len(r.monthDays) == 0 && len(r.days) == 0 {
		switch {
		case r.freq == yearly && len(r.weeks) > 0, r.freq == weekly:
			r.days = []weekDay{{day: r.weekday}}
		case r.freq == yearly:
			if len(r.months) == 0 {
				r.months = []int{r.month}
			}
			r.monthDays = []int{r.monthDay}
		case r.freq == monthly:
			r.monthDays = []int{r.monthDay}
		}
	}
	for i, list := range [...]*[]int{&r.hours, &r.minutes, &r.seconds} {
		if len(*list) == 0 && int(r.freq) < int(hourly)+i {
			*list = []int{r.clock[i]}
		}
	}
}

// around offers the instances from target (in UTC) on up to the first that is good, and the last in front of it when none
// is. offer says whether it took the instance. It is false when that takes too many steps.
func (r *rule) around(target int64, steps *int, own zone, offer, good func(at int64) bool) bool {
	utc := func(wall int64) int64 { return wall }
	if own != nil {
		utc, target = own.utc, own.wall(target)-3*60*60
	}
	allowed := min(*steps, maxRuleSteps)
	spent := allowed
	defer func() { *steps -= allowed - max(spent, 0) }()
	found := false
	followed := r.each(target, max(target, r.start)+horizon, &spent, func(wall int64) bool {
		at := utc(wall)
		offer(at)
		found = good(at)
		return !found
	})
	if found || !followed || r.count > 0 {
		return followed || found
	}
	// period is a little before; weeks and days of the rule begin before its start
	for p := r.period(min(r.until, target)) + 3; p >= 0; p-- {
		times, ok := r.times(p, &spent)
		if !ok {
			return false
		}
		for _, wall := range slices.Backward(times) {
			if wall >= r.start && wall <= min(r.until, target) && offer(utc(wall)) {
				return true
			}
		}
	}
	return true
}

// each calls yield for the instances on the wall, in order, beginning some time before from and ending behind to at the
// latest, until yield returns false. With a count it begins with the first. It is false when steps are spent.
func (r *rule) each(from, to int64, steps *int, yield func(wall int64) bool) bool {
	p, n := int64(0), 0
	if r.count == 0 {
		p = r.period(from)
	}
	to = min(to, r.until)
	for ; r.periodStart(p) <= to; p++ {
		times, ok := r.times(p, steps)
		if !ok {
			return false
		}
		for _, wall := range times {
			if wall < r.start {
				continue
			}
			if n++; wall > to || r.count > 0 && n > r.count || !yield(wall) {
				return true
			}
		}
	}
	return true
}

// period is the number of the period in which wall lies, or of one a little before it.
func (r *rule) period(wall int64) int64 {
	if wall <= r.start {
		return 0
	}
	n := int64(0)
	switch r.freq {
	case yearly:
		n = int64(time.Unix(wall, 0).UTC().Year() - r.year)
	case monthly:
		at := time.Unix(wall, 0).UTC()
		n = int64((at.Year()-r.year)*12 + int(at.Month()) - r.month)
	default:
		n = (wall - r.start) / r.freq.unit()
	}
	return max(n/r.interval-1, 0)
}

// periodStart is when period p begins, on the wall.
func (r *rule) periodStart(p int64) int64 {
	n := p * r.interval
	switch r.freq {
	case yearly:
		return time.Date(r.year+int(n), 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	case monthly:
		return time.Date(r.year, time.Month(r.month+int(n)), 1, 0, 0, 0, 0, time.UTC).Unix()
	case weekly:
		return floor(r.start, daySeconds) - int64((r.weekday-r.weekStart+7)%7)*daySeconds + n*7*daySeconds
	}
	return floor(r.start, r.freq.unit()) + n*r.freq.unit()
}

// floor is the last multiple of unit that is not behind n.
func floor(n, unit int64) int64 { return n - ((n%unit)+unit)%unit }

// periodEnd is when period p ends, on the wall; there is a gap in front of the next where the interval is more than one.
func (r *rule) periodEnd(p int64) int64 {
	n := int(p*r.interval) + 1
	switch r.freq {
	case yearly:
		return time.Date(r.year+n, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	case monthly:
		return time.Date(r.year, time.Month(r.month+n), 1, 0, 0, 0, 0, time.UTC).Unix()
	}
	return r.periodStart(p) + r.freq.unit()
}

// times are the instances of period p on the wall, in order. It is false when steps are spent.
func (r *rule) times(p int64, steps *int) (out []int64, ok bool) {
	*steps--
	clock, fits := r.clocks(r.periodStart(p))
	if !fits {
		return nil, *steps >= 0
	}
	for d := floor(r.periodStart(p), daySeconds); d < r.periodEnd(p); d += daySeconds {
		if next := r.nextMonth(d); next > d {
			d = next - daySeconds
			continue
		}
		if *steps--; *steps < 0 {
			return nil, false
		}
		if !r.fits(d) {
			continue
		}
		if *steps -= len(clock[0]) * len(clock[1]) * len(clock[2]); *steps < 0 {
			return nil, false
		}
		for _, h := range clock[0] {
			for _, m := range clock[1] {
				for _, s := range clock[2] {
					out = append(out, d+int64(h*3600+m*60+s))
				}
			}
		}
	}
	return r.positioned(out), *steps >= 0
}

// clocks are the hours, minutes and seconds of the instances in the period that begins at from: as the rule says, or as the
// period does where it is no longer than an hour. It is false when the rule leaves the period out.
func (r *rule) clocks(from int64) (lists [3][]int, fits bool) {
	lists = [3][]int{r.hours, r.minutes, r.seconds}
	at := from - floor(from, daySeconds)
	for i, n := range [3]int{int(at / 3600), int(at / 60 % 60), int(at % 60)} {
		if int(r.freq) < int(hourly)+i {
			continue
		}
		if len(lists[i]) > 0 && !slices.Contains(lists[i], n) {
			return lists, false
		}
		lists[i] = []int{n}
	}
	return lists, true
}

// nextMonth is the first of the next month when none of the month in which the day d lies is an instance; else 0.
func (r *rule) nextMonth(d int64) int64 {
	if r.freq != yearly || len(r.months) == 0 {
		return 0
	}
	at := time.Unix(d, 0).UTC()
	if slices.Contains(r.months, int(at.Month())) {
		return 0
	}
	return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC).Unix()
}

// positioned picks those that BYSETPOS names.
func (r *rule) positioned(all []int64) []int64 {
	if len(r.positions) == 0 {
		return all
	}
	var out []int64
	for _, n := range r.positions {
		if n < 0 {
			n += len(all) + 1
		}
		if n >= 1 && n <= len(all) {
			out = append(out, all[n-1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fits says whether the day at wall (its midnight) is one of the rule's.
func (r *rule) fits(wall int64) bool {
	at := time.Unix(wall, 0).UTC()
	year, month, d := at.Date()
	inMonth := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	inYear := time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
	return (len(r.months) == 0 || slices.Contains(r.months, int(month))) &&
		fitsNumber(r.monthDays, d, inMonth) &&
		fitsNumber(r.yearDays, at.YearDay(), inYear) &&
		(len(r.weeks) == 0 || r.fitsWeek(at)) &&
		(len(r.days) == 0 || r.fitsDay(int(at.Weekday()), d, inMonth, at.YearDay(), inYear))
}

// fitsNumber looks for n, of most, in a list in which -1 is the last.
func fitsNumber(list []int, n, most int) bool {
	return len(list) == 0 || slices.Contains(list, n) || slices.Contains(list, n-most-1)
}

func (r *rule) fitsDay(weekday, d, inMonth, yearDay, inYear int) bool {
	n, most := d, inMonth
	if r.freq == yearly && len(r.months) == 0 {
		n, most = yearDay, inYear
	}
	for _, w := range r.days {
		if w.day != weekday {
			continue
		}
		if w.nth == 0 || r.freq > monthly || len(r.weeks) > 0 || w.nth == (n-1)/7+1 || w.nth == -((most-n)/7+1) {
			return true
		}
	}
	return false
}

// fitsWeek looks for the number of the week, of which the first has four days or more of its year.
func (r *rule) fitsWeek(at time.Time) bool {
	midst := at.AddDate(0, 0, 3-(int(at.Weekday())-r.weekStart+7)%7) // the fourth day of the week says which year it is of
	n := (midst.YearDay()-1)/7 + 1
	last := time.Date(midst.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
	weeks := n + (last-midst.YearDay())/7
	return fitsNumber(r.weeks, n, weeks)
}
