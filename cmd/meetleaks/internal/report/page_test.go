package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// A place in a document with pages is told by its page, in every format; it has no line.
func TestPagesAreTold(t *testing.T) {
	link := matchers.Find([]byte("https://us02web.zoom.us/j/84930275116"))[0]
	finding := scanner.Finding{Link: link.Link, Places: []scanner.Place{{URI: "agenda.pdf", Page: 3, MediaType: "application/pdf"}}}
	for format, want := range map[string]string{
		"text":  "agenda.pdf, page 3",
		"html":  "agenda.pdf, page 3",
		"jsonl": `"uri":"agenda.pdf","page":3,"line":0,`,
		"csv":   ",3\n",
		"sarif": `"agenda.pdf#page=3"`,
	} {
		var out bytes.Buffer
		w, err := New(format, &out, Options{Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Finding(finding); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(Summary{Documents: 1, Findings: 1, Meetings: 1}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: no %q in\n%s", format, want, out.String())
		}
	}
}
