package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/claims/claimstest"
)

// resolver serves a script: "resolver NAME..." starts one name server for each name, $NAME being its host:port, and "resolver NAME publish
// FILE" puts the records of a file, as `domain add --format json` prints them, into one of them; "resolver NAME forget" takes all away. They
// live as long as the test.
func resolver(t testing.TB) func(*testscript.TestScript, bool, []string) {
	servers := map[string]*claimstest.Server{} // by address: scripts run at once, and each has its own
	room := make(chan struct{}, 1)
	return func(ts *testscript.TestScript, neg bool, args []string) {
		room <- struct{}{}
		defer func() { <-room }()
		if neg || len(args) == 0 {
			ts.Fatalf("usage: resolver NAME..., resolver NAME publish FILE, resolver NAME forget")
		}
		if len(args) == 1 || args[1] != "publish" && args[1] != "forget" {
			for _, name := range args {
				s := claimstest.Start(t)
				servers[s.Address] = s
				ts.Setenv(name, s.Address)
			}
			return
		}
		s := servers[ts.Getenv(args[0])]
		if args[1] == "forget" {
			s.Clear()
			return
		}
		var printed struct{ Records []domainRecord }
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2])), &printed))
		for _, r := range printed.Records {
			s.Set(r.Name, claimstest.One(r.Value))
		}
	}
}

func TestSuggestionsAreNotRegistered(t *testing.T) {
	c := config.Config{Organisations: []config.Organisation{
		{
			Name: "acme", Domains: []string{"acme.example"},
			Patterns: []config.Pattern{{Host: "meet.hooli.example"}, {Page: "https://partner.example/acme/*"}, {S4BDomain: "hooli.example"}, {Page: "https://*.wild.example/*"}},
			Hosts:    []config.Host{{Email: "jdoe@mail.acme.example", Delegates: []string{"pa@initech.example", "pa@gmail.com"}}, {Email: "x@globex.example"}},
		},
		{Name: "globex", Domains: []string{"globex.example"}, Fallback: config.Fallback{Email: "soc@claimed.example"}},
	}}
	list := []scanner.DomainClaim{{Org: "globex", Domain: "www.claimed.example", State: scanner.ClaimPending}}
	var got []string
	for _, s := range suggestions(c, list) {
		got = append(got, s.Org+" "+s.Domain+": "+strings.Join(s.Because, ", "))
	}
	want := []string{"acme hooli.example: pattern host, pattern s4b_domain", "acme partner.example: pattern page", "acme initech.example: e-mail of delegates"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if text := suggestText(suggestions(c, list)); strings.Contains(text, "@") {
		t.Errorf("somebody's address is shown: %s", text)
	}
}

func TestEveryStateOfAClaimHasWords(t *testing.T) {
	words := map[string]bool{}
	for _, state := range scanner.ClaimStates() {
		text := claimWords(state, time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC))
		if text == "" || text == string(state) || words[text] {
			t.Errorf("%s: %q", state, text)
		}
		words[text] = true
	}
}

func TestAQuorumFitsTheSystemsResolvers(t *testing.T) {
	c := config.Default()
	c.DNS.Quorum = 16
	if _, err := newRegistry(c, nil, nil, time.Now, nil); err == nil || !isFault(err) {
		t.Errorf("%v", err)
	}
}
