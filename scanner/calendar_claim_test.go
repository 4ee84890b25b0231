package scanner

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	rigCalendar = "https://www.acme.example/events.ics"
	rigShared   = "https://wiki.acme.example/uploads/events.ics"
)

// calendarRig believes the calendar source's documents, those of its hosts half, and all others not at all. Who is of the
// organisation is who lies under its domain.
func calendarRig(t *testing.T) *rig {
	r := newRig(t, func(o *PipelineOptions) {
		o.Calendars = func(_ string, at CalendarPlace) CalendarTrust {
			switch {
			case at.Host != "acme.example" && !strings.HasSuffix(at.Host, ".acme.example"):
				return CalendarForeign
			case at.Source == "calendar":
				return CalendarOwn
			}
			return CalendarOnSite
		}
	})
	for _, name := range []string{"jane", "bob", "ann"} {
		email := name + "@acme.example"
		r.hosts.people[email] = Contact{Email: email}
	}
	return r
}

// calendarEvent is one event of a rig's calendar.
type rigEvent struct {
	link, organiser, sentBy string
	word                    EventWord
	start                   time.Time
}

// calendar is a reading of a calendar by a source.
func (r *rig) calendar(source, uri string, events ...rigEvent) Reading {
	host, _, _ := strings.Cut(strings.TrimPrefix(uri, "https://"), "/")
	var text strings.Builder
	d := Document{URI: uri, Host: host, MediaType: "text/calendar"}
	for _, e := range events {
		from := text.Len()
		fmt.Fprintf(&text, "BEGIN:VEVENT\nURL:%s\nEND:VEVENT\n", e.link)
		w := e.word
		w.Named = w.Named || e.organiser != "" || e.sentBy != ""
		if e.organiser != "" {
			w.Organiser = NewSecret(e.organiser)
		}
		if e.sentBy != "" {
			w.SentBy = NewSecret(e.sentBy)
		}
		if e.start.IsZero() {
			e.start = r.clock.Now().Add(30 * 24 * time.Hour)
		}
		d.Events = append(d.Events, Event{From: int64(from), To: int64(text.Len()), Start: Start{Time: e.start}, Word: &w})
	}
	d.Text = strings.NewReader(text.String())
	version := fmt.Append(nil, text.String(), events)
	return Reading{Document: d, Source: source, At: r.clock.Now(), Version: version}
}

func (r *rig) hears(source, uri string, events ...rigEvent) {
	r.t.Helper()
	r.clock.advance(time.Minute)
	if _, err := r.p.Take(r.t.Context(), r.calendar(source, uri, events...)); err != nil {
		r.t.Fatal(err)
	}
}

func TestACalendarNamesTheHost(t *testing.T) {
	for name, test := range map[string]struct {
		uri   string
		event rigEvent
		want  string
	}{
		"organiser":                   {rigCalendar, rigEvent{organiser: "jane@acme.example"}, "new jane@acme.example"},
		"on another host":             {rigShared, rigEvent{organiser: "jane@acme.example"}, "new jane@acme.example"},
		"who acts for a stranger":     {rigCalendar, rigEvent{organiser: "room-17@groups.example", sentBy: "jane@acme.example"}, "new jane@acme.example"},
		"who acts for somebody":       {rigCalendar, rigEvent{organiser: "jane@acme.example", sentBy: "bob@acme.example"}, "new jane@acme.example"},
		"nobody":                      {rigCalendar, rigEvent{}, "new C0SECOPS"},
		"unreadable":                  {rigCalendar, rigEvent{word: EventWord{Named: true}}, "new C0SECOPS"},
		"a stranger":                  {rigCalendar, rigEvent{organiser: "eve@evil.example"}, "new C0SECOPS"},
		"a stranger's sub-domain":     {rigCalendar, rigEvent{organiser: "jane@acme.example.evil.example"}, "new C0SECOPS"},
		"an insider, from a stranger": {"https://evil.example/events.ics", rigEvent{organiser: "jane@acme.example"}, "new C0SECOPS"},
		"the look of a sub-domain":    {"https://acme.example.evil.example/events.ics", rigEvent{organiser: "jane@acme.example"}, "new C0SECOPS"},
	} {
		t.Run(name, func(t *testing.T) {
			r := calendarRig(t)
			test.event.link = rigBoard
			r.hears("own-site", test.uri, test.event)
			r.work()
			r.wants(test.want)
			r.balanced()
		})
	}
}

