package main

import (
	"testing"

	"meetleaks/cmd/meetleaks/internal/config"
)

// Whose meetings may be listed is decided by the site on which they stand, whatever the page or a part of it is called.
func TestWhoMaySeeWhatStandsOnAPage(t *testing.T) {
	c := config.Config{
		Organisations: []config.Organisation{{Name: "acme", Domains: []string{"acme.example"}}, {Name: "cloud", Domains: []string{"amazonaws.com"}}},
		Fetch:         config.Fetch{Allow: []string{"127.0.0.1:8088", "Partner.example:443"}},
	}
	v := newViewers(c, &proofs{sites: map[string]bool{"https://lab.example": true}})
	for _, test := range []struct {
		org, page string
		want      bool
	}{
		{"acme", "https://acme.example/", true},
		{"acme", "https://www.acme.example:8443/a?b", true},
		{"acme", "https://ACME.example/files.zip!100% sure.txt", true},
		{"acme", "https://acme.example/files.zip!a\x00b\x7f", true},
		{"acme", "https://acme.example!x", true},
		{"acme", "https://notacme.example/", false},
		{"acme", "https://acme.example.evil.example/acme.example", false},
		{"acme", "https://evil.example/x.zip!https://acme.example/", false},
		{"acme", "https://evil.example?https://acme.example/", false},
		{"acme", "http://127.0.0.1:8088/x", true},
		{"acme", "http://127.0.0.1:8089/x", false},
		{"acme", "https://partner.example/x", true},
		{"acme", "http://partner.example/x", false},
		{"cloud", "https://bucket.s3.amazonaws.com/x", false},
		{"cloud", "https://amazonaws.com/x", true},
		{"https://lab.example", "https://lab.example/a", true},
		{"https://lab.example", "https://lab.example:443/a", true},
		{"https://lab.example", "http://lab.example/a", false},
		{"https://lab.example", "https://www.lab.example/a", false},
		{"globex", "https://acme.example/", false},
		{"acme", "acme.example/page", false},
		{"acme", "", false},
	} {
		if got := v.may(test.org, test.page); got != test.want {
			t.Errorf("%s on %q: %v, want %v", test.org, test.page, got, test.want)
		}
	}
}
