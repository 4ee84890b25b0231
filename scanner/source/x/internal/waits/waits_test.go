package waits

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

func TestWaitsAreDoubledUntilItGoes(t *testing.T) {
	var f Failures
	for i, want := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
		if got := f.Again("search", false); got != want {
			t.Errorf("failure %d: %v, want %v", i+1, got, want)
		}
	}
	if got := f.Again("search", true); got != time.Minute {
		t.Errorf("the first of another kind: %v", got)
	}
	if got := f.Again("look up", false); got != 5*time.Second {
		t.Errorf("the first of something else: %v", got)
	}
	f.Went("search")
	if got := f.Again("search", true); got != time.Minute {
		t.Errorf("after it went: %v", got)
	}
	var faulty, limited time.Duration
	for range 100 {
		faulty, limited = f.Again("stream", false), f.Again("stream", true)
	}
	if faulty != 320*time.Second || limited != Longest {
		t.Errorf("after a hundred: %v, %v", faulty, limited)
	}
}

func TestWhatHeadersAskFor(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).Unix(), 10) }
	for name, c := range map[string]struct {
		after, reset string
		want         time.Duration
	}{
		"nothing":           {"", "", 0},
		"seconds":           {"90", "", 90 * time.Second},
		"a reset":           {"", in(time.Minute), time.Minute + time.Second},
		"the later of both": {"90", in(time.Minute), 90 * time.Second},
		"in the past":       {"", in(-time.Hour), 0},
		"for years":         {"", "99999999999", Longest},
		"no number":         {"", "soon", 0},
		"too many digits":   {"", "9999999999999", 0},
	} {
		h := http.Header{}
		h.Set("Retry-After", c.after)
		h.Set("X-Rate-Limit-Reset", c.reset)
		if got := Asked(h, now); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := Asked(nil, now); got != 0 {
		t.Errorf("no headers: %v", got)
	}
}
