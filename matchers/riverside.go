package matchers

// riverside knows the studios of Riverside, a recording service for interviews. A studio is permanent; "t" admits a guest. Seen in public pages.
func riverside() Platform {
	return Platform{
		Name:  "riverside",
		Title: "Riverside",
		Hosts: []string{"riverside.fm", "riverside.com"},
		Docs:  "https://support.riverside.fm",
		Parse: parseRiverside,
		Forms: []Form{{"riverside.fm/studio/<studio>?t=<token>", PersonalRoom, PermanentRoom}},
	}
}

func parseRiverside(u *URL) (Link, error) {
	studio := u.Seg(1)
	if u.Seg(0) != "studio" || len(u.Segs()) != 2 || u.Label() != "" || studio == "share" {
		return Link{}, NotAMeeting
	}
	room, err := sharedRoom(u, studio)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: room, Host: u.Host, Path: "/studio/{id}"}
	if len(u.Param("t")) >= 8 {
		l.AddSecret(u.SecretParams("t")...)
	}
	return l, nil
}
