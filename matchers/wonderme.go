package matchers

// wonderMe knows the rooms of Wonder, which is gone, by guid. Seen in public pages.
func wonderMe() Platform {
	return Platform{
		Name:    "wonder-me",
		Title:   "Wonder",
		Hosts:   []string{"wonder.me"},
		Docs:    "https://www.wonder.me",
		Retired: "2023",
		Parse:   parseWonderMe,
		Forms:   []Form{{"wonder.me/r?id=<guid>, app.wonder.me/?spaceId=<guid>", PersonalRoom, PermanentRoom}},
	}
}

func parseWonderMe(u *URL) (Link, error) {
	id := u.Param("spaceId")
	if u.Seg(0) == "r" {
		id = u.Param("id")
	}
	if id == "" {
		return Link{}, NotAMeeting
	}
	id, err := guidCode(id)
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: id, Host: u.Host, Path: "/r?id={id}"}, nil
}
