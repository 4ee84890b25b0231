package matchers

// chime knows Amazon Chime's meetings. The service ended on 20 February 2026; the SDK that others build upon did not, and has no such
// links. Documented: ten-digit meeting ids and the address that room systems dial (docs.aws.amazon.com/chime, "Joining a meeting").
func chime() Platform {
	return Platform{
		Name:    "chime",
		Title:   "Amazon Chime",
		Hosts:   []string{"chime.aws", "meet.chime.in"},
		Anchors: []string{"chime://meeting"},
		Docs:    "https://docs.aws.amazon.com/chime/latest/ug/",
		Parse:   parseChime,
		Forms: []Form{
			{"chime.aws/<ten digits>, app.chime.aws/meetings/<ten digits>, chime://meeting?pin=<ten digits>", Meeting, JoinWithSecret},
			{"<ten digits>@meet.chime.in", DialIn, NumberOnly},
		},
		Retired: "2026-02-20",
	}
}

func parseChime(u *URL) (Link, error) {
	segment := u.Seg(0)
	switch sub := u.Label(); {
	case u.Base == "meet.chime.in" && !all(u.User, isDigit): // the service's own room, "@meet.chime.in", asks for the number
		return Link{}, NotAMeeting
	case u.Base == "meet.chime.in":
		segment = u.User
	case u.Scheme == "chime":
		segment = u.Param("pin")
	case sub != "" && sub != "app":
		return Link{}, NotAMeeting
	case segment == "meetings" || segment == "meeting" || segment == "join":
		segment = u.Seg(1)
	}
	id := leadingNumber(without(segment, "- "))
	switch {
	case id == "":
		return Link{}, NotAMeeting
	case placeholderDigits(id):
		return Link{}, Placeholder
	case len(id) != 10:
		return Link{}, Incomplete
	}
	if u.Base == "meet.chime.in" {
		return Link{Kind: DialIn, Class: NumberOnly, ID: id}, nil
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: "chime.aws", Path: "/{id}"}, nil
}
