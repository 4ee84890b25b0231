package calendar

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/web/webtest"
)

const link1 = "https://acme.zoom.us/j/84930275116"

func TestACalendarIsOneDocument(t *testing.T) {
	r := newRig(t, nil)
	r.site.Set(calendarPath, ics(event("a", "LOCATION:"+link1[:20], " "+link1[20:]), event("b", "SUMMARY:Lunch with everybody")))
	out := r.Must(time.Hour)
	got := r.Calls(sourcetest.WasTaken)
	if len(got) != 1 || out.Documents != 1 || out.News != 1 || r.Health().Heard != 2 {
		t.Fatalf("%d readings, %+v, health %+v", len(got), out, r.Health())
	}
	if one := got[0]; one.URI != r.site.URL+calendarPath || one.Reading.Host != "127.0.0.1" || !strings.Contains(one.Text, link1) ||
		one.Reading.MediaType != "text/calendar" {
		t.Errorf("taken: %+v", one)
	}
	out = r.Must(0)
	if _, unchanged := r.site.Counts(); out.Documents != 1 || out.News != 0 || unchanged != 1 || len(r.Calls(sourcetest.WasTaken)) != 1 {
		t.Errorf("unchanged: %+v, %d answers 304", out, unchanged)
	}
}

func TestAChangeIsReadOnceMoreAnHourLater(t *testing.T) {
	r := newRig(t, nil)
	r.site.Set(calendarPath, ics(event("a", "LOCATION:"+link1), event("b")))
	r.Must(10 * time.Minute)
	r.site.Set(calendarPath, ics(event("b")))
	for _, want := range []int{2, 2, 3, 3} {
		r.Must(40 * time.Minute)
		if got := len(r.Calls(sourcetest.WasTaken)); got != want {
			t.Fatalf("taken %d times, want %d", got, want)
		}
	}
}

func TestWhatIsCalledOffIsReadAllTheSame(t *testing.T) {
	r := newRig(t, nil)
	r.site.Set(calendarPath, ics(event("a", "STATUS:CANCELLED", "LOCATION:"+link1)))
	r.Must(0)
	if got := r.Calls(sourcetest.WasTaken); len(got) != 1 || !strings.Contains(got[0].Text, link1) {
		t.Errorf("taken: %+v", got)
	}
}

func TestTheTimeOfTheAnswerIsNoChange(t *testing.T) {
	r := newRig(t, nil)
	for i := range 3 {
		r.site.Set(calendarPath, ics(event("a", fmt.Sprintf("DTSTAMP:2026112%dT101010Z", i), "LOCATION:"+link1)))
		if out := r.Must(time.Minute); (out.News > 0) != (i == 0) {
			t.Errorf("pass %d: %+v", i, out)
		}
	}
	got := r.Calls(sourcetest.WasTaken)
	if string(got[0].Reading.Version) != string(got[2].Reading.Version) {
		t.Error("another time of the answer is another version")
	}
}

func TestASeriesIsReadInFullEveryDay(t *testing.T) {
	r := newRig(t, nil)
	r.site.Set(calendarPath, ics(event("a", "RRULE:FREQ=WEEKLY", "LOCATION:"+link1)))
	for range 4 {
		if out := r.Must(12 * time.Hour); out.News > 1 {
			t.Errorf("%+v", out)
		}
	}
	got := r.Calls(sourcetest.WasTaken)
	if _, unchanged := r.site.Counts(); len(got) != 2 || unchanged != 2 {
		t.Fatalf("taken %d times, unchanged %d times", len(got), unchanged)
	}
	if string(got[0].Reading.Version) == string(got[1].Reading.Version) {
		t.Error("the next day has the version of the day before: the next instance would stay what it was")
	}
}

func TestWhatStandsIsToldNowAndThen(t *testing.T) {
	r := newRig(t, nil)
	r.site.Set(calendarPath, ics(event("a", "LOCATION:"+link1)))
	for range 10 {
		r.Must(24 * time.Hour)
	}
	if got := len(r.Calls(sourcetest.WasBack)); got != 2 {
		t.Errorf("told %d times in ten days", got)
	}
}

