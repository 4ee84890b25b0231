package extract

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// soon fails when do takes longer than a reader of linear time needs, by very much.
func soon(t *testing.T, what string, do func()) {
	t.Helper()
	begun := time.Now()
	do()
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("%s took %v", what, took)
	}
}

func TestTimeIsLinear(t *testing.T) {
	const n = 200_000
	for name, data := range map[string]string{
		"folded text behind a calendar.ics": "BEGIN:VCALENDAR\nEND:VCALENDAR\nx\n" + strings.Repeat(" x\n", n),
		"comments that end oddly.html":      "<!doctype html>" + strings.Repeat("<!--a--!>", n) + "-->",
		"comments without an end.html":      "<!doctype html>" + strings.Repeat("<!--a-->", n) + "--!>",
	} {
		soon(t, name, func() { extracted(t, Limits{}, bytesSource{name, []byte(data), false}) })
	}
}

// TestZonesOfOneCalendarShareTheirSteps: each of these rules is followed for years without an instance.
func TestZonesOfOneCalendarShareTheirSteps(t *testing.T) {
	const zones = 150
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\n")
	for z := range zones {
		part := "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETTO:+0100\nRRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30\nEND:STANDARD\n"
		fmt.Fprintf(&b, "BEGIN:VTIMEZONE\nTZID:z%d\n%sEND:VTIMEZONE\n", z, strings.Repeat(part, maxObservances))
		fmt.Fprintf(&b, "BEGIN:VEVENT\nDTSTART;TZID=z%d:20261121T100000\nEND:VEVENT\n", z)
	}
	soon(t, "the calendar", func() { extracted(t, Limits{}, bytesSource{"z.ics", []byte(b.String()), false}) })
}

func TestTextAroundCalendarsIsKeptAsItIs(t *testing.T) {
	text := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nsee\r\n  https://zoom.us/j/84930275116\r\nBEGINNING\n 2\n"
	texts, _ := extracted(t, Limits{}, bytesSource{"a.ics", []byte(text), false})
	if len(texts) != 1 || !strings.HasSuffix(texts[0], "see\r\n  https://zoom.us/j/84930275116\r\nBEGINNING\n 2\n") {
		t.Errorf("%q", texts)
	}
}

func TestEntriesOfUnknownTypesAreFiles(t *testing.T) {
	for _, flag := range []byte("07Z") {
		data := tarred(t, file{"a", "https://zoom.us/j/84930275116"})
		data[156] = flag
		copy(data[148:156], fmt.Sprintf("%06o\x00 ", tarSum(data)))
		texts, skips := extracted(t, Limits{}, bytesSource{"t", data, false})
		if len(texts) != 1 || !strings.Contains(texts[0], "84930275116") || len(skips) > 0 {
			t.Errorf("%c: %q %q", flag, texts, skips)
		}
	}
	if !holdsNothing(tar.TypeSymlink) {
		t.Error("a link is read")
	}
}

// tarSum is the sum over the first header.
func tarSum(data []byte) (sum int) {
	for i, b := range data[:tarHeader] {
		if i >= tarSumFrom && i < tarSumTo {
			b = ' '
		}
		sum += int(b)
	}
	return sum
}

