package extract

import (
	"bytes"
	"strings"
	"time"

	"meetleaks/scanner"
)

// The bounds of the JSON-LD of one script: objects and lists in each other, and events.
const (
	maxLinkedDepth  = 64
	maxLinkedEvents = 1_000
)

// linkedEvents returns the stretches of a script of JSON-LD that belong to dated events (schema.org's Event and what derives from
// it), in order, none inside another: of an event that holds others, as a series does, what lies between those is its own.
// base is added to all places. JSON that is broken is read as far as it makes sense. Time is linear in the length.
func linkedEvents(script []byte, base int) []scanner.Event {
	l := linkedData{text: script}
	l.read()
	events := make([]scanner.Event, 0, len(l.events))
	for _, e := range l.events {
		e.From, e.To = e.From+int64(base), e.To+int64(base)
		events = append(events, e)
	}
	return events
}

// linkedData reads JSON only as far as is needed to know which object each start belongs to.
type linkedData struct {
	text   []byte
	open   []linkedObject
	deeper int // braces beyond maxLinkedDepth
	events []scanner.Event
}

// linkedObject is an object or list that is being read.
type linkedObject struct {
	from  int // in the text
	first int // how many events there were when it began
	list  bool
	key   string // of the member that is being read; of a list, the key it belongs to
	event bool
	start scanner.Start
	dated bool
}

func (l *linkedData) read() {
	for i := 0; i < len(l.text); {
		switch c := l.text[i]; c {
		case '{', '[':
			l.begin(i, c == '[')
		case '}', ']':
			l.end(i + 1)
		case '"':
			end := stringEnd(l.text, i+1)
			l.value(l.text[i+1:end], end+1)
			i = end
		}
		i++
	}
	for len(l.open) > 0 { // it is cut off
		l.end(len(l.text))
	}
}

// stringEnd is where the quote stands that ends the string which begins at i.
func stringEnd(text []byte, i int) int {
	for ; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text)
}

func (l *linkedData) begin(at int, list bool) {
	if len(l.open) == maxLinkedDepth {
		l.deeper++
		return
	}
	o := linkedObject{from: at, first: len(l.events), list: list}
	if n := len(l.open); n > 0 && list {
		o.key = l.open[n-1].key
	}
	l.open = append(l.open, o)
}

// value notes a string: a key when a colon follows, else the value of the member whose key came last.
func (l *linkedData) value(text []byte, behind int) {
	if len(l.open) == 0 || l.deeper > 0 {
		return
	}
	o := &l.open[len(l.open)-1]
	if !o.list {
		rest := bytes.TrimLeft(l.text[min(behind, len(l.text)):min(behind+64, len(l.text))], " \t\r\n")
		if len(rest) > 0 && rest[0] == ':' {
			o.key = string(text[:min(len(text), 64)])
			return
		}
	}
	switch o.key {
	case "@type", "type":
		l.typed(text)
	case "startDate", "http://schema.org/startDate", "https://schema.org/startDate", "schema:startDate":
		if start, ok := linkedStart(text); ok && !o.list && !o.dated {
			o.start, o.dated = start, true
		}
	}
}

// typed notes the type of an object; it may stand in a list.
func (l *linkedData) typed(text []byte) {
	at := len(l.open) - 1
	if l.open[at].list && at > 0 {
		at--
	}
	if len(text) <= 64 && isEventType(string(text)) {
		l.open[at].event = true
	}
}

// isEventType: schema.org/Event and the types that derive from it.
func isEventType(name string) bool {
	if i := strings.LastIndexAny(name, "/#:"); i >= 0 {
		name = name[i+1:]
	}
	switch name {
	case "EventSeries", "Festival", "Hackathon", "CourseInstance", "EventReservation":
		return true
	}
	return strings.HasSuffix(name, "Event")
}

// end ends the innermost object or list; a bracket of the other kind counts too, so that broken JSON does not go on for ever.
func (l *linkedData) end(to int) {
	if l.deeper > 0 {
		l.deeper--
		return
	}
	n := len(l.open)
	if n == 0 {
		return
	}
	o := l.open[n-1]
	l.open = l.open[:n-1]
	if o.list || !o.event || !o.dated || len(l.events)+maxLinkedDepth > maxLinkedEvents {
		return
	}
	inner := append([]scanner.Event(nil), l.events[o.first:]...)
	l.events = l.events[:o.first]
	from := int64(o.from)
	for _, e := range inner {
		l.add(from, e.From, o.start)
		l.events = append(l.events, e)
		from = e.To
	}
	l.add(from, int64(to), o.start)
}

func (l *linkedData) add(from, to int64, start scanner.Start) {
	if from < to {
		l.events = append(l.events, scanner.Event{From: from, To: to, Start: start})
	}
}

// linkedStart reads a date or date and time of ISO 8601, as schema.org wants them.
func linkedStart(text []byte) (scanner.Start, bool) {
	if len(text) > 40 {
		return scanner.Start{}, false
	}
	s := strings.ToUpper(strings.TrimSpace(string(text)))
	if day, err := time.Parse("2006-01-02", s); err == nil {
		return scanner.Start{Time: day, AllDay: true}, true
	}
	for _, zoned := range [...]string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z0700", "20060102T150405Z0700",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15Z07:00"} {
		if at, err := time.Parse(zoned, s); err == nil {
			return scanner.Start{Time: at.UTC()}, true
		}
	}
	for _, floating := range [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "20060102T150405"} {
		if at, err := time.Parse(floating, s); err == nil {
			return scanner.Start{Time: at, Floating: true}, true
		}
	}
	return scanner.Start{}, false
}
