package extract

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
)

// nestedMultiparts is a mail of multiparts in each other, of which none ends.
func nestedMultiparts(depth int, boundary func(i int) string) string {
	var b strings.Builder
	b.WriteString(mailTop)
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=%q\n\n--%s\n", boundary(i), boundary(i))
	}
	return b.String() + "\nhttps://acme.zoom.us/j/84930275116\n"
}

func TestMultipartsAreNestedToALimit(t *testing.T) {
	own := func(i int) string { return fmt.Sprintf("b%d", i) }
	same := func(int) string { return "b" }
	for name, text := range map[string]string{"own": nestedMultiparts(1000, own), "same": nestedMultiparts(1000, same)} {
		places, skips := found(t, Limits{}, bytesSource{"a", []byte(text), true})
		if len(places) != 1 || len(skips) == 0 || !strings.Contains(strings.Join(skips, "\n"), "more than 10 levels") {
			t.Errorf("%s: %q %q", name, places, skips)
		}
	}
}

func TestForwardedMailIsNestedToALimit(t *testing.T) {
	mail := strings.Repeat(mailTop+"Content-Type: message/rfc822\n\n", 1000) + mailTop + "\nhello"
	_, skips := extracted(t, Limits{}, bytesSource{"a", []byte(mail), true})
	if len(skips) != 1 || !strings.Contains(skips[0], "packed more than 8 times") {
		t.Errorf("%q", skips)
	}
}

func TestPartsOfAMailAreBounded(t *testing.T) {
	text := mailTop + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", maxMailParts+10) + "--b\n\nhttps://acme.zoom.us/j/84930275116\n--b--\n"
	places, skips := found(t, Limits{}, bytesSource{"a", []byte(text), true})
	if fmt.Sprint(skips) != "[a (failure): a mail of more than 1000 parts: the rest was read as plain text]" ||
		len(places) != 1 || !strings.HasPrefix(places[0], "zoom 84930275116 a!rest ") {
		t.Errorf("%q %q", places, skips)
	}
	attached := strings.Repeat("--b\nContent-Type: text/csv; name=x\n\na\n", 30) + "--b--\n"
	texts, skips := extracted(t, Limits{Entries: 20}, bytesSource{"a", []byte(mailTop + "Content-Type: multipart/mixed; boundary=b\n\n" + attached), true})
	if len(texts) != 21 || len(skips) != 1 || !strings.Contains(skips[0], "more than 20 entries") {
		t.Errorf("%d texts, %q", len(texts), skips)
	}
}

// TestLongTextsOfMailAreReadToTheirEnd holds for one text that is longer than is held in memory, and for many that are so
// together.
func TestLongTextsOfMailAreReadToTheirEnd(t *testing.T) {
	line := "a line of a long text, which says nothing at all\n"
	long := strings.Repeat(line, maxMailText/len(line)+10) + "https://acme.zoom.us/j/84930275116\n"
	places, skips := found(t, Limits{}, bytesSource{"a", []byte(mailTop + "\n" + long), true})
	if fmt.Sprint(places) != fmt.Sprintf("[zoom 84930275116 a!body %d:1]", strings.Count(long, "\n")) || len(skips) > 0 {
		t.Errorf("%q %q", places, skips)
	}
	part := "--b\n\n" + strings.Repeat(line, 1<<20/len(line)) + "https://acme.zoom.us/j/%d\n"
	var text strings.Builder
	text.WriteString(mailTop + "Content-Type: multipart/mixed; boundary=b\n\n")
	for i := range 12 {
		fmt.Fprintf(&text, part, 84930275116+7919*i)
	}
	text.WriteString("--b--\n")
	places, skips = found(t, Limits{}, bytesSource{"a", []byte(text.String()), true})
	if len(places) != 12 || len(skips) > 0 {
		t.Errorf("%q %q", places, skips)
	}
}

