package matchers

import "strings"

// eightByEight knows 8x8 Meetings and 8x8's Jitsi as a Service, both on 8x8.vc, and the moderated rooms of moderated.jitsi.net, whose
// link is the moderator's.
//
// Documented: the tenant is the first part of the path; a tenant of Jitsi as a Service is vpaas-magic-cookie-<32 hex>
// (developer.8x8.com/jaas).
func eightByEight() Platform {
	return Platform{
		Name:  "8x8",
		Title: "8x8 Meetings",
		Hosts: []string{"8x8.vc", "moderated.jitsi.net"},
		Docs:  "https://developer.8x8.com/jaas/docs",
		Parse: parseEightByEight,
		Forms: []Form{
			{"8x8.vc/<tenant>/<room>", PersonalRoom, PermanentRoom},
			{"moderated.jitsi.net/<64 hex>", HostStart, HostCredential},
		},
	}
}

func parseEightByEight(u *URL) (Link, error) {
	segs := u.Segs()
	if u.Base == "moderated.jitsi.net" {
		return moderatedRoom(u)
	}
	if len(segs) == 3 && segs[0] == "static" && u.Param("room") != "" || len(segs) > 2 || u.Sub() != "" && u.Sub() != "www" {
		return Link{}, NotAMeeting
	}
	if len(segs) < 2 || isSitePage(segs[0]) || isSiteFile(segs[1]) {
		return Link{}, NotAMeeting
	}
	tenant := strings.ToLower(segs[0])
	if cookie, ok := strings.CutPrefix(tenant, "vpaas-magic-cookie-"); ok && len(cookie) != 32 || ok && !all(cookie, isHex) || sampleRoom(tenant) || tenant == "acmejets" { // the firm of the maker's manuals
		return Link{}, Placeholder
	}
	room, err := roomName(u, segs[1])
	switch {
	case err != nil:
		return Link{}, err
	case strings.ContainsAny(room, "/?&:'\"@#"):
		return Link{}, Incomplete
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: tenant, ID: room, Org: tenant, Host: u.Host, Path: "/" + tenant + "/{id}"}
	l.AddSecret(u.SecretParams("jwt")...)
	return l, nil
}

func moderatedRoom(u *URL) (Link, error) {
	id := strings.ToLower(leading(u.Seg(0), isHex))
	switch {
	case id == "":
		return Link{}, NotAMeeting
	case placeholderToken(id):
		return Link{}, Placeholder
	case len(id) != 64:
		return Link{}, Incomplete
	}
	return Link{Kind: HostStart, Class: HostCredential, Space: "moderated", ID: id, Host: u.Host, Path: "/{id}"}, nil
}
