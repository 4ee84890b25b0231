package matchers

// around knows the rooms of Around, a service that Miro closed. Seen in public pages.
func around() Platform {
	return Platform{
		Name:    "around",
		Title:   "Around",
		Hosts:   []string{"meet.around.co", "around.co/r/"},
		Docs:    "https://www.around.co",
		Retired: "2025-03",
		Parse:   parseAround,
		Forms:   []Form{{"meet.around.co/r/<room>, around.co/r/<room>", PersonalRoom, PermanentRoom}},
	}
}

func parseAround(u *URL) (Link, error) {
	if label := u.Label(); len(u.Segs()) != 2 || u.Seg(0) != "r" || label != "" && label != "meet" {
		return Link{}, NotAMeeting
	}
	room, err := sharedRoom(u, u.Seg(1))
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: room, Host: u.Host, Path: "/r/{id}"}, nil
}
