package fetch

import (
	"context"
	"testing"
	"time"
)

// TestAClockThatRanAheadKeepsNobodyWaiting: what was learned by a clock that was a day ahead is forgotten once it is right again.
func TestAClockThatRanAheadKeepsNobodyWaiting(t *testing.T) {
	now, slept := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), time.Duration(0)
	p := newPacer(paceOptions{
		Now: func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error {
			slept, now = slept+d, now.Add(d)
			return nil
		},
	})
	release, err := p.Acquire(t.Context(), "www.acme.example")
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(24 * time.Hour)
	release(Outcome{Status: 200, Took: 20 * time.Millisecond})
	now = now.Add(-24 * time.Hour)
	if release, err = p.Acquire(t.Context(), "www.acme.example"); err != nil {
		t.Fatal(err)
	}
	release(Outcome{})
	if slept > maxBackoff {
		t.Errorf("the next request waited for %s", slept)
	}
}
