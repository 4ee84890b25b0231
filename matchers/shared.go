package matchers

import (
	"fmt"
	"strings"
)

// OwnHost refuses hosts and domains where everybody's meetings are: the hosts of meeting services, what lies above them (google.com; but
// not above servers that others run for everybody), and what lies below them without naming a customer (us02web.zoom.us, meet123.webex.com). What names a customer (acme.zoom.us) passes,
// and so does what is no service's: public suffixes and others' hosts are the caller's to refuse, and of what is no bare name (a port, a
// dot at the end, "*.") nothing is known. Case does not matter. The error says what to register instead, and does not repeat the host.
func OwnHost(host string) error {
	host = strings.ToLower(host)
	p, customer := serviceAt(host)
	switch {
	case p != nil && customer == "":
		return fmt.Errorf("is a meeting service's host, which all its customers share; of %s register %s", p.Title, ownPart(p))
	case p != nil:
		return nil
	}
	if p = serviceBelow(host); p != nil {
		return fmt.Errorf("is the domain of a meeting service, which all its customers share; of %s register %s", p.Title, ownPart(p))
	}
	return nil
}

// serviceAt is the service that has a host, and the customer whose it is; nil for other hosts.
func serviceAt(host string) (p *Platform, customer string) {
	i, base := standard().platformOf(host)
	if base == "" {
		return nil, ""
	}
	p = &standard().platforms[i]
	if p.Whose != nil && host != base {
		customer = p.Whose(&URL{Host: host, Base: base})
	}
	return p, customer
}

// serviceBelow is a service that has a host under a domain, rather one that still runs, or nil.
func serviceBelow(domain string) *Platform {
	var gone *Platform
	platforms := standard().platforms
	for i := range platforms {
		for _, entry := range platforms[i].Hosts {
			if host, _, _ := strings.Cut(entry, "/"); !strings.HasSuffix(host, "."+domain) || lentServer(&platforms[i], host) {
				continue
			}
			if platforms[i].Retired == "" {
				return &platforms[i]
			}
			gone = &platforms[i]
		}
	}
	return gone
}

// lentServer: an organisation runs the server for everybody, but what lies above it is its own (opensuse.org).
func lentServer(p *Platform, host string) bool {
	return p.Name == "jitsi" && host != "meet.jit.si" || p.Name == "bigbluebutton" || strings.HasSuffix(host, ".linuxfoundation.org")
}

// ownPart is the pattern, as the configuration has it, that names what is an organisation's of a service.
func ownPart(p *Platform) string {
	switch {
	case p.Name == "webex":
		return "the site: {webex_site: acme}"
	case p.Name == "slack":
		return "the workspace: {workspace: acme}"
	case p.Name == "teams":
		return "the tenant: {teams_tenant: 6f1c0d2e-0000-4000-8000-000000000001}"
	case p.Name == "skype-for-business":
		return "the domain: {s4b_domain: acme.example}"
	case p.Whose != nil && !strings.Contains(p.Hosts[0], "/"):
		return "the vanity host: {vanity: acme." + p.Hosts[0] + "}"
	}
	return "each meeting or room: {meeting: \"" + p.Name + ":…\"}"
}

// customerLabel is the label of a host that names a customer: any but those that services use for themselves.
func customerLabel(u *URL) string {
	switch label := u.Label(); label {
	case "account", "accounts", "admin", "api", "app", "blog", "cdn", "community", "dashboard", "dev", "developer", "developers", "docs", "email",
		"embed", "events", "get", "go", "help", "iframe", "info", "join", "login", "mail", "meet", "my", "na1cps", "open", "pages", "primetime",
		"static", "status", "store", "support", "testnet", "vc", "web":
		return ""
	default:
		return label
	}
}
