package matchers

import "strings"

// freeConferenceCall knows the permanent rooms of FreeConferenceCall.com, named after their owner: where one joins them, and the walls on which their
// owner keeps what belongs to them, with or without the viewer's page. Seen in public pages; a wall's recorded sound and video lie beside the walls.
func freeConferenceCall() Platform {
	return Platform{
		Name:  "freeconferencecall",
		Title: "FreeConferenceCall.com",
		Hosts: []string{"join.freeconferencecall.com", "freeconferencecall.com/wall/"},
		Docs:  "https://www.freeconferencecall.com/support",
		Parse: parseFreeConferenceCall,
		Forms: []Form{{"join.freeconferencecall.com/<name>, freeconferencecall.com/wall/<name>", PersonalRoom, PermanentRoom}},
	}
}

func parseFreeConferenceCall(u *URL) (Link, error) {
	segs, path := u.Segs(), "/{id}"
	if u.Base == "freeconferencecall.com" {
		if u.Seg(0) != "wall" || strings.HasPrefix(u.Seg(1), "recorded_") {
			return Link{}, NotAMeeting
		}
		segs, path = segs[1:], "/wall/{id}"
		if len(segs) == 2 && segs[1] == "viewer" {
			segs = segs[:1]
		}
	}
	if len(segs) != 1 {
		return Link{}, NotAMeeting
	}
	name, err := vendorRoom(u, segs[0])
	switch {
	case err != nil:
		return Link{}, err
	case placeholderName(name) && !u.believes(name):
		return Link{}, Placeholder
	case len(name) < 3:
		return Link{}, Incomplete
	}
	name = lowerASCII(name)
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: name, Owner: name, Host: u.Host, Path: path}, nil
}