func TestACalendarThatIsGoneForGood(t *testing.T) {
	r := newRig(t, nil)
	r.site.Set(calendarPath, ics(event("a", "LOCATION:"+link1)))
	r.Must(time.Minute)
	r.site.Break(sourcetest.Answers(http.StatusGone))
	for range 3 {
		_, err := r.Pass(62 * time.Minute)
		var reason interface{ Reason() string }
		if !errors.As(err, &reason) || !strings.Contains(reason.Reason(), "410") {
			t.Fatalf("error %v", err)
		}
	}
	if got := r.Calls(sourcetest.WasGone); len(got) != 2 || got[0].URI != r.site.URL+calendarPath {
		t.Errorf("told %+v", got)
	}
	r.site.Break(sourcetest.Answers(http.StatusNotFound))
	r.Clock.Move(48 * time.Hour)
	if _, err := r.Pass(0); err == nil || len(r.Calls(sourcetest.WasGone)) != 2 {
		t.Errorf("404: %v, told %d times", err, len(r.Calls(sourcetest.WasGone)))
	}
}

func TestALargeCalendarIsCutAndTold(t *testing.T) {
	r := newRig(t, nil)
	var body strings.Builder
	for i := 0; body.Len() < MaxBody; i++ {
		body.WriteString(event(fmt.Sprint("uid", i*7919), "SUMMARY:number "+fmt.Sprint(i*i), fmt.Sprintf("DESCRIPTION:%x", i*104729)))
	}
	r.site.Set(calendarPath, ics(body.String(), event("last")))
	r.Must(time.Hour)
	if r.Health().Truncated != 1 || len(r.Health().Notes) != 1 || !strings.Contains(r.Health().Notes[0], "larger") {
		t.Errorf("health %+v", r.Health())
	}
	if got := r.Calls(sourcetest.WasTaken); len(got) != 1 || !strings.HasSuffix(string(got[0].Reading.Version), "broken") {
		t.Error("a calendar that was cut looks whole")
	}
	r.Must(0)
	if full, _ := r.site.Counts(); full != 2 {
		t.Error("a calendar that was cut is not asked for again in full")
	}
}

func TestSurvey(t *testing.T) {
	busy := event("a", "SUMMARY:Busy")
	for _, c := range []struct {
		name, body string
		notes      string
		events     int
		recurs     bool
	}{
		{"busy", ics(busy, event("b", "SUMMARY:Busy", "LOCATION:")), "shows free and busy times only", 2, false},
		{"in another language", ics(strings.Repeat(event("a", "SUMMARY:Zaneprázdněn"), 12)), "shows free and busy times only", 12, false},
		{"without titles", ics(event("a")), "shows free and busy times only", 1, false},
		{"VFREEBUSY", "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:20261201T150000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR", "shows free and busy times only", 1, false},
		{"one title", ics(event("a", "SUMMARY:Board")), "", 1, false},
		{"busy with a place", ics(busy, event("b", "SUMMARY:Busy", "LOCATION:"+link1)), "", 2, false},
		{"busy with a conference", ics(event("b", "SUMMARY:Busy", "X-GOOGLE-CONFERENCE:"+link1)), "", 1, false},
		{"nothing", ics(), "holds no event", 0, false},
		{"a series", ics(event("b", "SUMMARY:Board", "RRULE:FREQ=DAILY")), "", 1, true},
		{"the zone's rule is no series", ics("BEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nRRULE:FREQ=YEARLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n", event("b", "SUMMARY:Board")), "", 1, false},
	} {
		got := survey([]byte(c.body))
		notes := strings.Join(got.notes(false), "\n")
		if got.events != c.events || got.recurs != c.recurs || c.notes == "" && notes != "" || !strings.HasPrefix(notes, c.notes) {
			t.Errorf("%s: %d events, recurs %v, notes %q", c.name, got.events, got.recurs, notes)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"webcal://acme.example/team.ics", "https://acme.example/team.ics"},
		{"https://calendar.google.com/calendar/ical/x%40group.calendar.google.com/public/basic.ics", "https://calendar.google.com/calendar/ical/x%40group.calendar.google.com/public/basic.ics"},
		{"https://outlook.office365.com/owa/calendar/a@acme.example/b/calendar.ics#x", "https://outlook.office365.com/owa/calendar/a@acme.example/b/calendar.ics"},
		{"https://calendar.google.com/calendar/ical/x/private-0123456789abcdef0123456789abcdef/basic.ics", ""},
		{"ftp://acme.example/team.ics", ""},
		{"https://quillbert:pw@acme.example/team.ics", ""},
		{"webcal:", ""},
	} {
		u, err := addressOf(sourcetest.Address(t, c.address))
		if c.want == "" && err == nil || c.want != "" && (err != nil || u.String() != c.want) {
			t.Errorf("%s: %v, %v", c.address, u, err)
		}
	}
	r := newRig(t, nil)
	_, err := NewSource(Options{Options: polled.Options{Name: "", Client: r.Clock.Client(t), URLs: []*url.URL{
		sourcetest.Address(t, link1), sourcetest.Address(t, "webcal://acme.example/t.ics"), sourcetest.Address(t, "https://acme.example/t.ics"), nil,
	}, Parallel: -1, MaxRest: -1}})
	for _, want := range []string{"source of 0 bytes", "key", "reader", "calendar 1", "calendar 3: it stands there twice", "calendar 4", "at a time", "rest"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in: %v", want, err)
		}
	}
}

