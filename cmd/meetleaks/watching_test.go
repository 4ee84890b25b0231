package main

import (
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/source/files"
)

// A feeder that has fallen silent is shown as blind, when it is known how often it should speak.
func TestASilentFeederIsBlind(t *testing.T) {
	began := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	source := config.Source{Name: "feeder", Kind: sourceHook}
	later := began.Add(3 * time.Hour)
	if o := handedIn(source, time.Time{}, began, later); o.Blind != "" || !o.Passed.IsZero() {
		t.Errorf("nothing is expected of it: %+v", o)
	}
	source.Every = config.Duration(time.Hour)
	for name, test := range map[string]struct {
		last  time.Time
		blind string
	}{
		"never": {time.Time{}, scanner.BlindQuiet}, "long ago": {began.Add(time.Minute), scanner.BlindQuiet}, "lately": {later.Add(-time.Hour), ""},
	} {
		if o := handedIn(source, test.last, began, later); o.Blind != test.blind || !o.Passed.Equal(test.last) || o.Source != "feeder" {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// Whoever scans waits for it; nobody waits for a crawler.
func TestOnlyAScanHurries(t *testing.T) {
	a := &app{now: time.Now}
	if o := a.webOptions(scanOptions{}, config.Fetch{}, files.Globs{}, nil); o.Patience != 10*time.Second {
		t.Errorf("a scan waits %v for a page that fails", o.Patience)
	}
	s := &service{app: a, loaded: &config.Loaded{}}
	if o, err := s.siteOptions(0, config.Source{Depth: 1}); err != nil || o.Patience != 0 {
		t.Errorf("a crawler waits %v, %v", o.Patience, err)
	}
}
