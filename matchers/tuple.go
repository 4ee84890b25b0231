package matchers

// tuple knows the calls of Tuple, a program for programming in pairs. Seen in public pages; other paths are the vendor's and its partners' pages.
func tuple() Platform {
	return Platform{
		Name:  "tuple",
		Title: "Tuple",
		Hosts: []string{"tuple.app"},
		Docs:  "https://docs.tuple.app",
		Parse: parseTuple,
		Forms: []Form{{"tuple.app/c/<token>", Meeting, JoinWithSecret}},
	}
}

func parseTuple(u *URL) (Link, error) {
	if u.Seg(0) != "c" || u.Label() != "" {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(u.Seg(1), isB64u, 10, 24)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id):
		return Link{}, Incomplete
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/c/{id}"}, nil
}
