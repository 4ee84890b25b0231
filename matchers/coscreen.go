package matchers

// coscreen knows the sessions of CoScreen, a program for working on one screen: the team's name and 20 letters and digits. Seen in lists of link shapes.
func coscreen() Platform {
	return Platform{
		Name:  "coscreen",
		Title: "CoScreen",
		Hosts: []string{"join.coscreen.co"},
		Docs:  "https://www.coscreen.co",
		Parse: parseCoScreen,
		Forms: []Form{{"join.coscreen.co/<team>/<20>", PersonalRoom, PermanentRoom}},
	}
}

func parseCoScreen(u *URL) (Link, error) {
	if len(u.Segs()) != 2 {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(u.Seg(1), isAlnum, 20, 20)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id):
		return Link{}, Incomplete
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: id, Host: u.Host, Path: "/{id}"}, nil
}
