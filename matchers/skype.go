package matchers

import "strings"

// skype knows the group links of consumer Skype, which closed in May 2025. Contact invitations (/invite/…) and bots are no
// meetings. All shapes were seen in public pages.
func skype() Platform {
	return Platform{
		Name:    "skype",
		Title:   "Skype",
		Hosts:   []string{"join.skype.com"},
		Anchors: []string{"skype:?chat"},
		Docs:    "https://support.microsoft.com/skype",
		Retired: "2025-05-05",
		Parse:   parseSkype,
		Forms: []Form{
			{"join.skype.com/<12 characters>", GroupInvite, ChatInvite},
			{"skype:?chat&blob=<token>", GroupInvite, ChatInvite},
		},
	}
}

func parseSkype(u *URL) (Link, error) {
	l := Link{Kind: GroupInvite, Class: ChatInvite, Host: "join.skype.com", Path: "/{id}"}
	if u.Base == "" {
		return skypeBlob(u, l)
	}
	segs := u.Segs()
	if u.User != "" || u.Sub() != "" || len(segs) != 1 {
		return Link{}, NotAMeeting
	}
	switch strings.ToLower(segs[0]) {
	case "invite", "bot", "bots", "chat", "call", "launch", "download", "faq", "en", "login":
		return Link{}, NotAMeeting
	}
	id := leading(segs[0], isAlnum)
	if len(id) > 12 && (id[12:] == "rn" || id[12:] == "n" || strings.HasPrefix(id[12:], "http")) {
		id = id[:12]
	}
	switch {
	case placeholderWord(id) || placeholderToken(id):
		return Link{}, Placeholder
	case len(id) != 12:
		return Link{}, Incomplete
	}
	l.ID = id
	return l, nil
}

// skypeBlob reads the older form, a scheme whose token is the invitation.
func skypeBlob(u *URL, l Link) (Link, error) {
	id := leading(u.Param("blob"), isB64u)
	switch {
	case len(id) < 20 || len(id) > 200:
		return Link{}, Incomplete
	case placeholderToken(id):
		return Link{}, Placeholder
	}
	l.Space, l.ID, l.Host, l.Path = "blob", id, "", ""
	return l, nil
}
