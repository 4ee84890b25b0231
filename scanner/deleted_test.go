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

// A post that was changed so that the link is gone, and is deleted within the hour: nobody looks a second time, so the deletion counts.
func TestADeletionAfterALookIsBelievedToo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	leak := Leak{State: StateOpen, Places: []PlaceMark{{Key: "here", Seen: now}}}
	leak = happens(t, leak, LeakEvent{Kind: Gone, Place: "here"}, now)
	now = now.Add(20 * time.Minute)
	leak = happens(t, leak, LeakEvent{Kind: Gone, Place: "here", Deleted: true}, now)
	if at := leak.Places[0].believedAt(); !at.Equal(now.Add(looksApart)) || leak.Places[0].Gone != 1 {
		t.Errorf("believed at %v after %d looks, want an hour after the deletion", at, leak.Places[0].Gone)
	}
	leak = happens(t, leak, LeakEvent{Kind: Gone, Place: "here"}, now.Add(time.Minute))
	if !leak.Places[0].Deleted {
		t.Error("a look soon after makes the deletion forgotten")
	}
}

// The same in the store: the step is written, and the leak wakes by itself.
func TestADeletionAfterALookEndsTheLeak(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, rigBoard)
	r.clock.advance(time.Minute)
	r.take(rigHome, "nothing of the kind")
	r.clock.advance(20 * time.Minute)
	if err := r.p.Deleted(t.Context(), rigHome); err != nil {
		t.Fatal(err)
	}
	r.wait(2*time.Hour, 10*time.Minute)
	if l := r.leak(); l.State != StateRemoved {
		t.Errorf("it is %s: a deletion that nobody looks at again is never believed", l.State)
	}
	r.balanced()
}

// Two leaks that become one, of which one knows that their place was deleted.
func TestAMergeRemembersADeletion(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	looked, deleted := PlaceMark{Key: "here", Gone: 1, GoneAt: now}, PlaceMark{Key: "here", Gone: 1, GoneAt: now.Add(time.Minute), Deleted: true, Away: true}
	for _, mark := range []PlaceMark{looked.with(deleted), deleted.with(looked)} {
		if at := mark.believedAt(); !at.Equal(deleted.believedAt()) || !mark.Away {
			t.Errorf("believed at %v, want %v; away: %v", at, deleted.believedAt(), mark.Away)
		}
	}
	there := PlaceMark{Key: "here"}
	for _, mark := range []PlaceMark{there.with(deleted), deleted.with(there)} {
		if mark.Away || mark.Deleted || mark.Gone > 0 {
			t.Errorf("it stands, and is %+v", mark)
		}
	}
}

// An account that was switched off for hours and is on again shows its posts as before: nobody reads them anew.
func TestAPlaceThatWasBelievedGoneComesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.take(rigHome, "see "+rigBoard)
	r.work()
	if err := r.p.Deleted(t.Context(), rigHome); err != nil {
		t.Fatal(err)
	}
	r.wait(3*time.Hour, 10*time.Minute)
	if state := r.leak().State; state != StateRemoved {
		t.Fatalf("it is %s", state)
	}
	if err := r.p.Back(t.Context(), rigHome); err != nil {
		t.Fatal(err)
	}
	if state := r.leak().State; state != StateRemoved {
		t.Fatalf("a page that stands may have lost its link, and it is %s", state)
	}
	if err := r.p.Reappeared(t.Context(), rigHome); err != nil {
		t.Fatal(err)
	}
	if state := r.leak().State; state != StateOpen {
		t.Errorf("its post is back, and it is %s", state)
	}
	kept, err := r.store.Sightings(t.Context(), rigOrg, r.leak().ID)
	if err != nil || len(kept) != 1 || !kept[0].Gone.IsZero() {
		t.Errorf("the sighting is still gone: %+v, %v", kept, err)
	}
	if err := r.p.Deleted(t.Context(), rigHome); err != nil { // and it is found by its place again
		t.Fatal(err)
	}
	r.wait(2*time.Hour, 10*time.Minute)
	if state := r.leak().State; state != StateRemoved {
		t.Errorf("it was deleted once more, and is %s", state)
	}
	r.balanced()
}
