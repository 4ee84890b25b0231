package scanner

import (
	"strings"
	"testing"

	"meetleaks/matchers"
)

func TestNoTextIsWantedOnceAMeetingsDidNotFit(t *testing.T) {
	s := &meetings{}
	link := wordLink("m:1")
	add := func(text string) {
		s.add(piece{sightings: []matchers.Sighting{{Link: link}}, places: []pieceSpot{{}}, near: []Window{{Text: text, End: 1}}})
	}
	for range firstPlaces {
		add("first")
	}
	s.further = maxFurther - 10
	add("fits")
	if !s.wantsNear(link) {
		t.Fatal("no text is wanted where there is room")
	}
	add(strings.Repeat("x", 20))
	if s.wantsNear(link) {
		t.Error("text is wanted where there is no room")
	}
	add("short")
	if near := s.order()[0].near; len(near) != firstPlaces+1 || near[firstPlaces].Text != "fits" {
		t.Errorf("it depends on who looked first: %d windows", len(near))
	}
}
