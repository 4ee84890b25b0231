package scanner

import (
	"testing"
	"time"
)

// TestADecisionAnswersWhatWasAsked: between the card and the press, another question may have come in place of the first.
func TestADecisionAnswersWhatWasAsked(t *testing.T) {
	for _, kind := range []EventKind{Confirm, Refuse} {
		s := newStory(t).do(LeakEvent{Kind: NotMine, By: lifeHost})
		first := s.l.Ask.At
		s.now = s.now.Add(time.Second)
		s.do(LeakEvent{Kind: Disowned, By: lifeHost})
		s.refused(LeakEvent{Kind: kind, By: lifeAnalyst, Asked: first}, ErrNothingAsked)
		if s.l.Ask.What != Disowned {
			t.Fatalf("%+v waits", s.l.Ask)
		}
		asked := s.l.Ask.At.In(time.FixedZone("", 3600))
		if s.do(LeakEvent{Kind: kind, By: lifeAnalyst, Asked: asked}); s.l.Ask != (Ask{}) {
			t.Errorf("%s: %+v waits still", kind, s.l.Ask)
		}
		s.refused(LeakEvent{Kind: kind, By: lifeAnalyst, Asked: asked}, ErrNothingAsked)
	}
}
