package extract

import (
	"fmt"
	"strings"
	"testing"
)

const envelope = "From pa@acme.example Thu Nov 26 10:04:00 2026\n"

func TestMailboxesAreKnownByTheirFirstLines(t *testing.T) {
	for text, want := range map[string]bool{
		envelope + "Subject: x\n":                                   true,
		"From MAILER-DAEMON\nReceived: x\n":                         true,
		"From here on\nNote: we meet at noon\n":                     false,
		"From Monday\nTo: Friday\n":                                 false,
		"From 10:04 in 2026\nwe meet\n":                             false,
		"From: x\nTo: y\n":                                          false,
		"From 0123456789abcdef Mon Sep 17 00:00:00 2001\nFrom: x\n": true,
	} {
		if got := isMbox([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestEachMailOfAMailboxIsADocument(t *testing.T) {
	box := envelope + mailTop + "Subject: one\n\nhttps://acme.zoom.us/j/84930275116\n>From here on:\n>>From x\n\n" +
		envelope + mailTop + "Content-Transfer-Encoding: base64\n\n" + inBase64("https://acme.zoom.us/j/97315260842") + "\n\n" +
		"From the board, not the next mail\n\n" +
		"From pa@acme.example\nSubject: three\n\nhttps://globex.zoom.us/j/93148260571\n"
	for _, box := range []string{box, "\n\n" + box, "\xef\xbb\xbf" + box, crlf(box)} {
		finds(t, "a.mbox", box, []string{
			"zoom 84930275116 a.mbox!1!body 1:1",
			"zoom 97315260842 a.mbox!2!body 1:1",
			"zoom 93148260571 a.mbox!3!body 1:1",
		}, nil)
	}
	texts, _ := extracted(t, Limits{}, bytesSource{"b", []byte(box), true})
	if !strings.Contains(texts[0], "\nFrom here on:\n>From x\n") {
		t.Errorf("the lines of the mail are not as they were written: %q", texts[0])
	}
}

func TestWhatIsNoMailInAMailboxIsText(t *testing.T) {
	box := envelope + "Subject: one\n\nx\n\n" + envelope + "X: https://acme.zoom.us/j/84930275116\n" + strings.Repeat("y", 3*mboxBuffer) +
		" https://acme.zoom.us/j/97315260842\n" + envelope + "From: x\n\nhttps://globex.zoom.us/j/93148260571"
	finds(t, "b", box, []string{
		"zoom 84930275116 b!2!headers 2:4",
		fmt.Sprintf("zoom 97315260842 b!2!body 1:%d", 3*mboxBuffer+2),
		"zoom 93148260571 b!3!body 1:1",
	}, nil)
}

func TestMailsOfAMailboxAreBounded(t *testing.T) {
	box := strings.Repeat(envelope+"Subject: x\n\ny\n\n", 30)
	texts, skips := extracted(t, Limits{Entries: 20}, bytesSource{"b", []byte(box), true})
	if len(texts) != 20 || len(skips) != 1 || skips[0] != "b (failure): more than 20 entries: the rest was not read" {
		t.Errorf("%d texts, %q", len(texts), skips)
	}
	texts, skips = extracted(t, Limits{}, bytesSource{"b.gz", gzipped(t, []byte(box)), true})
	if len(texts) != 30 || len(skips) > 0 {
		t.Errorf("%d texts, %q", len(texts), skips)
	}
}
