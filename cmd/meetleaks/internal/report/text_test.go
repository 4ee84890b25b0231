package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"meetleaks/scanner"
)

// Whatever happened, text sounds clean only when everything was read.
func TestTextClosing(t *testing.T) {
	failure := []scanner.Skip{{URI: "x.zip", Reason: "cut off", Cause: scanner.Failure}}
	policy := []scanner.Skip{{URI: "x.jpg", Reason: "not read", Cause: scanner.Policy}}
	judged := []scanner.Skip{{URI: "x.md", Reason: "too many meetings", Cause: scanner.Policy, Judged: true}}
	tests := []struct {
		name    string
		summary Summary
		want    string
		never   string
	}{
		{"all read", Summary{Documents: 3, Bytes: 1200}, "No meeting links found in 3 documents (1.2 kB). Nothing to do.", "Incomplete"},
		{"incomplete", Summary{Documents: 3, Incomplete: true, Skipped: failure}, "x.zip: cut off", "Nothing to do"},
		{"a failure makes it incomplete", Summary{Documents: 3, Skipped: failure}, "Incomplete: 1 thing", "Nothing to do"},
		{"nothing read", Summary{}, "Nothing was read", "No meeting links found"},
		{"left out", Summary{Documents: 1, Skipped: policy}, "1 thing was left out on purpose", "Incomplete"},
		{"judged by less", Summary{Documents: 1, Skipped: judged}, "1 thing was read to the end, but with too many meetings", "left out"},
		{"ignored", Summary{Documents: 1, Ignored: 2}, "2 findings hidden by the ignore file", "Incomplete"},
		{"unregistered", Summary{Documents: 1, Unregistered: 1}, "1 link of organisations that are not registered", "Incomplete"},
		{"not nothing", Summary{Documents: 1, Unregistered: 1}, "No meeting links to list", "Nothing to do"},
		{"possible", Summary{Documents: 1, Possible: 1}, "1 wrapped link that may lead to a meeting", "Nothing to do"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, format := range []string{"text", "html"} {
				out := render(t, format, testOptions(), test.summary)
				if format == "text" && !strings.Contains(out, test.want) || strings.Contains(out, test.never) {
					t.Errorf("%s:\n%s", format, out)
				}
			}
		})
	}
}

func TestTextGroupsAndSorts(t *testing.T) {
	out := render(t, "text", testOptions(), sampleSummary(), sample()...)
	if strings.Count(out, "849•••••116\n")+strings.Count(out, "849•••••116 ") != 1 {
		t.Errorf("one meeting in two documents is listed twice:\n%s", out)
	}
	if strings.Index(out, "963•••••722") > strings.Index(out, "849•••••116") {
		t.Error("the host credential does not come first")
	}
}

// Documents are read side by side; the order in which they are done must not show.
func TestTextDoesNotDependOnTheOrderOfDocuments(t *testing.T) {
	forward := sample()
	backward := sample()
	slices.Reverse(backward)
	a := render(t, "text", testOptions(), sampleSummary(), forward...)
	if b := render(t, "text", testOptions(), sampleSummary(), backward...); a != b {
		t.Errorf("one order gives\n%s\nthe other\n%s", a, b)
	}
}

func TestTextJoinsAliases(t *testing.T) {
	a, b := sample()[0], sample()[0]
	b.Link.Space, b.Link.ID, b.Link.Aliases = "my", "harriet.vane", []string{a.Link.Key()}
	if out := render(t, "text", testOptions(), Summary{Documents: 2}, a, b); !strings.Contains(out, "1 meeting in 2 documents") {
		t.Errorf("aliases are two meetings:\n%s", out)
	}
}

func TestTextShowsFirstPlacesAndCountsTheRest(t *testing.T) {
	f := sample()[0]
	f.Places = nil
	for i := range 9 {
		f.Places = append(f.Places, scanner.Place{URI: fmt.Sprintf("doc%d.md", i), Line: 1, Column: 1})
	}
	f.MorePlaces = 3
	out := render(t, "text", testOptions(), Summary{Documents: 1}, f)
	if !strings.Contains(out, "doc4.md:1:1") || strings.Contains(out, "doc5.md") || !strings.Contains(out, "and 7 more places") {
		t.Error(out)
	}
}

// Beyond the bound meetings are still printed, and the reader is told.
func TestTextBeyondItsBound(t *testing.T) {
	const limit = 5
	for _, format := range []string{"text", "html"} {
		var b strings.Builder
		w, err := New(format, &b, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		switch w := w.(type) {
		case *textWriter:
			w.found.limit = limit
		case *htmlWriter:
			w.found.limit = limit
		}
		for i := range limit + 3 {
			f := sample()[1]
			f.Link.ID = fmt.Sprintf("kfw-%04d-rty", i)
			if err := w.Finding(f); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(Summary{Documents: 1, Meetings: limit + 3}); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"text": fmt.Sprintf("More than %d meetings", limit), "html": "3 findings beyond the first 5 meetings"}[format]
		if strings.Count(b.String(), want) != 1 {
			t.Errorf("%s does not say that there are more:\n%s", format, b.String())
		}
		if format == "text" && strings.Count(b.String(), "site/en/news/index.html:120:9") != limit+3 {
			t.Errorf("meetings are lost:\n%s", b.String())
		}
	}
}

func TestTextWidth(t *testing.T) {
	for _, width := range []int{0, 20, 60, 500} {
		o := testOptions()
		o.Width = width
		for _, line := range strings.Split(render(t, "text", o, sampleSummary(), sample()...), "\n") {
			if utf8.RuneCountInString(line) > maxWidth {
				t.Errorf("width %d: %q", width, line)
			}
		}
	}
}

func TestByteCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 705_000_000: "705.0 MB", 3_000_000_000_000_000: "3000.0 TB"} {
		if got := byteCount(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
