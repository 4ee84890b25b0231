package matchers

// butter knows the rooms of Butter, which stand under their organisation. Seen in public pages.
func butter() Platform {
	return Platform{
		Name:  "butter",
		Title: "Butter",
		Hosts: []string{"app.butter.us", "join.butter.us"},
		Docs:  "https://help.butter.us",
		Parse: parseButter,
		Forms: []Form{{"app.butter.us/<organisation>/<room>, join.butter.us/<organisation>/<room>", PersonalRoom, PermanentRoom}},
	}
}

func parseButter(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) != 2 || isSitePage(segs[0]) || !all(segs[0], isB64u) {
		return Link{}, NotAMeeting
	}
	read := namedRoom // join.butter.us serves rooms only
	if u.Base == "app.butter.us" {
		read = vendorRoom
	}
	room, err := read(u, segs[1])
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(segs[0]):
		return Link{}, Placeholder
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: segs[0] + "/" + room, Org: segs[0], Host: u.Host, Path: "/{id}"}, nil
}
