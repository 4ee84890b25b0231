package main

import (
	"net/url"
	"slices"
	"strings"

	"meetleaks/scanner"
)

// kindCalendar is the kind of the sources that the operator calls calendars.
const kindCalendar = "calendar"

// calendars says how far an organisation believes a calendar. On a host under its registered domains one may name hosts; one that the
// operator's file names as a source besides says when meetings are, and that they are over, if nobody on the way can have changed it. Of
// what was registered, and is not proved at present, nothing is believed.
func (s *service) calendars(org string, at scanner.CalendarPlace) scanner.CalendarTrust {
	if !s.searches(org) || !s.ownHost(org, at.Host) {
		return scanner.CalendarForeign
	}
	if s.kindOf(at.Source) == kindCalendar && s.unchanged(at.URI) {
		return scanner.CalendarOwn
	}
	return scanner.CalendarOnSite
}

// unchanged says whether what is read at an address comes as its server sent it: over TLS, or from a service of the operator's own, which
// fetch.allow names.
func (s *service) unchanged(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || slices.Contains(s.loaded.Fetch.Allow, hostAndPort(u)))
}

// ownHost says whether a host lies under a domain that is an organisation's at present.
func (s *service) ownHost(org, host string) bool {
	for _, o := range s.judged() {
		if o.Name == org {
			return slices.ContainsFunc(o.Domains, func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) })
		}
	}
	return false
}
