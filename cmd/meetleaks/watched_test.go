package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// The console tells of each source of the configuration, whatever of it is read, and of what was covered.
func TestTheConsoleTellsOfEachSource(t *testing.T) {
	t.Parallel()
	a := openAssembled(t, `
store: sqlite:FOLDER/data/meetleaks.db
console: {listen: "127.0.0.1:0", token: mlk_7d02c9e4b1f64a83e05f96c2d41b7a38}
fetch: {allow: ["127.0.0.1:8088"]}
organisations: [{name: acme, domains: [acme.example]}]
sources:
  - {name: own-site, kind: web, start: ["http://127.0.0.1:8088/", "http://127.0.0.1:8088/more"]}
  - {name: sky, kind: bluesky, api_url: "ws://127.0.0.1:9", permission: "asked on 2 March"}
  - {name: old, kind: feed, start: ["https://acme.example/feed"], off: true}
  - {name: feeder, kind: hook, secret: whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0}
canaries: [{name: bird, link: "zoom:86420719385", sources: [sky], every: 1h}]
`)
	_, err := a.s.keepCoverage(t.Context())
	must(t, err)
	_, err = a.s.watchSources(t.Context())
	must(t, err)
	var told []string
	for _, w := range a.s.watched() {
		told = append(told, strings.Join([]string{w.Outlook.Source, w.What, w.Outlook.Blind, w.Permission, strings.Join(w.Places, " "), w.Every.String()}, "|"))
		if w.Off != (w.Outlook.Source == "old") || w.Reads == "" || w.Costs == "" || w.Deletions == "" {
			t.Errorf("of %s it tells %+v", w.Outlook.Source, w)
		}
		if n := len(w.Canaries); n != 0 != (w.Outlook.Source == "sky") {
			t.Errorf("%s has %d canaries", w.Outlook.Source, n)
		}
	}
	want := []string{
		"own-site|web|not read yet||http://127.0.0.1:8088/ http://127.0.0.1:8088/more|1h0m0s", "sky|bluesky|not read yet|asked on 2 March|ws://127.0.0.1:9|0s",
		"old|feed|not read yet||https://acme.example/feed|1h0m0s", "feeder|hook||||0s",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	for path, words := range map[string]string{"/api/v1/sources": `"state":"off"`, "/api/v1/coverage?days=1": `{"source":"old","what":"source old","why":"switched off"}`} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer mlk_7d02c9e4b1f64a83e05f96c2d41b7a38")
		answer := httptest.NewRecorder()
		a.s.console.Private().ServeHTTP(answer, r)
		if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), words) {
			t.Errorf("%s: %d %s", path, answer.Code, answer.Body)
		}
		if strings.Contains(answer.Body.String(), "86420719385") {
			t.Errorf("%s gives the canary away: %s", path, answer.Body)
		}
	}
}

// What stands and is read again is found, where it is polled; of streams only what comes anew.
func TestCanariesAtASource(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	hours := func(n int) time.Time { return now.Add(-time.Duration(n) * time.Hour) }
	canaries := []config.Canary{{Name: "bird", Sources: []string{"site", "sky"}, Every: config.Duration(time.Hour)}, {Name: "owl", Sources: []string{"site"}}}
	sightings := []scanner.CanarySighting{
		{Canary: "bird", Source: "site", Since: hours(90), Found: hours(5), Posted: hours(6), Stands: true},
		{Canary: "bird", Source: "sky", Since: hours(90), Found: hours(5), Stands: true},
	}
	for _, test := range []struct {
		source string
		kind   scanner.PassKind
		seen   time.Time
		missed int
	}{{"site", scanner.Poll, hours(1).Add(time.Minute), 0}, {"sky", scanner.Stream, hours(5), 5}} {
		got := canariesAt(canaries, sightings, scanner.Outlook{Source: test.source, Kind: test.kind, Passed: hours(1).Add(time.Minute)}, now)
		if len(got) == 0 || !got[0].Seen.Equal(test.seen) || got[0].Missed != test.missed || !got[0].Since.Equal(hours(90)) {
			t.Errorf("%s: %+v", test.source, got)
		}
		if test.source == "site" && (len(got) != 2 || got[1].Every != canaryEvery || !got[1].Since.IsZero()) {
			t.Errorf("%s: %+v", test.source, got)
		}
	}
}