// Several organisers of one meeting are nobody, in one document and in several; and so it stays.
func TestCalendarsThatDisagreeNameNobody(t *testing.T) {
	jane, bob := rigEvent{link: rigBoard, organiser: "jane@acme.example"}, rigEvent{link: rigBoard, organiser: "bob@acme.example"}
	r := calendarRig(t)
	r.hears("own-site", rigCalendar, jane, bob)
	r.work()
	r.wants("new C0SECOPS")
	r.hears("own-site", rigShared, jane)
	r.work()
	if got := r.slack.told(); slices.Contains(got, "new jane@acme.example") {
		t.Errorf("told %q", got)
	}

	r = calendarRig(t)
	r.hears("own-site", rigCalendar, jane)
	r.work()
	r.wants("new jane@acme.example")
	r.hears("own-site", rigCalendar, jane, rigEvent{link: rigStaff, organiser: "ann@acme.example"})
	r.work()
	r.hears("own-site", rigShared, bob)
	r.work()
	if got := r.slack.told(); slices.Contains(got, "new bob@acme.example") || !slices.Contains(got, "new C0SECOPS") || !slices.Contains(got, "new ann@acme.example") {
		t.Errorf("told %q", got)
	}
	r.balanced()

	r = calendarRig(t)
	r.hears("own-site", rigCalendar, jane, rigEvent{link: rigBoard, word: EventWord{Named: true}})
	r.work()
	r.wants("new C0SECOPS")
}

// Whoever else names the host goes before a calendar, whichever comes first.
func TestTheCalendarComesLast(t *testing.T) {
	event := rigEvent{link: rigBoard, organiser: "bob@acme.example"}
	r := calendarRig(t)
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example"}, When{})
	r.hears("own-site", rigCalendar, event)
	r.work()
	r.wants("new jane@acme.example")

	r = calendarRig(t)
	r.hears("own-site", rigCalendar, event)
	r.work()
	r.wants("new bob@acme.example")
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example"}, When{})
	r.wait(2*time.Hour, time.Hour)
	if got := r.slack.told(); !slices.Contains(got, "new jane@acme.example") {
		t.Errorf("told %q", got)
	}
	if l := r.leak(); l.HostBy != "" {
		t.Errorf("named by %q alone", l.HostBy)
	}
	r.hears("own-site", rigCalendar, event, rigEvent{link: rigStaff})
	r.work()
	if got := r.slack.told(); slices.Contains(got, "new bob@acme.example") {
		t.Errorf("told %q", got)
	}
	r.balanced()
}

// An analyst's word holds, for the host and against one.
func TestTheCalendarDoesNotOverrideAnAnalyst(t *testing.T) {
	event := rigEvent{link: rigBoard, organiser: "jane@acme.example"}
	r := calendarRig(t)
	r.hears("own-site", rigCalendar, event)
	r.work()
	r.wants("new jane@acme.example")
	by := Actor{Role: RoleAnalyst}
	for _, ev := range []LeakEvent{{Kind: NotMine, By: Actor{Role: RoleHost}}, {Kind: Confirm, By: by}} {
		if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, ev); err != nil {
			t.Fatal(err)
		}
	}
	r.hears("own-site", rigShared, event)
	r.work()
	if got := r.slack.told(); slices.Contains(got, "new jane@acme.example") {
		t.Errorf("told %q", got)
	}
	ann, err := r.p.HostOf(t.Context(), rigOrg, "ann@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: Assign, By: by, Host: ann}); err != nil {
		t.Fatal(err)
	}
	r.hears("own-site", rigShared, event)
	if l := r.leak(); l.Host != ann {
		t.Error("the calendar names another host than the analyst")
	}
}

// One calendar does not have everybody written to.
func TestACalendarOfEverybodyNamesNobody(t *testing.T) {
	for n, want := range map[int]bool{MaxCalendarHosts: true, MaxCalendarHosts + 1: false} {
		r := calendarRig(t)
		var events []rigEvent
		for i := range n {
			email := fmt.Sprintf("h%d@acme.example", i)
			r.hosts.people[email] = Contact{Email: email}
			events = append(events, rigEvent{link: fmt.Sprintf("https://acme.zoom.us/j/9%010d", 1357924680+7919*i), organiser: email})
		}
		r.hears("own-site", rigCalendar, events...)
		r.work()
		r.wait(time.Minute, 10*time.Second)
		person := slices.ContainsFunc(r.slack.told(), func(line string) bool { return strings.Contains(line, "@acme.example") })
		if person != want {
			t.Errorf("%d people: told %v, want %v", n, person, want)
		}
	}
}

// Ten thousand events that each name another organiser of one meeting name nobody, and cost little.
func TestTenThousandOrganisers(t *testing.T) {
	r := calendarRig(t)
	var events []rigEvent
	for i := range 10_000 {
		events = append(events, rigEvent{link: rigBoard, organiser: fmt.Sprintf("h%d@acme.example", i)})
	}
	r.hears("own-site", rigCalendar, events...)
	r.work()
	r.wants("new C0SECOPS")
}

