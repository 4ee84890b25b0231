package scanner

import (
	"testing"
	"time"
)

func TestADeletionIsBelievedAnHourLater(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	leak := Leak{State: StateOpen, Places: []PlaceMark{{Key: "here", Seen: now}}}
	after, _, err := leak.Apply(LeakEvent{Kind: Gone, Place: "here", Deleted: true}, now)
	if err != nil {
		t.Fatal(err)
	}
	if after.State != StateOpen {
		t.Fatalf("a deletion alone made it %s: whoever posts could silence what was copied meanwhile", after.State)
	}
	if at := after.Places[0].believedAt(); !at.Equal(now.Add(looksApart)) || !after.wakes(now).Equal(at) {
		t.Errorf("believed at %v, woken at %v", at, after.wakes(now))
	}
	back, _, err := after.Apply(LeakEvent{Kind: Back, Place: "here"}, now.Add(time.Minute))
	if err != nil || !back.Places[0].believedAt().IsZero() {
		t.Errorf("it was read again, and the deletion is believed still: %v", err)
	}
	gone, _, err := after.Apply(LeakEvent{Kind: Gone, Place: "here", Deleted: true}, now.Add(looksApart))
	if err != nil || gone.State != StateRemoved {
		t.Errorf("an hour later it is %s, %v", gone.State, err)
	}
}

func TestALookThatIsNoWordOfTheServiceWaitsForAnother(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	leak := Leak{State: StateOpen, Places: []PlaceMark{{Key: "here", Seen: now}}}
	after, _, err := leak.Apply(LeakEvent{Kind: Gone, Place: "here"}, now)
	if err != nil || !after.Places[0].believedAt().IsZero() || !after.wakes(now).IsZero() {
		t.Errorf("a single look is believed by itself: %+v, %v", after.Places, err)
	}
}
