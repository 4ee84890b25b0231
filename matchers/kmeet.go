package matchers

// kmeet knows the rooms of Infomaniak's kMeet: random letters, in one piece or in groups of four, or a chosen name. Seen in public pages.
func kmeet() Platform {
	return Platform{
		Name:  "kmeet",
		Title: "kMeet",
		Hosts: []string{"kmeet.infomaniak.com"},
		Docs:  "https://www.infomaniak.com/en/support/faq/kmeet",
		Parse: parseKMeet,
		Forms: []Form{{"kmeet.infomaniak.com/<room>", PersonalRoom, PermanentRoom}},
	}
}

func parseKMeet(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) != 1 {
		return Link{}, NotAMeeting
	}
	room, err := vendorRoom(u, segs[0])
	switch {
	case err != nil:
		return Link{}, err
	case len(room) < 4:
		return Link{}, Incomplete
	case genericRoom(room) && !u.believes(room):
		return Link{}, Placeholder
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: room, Host: u.Host, Path: "/{id}"}, nil
}
