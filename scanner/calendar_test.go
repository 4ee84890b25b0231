package scanner

import (
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
)

// around makes a window of what stands before and after a link.
func around(before, after string) Window {
	const link = "https://acme.zoom.us/j/84930275116"
	return Window{Text: before + link + after, Start: len(before), End: len(before) + len(link)}
}

func TestEventStart(t *testing.T) {
	tests := []struct {
		name, before, after, want string
	}{
		{"UTC", "BEGIN:VEVENT\r\nDTSTART:20261121T180000Z\r\nLOCATION:", "\r\nEND:VEVENT\r\n", "2026-11-21T18:00:00Z"},
		{"zone", "BEGIN:VEVENT\nURL:", "\nDTSTART;TZID=Europe/Berlin:20261121T190000\nEND:VEVENT", "2026-11-21T18:00:00Z"},
		{"zone in quotes", "DTSTART;TZID=\"America/New_York\":20261121T190000\nURL:", "", "2026-11-22T00:00:00Z"},
		{"day", "DTSTART;VALUE=DATE:20261121\nURL:", "", "2026-11-21T00:00:00Z all day"},
		{"the event in front is another", "DTSTART:20261101T180000Z\nEND:VEVENT\nBEGIN:VEVENT\nURL:", "\nEND:VEVENT", ""},
		{"the event behind is another", "BEGIN:VEVENT\nURL:", "\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20261101T180000Z", ""},
		{"behind without an end", "URL:", "\nBEGIN:VEVENT\nDTSTART:20261101T180000Z", ""},
		{"no zone", "DTSTART:20261121T190000\nURL:", "", ""},
		{"a zone nobody knows", "DTSTART;TZID=Acme/Moon:20261121T190000\nURL:", "", ""},
		{"the machine's zone", "DTSTART;TZID=Local:20261121T190000\nURL:", "", ""},
		{"a way upwards", "DTSTART;TZID=../../etc/passwd:20261121T190000\nURL:", "", ""},
		{"no date", "DTSTART:2026112\nURL:", "", ""},
		{"another property", "DTSTARTED:20261121T180000Z\nURL:", "", ""},
		{"too long", "DTSTART;X=" + strings.Repeat("x", maxStartLine) + ":20261121T180000Z\nURL:", "", ""},
	}
	for _, test := range tests {
		got := ""
		if start, ok := around(test.before, test.after).EventStart(); ok {
			got = start.Time.UTC().Format(time.RFC3339)
			if start.AllDay {
				got += " all day"
			}
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestStartsOfCalendarsCount(t *testing.T) {
	tests := []struct {
		start Start
		want  string
	}{
		{Start{Time: testNow().Add(3 * 24 * time.Hour)}, "it starts within a week"},
		{Start{Time: testNow().Truncate(24 * time.Hour), AllDay: true}, "it starts within a day or is running now (2026-11-21)"},
		{Start{Time: testNow().Add(-5 * time.Hour)}, "has passed"},
	}
	for _, test := range tests {
		risk := Assess(finding(matchers.JoinWithSecret), Near{Now: testNow(), Starts: []Start{test.start}})
		if all := strings.Join(risk.Reasons, "; "); !strings.Contains(all, test.want) {
			t.Errorf("%+v: %s, want %q", test.start, all, test.want)
		}
	}
}

func FuzzEventStart(f *testing.F) {
	f.Add("BEGIN:VEVENT\nDTSTART:20261121T180000Z\n", "\nEND:VEVENT")
	f.Add("DTSTART;TZID=Europe/Berlin:20261121T190000\r\n", "")
	f.Add("END:VEVENT\n", "DTSTART;VALUE=DATE:20261121")
	f.Fuzz(func(t *testing.T, before, after string) {
		if start, ok := around(before, after).EventStart(); ok && (start.Time.IsZero() || !strings.Contains(before+after, "DTSTART")) {
			t.Errorf("%q, %q: %+v", before, after, start)
		}
	})
}
