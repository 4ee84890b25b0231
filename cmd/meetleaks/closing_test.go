package main

import (
	"bytes"
	"strings"
	"testing"

	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/scanner"
)

// TestWhatWasReadIsNotCalledLeftOut tells a document that was read, and judged by less than all of it, from what was not looked at.
func TestWhatWasReadIsNotCalledLeftOut(t *testing.T) {
	skipped := []scanner.Skip{
		{URI: "a.zip", Reason: "cut off", Cause: scanner.Failure},
		{URI: "b.mp4", Reason: "not read", Cause: scanner.Policy},
		{URI: "c.md", Reason: "too many meetings", Cause: scanner.Policy, Judged: true},
	}
	var out bytes.Buffer
	printUnread(&out, skipped, nil)
	for _, want := range []string{"not read: a.zip: cut off\n", "left out: b.mp4: not read\n", "judged by less: c.md: too many meetings\n"} {
		if strings.Count(out.String(), want) != 1 {
			t.Errorf("want %q once in:\n%s", want, out.String())
		}
	}
	if got := closingLine(report.Summary{Skipped: skipped}, false); !strings.HasSuffix(got, "; 1 left out on purpose; 1 judged by less; INCOMPLETE: 1 could not be read") {
		t.Error(got)
	}
}
