package scanner

import (
	"strings"
	"testing"
	"time"
)

func TestAVolumeIsLearntBeforeItIsJudged(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var v Volume
	for range volumeLearnt + 2 {
		v = v.plus(4000, at)
		at = at.Add(time.Hour)
	}
	if v = v.plus(3900, at); v.Quiet() {
		t.Fatalf("an hour like the others is quiet: %+v", v)
	}
	usual := v.Usual
	for range 30 {
		at = at.Add(time.Hour)
		v = v.plus(3, at)
	}
	if !v.Quiet() {
		t.Errorf("three items where thousands are usual are not quiet: %+v", v)
	}
	if v.Usual < usual*0.9 {
		t.Errorf("an outage becomes usual: %.0f of %.0f", v.Usual, usual)
	}
	at = at.Add(time.Hour)
	if v = v.plus(4000, at); v.Quiet() {
		t.Errorf("it is quiet still though items came: %+v", v)
	}
}

// A source of which nothing is known, or that has fallen silent, is blind; which of these it is stands in the outlook.
func TestEachReasonToBeBlindCounts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	w := Watch{Source: "own-site", Kind: Poll, Every: time.Hour, Quiet: 24 * time.Hour}
	soon := now.Add(time.Minute)
	for name, c := range map[string]struct {
		r    watched
		next time.Time
		want string
	}{
		"all is well":             {watched{Began: now.Add(-time.Hour), Passed: now, Heard: now}, soon, ""},
		"it failed":               {watched{Began: now, Passed: now, Heard: now, Blind: "rate limited"}, soon, "rate limited"},
		"not read yet":            {watched{Began: now}, soon, BlindUnread},
		"due for an interval":     {watched{Passed: now, Heard: now}, now.Add(-time.Hour), ""},
		"due for longer":          {watched{Passed: now, Heard: now}, now.Add(-time.Hour - 1), BlindOverdue},
		"quiet for a day":         {watched{Passed: now, Heard: now.Add(-24 * time.Hour)}, soon, ""},
		"quiet for longer":        {watched{Passed: now, Heard: now.Add(-24*time.Hour - 1)}, soon, BlindQuiet},
		"not heard of yet":        {watched{Began: now.Add(-24 * time.Hour), Passed: now}, soon, ""},
		"never heard of in a day": {watched{Began: now.Add(-25 * time.Hour), Passed: now}, soon, BlindQuiet},
	} {
		if o := w.outlook(c.r, c.next, now); o.Blind != c.want {
			t.Errorf("%s: blind as %q, want %q", name, o.Blind, c.want)
		}
	}
}

// What a stream gave since the last time is counted; of what is polled the volume says nothing.
func TestTheVolumeOfAStreamIsCounted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for kind, want := range map[PassKind]int64{Stream: 30, Poll: 0} {
		w := Watch{Source: "posts", Kind: kind}
		r := w.heard(watched{}, SourceHealth{Heard: 70}, SourceHealth{Heard: 40}, now)
		if r.Volume.Now != want || r.Health.Heard != 70 {
			t.Errorf("%s: %+v", kind, r.Volume)
		}
	}
}

func TestALastingLossBecomesUsualAfterAWeek(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	var v Volume
	hours := func(n int, items int64) {
		for range n {
			v = v.plus(items, at)
			at = at.Add(time.Hour)
		}
	}
	hours(48, 4000)
	hours(7*24, 150)
	if !v.Quiet() {
		t.Errorf("a loss of less than a week is usual already: %+v", v)
	}
	if hours(48, 150); v.Quiet() {
		t.Errorf("a place that lost its readers for good is quiet still: %+v", v)
	}
	if v.Usual < 100 || v.Usual > 4000 {
		t.Errorf("%.0f are usual", v.Usual)
	}
}

func TestWhatIsSmallOrPausedIsNotQuiet(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var few, paused Volume
	for range 20 {
		few, paused = few.plus(3, at), paused.plus(5000, at)
		at = at.Add(time.Hour)
	}
	few, paused = few.plus(0, at.Add(3*time.Hour)), paused.plus(0, at.Add(100*time.Hour))
	if few.Quiet() {
		t.Errorf("of three an hour none is too few: %+v", few)
	}
	if paused.plus(10, at.Add(100*time.Hour)).Hours == 0 {
		t.Error("a pause made it forget")
	}
}

func TestWhatASourceTellsIsBounded(t *testing.T) {
	t.Parallel()
	h := SourceHealth{Notes: []string{"see https://acme.zoom.us/j/84930275116 " + strings.Repeat("é", 400)}}
	for range 50 {
		h.Notes, h.Used = append(h.Notes, "x\x1b[31m"), append(h.Used, Usage{What: strings.Repeat("w", 500)})
	}
	got := h.bounded()
	if len(got.Notes) != MaxNotes || len(got.Used) != MaxUsed || len(got.Notes[0]) > maxReason || len(got.Used[0].What) > maxReason {
		t.Errorf("too much is kept: %d notes, %d usages, %d bytes", len(got.Notes), len(got.Used), len(got.Notes[0]))
	}
	if strings.Contains(got.Notes[0], "84930275116") || strings.Contains(got.Notes[1], "\x1b") {
		t.Errorf("a note is kept as it came: %q", got.Notes[:2])
	}
}
