package matchers

// zhumu knows the meetings of Zhumu (Welink), a Chinese service made from Zoom's: a number, with the password in "pwd". Seen in public pages.
func zhumu() Platform {
	return Platform{
		Name:  "zhumu",
		Title: "Zhumu",
		Hosts: []string{"zhumu.com"},
		Docs:  "https://www.zhumu.com",
		Parse: parseZhumu,
		Forms: []Form{{"welink.zhumu.com/j/<9 to 11 digits>?pwd=", Meeting, JoinWithSecret}},
	}
}

func parseZhumu(u *URL) (Link, error) {
	if u.Seg(0) != "j" {
		return Link{}, NotAMeeting
	}
	id, err := numberCode(u.Seg(1), 9, 11)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/j/{id}"}
	l.AddSecret(u.SecretParams("pwd")...)
	return l, nil
}
