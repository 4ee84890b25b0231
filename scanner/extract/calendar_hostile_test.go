package extract

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// lineSamples are calendars, vCards and RTF with links; broken ones too.
func lineSamples() map[string]string {
	return map[string]string{
		"plain.ics":      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nURL:https://acme.zoom.us/j/84930275116?pwd=a8b7\nEND:VEVENT\nEND:VCALENDAR\n",
		"escaped.ics":    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:Zoom\\nMeeting ID: 849 3027 5116\\nPasscode: 771904\\n\\nhttps://acme.zoom.us/j/84930275116\r\nEND:VEVENT\r\n",
		"json.ics":       "BEGIN:VCALENDAR\nX-DATA:{\"u\":\"https:\\/\\/acme.zoom.us\\/j\\/84930275116\",\"v\":\"https:\\u002f\\u002fmeet.google.com\\u002fxqz-bnrw-kfo\"}\n",
		"html.ics":       "BEGIN:VCALENDAR\nX-ALT-DESC;FMTTYPE=text/html:<a href=\"https://acme.zoom.us/j/84930275116?pwd=1&amp;x=2\">Join</a><!-- https://meet.google.com/xqz-bnrw-kfo -->\n",
		"broken.ics":     "BEGIN:VCALENDAR\nhttps://acme.zoom.us/j/84930275116\n :https://meet.google.com/xqz-bnrw-kfo\n;;;=\"https://teams.microsoft.com/meet/93716250481736",
		"tagsoup.ics":    "BEGIN:VCALENDAR\nDESCRIPTION:<b https://acme.zoom.us/j/84930275116 <br <https://meet.google.com/xqz-bnrw-kfo></br\n",
		"old.ics":        "BEGIN:VCALENDAR\rBEGIN:VEVENT\rLOCATION:https://acme.zoom.us/j/84930275116\rURL:https://meet.google.com/xqz-bnrw-kfo\rEND:VEVENT\r",
		"crs.ics":        "BEGIN:VCALENDAR\r\r\nLOCATION:see https://acme.zoom.us/j/849302\r\r\n 75116\r\r\nURL:https://meet.google.com/xqz-bnrw-kfo\r\r\n",
		"card.vcf":       "BEGIN:VCARD\nVERSION:2.1\nNOTE;QUOTED-PRINTABLE:room https://acme.zoom.us/my/jdoe?pwd=3Da=\nb\nURL:https://meet.google.com/xqz-bnrw-kfo\nEND:VCARD\n",
		"field.rtf":      "{\\rtf1\\ansi{\\field{\\*\\fldinst{HYPERLINK \"https://acme.zoom.us/j/84930275116\"}}{\\fldrslt{Join}}}\\par https://meet.google.com/xqz-bnrw-kfo}",
		"hidden.rtf":     "{\\rtf1{\\*\\mine https://acme.zoom.us/j/84930275116}{\\pict https://meet.google.com/xqz-bnrw-kfo}{\\info{\\title https://teams.microsoft.com/meet/93716250481736}}}",
		"behind.rtf":     "{\\rtf1 x}\nhttps://acme.zoom.us/j/84930275116 {\\bin9999 https://meet.google.com/xqz-bnrw-kfo",
		"binary.rtf":     "{\\rtf1 x\\bin9999 https://acme.zoom.us/j/84930275116 }",
		"unclosed.rtf":   "{\\rtf1 {{{\\*\\fldinst HYPERLINK \"https://acme.zoom.us/j/84930275116\"",
		"lines.rtf":      "{\\rtf1 \nhttps://acme.zoom.us/j/84930275116\nPasscode: 771904\\par}",
		"fieldless.rtf":  "{\\rtf1 {\\*\\fldinst INCLUDEPICTURE \"https://acme.zoom.us/j/84930275116\"} https://meet.google.com/xqz-bnrw-kfo}",
		"fallback.rtf":   "{\\rtf1\\uc99 \\u65 https://acme.zoom.us/j/84930275116}",
		"wide calls.ics": "\xef\xbb\xbfBEGIN:VCALENDAR\nSUMMARY:" + strings.Repeat("ü", 60) + "\n LOCATION:https://acme.zoom.us/j/84930275116\n",
	}
}

// No link that can be seen in the bytes of a file is lost by reading it as what it is.
func TestLineReadersLoseNothing(t *testing.T) {
	for name, text := range lineSamples() {
		t.Run(name, func(t *testing.T) {
			d := readOne(t, name, []byte(text))
			if d.media == "text/plain" {
				t.Fatal("it was not recognised")
			}
			losesNothing(t, []byte(text), []byte(d.text))
		})
	}
}

// losesNothing compares what is found in two texts.
func losesNothing(t *testing.T, raw, text []byte) {
	t.Helper()
	found := make(map[string]bool)
	for _, s := range matchers.Find(text) {
		found[s.Key()] = true
		for _, alias := range s.Aliases {
			found[alias] = true
		}
	}
	for _, s := range matchers.Find(raw) {
		if !s.Possible && !found[s.Key()] {
			t.Errorf("%s %s is in the bytes, not in the text %q", s.Platform, s.MaskedID(), text)
		}
	}
}

