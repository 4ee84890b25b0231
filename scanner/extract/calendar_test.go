package extract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// calendarNow is the clock of the tests, a Wednesday.
var calendarNow = time.Date(2026, 10, 21, 9, 0, 0, 0, time.UTC)

// lineDoc is what is read of one document.
type lineDoc struct {
	uri, media, text string
	events           []scanner.Event
	doc              scanner.Document
	skips            []scanner.Skip
}

// readOne reads a source that is one document.
func readOne(t testing.TB, name string, data []byte) lineDoc {
	t.Helper()
	var got lineDoc
	n := 0
	x := New(Options{Now: func() time.Time { return calendarNow }})
	_, err := x.Read(t.Context(), bytesSource{name: name, data: data}, func(d scanner.Document) error {
		n++
		text, err := io.ReadAll(d.Text)
		d.Text, d.Where = bytes.NewBuffer(text), placesOf(d.Where, len(text))
		got.uri, got.media, got.text, got.events, got.doc = d.URI, d.MediaType, string(text), d.Events, d
		return err
	}, func(s scanner.Skip) { got.skips = append(got.skips, s) })
	if err != nil || n != 1 {
		t.Fatalf("%d documents, error %v", n, err)
	}
	return got
}

// places are where the bytes of a text stood, for those who ask when it was read.
type places []scanner.Spot

func (p places) Locate(offset int64) scanner.Spot { return p[offset] }

func placesOf(where scanner.Locator, length int) scanner.Locator {
	if where == nil {
		return nil
	}
	var all places
	for i := range length + 1 {
		all = append(all, where.Locate(int64(i)))
	}
	return all
}

// found matches the document and gives "platform id line:column+line:column" for each finding.
func (d lineDoc) found(t testing.TB) []string {
	t.Helper()
	findings, _, skips := scanner.NewMatcher(matchers.Standard(), nil).Match(context.Background(), d.doc)
	if len(skips) > 0 {
		t.Errorf("skips %v", skips)
	}
	var out []string
	for _, f := range findings {
		s := f.Link.Platform + " " + f.Link.ID
		for _, p := range f.Places {
			s += fmt.Sprintf(" %d:%d", p.Line, p.Column)
		}
		out = append(out, strings.Join(append([]string{s}, f.Link.Secrets...), " "))
	}
	return out
}

// starts are those of the events.
func (d lineDoc) starts() []string {
	var out []string
	for _, e := range d.events {
		s := e.Start.Time.Format(time.RFC3339)
		if e.Start.AllDay {
			s = e.Start.Time.Format(time.DateOnly)
		}
		if e.Start.Floating {
			s += " floating"
		}
		out = append(out, s)
	}
	return out
}

