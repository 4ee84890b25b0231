package extract

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
)

func oneEvent(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261121T180000Z\r\nDTEND:20261121T193000Z\r\n" +
		strings.Join(lines, "\r\n") + "\r\nURL:https://acme.zoom.us/j/84930275116\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

func wordOf(t *testing.T, data []byte) scanner.EventWord {
	t.Helper()
	got := readOne(t, "a.ics", data)
	if len(got.events) != 1 || got.events[0].Word == nil {
		t.Fatalf("events %v", got.events)
	}
	return *got.events[0].Word
}

// Who called the event: one plain address, or nobody.
func TestCalendarOrganiser(t *testing.T) {
	for line, want := range map[string]string{
		"ORGANIZER:mailto:Jane.Doe@Acme.example":                                              "jane.doe@acme.example",
		"ORGANIZER;CN=\"Doe, Jane\":MAILTO:jane@acme.example":                                 "jane@acme.example",
		"ORGANIZER;CN=Jane:mai\r\n lto:jane@acme.ex\r\n ample":                                "jane@acme.example",
		"ORGANIZER;SENT-BY=\"mailto:pa@acme.example\":mailto:jane@acme.example":               "jane@acme.example by pa@acme.example",
		"ORGANIZER;SENT-BY=\"mailto:pa@acme.example\":invalid:nomail":                         " by pa@acme.example",
		"ORGANIZER;SENT-BY=\"mailto:pa@a.example\",\"mailto:x@b.example\":mailto:j@a.example": "j@a.example",
		"ORGANIZER;CN=\"mailto:jane@acme.example\":mailto:eve@evil.example":                   "eve@evil.example",
		"ORGANIZER;CN=\"x:mailto:jane@acme.example\":mailto:eve@evil.example":                 "eve@evil.example",
		"ORGANIZER:mailto:o'neil+board@eu.acme.example":                                       "o'neil+board@eu.acme.example",
		"ORGANIZER:jane@acme.example":                                                         "",
		"ORGANIZER:mailto:jane@acme.example,eve@evil.example":                                 "",
		"ORGANIZER:mailto:eve@evil.example?cc=jane@acme.example":                              "",
		"ORGANIZER:mailto:jane%40acme.example":                                                "",
		"ORGANIZER:mailto:eve%40evil.example%2cjane@acme.example":                             "",
		"ORGANIZER:mailto:jane@acme.example@evil.example":                                     "",
		"ORGANIZER:mailto:\"jane@acme.example\"@evil.example":                                 "",
		"ORGANIZER:mailto:Jane <jane@acme.example>":                                           "",
		"ORGANIZER:mailto:jane@acme.example eve@evil.example":                                 "",
		"ORGANIZER:mailto:jane@acmé.example":                                                  "",
		"ORGANIZER:mailto:jane@\u0430cme.example":                                             "",
		"ORGANIZER:mailto:jane@acme.example\x00":                                              "",
		"ORGANIZER:mailto:jane@[127.0.0.1]":                                                   "",
		"ORGANIZER:mailto:jane@localhost":                                                     "",
		"ORGANIZER:mailto:.jane@acme.example":                                                 "",
		"ORGANIZER:mailto:@acme.example":                                                      "",
		"ORGANIZER:mailto:" + strings.Repeat("x", 300) + "@acme.example":                      "",
		"ORGANIZER;ENCODING=QUOTED-PRINTABLE:mailto:jane=40acme.example":                      "",
		"ORGANIZER:mailto:jane@acme.example\r\nORGANIZER:mailto:bob@acme.example":             "",
		"ORGANIZER:mailto:jane@acme.example\r\nORGANIZER:mailto:jane@acme.example":            "jane@acme.example",
	} {
		w := wordOf(t, oneEvent(line))
		got := w.Organiser.Text()
		if w.SentBy.IsSet() {
			got += " by " + w.SentBy.Text()
		}
		if got != want || !w.Named {
			t.Errorf("%q: %q (named %v), want %q", line, got, w.Named, want)
		}
		if text := fmt.Sprintf("%+v %#v %s", w, &w, w.Organiser); strings.Contains(text, "acme") || strings.Contains(text, "evil") {
			t.Errorf("an address is printed: %s", text)
		}
	}
	if w := wordOf(t, oneEvent("ATTENDEE:mailto:jane@acme.example")); w.Named || w.Organiser.IsSet() {
		t.Error("who is invited is no organiser")
	}
}

// What an event says of its instances.
func TestCalendarInstances(t *testing.T) {
	end := time.Date(2026, 11, 21, 19, 30, 0, 0, time.UTC)
	for lines, want := range map[string]scanner.EventWord{
		"SUMMARY:x":                      {Ends: end, Certain: true},
		"STATUS:CONFIRMED":               {Ends: end, Certain: true},
		"STATUS:cancelled":               {Ends: end, Certain: true, Cancelled: true},
		"RRULE:FREQ=WEEKLY":              {Ends: end, Certain: true, Series: true},
		"RRULE:FREQ=FORTNIGHTLY":         {Ends: end, Series: true},
		"RECURRENCE-ID:20261121T180000Z": {Certain: true, Series: true, Instance: true},
		"RDATE:20261128T180000Z":         {Ends: end, Certain: true, Series: true},
		"RRULE:FREQ=DAILY;COUNT=1\nEXDATE:20261121T180000Z": {Ends: end, Series: true},
	} {
		got := wordOf(t, oneEvent(strings.Split(lines, "\n")...))
		if got.Certain != want.Certain || got.Series != want.Series || got.Instance != want.Instance || got.Cancelled != want.Cancelled || !got.Ends.Equal(want.Ends) {
			t.Errorf("%s: %+v, want %+v", lines, got, want)
		}
	}
}

// Only a calendar that is the whole of what was read is taken at its word.
func TestCalendarsInsideOthersSayNothing(t *testing.T) {
	calendar := oneEvent("ORGANIZER:mailto:jane@acme.example")
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	f, err := z.Create("board.ics")
	must(t, err)
	_, err = f.Write(calendar)
	must(t, err)
	must(t, z.Close())
	mail := "From: a@acme.example\r\nTo: b@acme.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n" + string(calendar)
	todo := strings.ReplaceAll(string(calendar), "VEVENT", "VTODO")
	for name, data := range map[string][]byte{"a.zip": packed.Bytes(), "a.eml": []byte(mail), "todo.ics": []byte(todo)} {
		got := readOne(t, name, data)
		if len(got.events) != 1 || !strings.Contains(got.text, "84930275116") {
			t.Errorf("%s: events %v of %q", name, got.events, got.text)
		}
		for _, e := range got.events {
			if e.Word != nil {
				t.Errorf("%s: it is taken at its word", name)
			}
		}
	}
}

// A calendar of which not all events are known is taken at no word.
func TestCalendarWithTooManyEventsSaysNothing(t *testing.T) {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\n")
	for i := range maxEvents + 1 {
		fmt.Fprintf(&b, "BEGIN:VEVENT\nDTSTART:20261121T180000Z\nORGANIZER:mailto:h%d@acme.example\nEND:VEVENT\n", i)
	}
	for i, e := range readOne(t, "a.ics", []byte(b.String())).events {
		if e.Word != nil {
			t.Fatalf("event %d is taken at its word", i)
		}
	}
}

func FuzzMailto(f *testing.F) {
	for _, seed := range []string{"mailto:jane@acme.example", "MAILTO:a.b+c@eu.acme.example", "mailto:a@b.example,c@d.example", "mailto:a%40b.example", "x", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := mailto(text)
		if got == "" {
			return
		}
		if len(got) > maxAddress || strings.Count(got, "@") != 1 || got != strings.ToLower(got) || strings.ContainsAny(got, " ,;:<>()[]\"%?\\\r\n\t") {
			t.Errorf("%q gives %q", text, got)
		}
		for _, c := range []byte(got) {
			if c < '!' || c > '~' {
				t.Errorf("%q gives %q", text, got)
			}
		}
	})
}
