package scanner

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestReferencesAreThoseOfSocialPlacesWhereLeaksStand(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for _, post := range []string{"https://social.example/p/1", "https://social.example/p/2"} {
		reading := r.page(post, post+" "+rigBoard)
		reading.Source, reading.Host, reading.Shown, reading.Reference = "social", "", "social.example", NewSecret(post)
		if _, err := r.p.Take(t.Context(), reading); err != nil {
			t.Fatal(err)
		}
	}
	r.take(rigHome, "see "+rigBoard)
	for range 2 {
		if err := r.p.Gone(t.Context(), "https://social.example/p/1"); err != nil {
			t.Fatal(err)
		}
		r.clock.advance(looksApart)
	}
	var got []string
	err := r.p.References(t.Context(), "social", func(s Secret) bool { got = append(got, s.Text()); return true })
	if err != nil || len(got) != 1 || got[0] != "https://social.example/p/2" {
		t.Errorf("references %q, %v", got, err)
	}
}

// TestPlacesThatWentWithTheirAccountsAreKnown: also once they are believed gone, and not those that were deleted by themselves.
func TestPlacesThatWentWithTheirAccountsAreKnown(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	const away, deleted = "https://social.example/p/1", "https://social.example/p/2"
	for _, post := range []string{away, deleted} {
		reading := r.page(post, post+" "+rigBoard)
		reading.Source, reading.Host, reading.Shown, reading.Reference = "social", "", "social.example", NewSecret(post)
		if _, err := r.p.Take(t.Context(), reading); err != nil {
			t.Fatal(err)
		}
	}
	known := func(want ...string) {
		t.Helper()
		var got []string
		err := r.p.AwayReferences(t.Context(), "social", func(s Secret) bool { got = append(got, s.Text()); return true })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("away are %q, %v, want %q", got, err, want)
		}
	}
	known()
	if err := errors.Join(r.p.Away(t.Context(), away), r.p.Deleted(t.Context(), deleted)); err != nil {
		t.Fatal(err)
	}
	known(away)
	r.wait(3*time.Hour, 10*time.Minute)
	if state := r.leak().State; state != StateRemoved {
		t.Fatalf("it is %s", state)
	}
	known(away)
	if err := r.p.Reappeared(t.Context(), away); err != nil {
		t.Fatal(err)
	}
	if state := r.leak().State; state != StateOpen {
		t.Errorf("its account is shown again, and it is %s", state)
	}
	known()
	if err := errors.Join(r.p.Away(t.Context(), away), r.p.Deleted(t.Context(), away)); err != nil { // the last word counts
		t.Fatal(err)
	}
	known()
	r.balanced()
}
