package matchers

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// FuzzFind: no panic, places inside the text, and only ids that Find could have read.
func FuzzFind(f *testing.F) {
	for text := range corpusTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<15 {
			return
		}
		for _, s := range Find(text) {
			if s.Start < 0 || s.End < s.Start || s.End > len(text) {
				t.Fatalf("%s at [%d,%d) of %d bytes", s.Platform, s.Start, s.End, len(text))
			}
			if s.Platform == "" || s.ID == "" || s.Kind.Rank() >= len(kinds()) || s.Class < "A" || s.Class > "H" {
				t.Fatalf("incomplete link %+v", s.Link)
			}
			for _, span := range s.Secret {
				if span.Start < 0 || span.End < span.Start || span.End > len(text) {
					t.Fatalf("secret at %v of %d bytes", span, len(text))
				}
			}
		}
		Explain(text)
	})
}

// A text in pieces, read as FindIn's comment says, gives what the whole gives.
func TestFindInPieces(t *testing.T) {
	var all bytes.Buffer
	n := 0
	for text := range corpusTexts {
		if n++; n%3 > 0 && !long {
			continue
		}
		all.WriteString(text)
		all.WriteString(strings.Repeat("\n\nA paragraph of ordinary words stands between the pages.\n\n", 40))
	}
	text := all.Bytes()
	const piece = 10_007
	var pieces []Sighting
	for from := 0; from < len(text); from += piece {
		to := min(len(text), from+piece)
		for _, s := range Standard().FindIn(text, max(0, from-Reach), min(len(text), to+Reach)) {
			if s.Start >= from && s.Start < to && !s.Possible {
				pieces = append(pieces, s)
			}
		}
	}
	got, want := placesOf(pieces), placesOf(Find(text))
	for place := range want {
		if !got[place] {
			t.Errorf("the pieces miss %s", place)
		}
	}
	for place := range got {
		if !want[place] {
			t.Errorf("only the pieces have %s", place)
		}
	}
}

func placesOf(list []Sighting) map[string]bool {
	places := make(map[string]bool)
	for _, s := range list {
		places[fmt.Sprint(s.Start, " ", s.Key())] = true
	}
	return places
}

// hostile texts are made to take more than linear time.
func hostile() map[string]string {
	return map[string]string{
		"dots":                 ".",
		"percent":              "%25",
		"hosts":                "zoom.us/",
		"hosts and spaces":     "zoom.us ",
		"encoded hosts":        "%252Fzoom.us%252F",
		"threads":              "19:meeting_",
		"safe links":           "https://a.safelinks.protection.outlook.com/?url=",
		"hosts and ampersands": "zoom.us&amp;",
		"users":                "@zoom.us",
		"codes cut off":        "meet.google.com/abc-",
		"data":                 "data:text/html,zoom.us/",
		"redirects, short":     "https://www.google.com/url?",
		"safe links, bare":     "https://safelinks.protection.outlook.com/?url=",
		"google's paths":       "/url?",
		"google's paths, AMP":  "a.b/amp/s/",
		"calendars":            "calendar.google.com/",
		"proofpoint":           "https://urldefense.com/v3/__",
		"redirects":            "https://www.google.com/url?q=",
		"labels":               "Meeting ID: ",
		"labels, numbers":      "Zoom Meeting ID: 982 3451 0217\n",
		"links":                "https://zoom.us/j/98234510217 ",
		"links, passcodes":     "https://zoom.us/j/98234510217 passcode: 77a\n",
		"commas":               "1,,1",
		"hashes":               "1##1",
		"soft breaks":          "a=\n",
		"zero width":           "\u200b",
		"defanged":             "zoom[.]us/j/",
		"entities":             "&amp;",
		"backslashes":          `\`,
		"parentheses":          "https://zoom.us/j/(",
		"paths":                "/b/a",
		"mattermost":           "https://a.example/signup_user_complete/?",
		"join call":            "join_call=true",
		"meet hosts":           "//meet.a/",
		"quotes":               `https://zoom.us/j/12345" + "`,
		"folds":                strings.Repeat("a", 75) + "\r\n ",
	}
}

// Doubling a hostile text may double the time, not more: measured as a ratio, with a wide margin for a busy machine.
func TestHostileTextTakesLinearTime(t *testing.T) {
	const size = 1 << 13
	for name, piece := range hostile() {
		small := bytes.Repeat([]byte(piece), size/len(piece))
		large := bytes.Repeat([]byte(piece), 8*size/len(piece))
		once, eight := fastest(small), time.Hour
		slow := func() bool { return eight > 40*once && eight > 100*time.Millisecond }
		for tries := 0; tries < 15 && slow(); tries++ { // a busy machine makes single measurements long, not fifteen in a row
			eight = took(large)
		}
		if slow() {
			t.Errorf("%s: %v for %d bytes, %v for eight times as many", name, once, len(small), eight)
		}
	}
}

func fastest(text []byte) time.Duration {
	best := time.Hour
	for range 3 {
		best = min(best, took(text))
	}
	return best
}

func took(text []byte) time.Duration {
	start := time.Now()
	Find(text)
	return time.Since(start)
}

func BenchmarkFind(b *testing.B) {
	var page bytes.Buffer
	for text := range corpusTexts {
		if page.Len() < 200<<10 {
			page.WriteString(text)
			page.WriteString(strings.Repeat("Ordinary words of an ordinary page, with a link to https://example.org/page.html and some 2026 numbers.\n", 60))
		}
	}
	plain := []byte(strings.Repeat("Ordinary words of an ordinary page, with a link to https://example.org/page.html and some 2026 numbers.\n", 5000))
	for name, text := range map[string][]byte{"pages": page.Bytes(), "plain": plain} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Find(text)
			}
		})
	}
}
