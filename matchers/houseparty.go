package matchers

// houseparty knows Houseparty, closed in October 2021. Its links are informational. Shapes: from guides of its time.
func houseparty() Platform {
	return Platform{
		Name:    "houseparty",
		Title:   "Houseparty",
		Hosts:   []string{"houseparty.com"},
		Docs:    "https://web.archive.org/web/2020/https://houseparty.com/",
		Parse:   parseHouseparty,
		Forms:   []Form{{"houseparty.com/add/<user>, app.houseparty.com/<user>", PersonalRoom, PermanentRoom}},
		Retired: "2021-10",
	}
}

func parseHouseparty(u *URL) (Link, error) {
	name, path := "", "/{id}"
	switch sub := u.Label(); {
	case u.Seg(0) == "add":
		name, path = u.Seg(1), "/add/{id}"
	case (sub == "app" || sub == "get") && len(u.Segs()) == 1:
		name = u.Seg(0)
	default:
		return Link{}, NotAMeeting
	}
	name, err := roomName(u, name)
	switch {
	case err != nil:
		return Link{}, err
	case isSitePage(name):
		return Link{}, NotAMeeting
	case !all(name, func(c byte) bool { return isB64u(c) || c == '.' }):
		return Link{}, Incomplete
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: name, Fold: true, Owner: name, Host: u.Host, Path: path}, nil
}
