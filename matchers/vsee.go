package matchers

// vsee knows the clinic rooms of VSee, a telehealth service, and the waiting rooms of those who treat patients there, on their clinic's host or on
// one of the service. Seen in public pages.
func vsee() Platform {
	return Platform{
		Name:  "vsee",
		Title: "VSee",
		Hosts: []string{"vsee.com", "vsee.me"},
		Docs:  "https://help.vsee.com",
		Parse: parseVSee,
		Whose: customerLabel,
		Forms: []Form{{"vsee.com/c/<clinic>, <clinic>.vsee.me/u/<name>", PersonalRoom, PermanentRoom}},
	}
}

func parseVSee(u *URL) (Link, error) {
	if u.Base == "vsee.me" {
		return parseVSeeWaitingRoom(u)
	}
	if u.Seg(0) != "c" || len(u.Segs()) != 2 || u.Label() != "" {
		return Link{}, NotAMeeting
	}
	room, err := sharedRoom(u, u.Seg(1))
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: room, Host: u.Host, Path: "/c/{id}"}, nil
}

// parseVSeeWaitingRoom reads <clinic>.vsee.me/u/<name>. A patient needs no account: the name admits to the waiting room.
func parseVSeeWaitingRoom(u *URL) (Link, error) {
	clinic := u.Label()
	if u.Seg(0) != "u" || len(u.Segs()) != 2 || clinic == "" || clinic == "www" || isSitePage(u.Seg(1)) {
		return Link{}, NotAMeeting
	}
	room, err := namedRoom(u, u.Seg(1))
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(clinic):
		return Link{}, Placeholder
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: clinic, ID: room, Org: customerLabel(u), Host: u.Host, Path: "/u/{id}"}, nil
}
