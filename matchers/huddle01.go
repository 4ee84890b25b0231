package matchers

// huddle01 knows the rooms of Huddle01: a code of three, four and three letters, on the service's host or an organisation's. Seen in public pages.
func huddle01() Platform {
	return Platform{
		Name:  "huddle01",
		Title: "Huddle01",
		Hosts: []string{"huddle01.app", "app.huddle01.com"},
		Docs:  "https://docs.huddle01.com",
		Parse: parseHuddle01,
		Whose: customerLabel,
		Forms: []Form{{"huddle01.app/room/<abc-defg-hij>, <organisation>.huddle01.app/room/<abc-defg-hij>", Meeting, JoinWithSecret}},
	}
}

func parseHuddle01(u *URL) (Link, error) {
	code := u.Seg(0)
	if code == "room" {
		code = u.Seg(1)
	}
	id, err := dashedCode(code)
	if err != nil {
		return Link{}, err
	}
	org := u.Label()
	if org == "app" || org == "iframe" || org == "testnet" {
		org = ""
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Org: org, Host: u.Host, Path: "/room/{id}"}, nil
}