// The resolver that does not answer is no "nobody": the calendar is read again.
func TestACalendarWaitsForTheResolver(t *testing.T) {
	r := calendarRig(t)
	event := rigEvent{link: rigBoard, organiser: "jane@acme.example"}
	r.hosts.broken = true
	taken, err := r.p.Take(t.Context(), r.calendar("own-site", rigCalendar, event))
	if err != nil || len(taken.Skips) != 1 || taken.Skips[0].Cause != Failure || strings.Contains(taken.Skips[0].Reason, "jane") {
		t.Fatalf("taken %+v, %v", taken, err)
	}
	r.hosts.broken = false
	again := r.calendar("own-site", rigCalendar, event)
	if taken, err = r.p.Take(t.Context(), again); err != nil || taken.Unchanged {
		t.Fatalf("taken %+v, %v", taken, err)
	}
	r.work()
	r.wants("new jane@acme.example")
}

// A calendar that was cut off is not believed: what is missing may name somebody else.
func TestACalendarThatIsCutOffNamesNobody(t *testing.T) {
	r := calendarRig(t)
	reading := r.calendar("own-site", rigCalendar, rigEvent{link: rigBoard, organiser: "jane@acme.example"})
	reading.Text = failingReader{reading.Text}
	if _, err := r.p.Take(t.Context(), reading); err != nil {
		t.Fatal(err)
	}
	r.work()
	r.wants("new C0SECOPS")
}

// What only the organisation's own calendar may do: say when it is, and that it is over.
func TestWhatCalendarsSayOfTime(t *testing.T) {
	past, soon := -48*time.Hour, 5*time.Hour
	for name, test := range map[string]struct {
		source  string
		events  []rigEvent
		at      []time.Duration
		state   State
		trusted bool
	}{
		"past":                      {"calendar", []rigEvent{{word: EventWord{Certain: true}}}, []time.Duration{past}, StateOver, true},
		"past, on site":             {"own-site", []rigEvent{{word: EventWord{Certain: true}}}, []time.Duration{past}, StateOpen, false},
		"past, uncertain":           {"calendar", []rigEvent{{}}, []time.Duration{past}, StateOpen, false},
		"past, of a series":         {"calendar", []rigEvent{{word: EventWord{Certain: true, Series: true}}}, []time.Duration{past}, StateOpen, false},
		"past, two":                 {"calendar", []rigEvent{{word: EventWord{Certain: true}}, {word: EventWord{Certain: true}}}, []time.Duration{past, 2 * past}, StateOpen, false},
		"past and soon":             {"calendar", []rigEvent{{word: EventWord{Certain: true}}, {word: EventWord{Certain: true}}}, []time.Duration{past, soon}, StateOpen, true},
		"soon":                      {"calendar", []rigEvent{{word: EventWord{Certain: true}}}, []time.Duration{soon}, StateOpen, true},
		"past, ours":                {"calendar", []rigEvent{{organiser: "jane@acme.example", word: EventWord{Certain: true}}}, []time.Duration{past}, StateOver, true},
		"past, an invitation":       {"calendar", []rigEvent{{organiser: "eve@evil.example", word: EventWord{Certain: true}}}, []time.Duration{past}, StateOpen, false},
		"past, sent for a stranger": {"calendar", []rigEvent{{organiser: "eve@evil.example", sentBy: "jane@acme.example", word: EventWord{Certain: true}}}, []time.Duration{past}, StateOpen, false},
		"past, disputed":            {"calendar", []rigEvent{{organiser: "jane@acme.example", word: EventWord{Certain: true}}, {organiser: "bob@acme.example", word: EventWord{Certain: true}}}, []time.Duration{past, past}, StateOpen, false},
		"cancelled":                 {"calendar", []rigEvent{{word: EventWord{Certain: true, Cancelled: true}}}, []time.Duration{soon}, StateOver, false},
		"cancelled, on site":        {"own-site", []rigEvent{{word: EventWord{Certain: true, Cancelled: true}}}, []time.Duration{soon}, StateOpen, false},
		"cancelled, an invitation":  {"calendar", []rigEvent{{organiser: "eve@evil.example", word: EventWord{Certain: true, Cancelled: true}}}, []time.Duration{soon}, StateOpen, false},
		"one of two cancelled":      {"calendar", []rigEvent{{word: EventWord{Certain: true, Cancelled: true}}, {word: EventWord{Certain: true}}}, []time.Duration{soon, soon}, StateOpen, true},
		"a room's event cancelled":  {"calendar", []rigEvent{{link: "https://acme.zoom.us/my/boardroom.kjd", word: EventWord{Certain: true, Cancelled: true}}}, []time.Duration{soon}, StateOpen, false},
		"an instance cancelled":     {"calendar", []rigEvent{{word: EventWord{Certain: true, Cancelled: true, Series: true, Instance: true}}}, []time.Duration{soon}, StateOpen, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := calendarRig(t)
			for i := range test.events {
				test.events[i].link, test.events[i].start = cmp.Or(test.events[i].link, rigBoard), r.clock.Now().Add(test.at[i])
			}
			r.hears(test.source, rigCalendar, test.events...)
			r.work()
			l := r.leak()
			if l.State != test.state || l.When.Trusted() != test.trusted {
				t.Errorf("state %s, when %+v; want %s, trusted %v", l.State, l.When, test.state, test.trusted)
			}
			if test.state == StateOver && l.By.Role != RoleCalendar {
				t.Errorf("by %+v", l.By)
			}
			r.balanced()
		})
	}
}

