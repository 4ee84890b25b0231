package matchers

import "strings"

// workAdventure knows the worlds of WorkAdventure: organisation, world and room. Maps under /_/ are trials of developers. Documented: docs.workadventu.re.
func workAdventure() Platform {
	return Platform{
		Name:  "workadventure",
		Title: "WorkAdventure",
		Hosts: []string{"play.workadventu.re"},
		Docs:  "https://docs.workadventu.re",
		Parse: parseWorkAdventure,
		Forms: []Form{{"play.workadventu.re/@/<organisation>/<world>/<room>", PersonalRoom, PermanentRoom}},
	}
}

func parseWorkAdventure(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) < 2 || segs[0] != "@" {
		return Link{}, NotAMeeting
	}
	segs = segs[1:]
	switch {
	case sampleOrg(segs[0]) || strings.Contains(segs[0], "organization"):
		return Link{}, Placeholder
	case len(segs) < 2 || len(segs) > 3 || goesOn(u.Tail()):
		return Link{}, Incomplete
	}
	for _, seg := range segs {
		switch {
		case !all(seg, isB64u):
			return Link{}, Incomplete
		case variableName(seg):
			return Link{}, Placeholder
		}
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: strings.Join(segs, "/"), Org: segs[0], Host: u.Host, Path: "/@/{id}"}, nil
}
