package matchers

// visio knows the meetings of Visio, the French administration's service (La Suite numérique): a code of three, four and three letters. From its sources
// and public pages.
func visio() Platform {
	return Platform{
		Name:  "visio",
		Title: "Visio (La Suite numérique)",
		Hosts: []string{"visio.numerique.gouv.fr"},
		Docs:  "https://github.com/suitenumerique/meet",
		Parse: parseVisio,
		Forms: []Form{{"visio.numerique.gouv.fr/<abc-defg-hij>", Meeting, JoinWithSecret}},
	}
}

func parseVisio(u *URL) (Link, error) {
	if len(u.Segs()) != 1 {
		return Link{}, NotAMeeting
	}
	id, err := dashedCode(u.Seg(0))
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/{id}"}, nil
}