// Who knows better says that it takes place.
func TestTheInventoryGoesBeforeTheCalendar(t *testing.T) {
	r := calendarRig(t)
	start := r.clock.Now().Add(72 * time.Hour)
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example"}, When{Start: Start{Time: start}, By: RoleInventory})
	r.take(rigHome, rigBoard)
	r.work()
	r.hosts.broken = true
	r.hears("calendar", rigCalendar, rigEvent{link: rigBoard, word: EventWord{Certain: true, Cancelled: true}})
	r.hears("calendar", rigCalendar, rigEvent{link: rigBoard, word: EventWord{Certain: true}, start: r.clock.Now().Add(-48 * time.Hour)})
	r.hosts.broken = false
	r.work()
	if l := r.leak(); l.State != StateOpen || !l.When.Start.Time.Equal(start) {
		t.Errorf("state %s, when %+v", l.State, l.When)
	}
}

// A calendar that one source reads is believed as that source is, whoever read it before.
func TestASecondSourceOfTheSameCalendar(t *testing.T) {
	r := calendarRig(t)
	event := rigEvent{link: rigBoard, word: EventWord{Certain: true}, start: r.clock.Now().Add(3 * time.Hour)}
	r.hears("own-site", rigCalendar, event)
	r.hears("calendar", rigCalendar, event)
	if l := r.leak(); !l.When.Trusted() {
		t.Errorf("when %+v", l.When)
	}
}

// The organiser's address is nowhere but sealed.
func TestTheOrganiserIsNotKept(t *testing.T) {
	r := calendarRig(t)
	r.hears("own-site", rigCalendar, rigEvent{link: rigBoard, organiser: "jane@acme.example", sentBy: "bob@acme.example"},
		rigEvent{link: rigStaff, organiser: "eve@evil.example"})
	r.work()
	for _, bad := range []string{"jane", "bob@", "eve@"} {
		for id, row := range r.store.leaks {
			if strings.Contains(string(row.body), bad) {
				t.Errorf("leak %s holds %q: %s", id, bad, row.body)
			}
		}
		for id, row := range r.store.rows {
			if strings.Contains(string(row.body), bad) {
				t.Errorf("row %s holds %q: %s", id, bad, row.body)
			}
		}
	}
	findings, _, _ := r.p.o.Matcher.Match(t.Context(), r.calendar("own-site", rigCalendar, rigEvent{link: rigBoard, organiser: "jane@acme.example"}).Document)
	if len(findings) != 1 || findings[0].heard == nil {
		t.Fatalf("%d findings", len(findings))
	}
	if text := fmt.Sprintf("%+v %#v", findings, findings); strings.Contains(text, "jane") {
		t.Errorf("a finding prints it: %s", text)
	}
}

// failingReader breaks where the text ends.
type failingReader struct{ io.Reader }

func (f failingReader) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Whom an analyst named stays, though a calendar had named them first: in merges and against other calendars.
func TestAnAnalystConfirmsWhomACalendarNames(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	assign := LeakEvent{Kind: Assign, By: Actor{Role: RoleAnalyst}}
	for _, named := range []HostRef{"jane", "ann"} {
		assign.Host = named
		l := happens(t, Leak{State: StateOpen, Host: "jane", HostBy: RoleCalendar}, assign, now)
		if l.HostBy != "" || l.Host != named || !l.Assigned {
			t.Errorf("assigned: host %s by %q, assigned %v", l.Host, l.HostBy, l.Assigned)
		}
		for name, into := range map[string]Leak{"nobody": {}, "one by a calendar": {Host: "bob", HostBy: RoleCalendar}, "a dispute": {HostBy: RoleCalendar}} {
			into.State = StateOpen
			joined, _ := unite(into, []Leak{l}, HostView{}, now)
			if joined.Host != named || joined.HostBy != "" || !joined.Assigned {
				t.Errorf("joined with %s: host %q by %q, assigned %v", name, joined.Host, joined.HostBy, joined.Assigned)
			}
		}
	}
}
