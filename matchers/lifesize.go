package matchers

import "strings"

// lifesize knows Lifesize Cloud: extensions of six to eight digits, by link or SIP address. Seen in public pages and in the API's answers.
func lifesize() Platform {
	return Platform{
		Name:  "lifesize",
		Title: "Lifesize",
		Hosts: []string{"lifesizecloud.com"},
		Docs:  "https://www.lifesize.com",
		Parse: parseLifesize,
		Forms: []Form{
			{"call.lifesizecloud.com/<extension>, guest.lifesizecloud.com/<extension>", Meeting, JoinWithSecret},
			{"<extension>[.<passcode>]@lifesizecloud.com", DialIn, NumberOnly},
		},
	}
}

func parseLifesize(u *URL) (Link, error) {
	l := Link{Kind: Meeting, Class: JoinWithSecret, Host: u.Host, Path: "/{id}"}
	segment := u.Seg(0)
	switch sub := u.Sub(); {
	case u.User != "":
		if sub != "" && sub != "sip" {
			return Link{}, NotAMeeting
		}
		user, pin, _ := strings.Cut(u.User, ".")
		segment, l = user, Link{Kind: DialIn, Class: NumberOnly}
		if all(pin, isDigit) {
			l.AddSecret("passcode")
		}
	case sub != "call" && sub != "guest":
		return Link{}, NotAMeeting
	case segment == "otherlinks" || segment == "extension":
		segment = u.Seg(1)
	}
	id := leadingNumber(segment)
	switch {
	case id == "":
		return Link{}, NotAMeeting
	case placeholderDigits(id):
		return Link{}, Placeholder
	case len(id) < 6 || len(id) > 9:
		return Link{}, Incomplete
	}
	l.ID = id
	return l, nil
}
