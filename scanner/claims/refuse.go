package claims

import (
	_ "embed"
	"strings"

	"golang.org/x/net/publicsuffix"

	"meetleaks/matchers"
	"meetleaks/matchers/unwrap"
)

// freemailList holds one domain a line: services that give mailboxes to anybody.
//
//go:embed freemail.txt
var freemailList string //nolint:gochecknoglobals // go:embed needs a variable; nothing writes it

// Vouched is an organisation that whoever runs the service has put into the configuration.
type Vouched struct {
	Name    string
	Domains []string
}

// rules say which domains nobody can claim, or only one can. They do not change.
type rules struct {
	freemail map[string]bool
	vendors  map[string]bool // by what is registrable of them
	vouched  []Vouched
}

func newRules(vouched []Vouched) rules {
	r := rules{freemail: map[string]bool{}, vendors: map[string]bool{}, vouched: vouched}
	for line := range strings.Lines(freemailList) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			r.freemail[line] = true
		}
	}
	hosts := unwrap.Hosts()
	for _, p := range matchers.All() {
		hosts = append(hosts, p.Hosts...)
	}
	for _, host := range hosts {
		if end := strings.IndexAny(host, `/\`); end >= 0 { // of some hosts only a path is a service's
			host = host[:end]
		}
		host = strings.Trim(strings.ToLower(host), "*.")
		if part, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			r.vendors[part] = true
		}
	}
	return r
}

// check says whether an organisation may claim a domain that is clean. Its errors are *Refusal.
func (r rules) check(org, domain string) error {
	part := registrable(domain)
	switch {
	case isSuffix(domain):
		return refused(domain, "", "is a public suffix, under which everybody can have a name")
	case r.freemail[domain] || r.freemail[part]:
		return refused(domain, "", "gives mailboxes to everybody: it is no organisation's own")
	case r.vendors[domain] || r.vendors[part]:
		return refused(domain, "a vanity host, a site or a tenant is registered as a pattern, by whoever runs the service",
			"belongs to a service that others use too")
	}
	for _, other := range r.vouched {
		for _, theirs := range other.Domains {
			if other.Name != org && under(domain, theirs) {
				return refused(domain, "ask whoever runs the service", "is registered to another organisation in the configuration")
			}
		}
	}
	return nil
}

// Everybodys says which domains stand for nobody in particular: public suffixes, and those that give mailboxes to anybody. The function
// may be called at once by many.
func Everybodys() func(domain string) bool {
	r := newRules(nil)
	return func(domain string) bool {
		domain = strings.Trim(strings.ToLower(domain), "*.")
		return domain == "" || isSuffix(domain) || r.freemail[domain] || r.freemail[registrable(domain)]
	}
}

// isVouched says whether whoever runs the service vouches for the organisation.
func (r rules) isVouched(org string) bool {
	for _, other := range r.vouched {
		if other.Name == org {
			return true
		}
	}
	return false
}

// Claimable returns the domains that the organisation may claim as far as rules alone tell, each as it is kept and once: of texts what is
// registrable. Others are left out.
func Claimable(org string, texts []string, vouched []Vouched) []string {
	r := newRules(vouched)
	var out []string
	for _, text := range texts {
		domain, err := Clean(text)
		if err != nil || isSuffix(domain) {
			continue
		}
		domain = registrable(domain)
		if r.check(org, domain) == nil && !contains(out, domain) {
			out = append(out, domain)
		}
	}
	return out
}
