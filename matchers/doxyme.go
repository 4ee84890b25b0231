package matchers

import "strings"

// doxyMe knows the waiting rooms of Doxy.me, a telehealth service: permanent, named after the provider, often published on purpose.
// Clinics have a host or a path of their own. Seen in public pages of practices.
func doxyMe() Platform {
	return Platform{
		Name:  "doxy-me",
		Title: "Doxy.me",
		Hosts: []string{"doxy.me"},
		Docs:  "https://help.doxy.me",
		Parse: parseDoxyMe,
		Whose: customerLabel,
		Forms: []Form{{"doxy.me/<name>, doxy.me/<clinic>/<name>, <clinic>.doxy.me/<name>", PersonalRoom, PermanentRoom}},
	}
}

func parseDoxyMe(u *URL) (Link, error) {
	segs, clinic := u.Segs(), u.Label()
	path := "/{id}"
	switch clinic {
	case "help", "support", "blog", "app", "api", "status", "cdn", "static", "community", "go", "info", "research", "pages", "get", "email", "admin", "docs", "my":
		return Link{}, NotAMeeting
	case "":
		if len(segs) == 0 || isSitePage(segs[0]) || doxyMePage(segs[0]) {
			return Link{}, NotAMeeting
		}
		if len(segs) == 2 {
			clinic, segs = segs[0], segs[1:]
			path = "/" + strings.ReplaceAll(clinic, "{", "") + "/{id}"
		}
	}
	if len(segs) != 1 || isSiteFile(segs[0]) || opensAccount(segs[0]) {
		return Link{}, NotAMeeting
	}
	name, err := namedRoom(u, segs[0])
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(clinic) || clinic == "" && genericRoom(name) && !u.believes(name):
		return Link{}, Placeholder
	}
	clinic = lowerASCII(clinic)
	return Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: clinic, ID: name, Org: clinic, Owner: name, Host: u.Host, Path: path}, nil
}

// doxyMePage: the service's pages, and the languages that they stand under.
func doxyMePage(segment string) bool {
	switch strings.ToLower(segment) {
	case "es", "fr", "de", "pt", "it", "nl", "ja", "ko", "zh", "ru", "pl", "sv", "en-us", "en-gb", "clinic", "clinics", "patients", "patient", "provider", "providers", "dentists", "mental-health",
		"telemedicine", "covid-19", "coronavirus", "hipaa", "baa", "pro", "professional", "check-in", "waiting-room", "test-call", "precall", "pre-call", "account-settings",
		"room-settings", "global", "assistance", "reviews", "testimonials", "forgot", "reset", "trynow", "marketplace":
		return true
	}
	return false
}
