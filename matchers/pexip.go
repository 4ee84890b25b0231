package matchers

import (
	"slices"
	"strings"
)

// pexip knows the web app of Pexip Infinity, which organisations run on their own hosts. A meeting room's alias stands in the fragment, in the query
// or in the path, depending on the app's version, and may look like an address.
//
// Documented: web app addresses and their parameters (docs.pexip.com, "Creating preconfigured links to launch conferences via Connect apps").
func pexip() Platform {
	return Platform{
		Name:  "pexip",
		Title: "Pexip",
		Anchors: slices.Concat(slashed("/webapp/#/?conference="), slashed("/webapp/?conference="), slashed("/webapp/conference/"), slashed("/webapp2/conference/"),
			slashed("/webapp3/m/"), []string{"/webapp/m/", "%2fwebapp%2f%23%2f%3fconference%3d", "%252fwebapp%252f%2523%252f%253fconference%253d"}),
		Docs:  "https://docs.pexip.com/admin/link_webapp.htm",
		Parse: parsePexip,
		Forms: []Form{
			{"<host>/webapp/#/?conference=<alias>&pin=, <host>/webapp2/conference/<alias>, <host>/webapp3/m/<alias>, <host>/webapp/m/<alias>", PersonalRoom, PermanentRoom},
			{"…&role=host&pin=<PIN>", HostStart, HostCredential},
		},
	}
}

func parsePexip(u *URL) (Link, error) {
	param := func(name string) string {
		if v := u.FragmentParam(name); v != "" {
			return v
		}
		return u.Param(name)
	}
	segs := u.Segs()
	if u.Anchor == "/webapp/m/" && (u.Scheme == "" || u.Seg(0) != "webapp" || isSiteFile(lastOf(segs)) || !tellsPexip(u)) { // a path of that name
		return Link{}, NotAMeeting
	}
	alias, path := param("conference"), "/webapp/#/?conference={id}"
	for i := 0; i+2 < len(segs); i++ {
		if strings.HasPrefix(segs[i], "webapp") && (segs[i+1] == "m" || segs[i+1] == "conference") {
			alias, path = segs[i+2], "/"+segs[i]+"/"+segs[i+1]+"/{id}"
			break
		}
	}
	alias, domain, addressed := strings.Cut(alias, "@")
	if alias == "test_call" { // the service's own room, in which one meets oneself
		return Link{}, NotAMeeting
	}
	alias, err := namedRoom(u, alias)
	switch {
	case err != nil:
		return Link{}, err
	case !strings.Contains(u.Host, "."):
		return Link{}, NotAMeeting
	case sampleHost(u.Host) || addressed && sampleHost(domain):
		return Link{}, Placeholder
	case addressed:
		alias += "@" + lowerASCII(leading(domain, isHostByte))
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: u.Host, ID: alias, Org: u.Host, Host: u.Host, Path: path}
	if pin := param("pin"); pin != "" && !placeholderSecret(pin) {
		l.AddSecret("pin")
		if strings.EqualFold(param("role"), "host") {
			l.Kind, l.Class = HostStart, HostCredential
		}
	}
	return l, nil
}

// tellsPexip reports whether something besides /webapp/m/, which the pages of any shop may have, says that a link is the web app's: the steps
// behind the alias, an alias that is an address, a parameter of the app, or the host's name.
func tellsPexip(u *URL) bool {
	switch u.Seg(3) {
	case "step-by-step", "express", "mm":
		return true
	}
	for _, name := range [...]string{"role", "pin", "join", "callType", "muteMicrophone", "muteCamera"} {
		if u.Has(name) {
			return true
		}
	}
	if strings.Contains(u.Seg(2), "@") {
		return true
	}
	first, _, _ := strings.Cut(u.Host, ".")
	switch first {
	case "vc", "vmr", "vks", "webrtc", "join", "call", "calls":
		return true
	}
	for _, word := range [...]string{"pexip", "meet", "video", "conf"} {
		if strings.Contains(u.Host, word) {
			return true
		}
	}
	return false
}
