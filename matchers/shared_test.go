package matchers

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestOwnHost(t *testing.T) {
	for host, want := range map[string]string{ // part of the message; "" passes
		"zoom.us":                    "{vanity: acme.zoom.us}",
		"ZOOM.us":                    "{vanity: acme.zoom.us}",
		"us02web.zoom.us":            "{vanity: acme.zoom.us}",
		"events.zoom.us":             "all its customers share",
		"webex.com":                  "{webex_site: acme}",
		"www.webex.com":              "{webex_site: acme}",
		"meet123.webex.com":          "{webex_site: acme}",
		"meetingsemea27.webex.com":   "{webex_site: acme}",
		"my.webex.com":               "{webex_site: acme}",
		"join.slack.com":             "{workspace: acme}",
		"teams.microsoft.com":        "{teams_tenant: ",
		"events.teams.microsoft.com": "{teams_tenant: ",
		"microsoft.com":              "is the domain of a meeting service",
		"google.com":                 `is the domain of a meeting service, which all its customers share; of Google Meet register each`,
		"meet.google.com":            `{meeting: "google-meet:…"}`,
		"com":                        "is the domain of a meeting service",
		"meet.lync.com":              "{s4b_domain: acme.example}",
		"meet.jit.si":                `{meeting: "jitsi:…"}`,
		"lecture.senfcall.de":        "all its customers share",
		"chat.whatsapp.com":          "all its customers share",
		"facebook.com":               "all its customers share",
		"events.mts-link.ru":         "{vanity: acme.mts-link.ru}",

		"acme.zoom.us":        "",
		"acme.zoomgov.com":    "",
		"acme.webex.com":      "",
		"acme.my.webex.com":   "",
		"acme.slack.com":      "",
		"acme.whereby.com":    "",
		"acme.feishu.cn":      "",
		"meet.acme.example":   "",
		"acme.example":        "",
		"opensuse.org":        "",
		"linuxfoundation.org": "",
		"notzoom.us":          "",
		"microsoft.com.local": "",
		"":                    "",
	} {
		err := OwnHost(host)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", host, err, want)
		}
	}
}

// No platform's host can be anybody's, and what is said to register instead is something that can be.
func TestNoServiceHasAnOwner(t *testing.T) {
	for _, p := range All() {
		for _, entry := range p.Hosts {
			host, _, _ := strings.Cut(entry, "/")
			for name := range suffixes(host) {
				if OwnHost(name) == nil && !(name != host && lentServer(&p, host)) {
					t.Errorf("%s: %s passes", p.Name, name)
				}
			}
		}
		if len(p.Hosts) == 0 {
			continue
		}
		_, vanity, ok := strings.Cut(ownPart(&p), "{vanity: ")
		if _, err := NewIndex([]Organisation{org("acme", Pattern{VanityPattern, strings.TrimSuffix(vanity, "}")})}, nil); ok && err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

// A service whose forms begin with a customer's name has hosts that customers can register: whoever adds one and forgets Whose is told.
func TestCustomersHostsCanBeRegistered(t *testing.T) {
	customers := regexp.MustCompile(`<(account|clinic|community|organisation|tenant|workspace)>\.([a-z0-9.-]+)`)
	for _, p := range All() {
		for _, form := range p.Forms {
			for _, m := range customers.FindAllStringSubmatch(form.Shape, -1) {
				if host := "globex." + m[2]; OwnHost(host) != nil {
					t.Errorf("%s: %q, but %s: %v", p.Name, form.Shape, host, OwnHost(host))
				}
			}
		}
	}
}

// What was registered before it was refused still claims nothing that is others'.
func TestAHostClaimsNothingOfOthers(t *testing.T) {
	x, err := NewIndex([]Organisation{
		{Name: "acme", Domains: []string{"zoom.us", "com", "google.com", "jit.si", "senfcall.de", "microsoft.com", "hoster.example", "acme.example"}},
		{Name: "globex", Domains: []string{"globex.zoom.us", "globex.webex.com"}, Patterns: []Pattern{{HostPattern, "globex.whereby.com"}}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[string]string{
		"https://initech.zoom.us/j/84930275116":     "",
		"https://us02web.zoom.us/j/84930275116":     "",
		"https://zoom.us/j/84930275116":             "",
		"https://meet.google.com/wqk-zpru-mdt":      "",
		"https://meet.jit.si/QuarterlyLedgerReview": "",
		"https://lecture.senfcall.de/jan-4kq-z8t":   "",
		threadOfTenant:                         "",
		"https://globex.zoom.us/j/84930275116": "globex 4",
		"https://globex.webex.com/globex/j.php?MTID=m8d2c47e19fa3b05c6e1f7a92d4b8035e": "globex 4",
		"https://globex.whereby.com/quarterly-ledger":                                  "globex 4",
		"https://jitsi.acme.example/QuarterlyLedgerReview":                             "acme 4",
		"https://meet.hoster.example/initech.example/jdoe/K7RQ2WZT":                    "",
		"https://meet.hoster.example/acme.example/jdoe/K7RQ2WZT":                       "acme 4",
		"https://meet.hoster.example/jdoe/K7RQ2WZT":                                    "acme 4",
	} {
		got := ""
		for _, o := range x.Owners(one(t, Standard(), link).Link, Whereabouts{}) {
			got += fmt.Sprintf("%s %d", o.Org, o.Rank)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}

// A site or workspace that every customer uses is nobody's.
func TestSharedSitesAreRefused(t *testing.T) {
	for _, p := range []Pattern{{SitePattern, "meet123"}, {SitePattern, "meetings"}, {WorkspacePattern, "join"}, {WorkspacePattern, "app"}} {
		if _, err := NewIndex([]Organisation{org("acme", p)}, nil); err == nil {
			t.Errorf("%s %s passes", p.Type, p.Value)
		}
	}
	for _, p := range []Pattern{{SitePattern, "acme"}, {SitePattern, "cityofacme"}, {WorkspacePattern, "acme-board"}} {
		if _, err := NewIndex([]Organisation{org("acme", p)}, nil); err != nil {
			t.Errorf("%s %s: %v", p.Type, p.Value, err)
		}
	}
}
