package extract

import (
	"strings"
	"time"

	"meetleaks/scanner"
)

// calendarEvent is what a component says of when it is.
type calendarEvent struct {
	from, to   int // its stretch of the text
	uid        string
	start, end moment
	due        moment
	duration   int64 // in seconds, when there is no end
	instance   moment
	rules      []string
	also       []moment // RDATE
	except     []moment // EXDATE

	speaks    bool // what else it says is passed on
	who       who
	cancelled bool
	certain   bool // next found an instance that there is, and none nearer can have been missed
}

// The bounds of what is kept of the events' dates.
const (
	maxRules     = 8
	maxRuleSize  = 1024
	maxUID       = 512
	maxDates     = 200_000 // RDATE and EXDATE of all events of a calendar
	maxDatesLine = 1 << 20 // the longest line of them, in bytes
)

// property notes a property. Of those that may stand once the first counts. times counts RDATE and EXDATE.
func (e *calendarEvent) property(l *contentLine, times *int) {
	switch l.name {
	case "DTSTART":
		firstMoment(&e.start, l)
	case "DTEND":
		firstMoment(&e.end, l)
	case "DUE":
		firstMoment(&e.due, l)
	case "RECURRENCE-ID":
		firstMoment(&e.instance, l)
	case "DURATION":
		if n, ok := readDuration(l.value()); ok && e.duration == 0 {
			e.duration = n
		}
	case "UID":
		if len(l.text)-l.head <= maxUID && e.uid == "" {
			e.uid = strings.TrimSpace(l.value())
		}
	case "RRULE":
		if len(l.text)-l.head <= maxRuleSize && len(e.rules) < maxRules {
			e.rules = append(e.rules, l.value())
		}
	case "RDATE":
		e.also = addMoments(e.also, l, times)
	case "ORGANIZER":
		e.who.add(l)
	case "STATUS":
		e.cancelled = e.cancelled || strings.EqualFold(strings.TrimSpace(l.value()), "CANCELLED")
	case "EXDATE":
		e.except = addMoments(e.except, l, times)
	}
}

func firstMoment(m *moment, l *contentLine) {
	if m.form == noMoment && len(l.text)-l.head <= maxZoneName {
		*m = readMoment(l.value(), l.param("TZID"))
	}
}

// addMoments adds the dates of a list; of periods their begin.
func addMoments(to []moment, l *contentLine, times *int) []moment {
	if len(l.text) > maxDatesLine {
		return to
	}
	for value := range strings.SplitSeq(l.value(), ",") {
		if *times >= maxDates {
			break
		}
		value, _, _ = strings.Cut(value, "/")
		if m := readMoment(value, l.param("TZID")); m.form != noMoment {
			to = append(to, m)
			*times++
		}
	}
	return to
}

// series is what the components of one UID say of single instances (RECURRENCE-ID).
type series struct {
	moved map[int64]bool // the instances that have a component of their own, by their time in the rule
	times nearest        // when those are instead
}

// series gathers the single instances of each UID.
func (r *calendarReader) series() map[string]*series {
	all := make(map[string]*series)
	for _, e := range r.events {
		if e.instance.form == noMoment || e.start.form == noMoment {
			continue
		}
		s := all[e.uid]
		if s == nil {
			s = &series{moved: make(map[int64]bool), times: nearest{now: r.now.Unix()}}
			all[e.uid] = s
		}
		s.moved[r.zones.utc(e.instance, e.zone(r.zones))] = true
		from := r.zones.utc(e.start, e.zone(r.zones))
		s.times.offer(from, from+e.length(r.zones))
	}
	return all
}

// zone is where the event's clock hangs; nil when that is not known.
func (e *calendarEvent) zone(zones *zones) zone {
	switch e.start.form {
	case inUTC:
		return zoneUTC{}
	case onTheWall:
		return zones.find(e.start.zone)
	}
	return nil
}

