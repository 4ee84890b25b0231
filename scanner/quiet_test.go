package scanner

import (
	"testing"
	"time"
	_ "time/tzdata" // on machines that have none
)

func TestQuietHours(t *testing.T) {
	berlin := mustZone(t, "Europe/Berlin")
	night, early, lunch := Quiet{22 * 60, 7 * 60}, Quiet{23 * 60, 2*60 + 30}, Quiet{12 * 60, 13 * 60}
	for name, test := range map[string]struct {
		quiet    Quiet
		at, want string
	}{
		"day":                        {night, "2026-11-21T12:00:00+01:00", "2026-11-21T12:00:00+01:00"},
		"the first quiet minute":     {night, "2026-11-21T22:00:00+01:00", "2026-11-22T07:00:00+01:00"},
		"before midnight":            {night, "2026-11-21T23:59:59+01:00", "2026-11-22T07:00:00+01:00"},
		"after midnight":             {night, "2026-11-22T06:59:59+01:00", "2026-11-22T07:00:00+01:00"},
		"the end":                    {night, "2026-11-22T07:00:00+01:00", "2026-11-22T07:00:00+01:00"},
		"over noon":                  {lunch, "2026-11-22T12:30:00+01:00", "2026-11-22T13:00:00+01:00"},
		"the short night":            {night, "2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		"the short night, after":     {night, "2026-03-29T03:30:00+02:00", "2026-03-29T07:00:00+02:00"},
		"the long night":             {night, "2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		"the long night, after":      {night, "2026-10-25T02:30:00+01:00", "2026-10-25T07:00:00+01:00"},
		"an end that is skipped":     {early, "2026-03-29T01:00:00+01:00", "2026-03-29T03:30:00+02:00"},
		"an end that comes twice":    {early, "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		"its second time":            {early, "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
		"none":                       {Quiet{}, "2026-11-21T03:00:00+01:00", "2026-11-21T03:00:00+01:00"},
		"nonsense is none":           {Quiet{-5, 5000}, "2026-11-21T03:00:00+01:00", "2026-11-21T03:00:00+01:00"},
		"given in another zone":      {night, "2026-11-21T21:30:00Z", "2026-11-22T06:00:00Z"},
		"not yet, in another zone":   {night, "2026-11-21T20:59:00Z", "2026-11-21T20:59:00Z"},
		"midnight as an end":         {Quiet{20 * 60, 0}, "2026-11-21T23:00:00+01:00", "2026-11-22T00:00:00+01:00"},
		"a half-hour end in the day": {Quiet{0, 9*60 + 30}, "2026-11-21T00:00:00+01:00", "2026-11-21T09:30:00+01:00"},
	} {
		at, want := mustTime(t, test.at), mustTime(t, test.want)
		if got := (HostView{Zone: berlin, Quiet: test.quiet}).NotBefore(at, When{}); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", name, got.In(berlin), want.In(berlin))
		}
	}
}

func TestQuietHoursEndEveryMinuteOfTheYear(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
		zone := mustZone(t, name)
		for _, quiet := range []Quiet{{22 * 60, 7 * 60}, {60, 2*60 + 30}, {23*60 + 45, 2*60 + 15}} {
			h := HostView{Zone: zone, Quiet: quiet}
			for at := time.Date(2026, 1, 1, 0, 0, 30, 0, zone); at.Year() == 2026; at = at.Add(17 * time.Minute) {
				end := h.NotBefore(at, When{})
				if end.Before(at) || quiet.holds(end, zone) || end.Sub(at) > 11*time.Hour {
					t.Fatalf("%s %v: from %s to %s", name, quiet, at, end)
				}
			}
		}
	}
}

func TestQuietHoursArePiercedOnlyByATrustedStartInsideThem(t *testing.T) {
	h := HostView{Zone: time.UTC, Quiet: Quiet{22 * 60, 7 * 60}}
	at := mustTime(t, "2026-11-22T02:00:00Z")
	for start, pierced := range map[string]bool{
		"2026-11-22T06:30:00Z": true,
		"2026-11-22T02:00:00Z": true,
		"2026-11-22T00:30:00Z": true, // runs
		"2026-11-22T07:00:00Z": false,
		"2026-11-22T07:05:00Z": false,
		"2026-11-21T21:59:00Z": false,
		"2026-11-21T22:30:00Z": true,  // four hours at most, so it still may run
		"2026-11-20T23:00:00Z": false, // another night
		"2026-11-22T23:00:00Z": false,
	} {
		w := When{Start: Start{Time: mustTime(t, start)}, By: RoleCalendar}
		if got := h.NotBefore(at, w).Equal(at); got != pierced {
			t.Errorf("start %s: pierced %v", start, got)
		}
		w.By = RolePage
		if h.NotBefore(at, w).Equal(at) {
			t.Errorf("start %s: a page woke somebody", start)
		}
	}
}

func mustZone(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func mustTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
