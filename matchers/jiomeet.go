package matchers

// jiomeet knows the meetings of JioMeet, an Indian service: a number of ten digits and the password beside it. From the vendor's sample programs.
func jiomeet() Platform {
	return Platform{
		Name:  "jiomeet",
		Title: "JioMeet",
		Hosts: []string{"jiomeetpro.jio.com", "jiomeet.jio.com"},
		Docs:  "https://jiomeetpro.jio.com",
		Parse: parseJioMeet,
		Forms: []Form{{"jiomeetpro.jio.com/shortener?meetingId=<10 digits>&pwd=<password>", Meeting, JoinWithSecret}},
	}
}

func parseJioMeet(u *URL) (Link, error) {
	if u.Seg(0) != "shortener" {
		return Link{}, NotAMeeting
	}
	id, err := numberCode(u.Param("meetingId"), 9, 11)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Meeting, Class: NumberOnly, ID: id, Host: u.Host, Path: "/shortener?meetingId={id}"}
	if u.SecretParams("pwd") != nil {
		l.Class = JoinWithSecret
		l.AddSecret("pwd")
	}
	return l, nil
}