func TestKindsWithSomethingInFront(t *testing.T) {
	longReceived := strings.Repeat("Received: from mail.acme.example (mail.acme.example [192.0.2.1]) by mx.globex.example\r\n", 20)
	for _, c := range []struct {
		head, name, declared string
		want                 how
	}{
		{"\n%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "a.pdf", "", asPDF},
		{"\x00\x00\r\n%PDF-1.7", "a", "", asPDF},
		{"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7\r%\xe2\xe3\xcf\xd3\r", "a", "", asPDF},
		{"A PDF begins with\n%PDF-1.7\n% and a comment", "a.txt", "", asText},
		{"about %PDF-1.7\n%\xc3\xa4\xc3\xb6", "a.txt", "", asText},
		{longReceived + "From: jdoe@acme.example\r\nSubject: Board\r\n\r\n", "message", "", asMail},
		{"Warning: cannot open the cache\n<p><a href=/x>x</a>", "/", "text/html; charset=utf-8", asHTML},
		{"Warning: cannot open the cache\n<p><a href=/x>x</a>", "a.txt", "", asText},
		{"1 < 2, says the server", "/", "text/html", asText},
		{"<custom-element><a href=/x>x</a>", "/", "text/html", asHTML},
	} {
		if got := (content{name: c.name, declared: c.declared}).kind([]byte(c.head)); got.how != c.want {
			t.Errorf("%.40q: %s, want %s", c.head, got.how, c.want)
		}
	}
}

// TestTheMemoryOfUnpackersIsBounded: only sources that spool, of which there are few at a time, hold one.
func TestTheMemoryOfUnpackersIsBounded(t *testing.T) {
	x := New(Options{})
	for range maxSpools {
		x.spool <- struct{}{}
	}
	for name, data := range map[string]string{"bzip2": bzipped, "zstd": "\x28\xb5\x2f\xfd\x04\x58\x29\x00\x00hello\x4d\x8c\x8f\x30"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := x.Read(ctx, bytesSource{name, []byte(data), false}, func(scanner.Document) error {
			t.Errorf("%s was read beside the others", name)
			return nil
		}, func(scanner.Skip) {})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestLargeDocumentsAreMadeOneAtATime: while one is made, another waits before anything is made of it; small ones do not.
func TestLargeDocumentsAreMadeOneAtATime(t *testing.T) {
	x := New(Options{})
	read := func(size int) (documents int, err error) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		page := "<html><body>" + strings.Repeat("x ", size/2)
		_, err = x.Read(ctx, bytesSource{"a.html", []byte(page), false}, func(scanner.Document) error {
			documents++
			return nil
		}, func(s scanner.Skip) { t.Error(s) })
		return documents, err
	}
	x.large <- struct{}{}
	if n, err := read(largeWhole + 1); n != 0 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a large one beside another: %d documents, %v", n, err)
	}
	if n, err := read(headSize + 1); n != 1 || err != nil {
		t.Errorf("a small one beside a large one: %d documents, %v", n, err)
	}
	<-x.large
	for range 2 {
		if n, err := read(largeWhole + 1); n != 1 || err != nil {
			t.Errorf("a large one alone: %d documents, %v", n, err)
		}
	}
}

func TestTheSizeOfADecodedPageIsNotTooSmall(t *testing.T) {
	for _, page := range []string{"", "abc", strings.Repeat("\x80", 1000), strings.Repeat("\xe9a", 1000)} {
		if decoded := decodePage([]byte(page), "text/html; charset=windows-1252"); len(decoded) > decodedSize([]byte(page)) {
			t.Errorf("%.10q: %d bytes, expected %d at most", page, len(decoded), decodedSize([]byte(page)))
		}
	}
}

func TestChildrenOfOneSourceShareTheirTime(t *testing.T) {
	var skips []string
	w := &work{Extractor: New(Options{Child: self(t, "misbehave")}), ctx: t.Context(), skip: func(s scanner.Skip) { skips = append(skips, s.Reason) }}
	w.budget = budget{Limits: w.limits, ctx: w.ctx, children: maxChildTime + 1}
	must(t, w.inChild(content{uri: "a", reader: bytes.NewReader(nil)}, kind{asPDF, "application/pdf"}))
	if fmt.Sprint(skips) != "["+errChildrenSlow.Error()+"]" {
		t.Errorf("%q", skips)
	}
}

// TestPlacesStayNearInTornText: stretches of a very torn text are put together, up to coarse bytes.
func TestPlacesStayNearInTornText(t *testing.T) {
	text := "<rss>\n" + strings.Repeat("&amp;a\n", 100_000) + "<item>Join https://zoom.us/j/84930275116 now</item>\n</rss>"
	_, err := New(Options{}).Read(t.Context(), bytesSource{"a.rss", []byte(text), false}, func(d scanner.Document) error {
		b, err := io.ReadAll(d.Text)
		must(t, err)
		spot := d.Where.Locate(int64(bytes.Index(b, []byte("https://zoom.us"))))
		if spot.Line > 100_002 || spot.Line < 100_002-coarse {
			t.Errorf("line %d", spot.Line)
		}
		return nil
	}, nil)
	must(t, err)
}

// TestLinksInOddPlacesAreNotLost: what the raw bytes show is found in the text too.
func TestLinksInOddPlacesAreNotLost(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"a.html", `<html><img src="data:image/png;base64,https://zoom.us/j/84930275116">`},
		{"a.rtf", `{\rtf1 https:\/\/zoom.us\/j\/84930275116}`},
		{"b.rtf", `{\rtf1 {\*\x https%3A%2F%2Fzoom.us%2Fj%2F84930275116}}`},
		{"c.rtf", `{\rtf1 {\field{\*\fldinst https%3A%2F%2Fzoom.us%2Fj%2F84930275116}}}`},
	} {
		texts, _ := extracted(t, Limits{}, bytesSource{c.name, []byte(c.text), false})
		if found := matchers.Find([]byte(strings.Join(texts, "\n"))); len(found) != 1 || found[0].ID != "84930275116" {
			t.Errorf("%s: %d links in %q", c.name, len(found), texts)
		}
	}
}
