package main

import (
	"slices"
	"testing"
	"time"

	"meetleaks/scanner"
)

func TestFaultsOfChannels(t *testing.T) {
	var f channelFaults
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	want := func(when string, broken, silent []string) {
		t.Helper()
		if got := f.list(); !slices.Equal(got, broken) {
			t.Errorf("%s: to be mended %v, want %v", when, got, broken)
		}
		if got := f.silent(now, 5*time.Minute); !slices.Equal(got, silent) {
			t.Errorf("%s: silent %v, want %v", when, got, silent)
		}
	}
	want("at first", nil, nil)
	f.note("slack", string(scanner.TellRetry), now)
	f.note("webhook:soc", string(scanner.TellConfig), now)
	f.note("webhook:soc", string(scanner.TellRetry), now)
	now = now.Add(4 * time.Minute)
	f.note("slack", string(scanner.TellRetry), now)
	want("for a while", []string{"webhook:soc"}, nil)
	now = now.Add(2 * time.Minute)
	f.note("slack", string(scanner.TellPermanent), now) // that one person is not there says nothing of the channel
	want("for long", []string{"webhook:soc"}, []string{"slack"})
	f.note("slack", "accepted", now)
	f.note("webhook:soc", "accepted", now)
	want("afterwards", nil, nil)
	f.note("slack", string(scanner.TellRetry), now.Add(time.Hour)) // the clock ran ahead
	f.note("slack", string(scanner.TellRetry), now)
	now = now.Add(6 * time.Minute)
	want("after the clock was set right", nil, []string{"slack"})
}