// The places of a text lie in its source, whatever it is, and text and places are a small multiple of it.
func checkView(t *testing.T, source []byte, v *view) {
	t.Helper()
	if len(v.text) > 3*len(source)+4096 {
		t.Errorf("%d bytes of text from %d", len(v.text), len(source))
	}
	if len(v.spans) > 4096+64+len(v.text)/4 {
		t.Errorf("%d spans for %d bytes", len(v.spans), len(v.text))
	}
	lines := bytes.Count(source, []byte("\n")) + 1
	where := v.locator()
	for offset := 0; offset <= len(v.text); offset += 1 + len(v.text)/512 {
		if spot := where.Locate(int64(offset)); spot.Line < 1 || spot.Line > lines || spot.Column < 1 || spot.Column > len(source)+1 {
			t.Fatalf("offset %d: %+v", offset, spot)
		}
	}
	last := int64(0)
	for _, e := range v.events {
		if e.From < last || e.To <= e.From || e.To > int64(len(v.text)) {
			t.Fatalf("event [%d,%d) behind %d in %d", e.From, e.To, last, len(v.text))
		}
		last = e.To
	}
}

// Twice the input takes about twice the time, and places do not outgrow the text.
func TestLineReadersAreLinear(t *testing.T) {
	for name, c := range map[string]struct{ start, again string }{
		"folds":          {"BEGIN:VCALENDAR\nSUMMARY:", "\n a"},
		"escapes":        {"BEGIN:VCALENDAR\nSUMMARY:", "\\na"},
		"short lines":    {"BEGIN:VCALENDAR\n", "A:\\n\n"},
		"torn lines":     {"BEGIN:VCALENDAR\n", strings.Repeat("x/", 37) + "\n"},
		"events":         {"BEGIN:VCALENDAR\n", "BEGIN:VEVENT\nDTSTART:20261121T180000Z\n"},
		"overrides":      {"BEGIN:VCALENDAR\n", "BEGIN:VEVENT\nUID:1\nDTSTART:20261121T180000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20261121T180000Z\nDTSTART:20261122T180000Z\nEND:VEVENT\n"},
		"zones":          {"BEGIN:VCALENDAR\n", ownZoneText + "BEGIN:VEVENT\nDTSTART;TZID=Berlin of ours:20261121T180000\nEND:VEVENT\n"},
		"exceptions":     {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261121T180000Z\nEXDATE:20261121T180000Z", ",20261121T180000Z"},
		"quotes":         {"BEGIN:VCALENDAR\n", "A;B=\""},
		"carriage":       {"BEGIN:VCALENDAR\n", "\r"},
		"tags":           {"BEGIN:VCALENDAR\nDESCRIPTION:</", "<b"},
		"entities":       {"BEGIN:VCALENDAR\nDESCRIPTION:<br", "&amp;"},
		"soft breaks":    {"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:", "=\na"},
		"quoted":         {"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:", "=41a"},
		"groups":         {"{\\rtf1 ", "{"},
		"closed groups":  {"{\\rtf1 ", "{a}"},
		"fields":         {"{\\rtf1 ", "{\\field{\\*\\fldinst HYPERLINK \"https://a.example/b\"}{\\fldrslt x"},
		"destinations":   {"{\\rtf1 ", "{\\*\\a /"},
		"left out":       {"{\\rtf1 ", "{\\*\\a /}"},
		"characters":     {"{\\rtf1\\ansicpg932 ", "\\'82"},
		"by number":      {"{\\rtf1 ", "\\u-10179 ?"},
		"binary":         {"{\\rtf1 ", "\\bin1 /"},
		"symbols":        {"{\\rtf1 ", "\\par a"},
		"line breaks":    {"{\\rtf1 ", "a\nb\n"},
		"feed tags":      {"<rss>", "<"},
		"feed entities":  {"<rss>", "&amp;a"},
		"feed items":     {"<rss>", "<item>&lt;b&gt;x&lt;/b&gt;</item>"},
		"feed sections":  {"<rss>", "<![CDATA[a]]>"},
		"table cells":    {"Topic,Meeting ID\n", "a,84930275116\n"},
		"table columns":  {"Topic,Meeting ID\n", ","},
		"table quotes":   {"Topic,Meeting ID\n", "\"\""},
		"nested content": {"{\\rtf1 {\\*\\fldinst ", "{\\*\\fldinst \""},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(size int) time.Duration {
				data := []byte(c.start + strings.Repeat(c.again, size/len(c.again)))
				v := &view{}
				v.begin("", "", data)
				began := time.Now()
				readLines(t, v)
				took := time.Since(began)
				checkView(t, data, v)
				return took
			}
			small, large := min(read(50<<10), read(50<<10)), time.Hour
			slow := func() bool { return large > 40*small+200*time.Millisecond } // eight times the input
			for tries := 0; tries < 5 && slow(); tries++ {                       // the machine may be busy, but not five times in a row
				large = read(400 << 10)
			}
			if slow() {
				t.Errorf("%s for 50 KiB, %s for 400 KiB", small, large)
			}
		})
	}
}

