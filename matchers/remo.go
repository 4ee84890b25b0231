package matchers

// remo knows the events of Remo, by name. Seen in public pages of conferences.
func remo() Platform {
	return Platform{
		Name:  "remo",
		Title: "Remo",
		Hosts: []string{"live.remo.co"},
		Docs:  "https://help.remo.co",
		Parse: parseRemo,
		Forms: []Form{{"live.remo.co/e/<event>, live.remo.co/e/<event>/register", Event, PublicForm}},
	}
}

func parseRemo(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) < 2 || len(segs) > 3 || segs[0] != "e" || len(segs) == 3 && segs[2] != "register" {
		return Link{}, NotAMeeting
	}
	event, err := namedRoom(u, segs[1])
	switch {
	case err != nil:
		return Link{}, err
	case len(event) < 4 || !all(event, isB64u):
		return Link{}, Incomplete
	}
	return Link{Kind: Event, Class: PublicForm, ID: event, Host: u.Host, Path: "/e/{id}"}, nil
}
