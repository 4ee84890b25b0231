package matchers

import "strings"

// alfaview knows the rooms of alfaview: the organisation's name, its guid and the room's guid in the fragment. Seen in public pages of universities.
func alfaview() Platform {
	return Platform{
		Name:  "alfaview",
		Title: "alfaview",
		Hosts: []string{"app.alfaview.com"},
		Docs:  "https://support.alfaview.com",
		Parse: parseAlfaview,
		Forms: []Form{{"app.alfaview.com/#/join/<organisation>/<guid>/<guid>", PersonalRoom, PermanentRoom}},
	}
}

func parseAlfaview(u *URL) (Link, error) {
	path, _, _ := strings.Cut(strings.Trim(u.Fragment, "/"), "?")
	segs := strings.Split(path, "/")
	if len(segs) < 2 || segs[0] != "join" {
		return Link{}, NotAMeeting
	}
	if len(segs) < 4 {
		return Link{}, Incomplete
	}
	id, err := guidCode(segs[3])
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(segs[1]):
		return Link{}, Placeholder
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: id, Org: segs[1], Host: u.Host, Path: "/#/join/" + segs[1] + "/{id}"}, nil
}
