package fetch

import (
	"strings"
	"testing"
	"time"
)

func TestRetryAfterIsReadInBothForms(t *testing.T) {
	now := time.Date(2026, time.November, 21, 9, 30, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"0": 0, "1": time.Second, "120": 2 * time.Minute, " 7\t": 7 * time.Second, "007": 7 * time.Second,
		"86400": MaxRetryAfter, "86401": MaxRetryAfter, "99999999999999999999999999": MaxRetryAfter,
		"Sat, 21 Nov 2026 09:31:00 GMT":    time.Minute,
		"Saturday, 21-Nov-26 09:31:00 GMT": time.Minute,
		"Sat Nov 21 09:31:00 2026":         time.Minute,
		"Sat, 21 Nov 2026 09:29:00 GMT":    0,
		"Sun, 21 Nov 2066 09:29:00 GMT":    MaxRetryAfter,
		"":                                 0, "-1": 0, "+1": 0, "1.5": 0, "1 s": 0, "soon": 0, "1e3": 0, "0x10": 0, "2026-11-21": 0, "١": 0,
		strings.Repeat("1", 65): 0,
	} {
		if got := ParseRetryAfter(value, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"120", "Sat, 21 Nov 2026 09:31:00 GMT", "-5", "99999999999999999999", "Sat Nov 21 09:31:00 2026", ""} {
		f.Add(seed, int64(1_795_253_400))
	}
	f.Fuzz(func(t *testing.T, value string, now int64) {
		if got := ParseRetryAfter(value, time.Unix(now, 0)); got < 0 || got > MaxRetryAfter {
			t.Errorf("%q: %s", value, got)
		}
	})
}
