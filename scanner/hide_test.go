package scanner

import (
	"context"
	"strings"
	"testing"

	"meetleaks/matchers"
)

// TestFindingsHideTheIdsOfTheirDocument holds that a document's name does not tell what the report hides: neither the
// finding's id, nor its aliases, nor those of the other meetings of the document.
func TestFindingsHideTheIdsOfTheirDocument(t *testing.T) {
	const name = "notes-84930275116 93615048227 7302 841 5592.txt"
	found, _, _ := NewMatcher(words{}, nil).Match(t.Context(), Document{
		URI: name, Text: strings.NewReader("meeting:84930275116=73028415592 meeting:93615048227 meeting:40"),
	})
	if len(found) != 3 {
		t.Fatalf("%d findings", len(found))
	}
	const want = "notes-849•••••116 936•••••227 730•••••592.txt"
	for _, f := range found {
		for range 2 {
			if got := f.Hide(name); got != want {
				t.Errorf("%s: %q, want %q", f.Link.ID, got, want)
			}
		}
	}
	byHand := Finding{Link: matchers.Link{Platform: "zoom", ID: "84930275116"}}
	if got := byHand.Hide("84930275116.html"); got != "849•••••116.html" {
		t.Errorf("made by hand: %q", got)
	}
}

// opaque is a finder of wrapped links that cannot be decoded, one for each "?".
type opaque struct{}

func (opaque) FindIn(text []byte, from, to int) []matchers.Sighting {
	var out []matchers.Sighting
	for i := max(from-5, 0); i < to; i++ {
		if text[i] == '?' {
			out = append(out, matchers.Sighting{Link: matchers.Link{Platform: "zoom", Host: "zoom.us"}, Start: i, End: i + 1, Possible: true})
		}
	}
	return out
}

func TestWhatIsOnlyPossibleIsCountedAndNoFinding(t *testing.T) {
	sink := &record{}
	text := strings.Repeat(".", chunkSize-3) + "?" + strings.Repeat(".", chunkSize) + "??"
	stats, err := NewMatcher(opaque{}, nil).Each(t.Context(), 1, sink, func(yield func(Unit) error, _ func(Skip)) error {
		return yield(func(_ context.Context, yield func(Document) error, _ func(Skip)) error {
			return yield(Document{URI: "a", Text: strings.NewReader(text)})
		})
	})
	if err != nil || stats.Possible != 3 || stats.Findings != 0 || len(sink.findings) != 0 {
		t.Errorf("%+v, %v", stats, err)
	}
}

// TestAPlaceIsCutWhenItsIdsAreHidden holds that no half of an id is left where a long place is cut.
func TestAPlaceIsCutWhenItsIdsAreHidden(t *testing.T) {
	r := newRig(t, nil)
	const start = "https://www.acme.example/"
	r.take(start+strings.Repeat("b", maxShown-len(start)-10)+"84930275116", "https://acme.zoom.us/j/84930275116")
	kept, err := r.store.Sightings(t.Context(), rigOrg, r.leak().ID)
	if err != nil || len(kept) != 1 {
		t.Fatal(len(kept), err)
	}
	if place := kept[0].Place; strings.Contains(place, "84930") || len([]rune(place)) > maxShown+1 {
		t.Errorf("kept: %s", place)
	}
}
