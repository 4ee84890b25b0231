package scanner

import (
	"context"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
)

// memVisits keeps visits of any source in memory.
type memVisits struct {
	mu   sync.Mutex
	kept map[string]Visit
}

func (m *memVisits) DueVisits(context.Context, string, time.Time, func(Visit) bool) error { return nil }

func (m *memVisits) LoadVisit(_ context.Context, source, page string) (Visit, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.kept[source+" "+page]
	return v, ok, nil
}

func (m *memVisits) SaveVisit(_ context.Context, source string, v Visit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := CheckPage(v.Page); err != nil {
		return err
	}
	m.kept[source+" "+v.Page] = v
	return nil
}

func (m *memVisits) ForgetVisits(context.Context, string) (int, error) { return 0, nil }

const canaryLink = "https://acme.zoom.us/j/86420719385"

// aviary is a rig with one canary, looked for by own-site each day.
func aviary(t *testing.T, found func(string, time.Duration)) *rig {
	t.Helper()
	return newRig(t, func(o *PipelineOptions) {
		key := matchers.KeyID(o.Keys.IndexKey(), matchers.Find([]byte(canaryLink))[0].Link)
		birds, err := NewCanaries([]Canary{{Name: "site", Keys: []string{key}, Sources: []string{"own-site"}, Every: 24 * time.Hour}},
			&memVisits{kept: map[string]Visit{}})
		if err != nil {
			t.Fatal(err)
		}
		o.Canaries, o.Found = birds, found
	})
}

func (r *rig) canary() CanarySighting {
	r.t.Helper()
	all, err := r.p.o.Canaries.Look(r.t.Context(), r.clock.Now())
	if err != nil || len(all) != 1 {
		r.t.Fatalf("%d sightings, %v", len(all), err)
	}
	return all[0]
}

func TestACanaryIsFoundAndNeverBecomesALeak(t *testing.T) {
	t.Parallel()
	var took []time.Duration
	r := aviary(t, func(_ string, after time.Duration) { took = append(took, after) })
	page := r.page(rigHome, "see "+canaryLink)
	page.Posted = r.clock.Now().Add(-90 * time.Second)
	if _, err := r.p.Take(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	r.work()
	if leaks := r.store.leaksOf(rigOrg); len(leaks) != 0 {
		t.Fatalf("a canary became %d leaks", len(leaks))
	}
	s := r.canary()
	if !s.Found.Equal(r.clock.Now()) || !s.Stands {
		t.Errorf("it is not known as found: %+v", s)
	}
	if len(took) != 1 || took[0] != 90*time.Second {
		t.Errorf("from post to find it took %v", took)
	}
}

func TestACanaryThatStandsIsFoundByReadingItsSource(t *testing.T) {
	t.Parallel()
	r := aviary(t, nil)
	r.take(rigHome, "see "+canaryLink)
	r.clock.advance(5 * 24 * time.Hour)
	passed := r.clock.Now().Add(-time.Hour)
	if missed := r.canary().Missed(24*time.Hour, passed, r.clock.Now()); missed != 0 {
		t.Errorf("it stands on a page that was read an hour ago, and counts as missed %d times", missed)
	}
	if missed := r.canary().Missed(24*time.Hour, passed.Add(-60*time.Hour), r.clock.Now()); missed != CanariesMissed {
		t.Errorf("nobody has read its source for sixty hours: missed %d times", missed)
	}
}

func TestACanaryThatIsGoneIsMissed(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(r *rig){
		"the page changed":  func(r *rig) { r.take(rigHome, "nothing any more") },
		"the page is gone":  func(r *rig) { _ = r.p.Gone(r.t.Context(), rigHome) },
		"the post was gone": func(r *rig) { _ = r.p.Deleted(r.t.Context(), rigHome) },
	} {
		r := aviary(t, nil)
		r.take(rigHome, "see "+canaryLink)
		r.take("https://www.acme.example/other", "no canary was ever here")
		if !r.canary().Stands {
			t.Fatalf("%s: another page took it away", name)
		}
		leave(r)
		r.clock.advance(49 * time.Hour)
		if s := r.canary(); s.Missed(24*time.Hour, r.clock.Now(), r.clock.Now()) != CanariesMissed {
			t.Errorf("%s, and it does not count as missed: %+v", name, s)
		}
	}
}

func TestACanaryNobodyEverFoundIsMissed(t *testing.T) {
	t.Parallel()
	r := aviary(t, nil)
	r.canary() // from now on it is looked for
	r.clock.advance(25 * time.Hour)
	if missed := r.canary().Missed(24*time.Hour, r.clock.Now(), r.clock.Now()); missed != 1 {
		t.Errorf("after 25 hours it was missed %d times", missed)
	}
}

func TestADeletionThatWasToldRemovesTheLeakAnHourLater(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.take(rigHome, "see "+rigBoard)
	r.work()
	if err := r.p.Deleted(t.Context(), rigHome); err != nil {
		t.Fatal(err)
	}
	r.wait(50*time.Minute, 10*time.Minute)
	if state := r.leak().State; state != StateOpen {
		t.Fatalf("within the hour it is %s", state)
	}
	r.wait(20*time.Minute, 10*time.Minute)
	if state := r.leak().State; state != StateRemoved {
		t.Errorf("after the hour it is %s", state)
	}
	kept, err := r.store.Sightings(t.Context(), rigOrg, r.leak().ID)
	if err != nil || len(kept) != 1 || kept[0].Gone.IsZero() {
		t.Errorf("the sighting is not known as gone: %+v, %v", kept, err)
	}
	r.balanced()
}

func TestACanaryBesideALinkHidesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *PipelineOptions) {
		key := matchers.KeyID(o.Keys.IndexKey(), matchers.Find([]byte("https://acme.zoom.us/j/86420719385"))[0].Link)
		birds, err := NewCanaries([]Canary{{Name: "site", Keys: []string{key}, Sources: []string{"own-site"}, Every: 24 * time.Hour}},
			&memVisits{kept: map[string]Visit{}})
		if err != nil {
			t.Fatal(err)
		}
		o.Canaries = birds
	})
	bird, real := matchers.Find([]byte(canaryLink))[0].Link, matchers.Find([]byte(rigBoard))[0].Link
	for _, both := range [][2]matchers.Link{{bird, real}, {real, bird}} {
		one := both[0]
		one.Aliases = append(one.Aliases, both[1].Key())
		left, err := r.p.canaries(t.Context(), place{Reading: Reading{Document: Document{URI: rigHome}, Source: "own-site", At: r.clock.Now()}}, []Finding{{Link: one}})
		if err != nil || len(left) != 1 {
			t.Errorf("a meeting that names a canary as its alias is hidden by it: %d left, %v", len(left), err)
		}
	}
	if s := r.canary(); !s.Stands {
		t.Errorf("the canary was not seen: %+v", s)
	}
}

func TestACanaryIsMissedSinceTheSameTimeWhoeverAsks(t *testing.T) {
	t.Parallel()
	found := time.Date(2026, 11, 18, 10, 30, 0, 0, time.UTC)
	s := CanarySighting{Since: found.Add(-time.Hour), Found: found}
	if got := s.MissedSince(24*time.Hour, found.Add(time.Hour)); !got.Equal(found.Add(48 * time.Hour)) {
		t.Errorf("missed since %v", got)
	}
	if s.Stands = true; !s.MissedSince(24*time.Hour, found.Add(time.Hour)).Equal(found.Add(49 * time.Hour)) {
		t.Error("where it stands the last pass counts")
	}
}
