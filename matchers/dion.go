package matchers

// dion knows the meetings of DION, a Russian service: /event/ and a name that begins with the owner's or is drawn. Seen in public pages.
func dion() Platform {
	return Platform{
		Name:  "dion",
		Title: "DION",
		Hosts: []string{"dion.vc"},
		Docs:  "https://dion.vc",
		Parse: parseDion,
		Forms: []Form{{"dion.vc/event/<name>", Meeting, JoinWithSecret}},
	}
}

func parseDion(u *URL) (Link, error) {
	if u.Seg(0) != "event" || len(u.Segs()) != 2 || u.Label() != "" {
		return Link{}, NotAMeeting
	}
	name, err := namedRoom(u, u.Seg(1))
	switch {
	case err != nil:
		return Link{}, err
	case len(name) < 5 || !all(name, isB64u):
		return Link{}, Incomplete
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: name, Host: u.Host, Path: "/event/{id}"}, nil
}
