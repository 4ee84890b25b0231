package matchers

import "strings"

// dialpad knows Dialpad Meetings and its former name UberConference: permanent rooms named after their owner or team. Seen in public pages;
// uberconference.com leads to the same rooms, and /getmp4/, /getmp3/ to recordings.
func dialpad() Platform {
	return Platform{
		Name:  "dialpad",
		Title: "Dialpad Meetings",
		Hosts: []string{"meetings.dialpad.com", "uberconference.com"},
		Docs:  "https://help.dialpad.com",
		Parse: parseDialpad,
		Forms: []Form{
			{"meetings.dialpad.com/<name>, /room/<name>, uberconference.com/<name>", PersonalRoom, PermanentRoom},
			{"meetings.dialpad.com/getmp4/<32 hex>.mp4, uberconference.com/getmp3/<token>", Recording, PastContent},
		},
	}
}

func parseDialpad(u *URL) (Link, error) {
	segs, path := u.Segs(), "/{id}"
	switch {
	case len(segs) == 2 && segs[0] == "room":
		segs, path = segs[1:], "/room/{id}"
	case len(segs) == 2 && (segs[0] == "getmp3" || segs[0] == "getmp4"):
		return dialpadRecording(u, segs[0], segs[1])
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

// dialpadRecording reads the file of a recording: a key of 32 hexadecimal digits, of older ones a token that is much longer.
func dialpadRecording(u *URL, way, file string) (Link, error) {
	name, _, _ := strings.Cut(file, ".")
	id, err := opaqueCode(name, isB64u, 32, 512)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id):
		return Link{}, Incomplete
	}
	return Link{Kind: Recording, Class: PastContent, Space: "rec", ID: id, Host: u.Host, Path: "/" + way + "/{id}"}, nil
}

func dialpadPage(segment string) bool {
	switch segment {
	case "international", "international-numbers", "getintouch", "conf", "conference", "room", "hello", "uberconference", "callme", "i", "meet", "main", "extension", "intl", "lp", "landing", "getmp3", "getmp4":
		return true
	}
	return false
}
