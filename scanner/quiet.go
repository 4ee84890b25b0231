package scanner

import "time"

// minutesOfDay are those of a clock on the wall.
const minutesOfDay = 24 * 60

// NotBefore is the earliest moment from at on at which a person may be told: at itself, or the end of the quiet hours that at
// lies in. A trusted start inside the same quiet hours pierces them, until the meeting is over. A start that a page claims, or
// that has no zone, wakes nobody. Hours are those of the clock on the wall: in the night in which clocks change they are an
// hour shorter or longer.
func (h HostView) NotBefore(at time.Time, w When) time.Time {
	zone := h.Zone
	if zone == nil {
		zone = time.UTC
	}
	if !h.Quiet.holds(at, zone) {
		return at
	}
	from, to := h.Quiet.around(at, zone)
	if w.Trusted() && !w.Start.AllDay && !w.Start.Floating && at.Before(w.Over()) {
		if begins := w.Begins(); !begins.Before(from) && begins.Before(to) {
			return at
		}
	}
	return to
}

// valid says whether there are quiet hours at all.
func (q Quiet) valid() bool {
	return q.From != q.To && q.From >= 0 && q.From < minutesOfDay && q.To >= 0 && q.To < minutesOfDay
}

// holds says whether the clock shows a quiet minute at at.
func (q Quiet) holds(at time.Time, zone *time.Location) bool {
	if !q.valid() {
		return false
	}
	minute := minuteOfDay(at, zone)
	if q.From < q.To {
		return minute >= q.From && minute < q.To
	}
	return minute >= q.From || minute < q.To
}

// around is the quiet hours in which at lies.
func (q Quiet) around(at time.Time, zone *time.Location) (from, to time.Time) {
	minute := minuteOfDay(at, zone)
	at = at.Truncate(time.Minute)
	since := (minute - q.From + minutesOfDay) % minutesOfDay
	left := (q.To - minute + minutesOfDay) % minutesOfDay
	from = sameClock(at, at.Add(-time.Duration(since)*time.Minute), zone)
	to = sameClock(at, at.Add(time.Duration(left)*time.Minute), zone)
	if q.holds(to, zone) || !to.After(at) { // the clocks skip the minute at which they would end
		to = at.Add(time.Duration(left) * time.Minute)
	}
	return from, to
}

// sameClock moves t by what the clocks were changed between at and t.
func sameClock(at, t time.Time, zone *time.Location) time.Time {
	_, before := at.In(zone).Zone()
	_, after := t.In(zone).Zone()
	return t.Add(time.Duration(before-after) * time.Second)
}

func minuteOfDay(at time.Time, zone *time.Location) int {
	local := at.In(zone)
	return local.Hour()*60 + local.Minute()
}