func TestNothingOfACalendarIsKeptInClear(t *testing.T) {
	r := newRig(t, nil)
	r.site.Set(calendarPath, ics(event("a", "ORGANIZER:mailto:quillbert@acme.example", "LOCATION:"+link1)))
	r.Must(0)
	for _, text := range r.Visits.Kept() {
		if strings.Contains(text, "8493") || strings.Contains(text, "quillbert") || strings.Contains(text, "127.0.0.1") {
			t.Errorf("kept: %s", text)
		}
	}
}

func TestTheTakersErrorKeepsNothing(t *testing.T) {
	r := newRig(t, nil)
	r.site.Set(calendarPath, ics(event("a", "LOCATION:"+link1)))
	down := fmt.Errorf("the store: %w", scanner.ErrUnavailable)
	r.Taker.Fail(down)
	if _, err := r.Pass(0); !errors.Is(err, down) || r.Cursor != "" || len(r.Visits.Kept()) != 0 {
		t.Fatalf("error %v, cursor %q, %d kept", err, r.Cursor, len(r.Visits.Kept()))
	}
}

func TestByNginx(t *testing.T) {
	team := []byte(ics(event("a", "LOCATION:"+link1)))
	n := webtest.Start(t, map[string][]byte{"team.ics": team, "moved.ics": team}, "limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;", `
		gzip on; gzip_types text/calendar; gzip_min_length 1;
		location = /old.ics { return 308 http://127.0.0.1:PORT/moved.ics; }
		location = /inside.ics { return 302 http://169.254.169.254/team.ics; }
		location = /rests.ics { try_files /team.ics =404; add_header Cache-Control max-age=900; }
		location = /slow.ics { try_files /team.ics =404; limit_req zone=one; limit_req_status 429; add_header Retry-After 7 always; }`)
	r := newRig(t, nil)
	read := func(path string) (scanner.Outcome, error) {
		t.Helper()
		r.open(func(o *Options) {
			o.URLs = []*url.URL{sourcetest.Address(t, "http://"+n.Addr+path)}
			o.Client = r.Clock.Client(t, n.Addr)
		})
		return r.Pass(time.Hour)
	}
	for range 3 {
		if _, err := read("/team.ics"); err != nil {
			t.Fatal(err)
		}
	}
	if got := n.Statuses(t, "/team.ics"); !slices.Equal(got, []string{"200", "304", "304"}) {
		t.Errorf("a calendar that does not change was answered %v", got)
	}
	for range 2 {
		if _, err := read("/old.ics"); err != nil || len(r.Health().Notes) != 1 || !strings.Contains(r.Health().Notes[0], "moved for good") {
			t.Errorf("moved: %v, notes %q", err, r.Health().Notes)
		}
	}
	if old, moved := n.Statuses(t, "/old.ics"), n.Statuses(t, "/moved.ics"); len(old) != 1 || !slices.Equal(moved, []string{"200", "304"}) {
		t.Errorf("the old address was asked for %d times, the new one answered %v", len(old), moved)
	}
	if _, err := read("/inside.ics"); err == nil || !strings.Contains(err.Error(), "not of the public internet") {
		t.Errorf("a redirect inside: %v", err)
	}
	if out, err := read("/missing.ics"); err == nil {
		t.Errorf("404: %+v", out)
	}
	at := r.Clock.Now()
	if out, err := read("/rests.ics"); err != nil || !out.Next.Equal(at.Add(15*time.Minute)) {
		t.Errorf("max-age: %+v, %v", out, err)
	}
	if _, err := read("/slow.ics"); err != nil {
		t.Fatal(err)
	}
	var later interface{ RetryAfter() time.Duration }
	if _, err := read("/slow.ics"); !errors.As(err, &later) || later.RetryAfter() <= 0 {
		t.Errorf("throttled: %v", err)
	}
}

