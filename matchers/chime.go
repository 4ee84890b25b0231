package matchers

import "strings"

// chime knows Amazon Chime's meetings. The service ended on 20 February 2026; the SDK that others build upon did not, and has no such
// links. Documented: ten-digit meeting ids, and room systems' SIP addresses at meet.chime.in, of a region meet.<region>.chime.in
// (docs.aws.amazon.com/chime, "Joining a meeting", "Joining a meeting using an in-room video system").
func chime() Platform {
	return Platform{
		Name:    "chime",
		Title:   "Amazon Chime",
		Hosts:   []string{"chime.aws", "chime.in"},
		Anchors: []string{"chime://meeting"},
		Docs:    "https://docs.aws.amazon.com/chime/latest/ug/",
		Parse:   parseChime,
		Forms: []Form{
			{"chime.aws/<ten digits>, app.chime.aws/meetings/<ten digits>, chime://meeting?pin=<ten digits>", Meeting, JoinWithSecret},
			{"<ten digits>@meet.chime.in, <ten digits>@meet.<region>.chime.in", DialIn, NumberOnly},
		},
		Retired: "2026-02-20",
	}
}

func parseChime(u *URL) (Link, error) {
	if u.Base == "chime.in" {
		return parseChimeSIP(u)
	}
	segment := u.Seg(0)
	switch sub := u.Label(); {
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
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: "chime.aws", Path: "/{id}"}, nil
}

// parseChimeSIP reads the address that room systems call. The host alone is everybody's, and asks for the number.
func parseChimeSIP(u *URL) (Link, error) {
	if !strings.HasPrefix(u.Host, "meet.") || !all(u.User, isDigit) {
		return Link{}, NotAMeeting
	}
	id, err := dialNumber(u.User, 10)
	if err == nil && len(id) != 10 {
		err = Incomplete
	}
	return Link{Kind: DialIn, Class: NumberOnly, ID: id}, err
}
