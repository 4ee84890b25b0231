package scanner

import (
	"strings"
	"time"
)

// meetingStart is when a meeting may start: some moment from from to to. A date without a zone is somewhere on earth's
// day, so its interval is wider than a day. The zero value is unknown.
type meetingStart struct {
	from, to time.Time
	date     time.Time // as it is written, in UTC
	clock    bool      // written with a time of day
	utc      bool      // date is the moment in UTC, not what was written
}

// nearness says how soon a meeting is, from the least to the most urgent.
type nearness int

const (
	startPast nearness = iota
	startUnknown
	startLater
	startWeek
	startDay
)

// A meeting may open early and overrun, and somewhere on earth it is another day.
const (
	opensBefore = time.Hour
	mayOverrun  = 4 * time.Hour
	eastOfUTC   = 14 * time.Hour
	westOfUTC   = 12 * time.Hour
)

// maxStarts bounds the dates read beside one finding.
const maxStarts = 64

func (s meetingStart) nearness(now time.Time) nearness {
	switch {
	case s.from.IsZero() || now.IsZero():
		return startUnknown
	case s.to.Add(mayOverrun).Before(now):
		return startPast
	case s.from.Add(-opensBefore).Before(now.Add(24 * time.Hour)):
		return startDay
	case s.from.Before(now.Add(7 * 24 * time.Hour)):
		return startWeek
	}
	return startLater
}

// text is the date as it was read, in digits made by us.
func (s meetingStart) text() string {
	switch {
	case s.clock && s.utc:
		return s.date.UTC().Format("2006-01-02 15:04 UTC")
	case s.clock:
		return s.date.Format("2006-01-02 15:04")
	}
	return s.date.Format("2006-01-02")
}

// bestStart returns the most urgent of the calendar's start and of the dates in texts (as normaliseTexts makes them).
// The most urgent rules, because a page may name many dates and must not be able to talk a meeting out of the queue.
func bestStart(texts []string, near Near) meetingStart {
	var best meetingStart
	found := 0
	consider := func(s meetingStart) bool {
		if best.from.IsZero() || s.nearness(near.Now) > best.nearness(near.Now) {
			best = s
		}
		found++
		return found < maxStarts
	}
	for _, start := range near.Starts {
		if !consider(start.interval()) {
			return best
		}
	}
	for _, text := range texts {
		if !eachStart(text, consider) {
			break
		}
	}
	return best
}

// interval is the moments a start can mean: one, or a day somewhere on earth.
func (s Start) interval() meetingStart {
	switch {
	case s.AllDay:
		return meetingStart{from: s.Time.Add(-eastOfUTC), to: s.Time.Add(24*time.Hour + westOfUTC), date: s.Time}
	case s.Floating:
		return meetingStart{from: s.Time.Add(-eastOfUTC), to: s.Time.Add(westOfUTC), date: s.Time, clock: true}
	}
	return meetingStart{from: s.Time, to: s.Time, date: s.Time, clock: true, utc: true}
}

// eachStart calls yield for each date in text until it returns false. Read are ISO 8601 dates and times, extended
// (2026-11-21T15:00:00+01:00, 2026-11-21 15:00, 2026/11/21) and as calendars write them (20261121T140000Z), dates with
// the month's English name (21 November 2026, Nov 21st, 2026) and dotted dates, in which the day comes first
// (21.11.2026). Forms that can be read in two ways (03/04/2026) are not. Years from 2000 to 2099.
func eachStart(text string, yield func(meetingStart) bool) bool {
	for i := 0; i < len(text); i++ {
		if !asciiWords[text[i]] {
			continue
		}
		if mayBeginDate(text[i:]) {
			if s, ok := startAt(text[i:]); ok && !yield(s) {
				return false
			}
		}
		i = skipWord(text, i)
	}
	return true
}

// mayBeginDate: a digit, or the first two letters of a month's name, or nearly. Three quarters of all words do not begin so.
func mayBeginDate(text string) bool {
	const (
		first  = 1<<('j'&31) | 1<<('f'&31) | 1<<('m'&31) | 1<<('a'&31) | 1<<('s'&31) | 1<<('o'&31) | 1<<('n'&31) | 1<<('d'&31)
		second = 1<<('a'&31) | 1<<('e'&31) | 1<<('p'&31) | 1<<('u'&31) | 1<<('c'&31) | 1<<('o'&31)
	)
	if text[0] <= '9' {
		return true
	}
	return len(text) > 3 && first>>(text[0]&31)&1 != 0 && second>>(text[1]&31)&1 != 0
}

