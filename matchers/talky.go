package matchers

// talky knows the rooms of Talky, open to everybody who knows the name. Seen in public pages.
func talky() Platform {
	return Platform{
		Name:  "talky",
		Title: "Talky",
		Hosts: []string{"talky.io"},
		Docs:  "https://talky.io",
		Parse: parseTalky,
		Forms: []Form{{"talky.io/<room>", PersonalRoom, PermanentRoom}},
	}
}

func parseTalky(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) != 1 || u.Label() != "" {
		return Link{}, NotAMeeting
	}
	room, err := vendorRoom(u, segs[0])
	switch {
	case err != nil:
		return Link{}, err
	case len(room) < 3:
		return Link{}, Incomplete
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: room, Host: u.Host, Path: "/{id}"}, nil
}
