package matchers

// zep knows the spaces of ZEP, a Korean service: six letters and digits. Seen in public pages.
func zep() Platform {
	return Platform{
		Name:  "zep",
		Title: "ZEP",
		Hosts: []string{"zep.us"},
		Docs:  "https://docs.zep.us",
		Parse: parseZEP,
		Forms: []Form{{"zep.us/play/<6>", PersonalRoom, PermanentRoom}},
	}
}

func parseZEP(u *URL) (Link, error) {
	code := u.Seg(1)
	if u.Seg(0) != "play" || len(u.Segs()) != 2 {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(code, isAlnum, 6, 6)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id) || id != code:
		return Link{}, Incomplete
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: id, Host: u.Host, Path: "/play/{id}"}, nil
}