// length is how long the event goes on, in seconds.
func (e *calendarEvent) length(zones *zones) int64 {
	switch {
	case e.end.form != noMoment:
		own := e.zone(zones)
		return max(0, min(zones.utc(e.end, own)-zones.utc(e.start, own), maxDuration))
	case e.duration > 0:
		return e.duration
	case e.start.form == aDay:
		return daySeconds
	}
	return 0
}

// nearest finds, of instances in any order, the first that is not over, and else the last.
type nearest struct {
	now           int64
	next, last    int64
	isNext, isAny bool
}

// offer is told of an instance.
func (n *nearest) offer(from, to int64) {
	if !n.isAny || from > n.last {
		n.last, n.isAny = from, true
	}
	if n.alive(from, to) && (!n.isNext || from < n.next) {
		n.next, n.isNext = from, true
	}
}

// join is told of all that other was told of.
func (n *nearest) join(other nearest) {
	if other.isAny && (!n.isAny || other.last > n.last) {
		n.last, n.isAny = other.last, true
	}
	if other.isNext && (!n.isNext || other.next < n.next) {
		n.next, n.isNext = other.next, true
	}
}

func (n *nearest) alive(from, to int64) bool { return to > n.now || from >= n.now }

// slack is by how much a day or a time without a zone may be over later than it would be in UTC, in seconds.
const slack = 12 * 60 * 60

// next is when the event is next: the instance that is not over, else the last. A rule that is too dense to be followed, or
// that is not understood, may mean any day: the event counts as one of today. It is false without a date. steps is what may
// still be spent on rules.
func (e *calendarEvent) next(now time.Time, zones *zones, single *series, steps *int) (scanner.Start, bool) {
	start := e.start
	if start.form == noMoment {
		return scanner.Start{}, false
	}
	own := e.zone(zones)
	n := &nearest{now: now.Unix()}
	if own == nil {
		n.now -= slack
	}
	ok := true
	if e.instance.form != noMoment || len(e.rules) == 0 && len(e.also) == 0 {
		n.offer(zones.utc(start, own), zones.utc(start, own)+e.length(zones))
		e.certain = true
	} else {
		ok = e.expand(n, zones, single, steps)
	}
	if !ok && !n.isNext {
		today := now.UTC().Truncate(24 * time.Hour)
		return scanner.Start{Time: today, AllDay: true}, true
	}
	at := n.last
	if n.isNext {
		at = n.next
	}
	return scanner.Start{
		Time:     time.Unix(at, 0).UTC(),
		AllDay:   start.form == aDay,
		Floating: start.form == onTheWall && own == nil,
	}, true
}

// expand offers the instances of a recurring event around now. It is false when a rule could not be followed to its end.
func (e *calendarEvent) expand(n *nearest, zones *zones, single *series, steps *int) bool {
	own, length := e.zone(zones), e.length(zones)
	gone := make(map[int64]bool, len(e.except))
	for _, m := range e.except {
		gone[zones.utc(m, own)] = true
	}
	left := func(at int64) bool { return !gone[at] && (single == nil || !single.moved[at]) }
	offer := func(at int64) bool {
		if left(at) {
			n.offer(at, at+length)
		}
		return left(at)
	}
	if single != nil {
		n.join(single.times)
	}
	offer(zones.utc(e.start, own))
	for _, m := range e.also {
		offer(zones.utc(m, own))
	}
	followed := true
	for _, text := range e.rules {
		if strings.TrimSpace(text) == "" {
			continue
		}
		rule, ok := parseRule(text, e.start, own)
		if !ok || !rule.around(n.now-length, steps, own, offer, func(at int64) bool {
			return left(at) && n.alive(at, at+length)
		}) {
			followed = false
		}
	}
	e.certain = followed && n.isAny
	if !n.isAny { // every instance was taken away: the page's word that it never is counts for nothing
		at := zones.utc(e.start, own)
		n.offer(at, at+length)
	}
	return followed
}
