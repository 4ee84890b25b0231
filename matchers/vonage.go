package matchers

// vonage knows Vonage Meetings: nine digits in the path for guests, a token beside them for the host.
//
// Documented: developer.vonage.com, Meetings API, guest_url and host_url.
func vonage() Platform {
	return Platform{
		Name:  "vonage",
		Title: "Vonage Meetings",
		Hosts: []string{"meetings.vonage.com"},
		Docs:  "https://developer.vonage.com/en/meetings/overview",
		Parse: parseVonage,
		Forms: []Form{
			{"meetings.vonage.com/<9 digits>", Meeting, JoinWithSecret},
			{"meetings.vonage.com/?room_token=<9 digits>&participant_token=<token>", HostStart, HostCredential},
		},
	}
}

func parseVonage(u *URL) (Link, error) {
	number, path := u.Seg(0), "/{id}"
	if token := u.Param("room_token"); number == "" && token != "" {
		number, path = token, "/?room_token={id}"
	}
	if number == "" || !isDigit(number[0]) {
		return Link{}, NotAMeeting
	}
	id, err := numberCode(number, 9, 9)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: path}
	if u.SecretParams("participant_token") != nil {
		l.Kind, l.Class = HostStart, HostCredential
		l.AddSecret("participant_token")
	}
	return l, nil
}
