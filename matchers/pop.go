package matchers

import "errors"

// pop knows the sessions of Pop: nine digits in groups of three, or a code of 12 characters. Seen in lists of link shapes.
func pop() Platform {
	return Platform{
		Name:  "pop",
		Title: "Pop",
		Hosts: []string{"pop.com/j/"},
		Docs:  "https://pop.com",
		Parse: parsePop,
		Forms: []Form{{"pop.com/j/<code>", Meeting, JoinWithSecret}},
	}
}

func parsePop(u *URL) (Link, error) {
	if u.Seg(0) != "j" || u.Label() != "" {
		return Link{}, NotAMeeting
	}
	id, err := numberCode(u.Seg(1), 9, 9)
	if errors.Is(err, Incomplete) {
		id, err = opaqueCode(u.Seg(1), isAlnum, 12, 12)
		if err == nil && (!mixed(id) || all(id, isDigit)) {
			err = Incomplete
		}
	}
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/j/{id}"}, nil
}
