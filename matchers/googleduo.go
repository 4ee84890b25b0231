package matchers

// googleDuo knows the invitation links of Google Duo. Telephone calls (duo.google.com/call/<number>) and the service's own
// pages are no meetings.
func googleDuo() Platform {
	return Platform{
		Name:    "google-duo",
		Title:   "Google Duo",
		Hosts:   []string{"duo.google.com", "duo.app.goo.gl"},
		Docs:    "https://support.google.com/meet",
		Retired: "2022-12-01",
		Parse:   parseGoogleDuo,
		Forms:   []Form{{"duo.app.goo.gl/<token>", Meeting, JoinWithSecret}},
	}
}

func parseGoogleDuo(u *URL) (Link, error) {
	if u.Base != "duo.app.goo.gl" || u.Seg(0) == "" {
		return Link{}, NotAMeeting
	}
	id := leading(u.Seg(0), isAlnum)
	switch {
	case placeholderWord(id) || placeholderToken(id):
		return Link{}, Placeholder
	case len(id) < 6 || len(id) > 24: // Firebase's short links and its long ones
		return Link{}, Incomplete
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/{id}"}, nil
}
