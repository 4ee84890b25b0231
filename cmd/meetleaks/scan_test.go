package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const nearConfig = "organisations:\n  - name: acme\n    patterns: [{near: [\"理事会アクメ限定\"]}]\n"

// TestNearCountsCharactersNotBytes puts the words as far from the link as they may be, in a script of three bytes a character.
func TestNearCountsCharactersNotBytes(t *testing.T) {
	file := writeFile(t, "m.yaml", nearConfig)
	for distance, want := range map[int]string{288: `"org":"acme"`, 310: `"org":""`} {
		page := writeFile(t, "page.md", "理事会アクメ限定 "+strings.Repeat("字", distance)+" https://zoom.us/j/84930275116")
		_, got, diagnostics := carryOut(t, "", "scan", "--config", file, "--format", "jsonl", page)
		if !strings.Contains(got, want) {
			t.Errorf("%d characters: %s%s", distance, got, diagnostics)
		}
	}
}

// TestNearLooksAtFurtherPlaces puts the words beside the tenth place only.
func TestNearLooksAtFurtherPlaces(t *testing.T) {
	file := writeFile(t, "m.yaml", nearConfig)
	const place = "https://zoom.us/j/84930275116\n"
	far := strings.Repeat("-", 2000)
	page := writeFile(t, "page.md", strings.Repeat(place+far, 9)+"理事会アクメ限定 "+place)
	if _, got, _ := carryOut(t, "", "scan", "--config", file, "--format", "jsonl", page); !strings.Contains(got, `"org":"acme"`) {
		t.Error(got)
	}
}

// A number that looks like a sample is a finding for the organisation that registered it, and for nobody else.
func TestRegisteredIsNoSample(t *testing.T) {
	file := writeFile(t, "m.yaml", "organisations:\n  - name: acme\n    patterns: [{meeting: \"zoom:4443335678\"}]\n")
	page := writeFile(t, "page.md", "https://zoom.us/j/4443335678\n")
	if _, got, diagnostics := carryOut(t, "", "scan", "--config", file, "--format", "jsonl", page); !strings.Contains(got, `"org":"acme"`) {
		t.Errorf("%s%s", got, diagnostics)
	}
	if _, got, _ := carryOut(t, "https://zoom.us/j/4443335678", "explain", "--config", file, "-"); !strings.Contains(got, "acme") {
		t.Error(got)
	}
	if _, got, _ := carryOut(t, "", "scan", "--format", "jsonl", page); got != "" {
		t.Errorf("without an organisation: %s", got)
	}
}

func TestTheStartOfACalendarEventCounts(t *testing.T) {
	day := time.Now().UTC().AddDate(0, 0, 3).Format("20060102")
	page := writeFile(t, "a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:"+day+"\nURL:https://zoom.us/j/84930275116\nEND:VEVENT\nEND:VCALENDAR\n")
	if _, got, _ := carryOut(t, "", "scan", "--format", "jsonl", page); !strings.Contains(got, "it starts within a week") {
		t.Error(got)
	}
}

func TestWrappedLinksThatCannotBeReadAreCounted(t *testing.T) {
	const wrapped = "https://url.us.m.mimecastprotect.com/s/Qw7rTzLpXk12?domain=us02web.zoom.us\n"
	for n, want := range map[int]string{
		1: "meetleaks: 1 wrapped link names a meeting service but cannot be decoded offline: see `meetleaks explain`",
		3: "meetleaks: 3 wrapped links name a meeting service but cannot be decoded offline: see `meetleaks explain`",
	} {
		page := writeFile(t, "page.md", strings.Repeat(wrapped, n))
		summary := filepath.Join(t.TempDir(), "sum.json")
		code, out, diagnostics := carryOut(t, "", "scan", "--format", "jsonl", "--summary", summary, page)
		text, err := os.ReadFile(summary)
		if code != exitFine || out != "" || !strings.Contains(diagnostics, want) || err != nil {
			t.Errorf("exit code %d, %q, %s, %v", code, out, diagnostics, err)
		}
		if want := []byte(`"possible": ` + want[len("meetleaks: "):][:1]); !bytes.Contains(text, want) {
			t.Errorf("summary: %s", text)
		}
	}
}

// TestErrorsAreMaskedBeforeTheyAreCutIntoLines gives names in which characters that cannot be seen, or line breaks, stand in
// the middle of a link or an invitation.
func TestErrorsAreMaskedBeforeTheyAreCutIntoLines(t *testing.T) {
	for _, name := range []string{
		"acme.zoom.us%2Fj%2F849\u200b30275116?pwd=Zk1FaWx5", "acme.zoom.us/j/849\x1b[0m30275116?pwd=Zk1FaWx5",
		"a\nMeeting ID 849 3027\n5116 Passcode: 884213", "Meeting ID: 849 3027 5116\nPasscode: 884213",
	} {
		for _, args := range [][]string{{"scan", name}, {"config", "check", name}, {"scan", "--ignore", name, "x"}, {"scan", "--config", name, "x"}} {
			_, out, diagnostics := carryOut(t, "", args...)
			all := strings.NewReplacer(" ", "", "\n", "", "meetleaks:", "").Replace(out + diagnostics)
			for _, bad := range []string{"84930275116", "30275116", "Zk1FaWx5", "884213"} {
				if strings.Contains(all, bad) {
					t.Errorf("%q prints %q:\n%s%s", args, bad, out, diagnostics)
				}
			}
		}
	}
}

func TestInterruptedRunsNeverSayZero(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var diagnostics bytes.Buffer
	summary := filepath.Join(t.TempDir(), "sum.json")
	code := run(ctx, []string{"scan", "--format", "jsonl", "--summary", summary, writeFile(t, "page.md", leak)}, nil, strings.NewReader(""), &bytes.Buffer{}, &diagnostics)
	if code != exitInterrupted || strings.Contains(diagnostics.String(), "INCOMPLETE: 0") {
		t.Errorf("exit code %d, %s", code, diagnostics.String())
	}
}

// TestALookBeforeTheFirstStart holds that the file of the master key, which `serve` makes, need not be there for a look.
func TestALookBeforeTheFirstStart(t *testing.T) {
	page := writeFile(t, "page.md", leak)
	master := writeFile(t, "m.yaml", "keys: {master_file: none}\norganisations: [{name: acme, domains: [acme.example], patterns: [{vanity: acme.zoom.us}]}]\n")
	code, out, diagnostics := carryOut(t, "", "scan", "--config", master, "--format", "jsonl", page)
	if code != exitFindings || !strings.Contains(out, `"org":"acme"`) || !strings.Contains(diagnostics, "is not there (yet)") {
		t.Errorf("exit code %d, %s%s", code, out, diagnostics)
	}
	index := writeFile(t, "m.yaml", "keys: {index_file: none}\n")
	if code, _, diagnostics := carryOut(t, "", "scan", "--config", index, page); code != exitUsage {
		t.Errorf("nobody makes that of the index: exit code %d, %s", code, diagnostics)
	}
}
