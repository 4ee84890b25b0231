package matchers

// daily knows the rooms of Daily, on the host of the account whose developers made them. Rooms are public unless made private; a token in "t" admits.
//
// Documented: docs.daily.co, "Rooms" and "Meeting tokens".
func daily() Platform {
	return Platform{
		Name:  "daily",
		Title: "Daily",
		Hosts: []string{"daily.co"},
		Docs:  "https://docs.daily.co/reference/rest-api/rooms",
		Parse: parseDaily,
		Whose: customerLabel,
		Forms: []Form{{"<organisation>.daily.co/<room>?t=<token>", PersonalRoom, PermanentRoom}},
	}
}

func parseDaily(u *URL) (Link, error) {
	org, segs := u.Label(), u.Segs()
	switch org {
	case "", "api", "docs", "dashboard", "help", "blog", "status", "cdn", "c", "gs", "gateway", "prebuilt", "static", "support", "app", "staging", "b", "bots", "assets", "go", "info", "track", "logs", "discuss", "community", "developers", "changelog":
		return Link{}, NotAMeeting
	}
	if len(segs) != 1 || isSiteFile(segs[0]) || opensAccount(segs[0]) {
		return Link{}, NotAMeeting
	}
	room, err := namedRoom(u, segs[0])
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(org) || org == "api-demo" || org == "daily-domain" || sampleAccountRoom(org, room) && !u.believes(room):
		return Link{}, Placeholder
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: org, ID: room, Org: org, Host: u.Host, Path: "/{id}"}
	l.AddSecret(u.SecretParams("t")...)
	return l, nil
}
