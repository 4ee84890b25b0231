package claims

import (
	"errors"
	"strings"
	"testing"

	"meetleaks/scanner"
)

func TestDomainsAreKeptInOneForm(t *testing.T) {
	for text, want := range map[string]string{
		"acme.example": "acme.example", "ACME.Example.": "acme.example", "bücher.example": "xn--bcher-kva.example",
		"a.b.acme.example": "a.b.acme.example", "acme.co.uk": "acme.co.uk",
	} {
		got, err := Clean(text)
		if err == nil {
			err = newRules(nil).check("acme", got)
		}
		if err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestWhatIsNobodysOwnIsRefused(t *testing.T) {
	r := newRules([]Vouched{{"acme", []string{"acme.example"}}, {"globex", []string{"globex.example"}}})
	for text, want := range map[string]string{
		"com": "is one label", "co.uk": "public suffix", "github.io": "public suffix", "gmail.com": "mailboxes", "mail.gmx.de": "mailboxes",
		"zoom.us": "a service that others use", "acme.zoom.us": "a service that others use", "teams.microsoft.com": "a service that others use",
		"us02web.zoom.us": "a service that others use", "meet123.webex.com": "a service that others use", "microsoft.com": "a service that others use",
		"google.com": "a service that others use", "feishu.cn": "a service that others use", "acme.feishu.cn": "a service that others use",
		"facebook.com": "a service that others use", "acme.facebook.com": "a service that others use",
		"safelinks.protection.outlook.com": "mailboxes", "192.0.2.7": "an address", "[2001:db8::1]": "an address", "acme": "one label",
		"": "no domain", "a..example": "no domain", "-a.example": "no domain", "a_b.example": "no domain", "1.2.3": "no domain",
		strings.Repeat("a.", 120) + "example": "longer than 242", strings.Repeat("a", 64) + ".example": "no domain",
		"https://acme.example/": "address of a page", "jdoe@acme.example": "e-mail", "*.acme.example": "wildcard",
		"_meetleaks.acme.example": "name of the record", "acme.example\x1b[2J": "no domain", "globex.example": "another organisation",
		"www.globex.example": "another organisation",
	} {
		got, err := Clean(text)
		if err == nil {
			err = r.check("acme", got)
		}
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Why, want) || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for org, domain := range map[string]string{"globex": "www.globex.example", "acme": "acme.example", "initech": "initech.example"} {
		if err := r.check(org, domain); err != nil {
			t.Errorf("%s: %v", domain, err)
		}
	}
}

func TestTheListOfMailboxesIsInOrder(t *testing.T) {
	r := newRules(nil)
	if len(r.freemail) < 100 {
		t.Errorf("%d domains", len(r.freemail))
	}
	for domain := range r.freemail {
		if clean, err := Clean(domain); err != nil || clean != domain {
			t.Errorf("%q: %q, %v", domain, clean, err)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"acme.example", "bücher.example", "https://acme.example/?pwd=x", "xn--a", "a.example.", "%", "\xff.example"} {
		f.Add(seed)
	}
	r := newRules(nil)
	f.Fuzz(func(t *testing.T, text string) {
		domain, err := Clean(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x00\x1b\n\r") || len(err.Error()) > 400 {
				t.Errorf("%q: %q", text, err)
			}
			return
		}
		again, err := Clean(domain)
		if err != nil || again != domain || len(domain) > scanner.MaxClaimDomain || !isName(domain) {
			t.Errorf("%q is %q, then %q, %v", text, domain, again, err)
		}
		_ = r.check("acme", domain)
	})
}
