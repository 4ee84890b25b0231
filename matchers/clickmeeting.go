package matchers

// clickMeeting knows the rooms of ClickMeeting, on the account's host, and the registration pages before them. Its
// older domain is clickwebinar.com. Seen in public pages.
func clickMeeting() Platform {
	return Platform{
		Name:  "clickmeeting",
		Title: "ClickMeeting",
		Hosts: []string{"clickmeeting.com", "clickwebinar.com"},
		Docs:  "https://knowledge.clickmeeting.com",
		Parse: parseClickMeeting,
		Whose: customerLabel,
		Forms: []Form{
			{"<account>.clickmeeting.com/<room>, <account>.clickwebinar.com/<room>", PersonalRoom, PermanentRoom},
			{"<account>.clickmeeting.com/<room>/register", Registration, PublicForm},
		},
	}
}

func parseClickMeeting(u *URL) (Link, error) {
	org, segs := u.Label(), u.Segs()
	switch org {
	case "", "www", "api", "embed", "knowledge", "account-panel", "dev", "blog", "help", "static", "apidocs", "app", "cdn", "status", "support", "login", "go", "events", "newsletter", "mail", "partners", "affiliates":
		return Link{}, NotAMeeting
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: org, Org: org, Host: u.Host, Path: "/{id}"}
	if len(segs) == 2 && segs[1] == "register" {
		l.Kind, l.Class, l.Path = Registration, PublicForm, "/{id}/register"
		segs = segs[:1]
	}
	if len(segs) != 1 || len(segs[0]) < 3 {
		return Link{}, NotAMeeting
	}
	room, err := vendorRoom(u, segs[0])
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(org):
		return Link{}, Placeholder
	}
	l.ID = room
	return l, nil
}