// readLines reads what the view's source begins as.
func readLines(t testing.TB, v *view) {
	t.Helper()
	source := v.parts[0].source
	var err error
	switch {
	case hasPrefixFold(source, "BEGIN:VCARD"):
		err = v.vcard(t.Context())
	case hasPrefixFold(source, "{\\rtf"):
		err = v.rtf(t.Context())
	case isFeed(source):
		err = v.feed(t.Context())
	case hasPrefixFold(source, "Topic,"):
		err = v.table(t.Context())
	default:
		err = v.calendar(t.Context(), calendarNow)
	}
	if err != nil {
		t.Error(err)
	}
}

// A hundred thousand events are read, the same number of them dated; a calendar that is too large to be read as one is read
// as text.
func TestCalendarManyEvents(t *testing.T) {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\n")
	for i := range maxEvents + 10 {
		fmt.Fprintf(&b, "BEGIN:VEVENT\nDTSTART:20261121T%06dZ\nEND:VEVENT\n", i%10)
	}
	b.WriteString("URL:https://acme.zoom.us/j/84930275116\n")
	d := readOne(t, "a.ics", []byte(b.String()))
	if len(d.events) != maxEvents {
		t.Errorf("%d events are dated", len(d.events))
	}
	if got := d.found(t); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	b.WriteString(strings.Repeat("X-PAD:"+strings.Repeat("x", 60)+"\n", maxLines/60))
	d = readOne(t, "a.ics", []byte(b.String()))
	if got := d.found(t); len(got) != 1 || len(d.events) != 0 || d.media != "text/calendar" {
		t.Errorf("found %v, %d events, %s", got, len(d.events), d.media)
	}
}

// The matcher takes the start of the event in which a link stands, not of its neighbour.
func TestCalendarStartReachesTheJudge(t *testing.T) {
	data := icsLines("BEGIN:VCALENDAR",
		"BEGIN:VEVENT", "LOCATION:https://acme.zoom.us/j/91827364509", "DTSTART;TZID=Europe/Berlin:20200101T100000", "RRULE:FREQ=WEEKLY;BYDAY=WE", "END:VEVENT",
		"BEGIN:VEVENT", "LOCATION:https://acme.zoom.us/j/92837465018", "DTSTART:20300101T100000Z", "END:VEVENT", "END:VCALENDAR")
	got := make(map[string]string)
	judge := func(f *scanner.Finding, c scanner.Context) {
		if start, ok := c.Near[0].EventStart(); ok {
			got[f.Link.ID] = start.Time.Format(time.RFC3339)
		}
	}
	d := readOne(t, "a.ics", data)
	scanner.NewMatcher(matchers.Standard(), judge).Match(t.Context(), d.doc)
	if got["91827364509"] != "2026-10-28T09:00:00Z" || got["92837465018"] != "2030-01-01T10:00:00Z" {
		t.Errorf("starts %v", got)
	}
}

func FuzzCalendar(f *testing.F) {
	for name, text := range lineSamples() {
		if strings.HasSuffix(name, ".ics") || strings.HasSuffix(name, ".vcf") {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte("BEGIN:VCALENDAR\n" + ownZoneText + "BEGIN:VEVENT\nDTSTART;TZID=Berlin of ours:20260101T100000\nRRULE:FREQ=MONTHLY;BYDAY=2TU,-1FR;BYSETPOS=1;COUNT=90\nEXDATE:20260101T090000Z\nRDATE;VALUE=PERIOD:20261101T090000Z/PT1H\nDURATION:PT1H30M\nEND:VEVENT\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func(*view) error{
			func(v *view) error {
				return v.readCalendar(t.Context(), &calendarReader{now: calendarNow, words: true})
			},
			func(v *view) error { return v.vcard(t.Context()) },
		} {
			v := &view{}
			v.begin("", "", data)
			if err := read(v); err != nil {
				if _, ok := errors.AsType[policy](err); !ok {
					t.Fatal(err)
				}
			}
			checkView(t, data, v)
		}
	})
}

func FuzzFeedAndTable(f *testing.F) {
	f.Add([]byte("<rss><item><title>x</title><description>&lt;b&gt;Zoom Meeting ID:&lt;/b&gt; 918&amp;nbsp;2736&amp;nbsp;4509</description></item></rss>"))
	f.Add([]byte("<feed><entry><![CDATA[<a href=\"https://acme.zoom.us/j/84930275116\">x</a>]]></entry>"))
	f.Add([]byte("Topic;Zoom Meeting ID;Passcode\n\"a\"\"b\";849 3027 5116;\"77\n1904\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func(*view) error{
			func(v *view) error { return v.feed(t.Context()) },
			func(v *view) error { return v.table(t.Context()) },
		} {
			v := &view{}
			v.begin("", "", data)
			if err := read(v); err != nil {
				t.Fatal(err)
			}
			checkView(t, data, v)
		}
	})
}

func FuzzRTF(f *testing.F) {
	for name, text := range lineSamples() {
		if strings.HasSuffix(name, ".rtf") {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v := &view{}
		v.begin("", "", data)
		if err := v.rtf(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkView(t, data, v)
	})
}
