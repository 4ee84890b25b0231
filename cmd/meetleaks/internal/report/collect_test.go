package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// Places may have very long names, and a report keeps many of them.
func TestNamesOfPlacesAreBounded(t *testing.T) {
	c := newCollector()
	long := strings.Repeat("ö", 2000)
	kept := 0
	for i := range maxMeetings {
		f := scanner.Finding{Link: matchers.Link{Platform: "zoom", ID: fmt.Sprint(i)}}
		m := c.add(f, record{Places: []placeRecord{{URI: fmt.Sprintf("%s/%d/%s.md", long, i, long)}, {URI: fmt.Sprintf("short/%d.md", i)}}})
		if m == nil || len(m.Places) != 2 || m.Places[1].URI != fmt.Sprintf("short/%d.md", i) {
			t.Fatalf("meeting %d: %+v", i, m)
		}
		name := m.Places[0].URI
		if !utf8.ValidString(name) || !strings.HasPrefix(name, "öö") || !strings.HasSuffix(name, "ö.md") {
			t.Fatalf("meeting %d stands in %q", i, name)
		}
		kept += len(name)
	}
	if most := maxNamed + maxMeetings*(shortName+10); kept < maxNamed/2 || kept > most {
		t.Errorf("%d bytes of names are kept, want at most %d", kept, most)
	}
}

// The meetings of one document share its name, also when it is shortened.
func TestNamesOfPlacesAreShared(t *testing.T) {
	for name, named := range map[string]int{"as it is": 0, "shortened": maxNamed} {
		c := newCollector()
		c.named = named
		for i := range 3 {
			f := scanner.Finding{Link: matchers.Link{Platform: "zoom", ID: fmt.Sprint(i)}}
			c.add(f, record{Places: []placeRecord{{URI: strings.Repeat("x", 4000)}}})
		}
		if first, last := c.meetings[0].Places[0].URI, c.meetings[2].Places[0].URI; first != last || c.named != named+len(first) {
			t.Errorf("%s: %d bytes are kept of %d", name, c.named-named, len(first))
		}
	}
}
