package extract

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"meetleaks/scanner"
)

// A text that was made of a source keeps the lines and columns of the source, also behind what was decoded or left out.
func TestViewTellsPlacesOfTheSource(t *testing.T) {
	source := []byte("<p>é\n  a&amp;b <b>c</b></p>\n<i>d</i>")
	v := &view{}
	v.begin("", "", source)
	v.copy(3, 8)      // "é\n  ": é has two bytes
	v.copy(8, 9)      // "a"
	v.put("&", 9)     // "&amp;"
	v.copy(14, 16)    // "b "
	v.copy(19, 20)    // "c"
	v.put("\n\n", 24) // the end of the paragraph
	v.copy(32, 33)    // "d"
	if got, want := string(v.text), "é\n  a&b c\n\nd"; got != want {
		t.Fatalf("text %q, want %q", got, want)
	}
	l := v.locator()
	for _, c := range []struct {
		offset       int64
		line, column int
	}{{0, 1, 4}, {2, 1, 5}, {5, 2, 3}, {6, 2, 4}, {7, 2, 9}, {9, 2, 14}, {10, 2, 19}, {12, 3, 4}, {99, 3, 5}} {
		got := l.Locate(c.offset)
		if want := (scanner.Spot{Line: c.line, Column: c.column}); got != want {
			t.Errorf("offset %d: %+v, want %+v", c.offset, got, want)
		}
	}
}

func TestViewTellsPartsAndPages(t *testing.T) {
	v := &view{}
	v.begin("body", "text/plain", nil)
	v.write("one\ntwo")
	v.begin("notes.pdf", "application/pdf", nil)
	v.page(1)
	v.write("three\n")
	v.page(2)
	v.write("four")
	v.begin("end", "", nil)
	v.write("five")
	var got []scanner.Spot
	l := v.locator()
	for _, offset := range []int64{0, 4, 7, 13, 17, 18} {
		got = append(got, l.Locate(offset))
	}
	want := []scanner.Spot{
		{Part: "body", MediaType: "text/plain", Line: 1, Column: 1},
		{Part: "body", MediaType: "text/plain", Line: 2, Column: 1},
		{Part: "notes.pdf", MediaType: "application/pdf", Page: 1},
		{Part: "notes.pdf", MediaType: "application/pdf", Page: 2},
		{Part: "end", Line: 1, Column: 1},
		{Part: "end", Line: 1, Column: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
