package matchers

// eyeson knows the guest links of eyeson: a token of 24 letters and digits. Documented: eyeson.github.io, "Rooms".
func eyeson() Platform {
	return Platform{
		Name:  "eyeson",
		Title: "eyeson",
		Hosts: []string{"app.eyeson.team"},
		Docs:  "https://docs.eyeson.com/docs/rest/references/rooms",
		Parse: parseEyeson,
		Forms: []Form{{"app.eyeson.team/?guest=<24>", Meeting, JoinWithSecret}},
	}
}

func parseEyeson(u *URL) (Link, error) {
	if !u.Has("guest") {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(u.Param("guest"), isAlnum, 24, 24)
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/?guest={id}"}, nil
}
