package extract

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// found is where meetings were found: "platform id uri part line:column", in the order of the documents.
func found(t testing.TB, limits Limits, s Source) (places, skips []string) {
	t.Helper()
	matcher := scanner.NewMatcher(matchers.Standard(), nil)
	err := New(Options{Limits: limits, Now: func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }}).Unit(s)(t.Context(),
		func(d scanner.Document) error {
			findings, _, unread := matcher.Match(t.Context(), d)
			for _, f := range findings {
				for _, p := range f.Places {
					places = append(places, fmt.Sprintf("%s %s %s %d:%d", f.Link.Platform, f.Link.ID, p.URI, p.Line, p.Column))
				}
			}
			for _, u := range unread {
				skips = append(skips, u.URI+" ("+string(u.Cause)+"): "+u.Reason)
			}
			return nil
		}, func(s scanner.Skip) { skips = append(skips, s.URI+" ("+string(s.Cause)+"): "+s.Reason) })
	must(t, err)
	return places, skips
}

// finds runs found on a file and on a stream.
func finds(t *testing.T, name, data string, places, skips []string) {
	t.Helper()
	for _, stream := range []bool{false, true} {
		gotPlaces, gotSkips := found(t, Limits{}, bytesSource{name, []byte(data), stream})
		if diff := cmp.Diff(places, gotPlaces); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(skips, gotSkips); diff != "" {
			t.Errorf("skips (-want +got):\n%s", diff)
		}
	}
}

// crlf gives a text the line ends of mail.
func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// inBase64 is text in lines of 76 characters.
func inBase64(text string) string {
	var lines strings.Builder
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	for len(encoded) > 76 {
		lines.WriteString(encoded[:76] + "\r\n")
		encoded = encoded[76:]
	}
	return lines.String() + encoded
}

const mailTop = "From: PA <pa@acme.example>\nTo: board@acme.example\nMIME-Version: 1.0\n"

