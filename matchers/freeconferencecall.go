package matchers

// freeConferenceCall knows the permanent rooms of FreeConferenceCall.com, named after their owner. Seen in public pages.
func freeConferenceCall() Platform {
	return Platform{
		Name:  "freeconferencecall",
		Title: "FreeConferenceCall.com",
		Hosts: []string{"join.freeconferencecall.com", "freeconferencecall.com/wall/"},
		Docs:  "https://www.freeconferencecall.com/support",
		Parse: parseFreeConferenceCall,
		Forms: []Form{{"join.freeconferencecall.com/<name>", PersonalRoom, PermanentRoom}},
	}
}

func parseFreeConferenceCall(u *URL) (Link, error) {
	segs, path := u.Segs(), "/{id}"
	if u.Base == "freeconferencecall.com" {
		if u.Seg(0) != "wall" {
			return Link{}, NotAMeeting
		}
		segs, path = segs[1:], "/wall/{id}"
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