// TestHostileMailTakesLinearTime compares the time for texts of one and of four times a length.
func TestHostileMailTakesLinearTime(t *testing.T) {
	for name, text := range map[string]func(n int) string{
		"boundaries": func(n int) string {
			return nestedMultiparts(9, func(int) string { return "b" }) + strings.Repeat("--b\n", n/4)
		},
		"dashes": func(n int) string {
			return nestedMultiparts(9, func(int) string { return "b" }) + strings.Repeat("--", n/2)
		},
		"fields": func(n int) string { return strings.Repeat("A: b\n", n/5) },
		"folds":  func(n int) string { return mailTop + "X: y\n" + strings.Repeat(" \n", n/2) },
		"words":  func(n int) string { return mailTop + "Subject: " + strings.Repeat("=?a?", n/4) },
		"quoted": func(n int) string {
			return mailTop + "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("= ", n/2)
		},
		"base64": func(n int) string {
			return mailTop + "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("=A", n/2)
		},
		"flowed": func(n int) string {
			return mailTop + "Content-Type: text/plain; format=flowed\n\n" + strings.Repeat("> \n", n/3)
		},
		"envelopes":      func(n int) string { return strings.Repeat("From \n", n/6) },
		"mails of a box": func(n int) string { return strings.Repeat(envelope+"a: b\n", n/50) },
		"starts of WARC": func(n int) string { return strings.Repeat("WARC/1.", n/7) },
		"records of WARC": func(n int) string {
			return "WARC/1.0\nContent-Length: 99999999\n\n" + strings.Repeat("\n\nWARC/1.0\n", n/11)
		},
		"chunks": func(n int) string {
			return warcRecord("response", "x", asHTTP, answer("Transfer-Encoding: chunked\r\n", strings.Repeat("1\r\na\r\n", n/6)))
		},
	} {
		took := func(n int) time.Duration {
			s := bytesSource{"a", []byte(text(n)), true}
			start := time.Now()
			discard(t, Limits{}, s)
			return time.Since(start)
		}
		one, four := took(256<<10), took(1<<20)
		if four > 16*one+500*time.Millisecond {
			t.Errorf("%s: %v, four times as much %v", name, one, four)
		}
	}
}

// checkRead reads data with small limits and fails when texts or places are out of all proportion.
func checkRead(t *testing.T, name string, data []byte) {
	t.Helper()
	n := 0
	x := New(Options{Limits: Limits{Bytes: 1 << 20, Entries: 200, Spool: 2 << 20}})
	err := x.Unit(bytesSource{name, data, true})(t.Context(), func(d scanner.Document) error {
		text, _ := io.ReadAll(d.Text) // a broken text is what this is about
		n += len(text) + 64
		for i := 0; d.Where != nil && i <= len(text); i += 1 + len(text)/16 {
			if spot := d.Where.Locate(int64(i)); spot.Page == 0 && (spot.Line < 1 || spot.Column < 1 || spot.Line > len(data)+len(text)+1) {
				t.Errorf("byte %d of %d stands at %+v", i, len(text), spot)
			}
		}
		for _, e := range d.Events {
			if e.From < 0 || e.To < e.From || e.To > int64(len(text)) {
				t.Errorf("an event at [%d,%d) of %d", e.From, e.To, len(text))
			}
		}
		return nil
	}, func(scanner.Skip) { n += 64 })
	must(t, err)
	if limit := 1<<20 + 200*64 + 64*len(data); n > limit {
		t.Errorf("%d bytes of text, made of %d", n, len(data))
	}
}

func FuzzMail(f *testing.F) {
	f.Add(crlf(mailTop + "Subject: =?utf-8?B?YQ==?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>=3D\n--b\nContent-Type: message/rfc822\n\nA: b\n\nc\n--b--\n"))
	f.Add(mailTop + "Content-Type: text/plain; format=flowed; delsp=yes; charset=iso-2022-jp\n\na \n> b \n\x1b$B")
	f.Add(mailTop + "Content-Type: text/calendar\nContent-Transfer-Encoding: base64\n\n" + inBase64("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261201T100000Z\nEND:VEVENT"))
	f.Add(nestedMultiparts(12, func(i int) string { return string(rune('a' + i/2)) }))
	f.Add(mailTop + "Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\x01\x00")
	f.Fuzz(func(t *testing.T, text string) { checkRead(t, "a.eml", []byte("A: b\n"+text)) })
}

func FuzzMbox(f *testing.F) {
	f.Add("Subject: x\n\n>From a\n\n" + envelope + "From: y\n\nz")
	f.Add(strings.Repeat(envelope, 3) + "From x\nTo: y\n")
	f.Fuzz(func(t *testing.T, text string) { checkRead(t, "a.mbox", []byte(envelope+"A: b\n"+text)) })
}

func FuzzWARC(f *testing.F) {
	f.Add(warcRecord("response", "https://acme.example/", asHTTP, answer("Transfer-Encoding: chunked\r\n", inChunks("hello", "a: b\r\n"))))
	f.Add(warcRecord("response", "https://acme.example/", asHTTP, answer("Content-Encoding: deflate\r\n", "\x78\x9c\x03\x00")))
	f.Add("Content-Length: 5\r\n\r\n\r\n\r\nWARC/1.1\r\nWARC-Type: request\r\nContent-Length: 99\r\n\r\nx")
	f.Add("\r\n\r\nWARC/2\nWARC/1.0\n" + warcRecord("metadata", "", "WARC-Truncated: time\r\n", "x"))
	f.Fuzz(func(t *testing.T, text string) { checkRead(t, "a.warc", []byte("WARC/1.0\r\n"+text)) })
}