func TestOrdinaryTextIsNoMail(t *testing.T) {
	for text, want := range map[string]bool{
		"From: Ann\nthe minutes are below\n":                         false,
		"From: Ann <ann@acme.example>\nSubject: minutes\n\nhello":    true,
		"To: the board\nFrom: the chair\nSubject: agenda\n\nhello":   false,
		"from: ann@acme.example\nto: bob@acme.example\n":             false,
		"Date: 2026-11-21\nServer: nginx\n\n":                        false,
		"# Agenda\nFrom: x\nMessage-ID: y\nSubject: z\n":             false,
		"Received: from a\n\tby b\nDate: x\n\n":                      true,
		"https://acme.zoom.us/j/84930275116\nReceived: x\nTo: y\n":   true, // it looks so, and nothing is lost by it
		">From pa@acme.example Thu Nov 26\nMIME-Version: x\nTo: y\n": true,
		"title: x\ndate: 2026-11-21\n---\nReceived: x\nTo: y\n":      false,
	} {
		if got := isMail([]byte(text), content{name: "a.txt"}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	one := []byte("X-Note: a\n\nhello")
	for _, c := range []content{{name: "a.eml"}, {name: "x", declared: "message/rfc822"}, {name: "x", declared: "Message/RFC822; charset=x"}} {
		if !isMail(one, c) || isMail([]byte("hello\n"), c) {
			t.Errorf("%+v", c)
		}
	}
}

func TestAMailIsOneDocumentWithParts(t *testing.T) {
	text := crlf(mailTop + `Subject: =?utf-8?B?` + base64.StdEncoding.EncodeToString([]byte("Café: https://acme.zoom.us/j/84930275116")) + `?=
Content-Type: multipart/mixed; boundary="outer"

This is a multi-part message in MIME format.
--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Caf=E9 at noon:
https://acme.zoom.us/j/849302=
75116?pwd=3Dq7Rt
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

` + inBase64("<p>Join\n<a href=\"https://acme.zoom.us/j/84930275116?pwd=q7Rt\">here</a>") + `
--inner
Content-Type: text/calendar; method=REQUEST; charset=UTF-8

BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20261201T100000Z
LOCATION:https://meet.google.com/qkx-wvpn-jzt
END:VEVENT
END:VCALENDAR
--inner--
--outer
Content-Type: text/plain; name="=?utf-8?Q?notes=5F1.txt?="
Content-Disposition: attachment
Content-Transfer-Encoding: base64

` + inBase64("see https://globex.zoom.us/j/97315260842\n") + `
--outer--
`)
	finds(t, "a.eml", text, []string{
		"zoom 97315260842 a.eml!notes_1.txt 1:5",
		"zoom 84930275116 a.eml!headers 4:1",
		"zoom 84930275116 a.eml!body 2:1",
		"zoom 84930275116 a.eml!body.html 2:10",
		"google-meet qkx-wvpn-jzt a.eml!invite.ics 4:10",
	}, nil)
}

func TestAttachmentsAreReadAsWhatTheyAre(t *testing.T) {
	zip := string(zipped(t, file{"in/agenda.txt", "https://acme.zoom.us/j/84930275116"}))
	inner := crlf(mailTop + "Subject: forwarded\n\nhttps://acme.zoom.us/j/97315260842\n")
	text := crlf(mailTop+"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n") + inner +
		crlf("--b\nContent-Type: application/zip; name=x.zip\nContent-Transfer-Encoding: base64\n\n") + inBase64(zip) + "\r\n--b--\r\n"
	finds(t, "a", text, []string{
		"zoom 97315260842 a!forwarded.eml!body 1:1",
		"zoom 84930275116 a!x.zip!in/agenda.txt 1:1",
	}, nil)
}

func TestNamesOfAttachmentsDoNotClimb(t *testing.T) {
	text := crlf(mailTop + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/csv; name=\"../../x.csv\"\n\na,b\n--b\n" +
		"Content-Type: text/csv\nContent-Disposition: attachment; filename*0*=utf-8''%2Fetc%2F; filename*1=y.csv\n\nc,d\n--b\n\nbody\n--b\n\nbody\n--b--\n")
	texts, skips := extracted(t, Limits{}, bytesSource{"a.eml", []byte(text), false})
	if len(texts) != 3 || texts[0] != "a.eml!x.csv: a,b" || texts[1] != "a.eml!etc/y.csv: c,d" || len(skips) > 0 {
		t.Errorf("%q %q", texts, skips)
	}
}

// TestMailHidesNothingThatItsBytesShow holds that no reading of a mail finds less than a look at its bytes.
func TestMailHidesNothingThatItsBytesShow(t *testing.T) {
	link := "https://acme.zoom.us/j/84930275116"
	for name, text := range map[string]string{
		"a field of any name":        mailTop + "X-Join: " + link + "\n\nx\n",
		"a part's own header":        mailTop + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Location: " + link + "\n\nx\n--b--\n",
		"the preamble":               mailTop + "Content-Type: multipart/mixed; boundary=b\n\n" + link + "\n--b\n\nx\n--b--\n",
		"the epilogue":               mailTop + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n" + link + "\n",
		"no boundary":                mailTop + "Content-Type: multipart/mixed\n\n--b\n\n" + link + "\n",
		"no end":                     mailTop + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + link,
		"an unknown encoding":        mailTop + "Content-Transfer-Encoding: x-rot13\n\n" + link + "\n",
		"an unknown charset":         mailTop + "Content-Type: text/plain; charset=klingon\n\n" + link + "\n",
		"a false charset":            mailTop + "Content-Type: text/plain; charset=utf-16\n\n" + link + "\n",
		"a false base64":             mailTop + "Content-Transfer-Encoding: base64\n\n" + link + "\n",
		"a footer behind base64":     mailTop + "Content-Transfer-Encoding: base64\n\naGVsbG8=\n\n-- \nlist: " + link + "\n",
		"a header that never ends":   mailTop + "X-A: " + strings.Repeat("y", maxMailHeader) + "\nX-B: " + link + "\n\n",
		"no header line":             mailTop + "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + link + "\n--b--\n",
		"an envelope line":           ">From " + link + "\n" + mailTop + "\n\nx",
		"a broken content type":      mailTop + "Content-Type: ;;; =\n\n" + link,
		"a twice used boundary":      mailTop + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b\n\n" + link + "\n--b--\n",
		"an encoded word":            mailTop + "Subject: =?utf-8?Q?" + link + "?= =?broken?X?" + link + "?=\n\nx",
		"a name":                     mailTop + "Content-Type: application/octet-stream; name=\"" + link + "\"\n\nx",
		"a binary part":              mailTop + "Content-Type: application/ms-tnef; name=winmail.dat\n\n\x00\x01" + link + "\x00",
		"an encrypted mail":          mailTop + "Content-Type: multipart/encrypted; boundary=b\n\n--b\n\n" + link + "\n--b--\n",
		"flowed text":                mailTop + "Content-Type: text/plain; format=flowed\n\n" + link + " \n> x \n" + link + "\n",
		"a boundary of another kind": mailTop + "Content-Type: text/plain; boundary=b\n\n--b\n" + link + "\n--b--\n",
	} {
		for _, text := range []string{text, crlf(text)} {
			places, _ := found(t, Limits{}, bytesSource{"a.eml", []byte(text), true})
			shown := matchers.Find([]byte(text))
			if len(shown) == 0 {
				t.Errorf("%s: the sample shows nothing", name)
			}
			for _, s := range shown {
				if !slices.ContainsFunc(places, func(p string) bool { return strings.Contains(p, " "+s.ID+" ") }) {
					t.Errorf("%s: %q, the bytes show %q", name, places, s.ID)
				}
			}
		}
	}
}

func TestMailTellsWhatItCouldNotRead(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"Content-Type: multipart/mixed\n\nx", "a (failure): broken mail: a multipart without a boundary, read as plain text"},
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n", "a (failure): truncated: it ends too early"},
		{"Content-Transfer-Encoding: base64\n\naGVsbG8h\n!!!\naGVsbG8h\n", "a (failure): broken base64: what could be decoded was read"},
		{"Content-Transfer-Encoding: base64\n\naGVsbG8hx\n", "a (failure): broken base64: what could be decoded was read"},
		{"Content-Transfer-Encoding: x-uuencode\n\nx", "a (policy): the transfer encoding of a part is not known: it was read as it is"},
		{"Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nVersion: 1\n--b--\n", "a (failure): encrypted"},
		{"\n-----BEGIN PGP MESSAGE-----\n", "a (failure): encrypted"},
		{"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx", "a (failure): encrypted"},
	} {
		_, skips := extracted(t, Limits{}, bytesSource{"a", []byte(crlf(mailTop + c.body)), false})
		if !slices.Equal(skips, []string{c.want}) {
			t.Errorf("%q: %q", c.body, skips)
		}
	}
	told := "\nIt begins with -----BEGIN PGP MESSAGE----- and ends\n> -----BEGIN PGP MESSAGE-----\n"
	if _, skips := extracted(t, Limits{}, bytesSource{"a", []byte(crlf(mailTop + told)), false}); len(skips) > 0 {
		t.Errorf("a mail about encryption: %q", skips)
	}
	_, skips := extracted(t, Limits{}, readerSource{io.MultiReader(strings.NewReader(mailTop+"\nx"), failing{nil, io.ErrClosedPipe})})
	if len(skips) == 0 || !strings.Contains(skips[len(skips)-1], io.ErrClosedPipe.Error()) {
		t.Errorf("%q", skips)
	}
}

