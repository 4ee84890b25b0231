package calendar

import (
	"context"
	"io"
	"net/url"
	"strings"
	"testing"

	"meetleaks/scanner"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
)

// whole stands for the extractor: one document of a calendar, unfolded.
func whole(_ context.Context, page *polled.Page, yield func(scanner.Document) error, _ func(scanner.Skip)) (scanner.Outline, error) {
	r, err := page.Open()
	if err != nil {
		return scanner.Outline{}, err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return scanner.Outline{}, err
	}
	unfolded := strings.NewReader(strings.ReplaceAll(string(text), "\r\n ", ""))
	return scanner.Outline{}, yield(scanner.Document{URI: page.URI(), Host: page.Host(), MediaType: "text/calendar", Text: unfolded})
}

// event is one VEVENT.
func event(uid string, lines ...string) string {
	return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTART:20261201T150000Z\r\n" + strings.Join(append(lines, "END:VEVENT", ""), "\r\n")
}

// ics is a calendar of events.
func ics(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"
}

// rig is a source with what it reads.
type rig struct {
	*sourcetest.Rig

	t    *testing.T
	site *sourcetest.Site
}

// newSite is a site of calendars.
func newSite(t *testing.T) *sourcetest.Site {
	return sourcetest.NewSite(t, "text/calendar; charset=utf-8")
}

const calendarPath = "/team.ics"

func newRig(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{Rig: sourcetest.NewRig(t, "team"), t: t, site: newSite(t)}
	r.open(change)
	return r
}

func (r *rig) open(change func(*Options)) {
	r.t.Helper()
	o := Options{Read: whole, Options: polled.Options{
		Name: r.Source, URLs: []*url.URL{sourcetest.Address(r.t, r.site.URL+calendarPath)}, Client: r.Clock.Client(r.t, r.site.Addr()),
		Visits: r.Visits, Taker: sourcetest.Lenient{Taker: r.Taker}, Key: []byte("0123456789abcdef"), Now: r.Clock.Now,
	}}
	if change != nil {
		change(&o)
	}
	s, err := NewSource(o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Read = s.Read
}