// Who presses a button in Slack reads the time of where the organisation is.
func TestRepliesSayTheTimeOfTheOrganisation(t *testing.T) {
	t.Parallel()
	desk := &answering{organisations: []config.Organisation{{Name: "acme", Timezone: "Europe/Berlin"}, {Name: "globex"}, {Name: "initech", Timezone: "Nowhere/At-all"}}}
	ev := scanner.LeakEvent{Kind: scanner.Snooze, Until: time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC)}
	for org, want := range map[string]string{"acme": "23 Nov 00:30 CET", "globex": "22 Nov 23:30 UTC", "initech": "22 Nov 23:30 UTC"} {
		if said := desk.said(ev, scanner.Leak{Org: org}); said != "Reminders wait until "+want+"." {
			t.Errorf("%s: %q, want %s", org, said, want)
		}
	}
}

// A source that nobody begins to read is told of like one that went blind: not while it may only be its turn yet, and once a day.
func TestASourceThatNobodyReadsIsToldOf(t *testing.T) {
	t.Parallel()
	a := openAssembled(t, `
store: sqlite:FOLDER/data/meetleaks.db
console: {listen: "127.0.0.1:0"}
fetch: {allow: ["127.0.0.1:8088"]}
organisations: [{name: acme, domains: [acme.example]}]
sources: [{name: own-site, kind: web, start: ["http://127.0.0.1:8088/"]}]
channels: {siem: [{format: ocsf, to: "file:FOLDER/soc.jsonl"}]}
`)
	told := func(working time.Time) int {
		a.s.minded = map[string]time.Time{"own-site": working}
		for range 3 {
			_, err := a.s.watchSources(t.Context())
			must(t, err)
		}
		a.tell()
		return bytes.Count(a.file("soc.jsonl"), []byte("own-site: not read yet"))
	}
	if n := told(time.Now()); n != 0 {
		t.Errorf("told %d times before its turn", n)
	}
	if n := told(time.Now().Add(-scanner.BlindGrace)); n != 1 {
		t.Errorf("told %d times: %s", n, a.file("soc.jsonl"))
	}
	reading := scanner.Outlook{Source: "own-site", Blind: scanner.BlindUnread, Running: time.Now()}
	if got := a.s.unread(reading); !got.Since.IsZero() {
		t.Error("one that is being read for the first time counts as unread")
	}
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	since := func(at time.Duration) time.Time {
		a.s.app.now = func() time.Time { return day.Add(at) }
		return a.s.unread(scanner.Outlook{Source: "own-site", Blind: scanner.BlindUnread}).Since
	}
	if first := since(time.Hour); !first.Equal(since(23*time.Hour)) || first.Equal(since(25*time.Hour)) {
		t.Errorf("one day it is told as of %v, and %v, the next as of %v", first, since(23*time.Hour), since(25*time.Hour))
	}
}

// What is registered may change more often than a source goes unread for long enough: that nobody reads it is told all the same, but not of
// a source that has just come.
func TestASourceThatNobodyReadsIsToldOfWhateverIsRegistered(t *testing.T) {
	t.Parallel()
	const sites = `
store: sqlite:FOLDER/data/meetleaks.db
console: {listen: "127.0.0.1:0"}
fetch: {allow: ["127.0.0.1:8088"]}
organisations: [{name: acme, domains: [acme.example]}]
sources:
  - {name: own-site, kind: web, start: ["http://127.0.0.1:8088/"]}
`
	before := openAssembled(t, sites).s
	now := time.Now()
	before.mind(now.Add(-scanner.BlindGrace))
	next := openAssembled(t, sites+`  - {name: new-site, kind: web, start: ["http://127.0.0.1:8088/new/"]}`).s
	next.follow(before)
	next.mind(now)
	for source, want := range map[string]bool{"own-site": true, "new-site": false} {
		if got := next.unread(scanner.Outlook{Source: source, Blind: scanner.BlindUnread}); got.Since.IsZero() == want {
			t.Errorf("%s is blind since %v, told: want %v", source, got.Since, want)
		}
	}
}
