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

func TestAMeetingJoinedWithOneWhoseTextDidNotFitWantsNoMore(t *testing.T) {
	s := &meetings{further: maxFurther}
	see := func(link matchers.Link, times int) {
		for range times {
			s.add(piece{sightings: []matchers.Sighting{{Link: link}}, places: []pieceSpot{{}}, near: []Window{{Text: "text", End: 1}}})
		}
	}
	full, other := wordLink("m:1"), wordLink("m:2")
	see(full, firstPlaces+1) // the last did not fit
	s.further = 0
	see(other, firstPlaces+2)
	both := wordLink("m:2")
	both.Aliases = []string{full.Key()}
	see(both, 3)
	all := s.order()
	if len(all) != 1 || len(all[0].near) != 2*firstPlaces+2 {
		t.Errorf("%d meetings, %d windows", len(all), len(all[0].near))
	}
}
