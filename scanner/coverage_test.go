package scanner

import (
	"errors"
	"testing"
	"time"
)

func TestEachDayIsARecordOfItsOwn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 1, 23, 30, 0, 0, time.UTC)
	var r watched
	w := Watch{Source: "s", Kind: Stream, Read: nil}.withDefaults()
	first := SourceHealth{Heard: 100, Read: 7, Lag: 3 * time.Second}
	r = w.heard(r, first, SourceHealth{}, at)
	r = w.heard(r, SourceHealth{Heard: 150, Read: 9, Refused: 2, Lag: time.Second}, first, at.Add(time.Hour))
	r, _ = w.after(r, Outcome{Documents: 4}, errors.New("gone"), at.Add(2*time.Hour))
	want := []CoverageDay{
		{Day: "2026-11-01", Heard: 100, Read: 7, MostLag: 3 * time.Second},
		{Day: "2026-11-02", Heard: 50, Read: 2, Refused: 2, MostLag: time.Second, Passes: 1, Failures: 1, Documents: 4},
	}
	if len(r.Days) != 2 || r.Days[0] != want[0] || r.Days[1] != want[1] {
		t.Errorf("the days are\n%+v, want\n%+v", r.Days, want)
	}
	for n := range 3 * CoverageDays {
		r, _ = w.after(r, Outcome{}, nil, at.Add(time.Duration(n)*24*time.Hour))
	}
	if len(r.Days) != CoverageDays {
		t.Errorf("%d days are kept", len(r.Days))
	}
	if text, err := r.encode(); err != nil || len(text) > MaxRecord/4 {
		t.Errorf("the record has %d bytes, %v", len(text), err)
	}
}

func TestARecordOfCoverageIsKept(t *testing.T) {
	t.Parallel()
	store := &memVisits{kept: map[string]Visit{}}
	c := Coverage{Org: "acme", Day: "2026-11-22", Unseen: []Unseen{{"Instagram", "closed"}}}
	for range 4 * maxCovered {
		c.Looked = append(c.Looked, CoverageOf{Source: "a source with a long name, as operators give them", Kind: "web"})
	}
	if err := SaveCoverage(t.Context(), store, c); err != nil {
		t.Fatal(err)
	}
	got, found, err := LoadCoverage(t.Context(), store, "acme", "2026-11-22")
	if err != nil || !found || len(got.Looked) != maxCovered || len(got.Unseen) != 2 {
		t.Errorf("%d looked, %d unseen, %v, %v", len(got.Looked), len(got.Unseen), found, err)
	}
	for _, v := range store.kept {
		if len(v.Data) > MaxRecord {
			t.Errorf("the record has %d bytes", len(v.Data))
		}
	}
	if _, found, err := LoadCoverage(t.Context(), store, "acme", "2026-11-21"); found || err != nil {
		t.Errorf("another day: %v, %v", found, err)
	}
	if SaveCoverage(t.Context(), store, Coverage{Org: "acme", Day: "today"}) == nil {
		t.Error("a day that is none is kept")
	}
}