// startAt reads a date at the beginning of text, in the first form that fits.
func startAt(text string) (meetingStart, bool) {
	first, last := formsAt(text)
	for form := first; form <= last; form++ {
		r := dateReader{rest: text}
		if r.read(form) && r.valid() {
			r.readClock()
			return r.start(), true
		}
	}
	return meetingStart{}, false
}

// formsAt are the first and the last form that can begin so: by the number of digits, or by the month's name. The last is before
// the first when there is none.
func formsAt(text string) (first, last dateForm) {
	digits := 0
	for digits < len(text) && digits <= 8 && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	switch {
	case digits == 0 && mayBeginDate(text):
		return formMonthDay, formMonthDay
	case digits == 1 || digits == 2:
		return formDotted, formDayMonth
	case digits == 4:
		return formISO, formISO
	case digits == 8:
		return formCompact, formCompact
	}
	return formMonthDay, formISO
}

// dateForm is a way to write a date.
type dateForm int

const (
	formISO dateForm = iota
	formCompact
	formDotted
	formDayMonth
	formMonthDay
)

func (r *dateReader) read(form dateForm) bool {
	switch form {
	case formISO:
		return r.iso()
	case formCompact:
		return r.compact()
	case formDotted:
		return r.dotted()
	case formDayMonth:
		return r.dayMonth()
	case formMonthDay:
		return r.monthDay()
	}
	return false
}

