package main

import (
	"slices"
	"testing"

	"meetleaks/cmd/meetleaks/internal/config"
)

func TestEgressNamesResolversAccountsAndTheSocket(t *testing.T) {
	loaded, err := config.Parse("", []byte(`
dns: {resolvers: ["127.0.0.1:5353", "127.0.0.2:5353"], quorum: 2}
organisations:
  - name: acme
    domains: [acme.example]
    platforms: {zoom: {account_id: abc123, client_id: id123, client_secret: hidden-secret-of-acme}}
channels: {slack: {token: xoxb-1, app_token: xapp-1}}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, at := range (&app{}).planEgress(loaded.Config).Out {
		got = append(got, at.Scheme+" "+at.Address)
	}
	for _, want := range []string{
		"dns 127.0.0.1:5353", "dns 127.0.0.2:5353", "https api.zoom.us:443", "https zoom.us:443", "https slack.com:443", "wss *.slack.com:443",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not told: %v", want, got)
		}
	}
}