func icsLines(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

func vevent(lines ...string) []byte {
	return icsLines(append(append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT"}, lines...), "END:VEVENT", "END:VCALENDAR")...)
}

// Lines are unfolded, values unescaped; the places are those of the file.
func TestCalendarTellsPlacesOfFoldedLines(t *testing.T) {
	data := icsLines(
		"BEGIN:VCALENDAR",
		"BEGIN:VEVENT",
		"DTSTART:20261121T180000Z",
		"SUMMARY:Board\\, part 2",
		"DESCRIPTION:Bitte per Zoom beitreten, wir freuen uns sehr: https://acme.zo",
		" om.us/j/8493",
		" 0275116?pwd=k2jdhe83\\nund hier: https://meet.goog",
		"\tle.com/xqz-bnrw-kfo",
		"CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=\"Jetzt beitreten\":https://teams.m",
		" icrosoft.com/meet/93716250481736?p=k3jh4",
		"END:VEVENT",
		"END:VCALENDAR",
	)
	d := readOne(t, "a.ics", data)
	if d.media != "text/calendar" {
		t.Errorf("media type %q", d.media)
	}
	if !strings.Contains(d.text, "SUMMARY:Board, part 2\r\n") {
		t.Errorf("text %q", d.text)
	}
	want := []string{"zoom 84930275116 5:60 pwd", "google-meet xqz-bnrw-kfo 7:34", "teams 93716250481736 9:60 p"}
	if diff := cmp.Diff(want, d.found(t)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2026-11-21T18:00:00Z"}, d.starts()); diff != "" {
		t.Error(diff)
	}
}

// What of an event carries a link is in the text: properties, parameters, alarms, files inside, HTML.
func TestCalendarReadsEveryProperty(t *testing.T) {
	d := readOne(t, "a.ics", vevent(
		"DTSTART:20261121T180000Z",
		"LOCATION:Zoom https\\://acme.zoom.us/j/91827364509",
		"URL:https://acme.zoom.us/j/92837465018",
		"CONFERENCE;VALUE=URI:https://acme.zoom.us/j/93847561027",
		"CONFERENCE;VALUE=URI:https://acme.zoom.us/j/94857612036",
		"X-GOOGLE-CONFERENCE:https://meet.google.com/wqe-rtzu-iop",
		"X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/meet/93716250481736",
		"ORGANIZER;ALTREP=\"https://acme.zoom.us/j/95867123045\":mailto:jane@acme.example",
		"ATTENDEE;CN=\"Room ^n https://acme.zoom.us/j/96871234054\":mailto:r@acme.example",
		"COMMENT;ENCODING=QUOTED-PRINTABLE:join https://acme.zoom.us/j/978=",
		"12345063?pwd=3Dq7w8",
		"ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:aHR0cHM6Ly9hY21lLnpv",
		" b20udXMvai85ODgyMzQ1NjA3Mg==",
		"X-ALT-DESC;FMTTYPE=text/html:<html><body><p>Meeting ID: <b>861</b> <b>2345</b> 6",
		" 081</p><p>Zoom&nbsp\\; passcode: <i>x8y7z6</i></p><a href=\"https://acme.zoom.us",
		" /j/86123456081\">Join</a></body></html>",
		"BEGIN:VALARM",
		"DESCRIPTION:https://acme.zoom.us/j/87134562090",
		"END:VALARM",
	))
	want := []string{
		"zoom 91827364509 5:15", "zoom 92837465018 6:5", "zoom 93847561027 7:22", "zoom 94857612036 8:22",
		"google-meet wqe-rtzu-iop 9:21", "teams 93716250481736 10:34", "zoom 95867123045 11:19", "zoom 96871234054 12:22",
		"zoom 97812345063 13:40 pwd", "zoom 98823456072 15:55",
		"zoom 86123456081 17:60 18:60 passcode", "zoom 87134562090 21:13",
	}
	if diff := cmp.Diff(want, d.found(t)); diff != "" {
		t.Errorf("%s\n%s", diff, d.text)
	}
	if len(d.events) != 1 {
		t.Fatalf("%d events", len(d.events))
	}
	stretch := d.text[d.events[0].From:d.events[0].To]
	if !strings.HasPrefix(stretch, "BEGIN:VEVENT\r\n") || !strings.HasSuffix(stretch, "END:VEVENT\r\n") {
		t.Errorf("the event is %q", stretch)
	}
}

const ownZoneText = `BEGIN:VTIMEZONE
TZID:Berlin of ours
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
`

// The clock of the tests shows Wednesday, 21 October 2026, 9:00 in UTC; in Berlin it is 11:00 until the clocks change on
// the 25th.
func TestCalendarDatesEvents(t *testing.T) {
	for name, c := range map[string]struct{ event, want string }{
		"in UTC":               {"DTSTART:20261121T180000Z", "2026-11-21T18:00:00Z"},
		"in a zone, summer":    {"DTSTART;TZID=Europe/Berlin:20261021T180000", "2026-10-21T16:00:00Z"},
		"in a zone, winter":    {"DTSTART;TZID=Europe/Berlin:20261121T180000", "2026-11-21T17:00:00Z"},
		"a zone with a prefix": {"DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/America/Argentina/Salta:20261121T180000", "2026-11-21T21:00:00Z"},
		"a zone in quotes":     {"DTSTART;TZID=\"America/New_York\":20261121T180000", "2026-11-21T23:00:00Z"},
		"a zone of Windows":    {"DTSTART;TZID=W. Europe Standard Time:20261021T180000", "2026-10-21T16:00:00Z"},
		"another of Windows":   {"DTSTART;TZID=Pacific Standard Time:20261021T180000", "2026-10-22T01:00:00Z"},
		"its own zone, summer": {"DTSTART;TZID=Berlin of ours:20261021T180000", "2026-10-21T16:00:00Z"},
		"its own zone, winter": {"DTSTART;TZID=Berlin of ours:20261121T180000", "2026-11-21T17:00:00Z"},
		"an offset":            {"DTSTART;TZID=GMT+0530:20261121T180000", "2026-11-21T12:30:00Z"},
		"no zone":              {"DTSTART:20261121T180000", "2026-11-21T18:00:00Z floating"},
		"a zone nobody knows":  {"DTSTART;TZID=Mars/Olympus:20261121T180000", "2026-11-21T18:00:00Z floating"},
		"this machine's zone":  {"DTSTART;TZID=Local:20261121T180000", "2026-11-21T18:00:00Z floating"},
		"a day":                {"DTSTART;VALUE=DATE:20261121", "2026-11-21"},
		"a task":               {"DUE:20261121T180000Z", "2026-11-21T18:00:00Z"},
		"long ago":             {"DTSTART:20160102T180000Z", "2016-01-02T18:00:00Z"},
		"a lie":                {"DTSTART:20261341T180000Z", ""},
		"the first counts":     {"DTSTART:20261121T180000Z\nDTSTART:20161121T180000Z", "2026-11-21T18:00:00Z"},

		"weekly":              {"DTSTART;TZID=Europe/Berlin:20260107T100000\nRRULE:FREQ=WEEKLY", "2026-10-28T09:00:00Z"},
		"weekly, running":     {"DTSTART;TZID=Europe/Berlin:20260107T100000\nDTEND;TZID=Europe/Berlin:20260107T113000\nRRULE:FREQ=WEEKLY", "2026-10-21T08:00:00Z"},
		"weekly, by duration": {"DTSTART;TZID=Europe/Berlin:20260107T100000\nDURATION:PT1H30M\nRRULE:FREQ=WEEKLY", "2026-10-21T08:00:00Z"},
		"weekly, just over":   {"DTSTART;TZID=Europe/Berlin:20260107T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY", "2026-10-28T09:00:00Z"},
		"two days a week":     {"DTSTART;TZID=Europe/Berlin:20260105T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH", "2026-10-22T08:00:00Z"},
		"every other week":    {"DTSTART:20260107T120000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2", "2026-10-28T12:00:00Z"},
		"second Tuesday":      {"DTSTART:20200114T120000Z\nRRULE:FREQ=MONTHLY;BYDAY=2TU", "2026-11-10T12:00:00Z"},
		"last working day":    {"DTSTART:20200131T120000Z\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-10-30T12:00:00Z"},
		"the 31st":            {"DTSTART:20200131T120000Z\nRRULE:FREQ=MONTHLY", "2026-10-31T12:00:00Z"},
		"29 February":         {"DTSTART:20200229T120000Z\nRRULE:FREQ=YEARLY", "2028-02-29T12:00:00Z"},
		"week 20":             {"DTSTART:19970512T090000Z\nRRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "2027-05-17T09:00:00Z"},
		"ended":               {"DTSTART:20200107T120000Z\nRRULE:FREQ=WEEKLY;UNTIL=20200201T000000Z", "2020-01-28T12:00:00Z"},
		"ended midweek":       {"DTSTART:20220515T030000Z\nRRULE:FREQ=WEEKLY;BYDAY=FR,SU,TU;UNTIL=20260101T000000Z", "2025-12-30T03:00:00Z"},
		"counted out":         {"DTSTART:20200107T120000Z\nRRULE:FREQ=WEEKLY;COUNT=3", "2020-01-21T12:00:00Z"},
		"counted":             {"DTSTART:20261020T120000Z\nRRULE:FREQ=DAILY;COUNT=3", "2026-10-21T12:00:00Z"},
		"not yet begun":       {"DTSTART:20271020T120000Z\nRRULE:FREQ=DAILY", "2027-10-20T12:00:00Z"},
		"a day left out":      {"DTSTART:20261020T120000Z\nRRULE:FREQ=DAILY\nEXDATE:20261021T120000Z,20261022T120000Z", "2026-10-23T12:00:00Z"},
		"a day more":          {"DTSTART:20261001T120000Z\nRRULE:FREQ=MONTHLY\nRDATE:20261022T150000Z", "2026-10-22T15:00:00Z"},
		"a period more":       {"DTSTART:20261001T120000Z\nRDATE;VALUE=PERIOD:20261022T150000Z/PT1H", "2026-10-22T15:00:00Z"},
		"birthdays":           {"DTSTART;VALUE=DATE:19801022\nRRULE:FREQ=YEARLY", "2026-10-22"},
		"all of today":        {"DTSTART;VALUE=DATE:20261001\nRRULE:FREQ=DAILY", "2026-10-20"}, // it is still the 20th west of us
		"clocks change":       {"DTSTART;TZID=America/New_York:20261102T090000\nRRULE:FREQ=WEEKLY", "2026-11-02T14:00:00Z"},
		"its own zone":        {"DTSTART;TZID=Berlin of ours:20260107T100000\nRRULE:FREQ=WEEKLY", "2026-10-28T09:00:00Z"},
		"no rule":             {"DTSTART:20261121T180000Z\nRRULE:", "2026-11-21T18:00:00Z"},

		"not understood":         {"DTSTART:20161121T180000Z\nRRULE:FREQ=FORTNIGHTLY", "2026-10-21"},
		"another calendar":       {"DTSTART:20161121T180000Z\nRRULE:RSCALE=HEBREW;FREQ=YEARLY", "2026-10-21"},
		"very dense":             {"DTSTART:20161121T180000Z\nRRULE:FREQ=SECONDLY", "2026-10-21T09:00:00Z"},
		"dense and counted":      {"DTSTART:20161121T180000Z\nRRULE:FREQ=SECONDLY;COUNT=999999999", "2026-10-21"},
		"dense and never":        {"DTSTART:20161121T180000Z\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "2026-10-21"},
		"never":                  {"DTSTART:20161121T180000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2016-11-21T18:00:00Z"},
		"all left out":           {"DTSTART:20161121T180000Z\nEXDATE:20161121T180000Z\nRRULE:FREQ=DAILY;COUNT=1", "2016-11-21T18:00:00Z"},
		"an endless interval":    {"DTSTART:20161121T180000Z\nRRULE:FREQ=DAILY;INTERVAL=99999999999", "2016-11-21T18:00:00Z"},
		"cancelled all the same": {"STATUS:CANCELLED\nDTSTART:20261121T180000Z", "2026-11-21T18:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, zoneFirst := range []bool{true, false} {
				event := "BEGIN:VEVENT\n" + c.event + "\nEND:VEVENT\n"
				if zoneFirst {
					event = ownZoneText + event
				} else {
					event += ownZoneText
				}
				d := readOne(t, "a.ics", []byte("BEGIN:VCALENDAR\n"+event+"END:VCALENDAR\n"))
				if got := strings.Join(d.starts(), " "); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
			}
		})
	}
}

// A single instance that was moved is next at its new time, for itself and for the series.
func TestCalendarMovesSingleInstances(t *testing.T) {
	moved := func(to string) []byte {
		return icsLines(
			"BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a1@acme.example", "DTSTART;TZID=Europe/Berlin:20260107T120000", "RRULE:FREQ=WEEKLY", "END:VEVENT",
			"BEGIN:VEVENT", "UID:a1@acme.example", "RECURRENCE-ID;TZID=Europe/Berlin:20261021T120000", "STATUS:CANCELLED", "DTSTART;TZID=Europe/Berlin:"+to, "END:VEVENT",
			"BEGIN:VEVENT", "UID:b2@acme.example", "DTSTART;TZID=Europe/Berlin:20260107T120000", "RRULE:FREQ=WEEKLY", "END:VEVENT", "END:VCALENDAR")
	}
	for to, want := range map[string][]string{
		"20261022T150000": {"2026-10-22T13:00:00Z", "2026-10-22T13:00:00Z", "2026-10-21T10:00:00Z"},
		"20261104T150000": {"2026-10-28T11:00:00Z", "2026-11-04T14:00:00Z", "2026-10-21T10:00:00Z"},
		"20261020T150000": {"2026-10-28T11:00:00Z", "2026-10-20T13:00:00Z", "2026-10-21T10:00:00Z"},
	} {
		if diff := cmp.Diff(want, readOne(t, "a.ics", moved(to)).starts()); diff != "" {
			t.Errorf("moved to %s: %s", to, diff)
		}
	}
}

// Several calendars, text around them, components that are not closed: each event has its own stretch.
func TestCalendarBrokenNesting(t *testing.T) {
	d := readOne(t, "a.ics", []byte(`BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20261121T180000Z
LOCATION:https://acme.zoom.us/j/91827364509
BEGIN:VEVENT
DTSTART:20261122T180000Z
LOCATION:https://acme.zoom.us/j/92837465018
END:VCALENDAR
END:VEVENT
See https://acme.zoom.us/j/93847561027
 and https://acme.zoom.us/j/94857612036\nx
begin:vcalendar
begin:vevent
dtstart:20261123T180000Z
location:https://acme.zoom.us/j/95867123045`))
	want := []string{"zoom 91827364509 4:10", "zoom 92837465018 7:10", "zoom 93847561027 10:5", "zoom 94857612036 11:6", "zoom 95867123045 15:10"}
	if diff := cmp.Diff(want, d.found(t)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2026-11-21T18:00:00Z", "2026-11-22T18:00:00Z", "2026-11-23T18:00:00Z"}, d.starts()); diff != "" {
		t.Error(diff)
	}
	last := int64(0)
	for _, e := range d.events {
		if e.From < last || e.To <= e.From || e.To > int64(len(d.text)) {
			t.Errorf("event [%d,%d) behind %d", e.From, e.To, last)
		}
		last = e.To
	}
}

// Folds that lost their space, or that are none.
func TestCalendarMendsTornLines(t *testing.T) {
	pad := strings.Repeat("x", 75)
	line := func(s string) string { return pad[:75-len(s)-12] + " " + s }
	d := readOne(t, "a.ics", vevent(
		"DESCRIPTION:"+line("https://acme.zoom.us/j/849302"),
		"75116?pwd=a8b7c6 and more",
		"COMMENT:Join https://acme.zoom.us/j/92837465018",
		" Passcode: 771904",
		"X-Z:"+line("        https://teams.microsoft.com/l/meetup-join/19%3ameet"),
		"ing_NmQ1ZjI4YjQtODc2My00YzE5LWEwZjQtOGQyYjc1ZTYxYzNm%40thread.v2/0?contexa",
		"t=%7b%22Tid%22%3a%222f1c7d7e-5a0b-4c3e-9d84-60b1f7a2c9e5%22%7d and more",
	))
	found := strings.Join(d.found(t), "\n")
	for _, want := range []string{"zoom 84930275116", "zoom 92837465018", "teams 19:meeting_NmQ1ZjI4YjQtODc2My00YzE5LWEwZjQtOGQyYjc1ZTYxYzNm@thread.v2"} {
		if !strings.Contains(found, want) {
			t.Errorf("%s is not in %s\n%s", want, found, d.text)
		}
	}
}

// A file inside that is no text is told.
func TestCalendarTellsOfAttachments(t *testing.T) {
	d := readOne(t, "a.ics", vevent("ATTACH;FMTTYPE=application/pdf;ENCODING=BASE64;VALUE=BINARY:JVBERi0xLjQK"))
	want := []scanner.Skip{{URI: "a.ics", Reason: "1 files attached inside the calendar are not read", Cause: scanner.Policy}}
	if diff := cmp.Diff(want, d.skips); diff != "" {
		t.Error(diff)
	}
}
