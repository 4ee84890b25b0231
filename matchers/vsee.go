package matchers

// vsee knows the clinic rooms of VSee, a telehealth service. Seen in public pages.
func vsee() Platform {
	return Platform{
		Name:  "vsee",
		Title: "VSee",
		Hosts: []string{"vsee.com"},
		Docs:  "https://help.vsee.com",
		Parse: parseVSee,
		Forms: []Form{{"vsee.com/c/<clinic>", PersonalRoom, PermanentRoom}},
	}
}

func parseVSee(u *URL) (Link, error) {
	if u.Seg(0) != "c" || len(u.Segs()) != 2 || u.Label() != "" {
		return Link{}, NotAMeeting
	}
	room, err := sharedRoom(u, u.Seg(1))
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: room, Host: u.Host, Path: "/c/{id}"}, nil
}
