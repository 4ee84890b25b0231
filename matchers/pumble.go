package matchers

import "errors"

// pumble knows the meetings of Pumble: 24 hexadecimal digits, or a code of three, four and three letters. Seen in lists of link shapes.
func pumble() Platform {
	return Platform{
		Name:  "pumble",
		Title: "Pumble",
		Hosts: []string{"meet.pumble.com"},
		Docs:  "https://pumble.com/help",
		Parse: parsePumble,
		Forms: []Form{{"meet.pumble.com/<24>, meet.pumble.com/<abc-defg-hij>", Meeting, JoinWithSecret}},
	}
}

func parsePumble(u *URL) (Link, error) {
	if len(u.Segs()) != 1 {
		return Link{}, NotAMeeting
	}
	id, err := dashedCode(u.Seg(0))
	if errors.Is(err, NotAMeeting) {
		if id, err = hexCode(u.Seg(0), 24); errors.Is(err, Incomplete) {
			err = NotAMeeting
		}
	}
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/{id}"}, nil
}
