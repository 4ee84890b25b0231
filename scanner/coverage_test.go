package scanner

import (
	"errors"
	"fmt"
	"slices"
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
	if err != nil || !found || len(got.Looked) != maxCovered || len(got.Unseen) != 2 || got.Unseen[1].What != "450 more entries" {
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

func TestAClockThatWasAheadSpoilsNoDay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var r watched
	r.covered(SourceHealth{Heard: 3}, SourceHealth{}, at)
	r.covered(SourceHealth{Heard: 5}, SourceHealth{}, at.AddDate(10, 0, 0))
	r.covered(SourceHealth{Heard: 7}, SourceHealth{}, at.Add(time.Hour))
	r.covered(SourceHealth{Heard: 11}, SourceHealth{}, at.Add(12*time.Hour))   // of a process ahead of the other,
	r.covered(SourceHealth{Heard: 13}, SourceHealth{}, at.Add(12*time.Hour-1)) // which is still in the day before
	want := []CoverageDay{{Day: "2026-11-22", Heard: 23}, {Day: "2026-11-23", Heard: 11}}
	if !slices.Equal(r.Days, want) {
		t.Errorf("the days are %+v, want %+v", r.Days, want)
	}
}

func TestARecordDoesNotForgetThatASourceWasBlind(t *testing.T) {
	t.Parallel()
	store := &memVisits{kept: map[string]Visit{}}
	for _, unseen := range [][]Unseen{
		{{"source sky", BlindWhy + "rate limited"}}, {{"source sky", BlindWhy + "too quiet"}, {"source x", "switched off"}}, {},
		{{"source sky", BlindWhy + "rate limited"}}, {},
	} {
		if err := SaveCoverage(t.Context(), store, Coverage{Org: "acme", Day: "2026-11-22", Unseen: unseen}); err != nil {
			t.Fatal(err)
		}
	}
	got, _, err := LoadCoverage(t.Context(), store, "acme", "2026-11-22")
	want := []Unseen{{"source sky", "for a time blind: rate limited"}, {"source sky", "for a time blind: too quiet"}}
	if err != nil || !slices.Equal(got.Unseen, want) {
		t.Errorf("%+v, %v, want %+v", got.Unseen, err, want)
	}
}

func TestAQuietHourIsOneOutageHoweverLong(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	w := Watch{Source: "s", Kind: Stream}.withDefaults()
	r := watched{Passed: at}
	for range 8 {
		r.Volume = r.Volume.plus(1000, at)
		at = at.Add(time.Hour)
	}
	since := at
	for range 5 {
		r.Volume = r.Volume.plus(0, at)
		at = at.Add(time.Hour)
		r.Volume = r.Volume.plus(0, at)
		if o := w.outlook(r, at, at); o.Blind != BlindQuiet || !o.Since.Equal(since) {
			t.Errorf("%v: %q since %v, want since %v", at, o.Blind, o.Since, since)
		}
	}
	r.Volume = r.Volume.plus(900, at)
	if o := w.outlook(r, at, at); o.Blind != "" {
		t.Errorf("it speaks again: %q", o.Blind)
	}
}

func TestAStreamThatFailsAgainAndAgainIsBlindSinceTheFirstTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w := Watch{Source: "s", Kind: Stream}.withDefaults()
	var r watched
	for n := range 30 {
		r.Running = at
		r = w.progress(r, fmt.Sprint(n), at) // it is opened, and saves
		if r.Blind != "" {
			t.Fatal("a stream that is open is blind")
		}
		r, _ = w.after(r, Outcome{}, errors.New("broke off"), at.Add(time.Minute))
		if !r.Since.Equal(time.Date(2026, 11, 22, 12, 1, 0, 0, time.UTC)) || r.Blind == "" {
			t.Fatalf("after %d failures it fails since %v", n+1, r.Since)
		}
		at = at.Add(2 * time.Minute)
	}
	r.Running = at
	if r = w.progress(r, "a", at.Add(leastCeil)); !r.Since.IsZero() || r.Fails != 0 {
		t.Errorf("a quarter of an hour without a failure: %+v", r)
	}
}