// A server may answer in full though nothing changed but the time of its answer.
func TestADoubtLastsUntilASecondLookIsBelieved(t *testing.T) {
	r := newRig(t, nil)
	stamped := func(stamp string, events ...string) {
		r.site.Set(calendarPath, ics(append(events, event("z", "DTSTAMP:"+stamp))...))
	}
	stamped("20261123T100000Z", event("a", "LOCATION:"+link1))
	r.Must(10 * time.Minute)
	stamped("20261123T100000Z")
	r.Must(10 * time.Minute)
	stamped("20261123T105000Z")
	r.Must(50 * time.Minute)
	if got := len(r.Calls(sourcetest.WasTaken)); got != 3 {
		t.Fatalf("taken %d times", got)
	}
	r.Must(time.Minute) // 60 minutes after the change
	if got := len(r.Calls(sourcetest.WasTaken)); got != 3 {
		t.Fatalf("a second look too early: taken %d times", got)
	}
	for _, want := range []int{4, 4} {
		r.Must(time.Minute)
		if got := len(r.Calls(sourcetest.WasTaken)); got != want {
			t.Errorf("an hour and a minute after the change, and then: taken %d times, want %d", got, want)
		}
	}
}

func TestACalendarInDoubtRestsNoLonger(t *testing.T) {
	r := newRig(t, nil)
	r.site.Header("Cache-Control", "max-age=7200")
	r.site.Set(calendarPath, ics(event("a", "LOCATION:"+link1)))
	r.Must(2 * time.Hour)
	r.site.Set(calendarPath, ics(event("b")))
	changed := r.Clock.Now()
	if out := r.Must(polled.LooksApart); !out.Next.Equal(changed.Add(polled.LooksApart)) {
		t.Errorf("next at %v, want %v after %v", out.Next, polled.LooksApart, changed)
	}
	again := r.Clock.Now()
	if out := r.Must(0); !out.Next.Equal(again.Add(2 * time.Hour)) {
		t.Errorf("then next at %v, want two hours after %v", out.Next, again)
	}
}

func TestAClockThatJumpedLetsNoCalendarRest(t *testing.T) {
	r := newRig(t, nil)
	r.site.Header("Cache-Control", "max-age=7200")
	r.site.Set(calendarPath, ics(event("a", "LOCATION:"+link1)))
	r.Clock.Move(365 * 24 * time.Hour)
	r.Must(-365 * 24 * time.Hour)
	r.site.Set(calendarPath, ics(event("b")))
	if r.Must(0); len(r.Calls(sourcetest.WasTaken)) != 2 {
		t.Error("a calendar rests for a year")
	}
}

func FuzzSurvey(f *testing.F) {
	f.Add([]byte(ics(event("a", "SUMMARY:Busy", "RRULE:FREQ=DAILY", "DTSTAMP:x", " y"))))
	f.Add([]byte("BEGIN:VEVENT\n:\n \n;:"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := survey(body)
		if len(got.version) != 16 || len(got.titles) > maxTitles+1 || len(got.notes(true)) > 3 {
			t.Errorf("%+v", got)
		}
	})
}

func BenchmarkFrames(b *testing.B) {
	var body strings.Builder
	for i := range 1000 {
		text := "SUMMARY:Lunch"
		if i%50 == 0 {
			text = "LOCATION:" + link1
		}
		body.WriteString(event(fmt.Sprint(i), text))
	}
	calendar := []byte(ics(body.String()))
	b.ReportAllocs()
	b.SetBytes(int64(len(calendar)))
	for b.Loop() {
		if got := survey(calendar); got.events != 1000 {
			b.Fatal(got)
		}
	}
	b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "events/s")
}
