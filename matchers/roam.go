package matchers

import "strings"

// roam knows the meetings and theatres of Roam, an office on the screen: two tokens of 22 characters in the fragment, the office's and the place's. Seen in
// calendars and public code.
func roam() Platform {
	return Platform{
		Name:  "roam",
		Title: "Roam",
		Hosts: []string{"ro.am/r/"},
		Docs:  "https://ro.am",
		Parse: parseRoam,
		Forms: []Form{{"ro.am/r/#/p/<22>/<22>", PersonalRoom, PermanentRoom}},
	}
}

func parseRoam(u *URL) (Link, error) {
	segs := strings.Split(strings.Trim(u.Fragment, "/"), "/")
	if u.Seg(0) != "r" || u.Label() != "" || len(segs) < 3 || segs[0] != "p" && segs[0] != "d" {
		return Link{}, NotAMeeting
	}
	office, err := opaqueCode(segs[1], isB64u, 22, 22)
	if err != nil {
		return Link{}, err
	}
	place, err := opaqueCode(segs[2], isB64u, 22, 22)
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: office + "/" + place, Host: u.Host, Path: "/r/#/" + segs[0] + "/{id}"}, nil
}
