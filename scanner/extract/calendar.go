package extract

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"meetleaks/scanner"
)

// maxLines bounds the bytes of calendars, vCards and RTF that are read as what they are; larger ones are read as raw text.
const maxLines = 8 << 20

// maxEvents bounds the events of one calendar that are dated. The text of all is read.
const maxEvents = 40_000

// calendar reads iCalendar (RFC 5545) and vCalendar 1.0: lines unfolded, values unescaped, each event dated.
func (w *work) calendar(c content, head []byte, all bool) error {
	return w.asLines(c, head, all, "text/calendar", func(v *view) error {
		return v.readCalendar(w.ctx, &calendarReader{now: w.now(), words: c.depth == 0})
	})
}

// asLines makes one document of c with read, whose error says what could not be read. What is too large is read as text.
func (w *work) asLines(c content, head []byte, all bool, media string, read func(*view) error) error {
	body, release, ok, err := w.whole(&c, head, all, maxLines)
	defer release()
	if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	if !ok {
		if err != nil {
			w.report(c.uri, err)
			return nil
		}
		return w.text(c, head, all)
	}
	if err != nil {
		w.report(c.uri, err)
	}
	v := w.newView(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), len(body)+len(body)/2, len(body)/24+8)
	defer w.leave(v)
	if unread := read(v); unread != nil {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		w.report(c.uri, unread)
	}
	if err != nil {
		v.forgetWords() // what is missing may say otherwise
	}
	return w.document(c, media, v)
}

// calendar appends the text and the events of a calendar that stands in something else, which is the source of the current part.
func (v *view) calendar(ctx context.Context, now time.Time) error {
	return v.readCalendar(ctx, &calendarReader{now: now})
}

// readCalendar appends the text and the events of a calendar, which is the source of the current part. The text of each event
// begins at its BEGIN line. The error says what could not be read; everything else was, whatever it is. Time is linear in
// the source; memory a small multiple of it.
func (v *view) readCalendar(ctx context.Context, r *calendarReader) error {
	r.out, r.zones = newScribe(v), newZones(r.now)
	lines := contentLines{source: r.out.source}
	var l contentLine
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if r.depth == 0 {
			r.outside(&lines)
		}
		if !lines.next(&l) {
			break
		}
		r.line(&l, &lines)
	}
	r.torn.flush(r.out)
	r.endEvent()
	r.endZone()
	v.events = append(v.events, r.dated()...)
	if r.undated {
		v.forgetWords()
	}
	if r.unread > 0 {
		return policy(fmt.Sprintf("%d files attached inside the calendar are not read", r.unread))
	}
	return nil
}

// calendarReader is the reading of one calendar.
type calendarReader struct {
	out    *scribe
	now    time.Time
	words  bool // it is the whole of what was read, so that its events are taken at their word: see [scanner.EventWord]
	zones  *zones
	events []*calendarEvent
	times  int // RDATE, EXDATE that are kept, of all events
	unread int // attachments

	undated bool // there are more events than are dated
	torn    tornWord

	depth      int // of components
	event      *calendarEvent
	zone       *zoneDefinition
	observance *observance
}

// outside emits what stands around calendars, up to where one may begin. It is not unfolded, so each of its bytes is looked at
// once.
func (r *calendarReader) outside(lines *contentLines) {
	from := lines.at
	for lines.at < len(lines.source) && !hasPrefixFold(lines.source[lines.at:], "BEGIN") {
		_, lines.at = lines.lineEnd(lines.at)
	}
	r.out.copy(from, lines.at)
}

// line emits one line, and notes what it says of events.
func (r *calendarReader) line(l *contentLine, lines *contentLines) {
	if r.depth == 0 && l.name != "BEGIN" { // around calendars there is other text, which is not folded
		l.to = l.from
		_, lines.at = lines.lineEnd(l.from)
		r.out.copy(l.from, lines.at)
		return
	}
	r.torn.line(l, r.out)
	switch l.name {
	case "BEGIN":
		r.begin(componentName(l))
		r.emit(l)
		return
	case "END":
		r.emit(l)
		r.end(componentName(l))
		return
	}
	r.emit(l)
	r.property(l)
}

func componentName(l *contentLine) string {
	return strings.ToUpper(strings.TrimSpace(string(l.text[l.head+1 : min(len(l.text), l.head+1+maxZoneName)])))
}

// begin opens a component. One that was not closed is closed by the next of its kind.
func (r *calendarReader) begin(name string) {
	if name == "VCALENDAR" {
		r.endEvent()
		r.endZone()
		r.depth = 0
	}
	r.depth++
	switch name {
	case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY":
		r.endEvent()
		r.endZone()
		r.out.put("\n", r.out.last())
		r.event = &calendarEvent{from: len(r.out.text), speaks: r.words && name == "VEVENT"}
	case "VTIMEZONE":
		r.endEvent()
		r.endZone()
		r.zone = &zoneDefinition{}
	case "STANDARD", "DAYLIGHT":
		if r.zone != nil && len(r.zone.observances) < maxObservances {
			r.observance = &observance{}
			r.zone.observances = append(r.zone.observances, r.observance)
		}
	}
}

