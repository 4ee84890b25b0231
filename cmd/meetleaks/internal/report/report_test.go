package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

//nolint:gochecknoglobals // flags of tests are registered once
var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// golden compares got with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (go test -update writes it; read the change before): %s", path, diff)
	}
}

func testOptions() Options {
	return Options{
		Key: []byte("a key for tests"), Version: "0.1.0-test", Now: time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC),
		Titles: map[string]string{"zoom": "Zoom", "google-meet": "Google Meet", "whatsapp": "WhatsApp"},
	}
}

// render writes findings in a format.
func render(t *testing.T, format string, o Options, s Summary, findings ...scanner.Finding) string {
	t.Helper()
	var b bytes.Buffer
	w, err := New(format, &b, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if err := w.Finding(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sample is a run with one finding of every sort; its ids are invented.
func sample() []scanner.Finding {
	zoom := matchers.Link{Platform: "zoom", Kind: matchers.Meeting, Class: matchers.JoinWithSecret, Realm: "commercial", ID: "84930275116", Org: "acme", Secrets: []string{"pwd"}, Host: "acme.zoom.us", Path: "/j/{id}"}
	number := zoom
	number.Kind, number.Class, number.Host, number.Path, number.Secrets, number.Org = matchers.DialIn, matchers.NumberOnly, "", "", []string{"passcode"}, ""
	room := matchers.Link{Platform: "zoom", Kind: matchers.PersonalRoom, Class: matchers.PermanentRoom, Realm: "commercial", Space: "my", ID: "harriet.vane", Host: "zoom.us", Path: "/my/{id}"}
	meet := matchers.Link{Platform: "google-meet", Kind: matchers.Meeting, Class: matchers.JoinWithSecret, ID: "kfw-pqnz-rty", Host: "meet.google.com", Path: "/{id}"}
	start := matchers.Link{Platform: "zoom", Kind: matchers.HostStart, Class: matchers.HostCredential, Realm: "commercial", ID: "96351840722", Secrets: []string{"zak"}, Host: "initech.zoom.us", Path: "/s/{id}", Org: "initech"}
	chat := matchers.Link{Platform: "whatsapp", Kind: matchers.GroupInvite, Class: matchers.ChatInvite, ID: "Hq3Zp8LtWd0RkYb5NvXc2M", Host: "chat.whatsapp.com", Path: "/{id}"}
	judged := func(f scanner.Finding, near string) scanner.Finding {
		f.Risk = scanner.Assess(&f, scanner.Near{Texts: []string{near}, Now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)})
		return f
	}
	return []scanner.Finding{
		judged(scanner.Finding{Link: zoom, Org: "acme", MatchedBy: "vanity acme.zoom.us", Places: []scanner.Place{
			{URI: "docs/agenda.md", Line: 3, Column: 17, MediaType: "text/markdown", Via: []string{"safelinks"}},
			{URI: "docs/agenda.md", Line: 41, Column: 1, MediaType: "text/markdown"},
		}}, "Board, 24 November 2026"),
		judged(scanner.Finding{Link: meet, Places: []scanner.Place{{URI: "site/en/news/index.html", Line: 120, Column: 9, MediaType: "text/html"}}}, "Open to the public!"),
		judged(scanner.Finding{Link: number, Places: []scanner.Place{{URI: "docs/old/invitation.txt", Line: 8, Column: 13, MediaType: "text/plain"}}}, ""),
		judged(scanner.Finding{Link: room, Places: []scanner.Place{{URI: "mail/2026.zip!inbox.eml!body", MediaType: "message/rfc822", Line: 22, Column: 2}}, MorePlaces: 7}, ""),
		judged(scanner.Finding{Link: start, Places: []scanner.Place{{URI: "/srv/wiki/a b#c.txt", Line: 1, Column: 1}}}, "raid this, use fake names"),
		judged(scanner.Finding{Link: chat, Org: "globex", Public: true, MatchedBy: "page https://globex.example/*", Places: []scanner.Place{{URI: "https://globex.example/team/join?x=1", Line: 77, Column: 30, MediaType: "text/html"}}}, ""),
	}
}

func sampleSummary() Summary {
	return Summary{
		Documents: 812, Bytes: 12_345_678, Seconds: 0.25, Findings: 6, Meetings: 5, Ignored: 1,
		Platforms: map[string]int{"zoom": 4, "google-meet": 1, "whatsapp": 1},
		Skipped: []scanner.Skip{
			{URI: "docs/broken.zip", Reason: "cut off: the archive ends early", Cause: scanner.Failure},
			{URI: "docs/photo.jpg", Reason: "image/jpeg is not read", Cause: scanner.Policy},
		},
		Incomplete: true,
	}
}

func TestGolden(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			golden(t, "report."+format, []byte(render(t, format, testOptions(), sampleSummary(), sample()...)))
		})
	}
	t.Run("colour, wide", func(t *testing.T) {
		o := testOptions()
		o.Color, o.Width = true, 110
		golden(t, "colour.text", []byte(render(t, "text", o, sampleSummary(), sample()...)))
	})
	t.Run("revealed", func(t *testing.T) {
		o := testOptions()
		o.Reveal = true
		golden(t, "revealed.jsonl", []byte(render(t, "jsonl", o, sampleSummary(), sample()...)))
	})
	t.Run("summary", func(t *testing.T) {
		got, err := sampleSummary().JSON()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "summary.json", got)
	})
}

func TestTitlesComeFromMatchers(t *testing.T) {
	o := testOptions()
	o.Titles = nil
	if out := render(t, "text", o, Summary{}, sample()[0]); !strings.Contains(out, "Zoom · meeting") {
		t.Error(out)
	}
}

