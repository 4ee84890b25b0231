package main

import (
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

const coveredConfig = `
fetch: {allow: ["127.0.0.1:8088"]}
organisations:
  - {name: acme, domains: [acme.example]}
  - {name: globex, domains: [globex.example]}
sources:
  - {name: acme-site, kind: web, start: ["https://www.acme.example/"]}
  - {name: local, kind: web, start: ["http://127.0.0.1:8088/"]}
  - {name: bluesky, kind: bluesky}
  - {name: own-stream, kind: bluesky, api_url: "ws://127.0.0.1:9090"}
  - {name: old, kind: feed, start: ["https://acme.example/feed"], off: true}
  - {name: feeder, kind: hook, secret: whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0}
`

func TestCoverageSaysWhatWasLookedAtForWhom(t *testing.T) {
	t.Parallel()
	loaded, err := config.Parse("m.yaml", []byte(coveredConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	day := scanner.CoverageDay{Day: "2026-11-22", Passes: 3, Documents: 40, Refused: 2, MostLag: 1500 * time.Millisecond}
	outlooks := map[string]scanner.Outlook{}
	for _, name := range []string{"acme-site", "local", "bluesky", "own-stream", "old"} {
		outlooks[name] = scanner.Outlook{Source: name, Days: []scanner.CoverageDay{{Day: "2026-11-21", Documents: 9}, day}}
	}
	blind := outlooks["local"]
	blind.Blind = "rate limited"
	outlooks["local"] = blind
	proved := ""
	c := newCoverage(loaded.Config, func(org string) bool { return org == proved })
	for _, want := range []struct{ org, proved, looked, unseen string }{
		{"acme", "", "acme-site local own-stream", "local: blind: rate limited|bluesky: the organisation has proved|old: switched off|feeder"},
		{"globex", "", "local own-stream", "acme-site: under none of its domains|bluesky: the organisation"},
		{"globex", "globex", "acme-site local bluesky own-stream", "old: switched off|Instagram|Discord"},
	} {
		proved = want.proved
		got := c.of(want.org, "2026-11-22", outlooks)
		var looked []string
		for _, of := range got.Looked {
			looked = append(looked, of.Source)
			if of.CoverageDay != day {
				t.Errorf("%s: the day of %s is %+v", want.org, of.Source, of.CoverageDay)
			}
		}
		if strings.Join(looked, " ") != want.looked {
			t.Errorf("%s (proved %q): looked %q, want %q", want.org, want.proved, looked, want.looked)
		}
		var unseen strings.Builder
		for _, u := range got.Unseen {
			unseen.WriteString(u.What + ": " + u.Why + "\n")
		}
		for _, part := range strings.Split(want.unseen, "|") {
			if !strings.Contains(unseen.String(), part) {
				t.Errorf("%s (proved %q): %q is not told in\n%s", want.org, want.proved, part, unseen.String())
			}
		}
	}
}

func TestEachKindOfSourceIsKnown(t *testing.T) {
	t.Parallel()
	for _, k := range sourceKindList() {
		text := "sources: [{name: a, kind: " + k.Kind + ", start: [\"https://acme.example/\"], api_url: \"http://127.0.0.1:9\", secret: whsec_x}]"
		if _, err := config.Parse("m.yaml", []byte(text), nil); err != nil {
			t.Errorf("%s is no kind of the configuration: %v", k.Kind, err)
		}
		if k.Reads == "" || k.Costs == "" || k.Needs == "" || k.Tells == "" || k.Cursor == "" {
			t.Errorf("%s: not all is told of it", k.Kind)
		}
		if (k.join == nil) == (k.open == nil) {
			t.Errorf("%s: either join or open makes it", k.Kind)
		}
		if k.pass == scanner.Poll && k.asks == "" {
			t.Errorf("%s: egress does not say what is asked at its starts", k.Kind)
		}
	}
	_, err := config.Parse("m.yaml", []byte("sources: [{name: a, kind: nonsense}]"), nil)
	if err == nil {
		t.Fatal("nonsense is a kind")
	}
	for _, k := range sourceKindList() {
		if !strings.Contains(err.Error(), k.Kind) {
			t.Errorf("the configuration does not know %s: %v", k.Kind, err)
		}
	}
	if n := strings.Count(err.Error(), ",") + 1; n != len(sourceKindList()) {
		t.Errorf("the configuration names %d kinds, %d are listed", n, len(sourceKindList()))
	}
}
