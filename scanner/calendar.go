package scanner

import (
	"strings"
	"time"
)

// Start is when a meeting starts, as a calendar entry says it.
type Start struct {
	Time   time.Time
	AllDay bool // Time is midnight in UTC of a day that has no zone: some moment of it, somewhere on earth
	// Floating says that the time of day has no zone (RFC 5545 section 3.3.5, form 1), or one that is not known: Time is in
	// UTC what the clock on the wall shows.
	Floating bool
}

// The marks of an event in iCalendar, RFC 5545 sections 3.6.1 and 3.8.2.4.
const (
	eventBegin = "BEGIN:VEVENT"
	eventEnd   = "END:VEVENT"
	eventStart = "DTSTART"
)

// The bounds of DTSTART's line and of its zone's name, in bytes.
const (
	maxStartLine = 256
	maxZoneName  = 64
)

// EventStart is when the event starts in which the link stands: as the document says, see [Document.Events]. In a document
// that says nothing it is DTSTART of the calendar event around the link, when it stands in the window: in UTC, in a zone of
// the IANA data base, or as a day. A time without a zone, or in a zone that is not known, is not certain enough: false.
func (w Window) EventStart() (Start, bool) {
	if w.event != nil {
		return *w.event, true
	}
	if !strings.Contains(w.Text, eventStart) {
		return Start{}, false
	}
	event := w.eventText()
	for len(event) > 0 {
		line, rest, _ := strings.Cut(event, "\n")
		event = rest
		if s, ok := parseEventStart(strings.TrimSuffix(line, "\r")); ok {
			return s, true
		}
	}
	return Start{}, false
}

// eventText is what the window shows of the event around the link: other events are cut off on both sides. Where the link's
// event begins in front of the window, that is from the window's start on.
func (w Window) eventText() string {
	before, after := w.Before(), w.After()
	if i := strings.LastIndex(before, eventEnd); i >= 0 {
		before = before[i+len(eventEnd):]
	}
	if i := strings.LastIndex(before, eventBegin); i >= 0 {
		before = before[i:]
	}
	for _, mark := range [...]string{eventEnd, eventBegin} {
		if i := strings.Index(after, mark); i >= 0 {
			after = after[:i]
		}
	}
	return before + "\n" + after
}

// parseEventStart reads one line: "DTSTART:20261121T180000Z", "DTSTART;TZID=Europe/Berlin:20261121T190000",
// "DTSTART;VALUE=DATE:20261121".
func parseEventStart(line string) (Start, bool) {
	rest, ok := strings.CutPrefix(line, eventStart)
	if !ok || len(line) > maxStartLine {
		return Start{}, false
	}
	parameters, value, ok := strings.Cut(rest, ":")
	if !ok || parameters != "" && parameters[0] != ';' {
		return Start{}, false
	}
	if day, err := time.Parse("20060102", value); err == nil {
		return Start{Time: day, AllDay: true}, true
	}
	if at, err := time.Parse("20060102T150405Z", value); err == nil {
		return Start{Time: at}, true
	}
	zone := zoneOf(parameters)
	if zone == nil {
		return Start{}, false
	}
	at, err := time.ParseInLocation("20060102T150405", value, zone)
	return Start{Time: at}, err == nil
}

// zoneOf is the zone that TZID names, nil when there is none that is known.
func zoneOf(parameters string) *time.Location {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(name, "TZID") {
			continue
		}
		value = strings.Trim(value, `"`)
		if len(value) > maxZoneName || !strings.Contains(value, "/") { // "Local" and "EST" are too many places
			return nil
		}
		if zone, err := time.LoadLocation(value); err == nil {
			return zone
		}
	}
	return nil
}