func TestUnknownFormat(t *testing.T) {
	if _, err := New("xml", &bytes.Buffer{}, Options{}); err == nil || !strings.Contains(err.Error(), "sarif") {
		t.Errorf("the error names no formats: %v", err)
	}
}

// No format shows an id, a secret or a clear key, wherever it hides: in the link, a file name, a reason, a summary.
func TestNothingSecretIsShown(t *testing.T) {
	link := "https://acme.zoom.us/j/84930275116?pwd=S3cr3tQwErTz8uXb"
	f := sample()[0]
	f.Places = []scanner.Place{{URI: "notes/" + link + "/x.md", Line: 1, Column: 1}, {URI: "a.zip!" + link}, {URI: "z\u200boom/https://acme.z\u200boom.us/j/84930275116?pwd=S3cr3tQwErTz8uXb"}}
	summary := sampleSummary()
	summary.Skipped = append(summary.Skipped, scanner.Skip{URI: link, Reason: "open " + link + ": gone", Cause: scanner.Failure})
	findings := append(sample(), f)
	hidden := []string{"84930275116", "S3cr3tQwErTz8uXb", "harriet.vane", "kfw-pqnz-rty", "96351840722", "Hq3Zp8LtWd0RkYb5NvXc2M", "commercial:"}
	for _, format := range Formats() {
		out := render(t, format, testOptions(), summary, findings...)
		for _, secret := range hidden {
			if strings.Contains(out, secret) {
				t.Errorf("%s shows %q", format, secret)
			}
		}
	}
	encoded, err := summary.JSON()
	if err != nil || strings.Contains(string(encoded), "84930275116") || strings.Contains(string(encoded), "S3cr3t") {
		t.Errorf("the summary shows a link: %s, %v", encoded, err)
	}
}

// What is revealed is the id; secrets stay hidden.
func TestRevealShowsIDsOnly(t *testing.T) {
	o := testOptions()
	o.Reveal = true
	f := sample()[0]
	f.Places[0].URI = "https://acme.zoom.us/j/84930275116?pwd=S3cr3tQwErTz8uXb"
	for _, format := range Formats() {
		out := render(t, format, o, sampleSummary(), f)
		if !strings.Contains(out, "84930275116") || strings.Contains(out, "S3cr3t") {
			t.Errorf("%s: revealed reports show the id and no secret:\n%s", format, out)
		}
	}
}

// Text from outside cannot drive a terminal, a spreadsheet or a browser, in any format and any field.
func TestHostileText(t *testing.T) {
	evil := "=x\x1b[2J\x1b]0;owned\x07\u202egnp.exe\u2066\u009b31m\x00\r\n</script><script>alert(1)</script>\"'\xff"
	f := sample()[0]
	f.Link.Org, f.Org, f.MatchedBy, f.Link.Host = evil, evil, evil, "acme.zoom.us"+evil
	f.Link.Secrets = []string{evil}
	f.Risk.Reasons = []string{evil}
	f.Places = []scanner.Place{{URI: evil, Line: 1, MediaType: evil, Via: []string{evil}}}
	s := sampleSummary()
	s.Skipped = []scanner.Skip{{URI: evil, Reason: evil, Cause: scanner.Failure}}
	s.Platforms = map[string]int{evil: 1}
	for _, format := range Formats() {
		out := render(t, format, testOptions(), s, f)
		for _, bad := range []string{"\x1b", "\u202e", "\u2066", "\u009b", "\x00", "\r", "owned", `\u001b`, `\u0000`} {
			if strings.Contains(out, bad) {
				t.Errorf("%s holds %q", format, bad)
			}
		}
		if format == "html" && strings.Contains(out, "<script>alert") {
			t.Error("html is not escaped")
		}
	}
}

func TestJSONLStreams(t *testing.T) {
	var b bytes.Buffer
	w, err := New("jsonl", &b, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range sample() {
		if err := w.Finding(f); err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(b.Bytes(), []byte("\n")); lines != i+1 {
			t.Fatalf("after %d findings %d lines are written", i+1, lines)
		}
	}
	var line map[string]any
	if err := json.Unmarshal(bytes.SplitN(b.Bytes(), []byte("\n"), 2)[0], &line); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"schema", "platform", "kind", "id", "masked", "key", "url", "org_hint", "secrets", "class", "org", "matched_by", "risk", "places", "more_places"} {
		if _, ok := line[field]; !ok {
			t.Errorf("the line has no %q", field)
		}
	}
}

func TestJSONIsOneObject(t *testing.T) {
	for _, findings := range [][]scanner.Finding{nil, sample()} {
		var report struct {
			Schema   string
			Findings []record
			Summary  Summary
		}
		if err := json.Unmarshal([]byte(render(t, "json", testOptions(), sampleSummary(), findings...)), &report); err != nil {
			t.Fatal(err)
		}
		if len(report.Findings) != len(findings) || report.Summary.Documents != 812 || report.Schema != reportSchema {
			t.Errorf("%d findings, summary %+v", len(report.Findings), report.Summary)
		}
	}
}

func TestEmptySummaryHasNoNulls(t *testing.T) {
	text, err := Summary{}.JSON()
	if err != nil || bytes.Contains(text, []byte("null")) {
		t.Errorf("%s, %v", text, err)
	}
}

// failing fails every write.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrorsAreReturned(t *testing.T) {
	for _, format := range Formats() {
		w, err := New(format, failing{}, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		var got error
		for range 30 {
			got = errors.Join(got, w.Finding(sample()[0]))
		}
		if format != "jsonl" {
			got = errors.Join(got, w.Close(sampleSummary()))
		}
		if got == nil || !strings.Contains(got.Error(), "disk full") {
			t.Errorf("%s swallows a write error: %v", format, got)
		}
	}
}