func TestWordsOfHeadersAreDecoded(t *testing.T) {
	for s, want := range map[string]string{
		"plain":                                     "plain",
		"=?utf-8?Q?caf=C3=A9_=3D?=":                 "café =",
		"=?ISO-8859-1?q?caf=E9?= bar":               "café bar",
		"a =?utf-8?B?Yg==?=\r\n =?utf-8?B?Yw==?= d": "a bc d",
		"=?utf-8*en?B?Yg?=":                         "b",
		"=?x?Y?z?= =?":                              "=?x?Y?z?= =?",
		"=?utf-8?Q?open":                            "=?utf-8?Q?open",
		"=?klingon?Q?a=20b=?=":                      "a b=",
		"=?iso-2022-jp?B?" + base64.StdEncoding.EncodeToString([]byte("\x1b$B2q5D\x1b(B")) + "?=": "会議",
	} {
		if got := decodeWords(s); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
	if want := "Grüße aus Köln"; decodeWords(mime.BEncoding.Encode("utf-8", want)) != want {
		t.Error("what the standard library writes is not read")
	}
}

func TestFlowedTextIsJoined(t *testing.T) {
	for _, c := range []struct {
		delSp      bool
		text, want string
	}{
		{false, "one \ntwo\nthree \n\nfour \n-- \nme", "one two\nthree \nfour \n-- \nme"},
		{true, "https://acme.zoom.us/j/849 \n30275116\n", "https://acme.zoom.us/j/84930275116\n"},
		{false, "> a \n> b\n>> c \n> d\n", "> a b\n>> c \n> d\n"},
		{false, " From\n x\n", "From\nx\n"},
		{false, "a \r\nb\r\n", "a b\r\n"},
		{false, "open ", "open "},
	} {
		v := &view{}
		must(t, flowedText{c.delSp}.add(&mail{view: v}, "body", []byte(c.text)))
		if string(v.text) != c.want {
			t.Errorf("%q: %q", c.text, v.text)
		}
	}
	finds(t, "a.eml", mailTop+"Content-Type: text/plain; format=flowed; delsp=yes\n\nsee\nhttps://acme.zoom.us/j/849 \n30275116 and https://globex.zoom.us/j/97315260842\n",
		[]string{"zoom 84930275116 a.eml!body 2:1", "zoom 97315260842 a.eml!body 3:14"}, nil)
	finds(t, "a.eml", mailTop+"Content-Type: text/plain; format=flowed\n\nZoom \nMeeting ID: 849 3027 5116 \nPasscode: q7Rt8w \n",
		[]string{"zoom 84930275116 a.eml!body 2:13"}, nil)
}