// end closes a component.
func (r *calendarReader) end(name string) {
	r.depth = max(r.depth-1, 0)
	switch name {
	case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY":
		r.endEvent()
	case "VTIMEZONE":
		r.endZone()
	case "STANDARD", "DAYLIGHT":
		r.observance = nil
	case "VALARM": // its trigger and description are the event's
	case "VCALENDAR":
		r.endEvent()
		r.endZone()
		r.depth = 0
	}
}

func (r *calendarReader) endEvent() {
	if r.event == nil {
		return
	}
	r.torn.flush(r.out)
	if r.event.start.form == noMoment { // a task that has only an end
		r.event.start = r.event.due
	}
	r.event.to = len(r.out.text)
	switch {
	case r.event.to <= r.event.from:
	case len(r.events) < maxEvents:
		r.events = append(r.events, r.event)
	default:
		r.undated = true
	}
	r.event = nil
	r.out.put("\n", r.out.last())
}

func (r *calendarReader) endZone() {
	if r.zone != nil {
		r.zones.define(r.zone)
	}
	r.zone, r.observance = nil, nil
}

// property notes what a line says of the event or the zone that is open.
func (r *calendarReader) property(l *contentLine) {
	switch {
	case l.head < 0:
	case r.zone != nil:
		r.zone.property(r.observance, l)
	case r.event != nil:
		r.event.property(l, &r.times)
	}
}

// emit appends a line, with its line end.
func (r *calendarReader) emit(l *contentLine) {
	switch {
	case l.head < 0:
		r.out.mapped(&l.mapped, 0, len(l.text))
	case l.name == "ATTACH" && l.isBase64():
		r.attachment(l)
	default:
		r.out.property(l)
	}
	r.out.lineEnd(l)
	r.out.doubts(l)
}

// attachment appends a file that stands in the calendar itself, if it is text.
func (r *calendarReader) attachment(l *contentLine) {
	text, ok := l.plainText()
	if !ok {
		r.unread++
		r.out.property(l)
		return
	}
	r.out.params(l)
	r.out.put("\n"+text, l.source(l.head))
}

// property appends the name and parameters of a line as they are, and its value as a reader sees it.
func (s *scribe) property(l *contentLine) {
	s.params(l)
	value := l.mapped
	from := l.head + 1
	if l.quotedPrintable || bytes.IndexByte(l.text[from:], '\\') >= 0 {
		value, from = *l.decoded(), 0
	}
	if isMarkup(l, value.text[from:]) {
		value, from = *asPage(&value, from), 0
	}
	s.mapped(&value, from, len(value.text))
}

// params appends a line up to its value; of the escapes of parameters (RFC 6868) line breaks are undone.
func (s *scribe) params(l *contentLine) {
	from := 0
	for from <= l.head {
		n := bytes.Index(l.text[from:l.head+1], []byte("^n"))
		if n < 0 {
			break
		}
		s.mapped(&l.mapped, from, from+n)
		s.put("\n", l.source(from+n))
		from += n + 2
	}
	s.mapped(&l.mapped, from, l.head+1)
}

// lineEnd appends the line end as it is in the source.
func (s *scribe) lineEnd(l *contentLine) {
	if l.end == l.to {
		s.put("\n", l.to)
		return
	}
	s.copy(l.end, l.to)
	if s.source[l.to-1] == '\r' {
		s.put("\n", l.to-1)
	}
}

// last is where the last byte of the text stood, nearly.
func (s *scribe) last() int {
	if len(s.view.spans) == 0 {
		return 0
	}
	span := s.view.spans[len(s.view.spans)-1]
	if span.decoded {
		return span.source
	}
	return max(span.source+len(s.view.text)-span.text-1, 0)
}

// maxToken bounds the bytes of a word that is written a second time.
const maxToken = 2048

// doubts appends once more the words at folds that are perhaps only line breaks: such a line is short, and what follows
// would turn a complete link into a broken one ("…/j/84930275116" and "Passcode").
func (s *scribe) doubts(l *contentLine) {
	for _, at := range l.doubts {
		if at >= len(l.text) || l.text[at] >= '0' && l.text[at] <= '9' {
			continue
		}
		from, to := at, at
		for from > 0 && at-from < maxToken && l.text[from-1] > ' ' {
			from--
		}
		for to < len(l.text) && to-at < maxToken && l.text[to] > ' ' {
			to++
		}
		if bytes.ContainsAny(l.text[from:at], "/@") {
			s.mapped(&l.mapped, from, at)
			s.put("\n", l.source(at-1))
		}
		if bytes.Contains(l.text[at:to], []byte("//")) {
			s.mapped(&l.mapped, at, to)
			s.put("\n", l.source(to-1))
		}
	}
}

// dated gives each event its start. Their stretches are in order, none inside another.
func (r *calendarReader) dated() []scanner.Event {
	series := r.series()
	steps := maxSteps
	var out []scanner.Event
	for _, e := range r.events {
		if start, ok := e.next(r.now, r.zones, series[e.uid], &steps); ok {
			event := scanner.Event{From: int64(e.from), To: int64(e.to), Start: start}
			if e.speaks {
				event.Word = e.word(start, r.zones, series[e.uid])
			}
			out = append(out, event)
		}
	}
	return out
}
