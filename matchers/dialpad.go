package matchers

// dialpad knows Dialpad Meetings and its former name UberConference: permanent rooms named after their owner or team. Seen in public pages;
// uberconference.com leads to the same rooms.
func dialpad() Platform {
	return Platform{
		Name:  "dialpad",
		Title: "Dialpad Meetings",
		Hosts: []string{"meetings.dialpad.com", "uberconference.com"},
		Docs:  "https://help.dialpad.com",
		Parse: parseDialpad,
		Forms: []Form{{"meetings.dialpad.com/<name>, /room/<name>, uberconference.com/<name>", PersonalRoom, PermanentRoom}},
	}
}

func parseDialpad(u *URL) (Link, error) {
	segs, path := u.Segs(), "/{id}"
	if len(segs) == 2 && segs[0] == "room" {
		segs, path = segs[1:], "/room/{id}"
	}
	if len(segs) != 1 || u.Label() != "" || isSitePage(segs[0]) || dialpadPage(segs[0]) {
		return Link{}, NotAMeeting
	}
	name, err := roomName(u, segs[0])
	switch {
	case err != nil:
		return Link{}, err
	case !all(name, func(c byte) bool { return isB64u(c) || c == '.' }):
		return Link{}, Incomplete
	case genericRoom(name) && !u.believes(name):
		return Link{}, Placeholder
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: name, Owner: name, Host: u.Host, Path: path}, nil
}

func dialpadPage(segment string) bool {
	switch segment {
	case "international", "international-numbers", "getintouch", "conf", "conference", "room", "hello", "uberconference", "callme", "i", "meet", "main", "extension", "intl", "lp", "landing":
		return true
	}
	return false
}
