package scanner

import (
	"testing"
	"time"

	"meetleaks/matchers"
)

// hiding is a leak that was found once, at an hour of a day.
func hiding(t *testing.T, public bool) (Leak, time.Time) {
	t.Helper()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	l := Leak{ID: "lk1:04a7", Org: "acme", Keys: []string{"mk1:93f2"}, Platform: "zoom"}
	return happens(t, l, sightingAt("pk1:0c4d", public, now), now), now
}

func sightingAt(place string, public bool, at time.Time) LeakEvent {
	return LeakEvent{Kind: Sighted, By: Actor{Role: RolePage}, Place: place, Seen: Seen{
		At: at, Kind: matchers.Meeting, Class: matchers.JoinWithSecret, Rank: 2, Public: public,
	}}
}

func happens(t *testing.T, l Leak, ev LeakEvent, now time.Time) Leak {
	t.Helper()
	l, _, err := l.Apply(ev, now)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestSilencesCountWhatTheyHid: each sighting that told nobody counts, from the beginning of the silence to its end.
func TestSilencesCountWhatTheyHid(t *testing.T) {
	l, now := hiding(t, false)
	now = now.Add(time.Hour)
	l = happens(t, l, sightingAt("pk1:0c4d", false, now), now)
	if l.State != StateOpen || l.Hid != 0 {
		t.Fatalf("an open leak hid %d", l.Hid)
	}
	analyst := Actor{Role: RoleAnalyst}
	l = happens(t, l, LeakEvent{Kind: Mute, By: analyst, Until: now.Add(24 * time.Hour), Reason: "a rehearsal"}, now)
	for range 3 {
		now = now.Add(time.Hour)
		l = happens(t, l, sightingAt("pk1:0c4d", false, now), now)
		l = happens(t, l, sightingAt("pk1:0c4d", false, now), now) // the same reading again
	}
	if l.State != StateMuted || l.Hid != 3 {
		t.Errorf("%s hid %d, want 3", l.State, l.Hid)
	}
	l = happens(t, l, sightingAt("pk1:77b0", false, now), now)
	if l.State != StateOpen || l.Hid != 0 {
		t.Errorf("after a new place: %s, hid %d", l.State, l.Hid)
	}
}

// TestConfiguredSilencesHideTheFirst too.
func TestConfiguredSilencesHideTheFirst(t *testing.T) {
	l, now := hiding(t, true)
	if l.State != StatePublic || l.Hid != 1 {
		t.Errorf("%s hid %d, want 1", l.State, l.Hid)
	}
	now = now.Add(time.Hour)
	l = happens(t, l, sightingAt("pk1:77b0", true, now), now)
	if l.State != StatePublic || l.Hid != 2 {
		t.Errorf("%s hid %d, want 2", l.State, l.Hid)
	}
}
