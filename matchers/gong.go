package matchers

// gong knows the links of Gong, which records a company's calls: a page that asks for consent and leads on to the person's meeting. Seen in mails.
func gong() Platform {
	return Platform{
		Name:  "gong",
		Title: "Gong",
		Hosts: []string{"join.gong.io"},
		Docs:  "https://help.gong.io",
		Parse: parseGong,
		Forms: []Form{{"join.gong.io/<company>/<user>", PersonalRoom, PermanentRoom}},
	}
}

func parseGong(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) < 2 || len(segs) > 3 || isSitePage(segs[0]) || segs[0] == "call" || u.Label() == "app" {
		return Link{}, NotAMeeting
	}
	company, user := lowerASCII(segs[0]), lowerASCII(segs[1])
	switch {
	case sampleOrg(company) || (sampleRoom(user) || genericRoom(user)) && !u.believes(user):
		return Link{}, Placeholder
	case len(user) < 3 || !all(company, isB64u) || !all(user, isRoomByte):
		return Link{}, Incomplete
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: company + "/" + user, Org: company, Owner: user, Host: u.Host, Path: "/{id}"}
	l.AddSecret(u.SecretParams("tkn")...)
	return l, nil
}