func asciiWord(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' }

// dateReader takes pieces off the front of rest.
type dateReader struct {
	rest             string
	year, month, day int
	hour, minute     int
	hasClock         bool
	zone             *time.Location // nil when none is written
	compactClock     bool
}

// digits takes exactly n digits.
func (r *dateReader) digits(n int, into *int) bool {
	if len(r.rest) < n {
		return false
	}
	value := 0
	for _, c := range []byte(r.rest[:n]) {
		if c < '0' || c > '9' {
			return false
		}
		value = value*10 + int(c-'0')
	}
	*into, r.rest = value, r.rest[n:]
	return true
}

// number takes one or two digits that no third follows.
func (r *dateReader) number(into *int) bool {
	n := 1
	if len(r.rest) > 1 && r.rest[1] >= '0' && r.rest[1] <= '9' {
		n = 2
	}
	return r.digits(n, into) && !r.atDigit()
}

func (r *dateReader) atDigit() bool { return r.rest != "" && r.rest[0] >= '0' && r.rest[0] <= '9' }

// one takes one of the given bytes.
func (r *dateReader) one(of string) bool {
	if r.rest == "" || strings.IndexByte(of, r.rest[0]) < 0 {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *dateReader) word(w string) bool {
	rest, ok := strings.CutPrefix(r.rest, w)
	if ok {
		r.rest = rest
	}
	return ok
}

func (r *dateReader) iso() bool {
	if !r.digits(4, &r.year) || r.rest == "" {
		return false
	}
	separator := r.rest[:1]
	return r.one("-/") && r.digits(2, &r.month) && r.one(separator) && r.digits(2, &r.day) && !r.atDigit()
}

// compact is the form of iCalendar; without a time it would be any eight digits, so the "t" is wanted.
func (r *dateReader) compact() bool {
	r.compactClock = true
	return r.digits(4, &r.year) && r.digits(2, &r.month) && r.digits(2, &r.day) && strings.HasPrefix(r.rest, "t")
}

func (r *dateReader) dotted() bool {
	if !r.number(&r.day) || !r.one(".") {
		return false
	}
	r.one(" ")
	if !r.number(&r.month) || !r.one(".") {
		return false
	}
	r.one(" ")
	return r.digits(4, &r.year) && !r.atDigit()
}

func (r *dateReader) dayMonth() bool {
	if !r.number(&r.day) {
		return false
	}
	r.ordinal()
	if !r.one(" -") || !r.monthName() {
		return false
	}
	r.one(".,")
	return r.one(" -") && r.digits(4, &r.year) && !r.atDigit()
}

func (r *dateReader) monthDay() bool {
	if !r.monthName() {
		return false
	}
	r.one(".")
	if !r.one(" ") || !r.number(&r.day) {
		return false
	}
	r.ordinal()
	r.one(",")
	return r.one(" ") && r.digits(4, &r.year) && !r.atDigit()
}

// ordinal takes what may follow a day: "st", "nd", "rd", "th", "." and "of".
func (r *dateReader) ordinal() {
	for _, end := range [...]string{"st", "nd", "rd", "th", "."} {
		if r.word(end) {
			break
		}
	}
	r.word(" of")
}

// monthName takes an English month, whole or cut to three letters ("sept" too).
func (r *dateReader) monthName() bool {
	if len(r.rest) < 3 {
		return false
	}
	name := ""
	r.month, name = monthOf(r.rest[:3])
	if r.month == 0 || !r.word(name) && !(r.month == 9 && r.word("sept")) && !r.word(name[:3]) {
		return false
	}
	return r.rest == "" || !asciiWord(r.rest[0])
}

func monthOf(short string) (int, string) {
	switch short {
	case "jan":
		return 1, "january"
	case "feb":
		return 2, "february"
	case "mar":
		return 3, "march"
	case "apr":
		return 4, "april"
	case "may":
		return 5, "may"
	case "jun":
		return 6, "june"
	case "jul":
		return 7, "july"
	case "aug":
		return 8, "august"
	case "sep":
		return 9, "september"
	case "oct":
		return 10, "october"
	case "nov":
		return 11, "november"
	case "dec":
		return 12, "december"
	}
	return 0, ""
}

// valid refuses what no calendar has.
func (r *dateReader) valid() bool {
	if r.year < 2000 || r.year > 2099 || r.month < 1 || r.month > 12 || r.day < 1 {
		return false
	}
	return r.day <= time.Date(r.year, time.Month(r.month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// readClock reads a time of day in 24 hours and its zone, when they follow the date at once.
func (r *dateReader) readClock() {
	before := *r
	if !r.one("t ") {
		return
	}
	if !r.clockDigits() || r.hour > 23 || r.minute > 59 {
		*r = before
		return
	}
	r.hasClock = true
	r.readZone()
}

func (r *dateReader) clockDigits() bool {
	if !r.digits(2, &r.hour) {
		return false
	}
	if !r.compactClock && !r.one(":") || !r.digits(2, &r.minute) {
		return false
	}
	var second int
	if r.compactClock {
		return r.digits(2, &second) || !r.atDigit()
	}
	if r.one(":") && r.digits(2, &second) && r.one(".") {
		r.rest = strings.TrimLeft(r.rest, "0123456789")
	}
	// "9:30 pm" and "09:30 pm" are no 24-hour clock: the hour is not certain.
	rest := strings.TrimPrefix(r.rest, " ")
	return !strings.HasPrefix(rest, "pm") && !strings.HasPrefix(rest, "am") && !strings.HasPrefix(rest, "p.m") && !strings.HasPrefix(rest, "a.m")
}

// readZone reads "z", "utc", "gmt" or an offset.
func (r *dateReader) readZone() {
	if r.word("z") || r.word(" utc") || r.word(" gmt") {
		r.zone = time.UTC
		return
	}
	if r.rest == "" || r.rest[0] != '+' && r.rest[0] != '-' {
		return
	}
	sign, after := 1, *r
	if r.rest[0] == '-' {
		sign = -1
	}
	after.rest = after.rest[1:]
	var hours, minutes int
	if !after.digits(2, &hours) || hours > 14 {
		return
	}
	after.one(":")
	after.digits(2, &minutes)
	if minutes < 60 {
		r.zone = time.FixedZone("", sign*(hours*60+minutes)*60)
	}
}

// start makes the interval.
func (r *dateReader) start() meetingStart {
	written := time.Date(r.year, time.Month(r.month), r.day, r.hour, r.minute, 0, 0, time.UTC)
	s := meetingStart{date: written, clock: r.hasClock}
	switch {
	case r.hasClock && r.zone != nil:
		s.from = time.Date(r.year, time.Month(r.month), r.day, r.hour, r.minute, 0, 0, r.zone)
		s.to = s.from
	case r.hasClock:
		s.from, s.to = written.Add(-eastOfUTC), written.Add(westOfUTC)
	default:
		s.from, s.to = written.Add(-eastOfUTC), written.Add(24*time.Hour+westOfUTC)
	}
	return s
}
