package matchers

import "strings"

// livekit knows the rooms of LiveKit Meet, the makers' own meeting page, and of the sandboxes in which others try theirs. With end-to-end encryption the
// passphrase stands in the fragment. From the sources of LiveKit Meet. cloud.livekit.io is the console.
func livekit() Platform {
	return Platform{
		Name:  "livekit",
		Title: "LiveKit Meet",
		Hosts: []string{"livekit.io"},
		Docs:  "https://github.com/livekit-examples/meet",
		Parse: parseLiveKit,
		Forms: []Form{{"meet.livekit.io/rooms/<room>#<passphrase>, <sandbox>.sandbox.livekit.io/rooms/<room>", Meeting, JoinWithSecret}},
	}
}

func parseLiveKit(u *URL) (Link, error) {
	label := u.Label()
	if u.Seg(0) != "rooms" || !strings.HasPrefix(label, "meet") && label != "sandbox" {
		return Link{}, NotAMeeting
	}
	read := sharedRoom
	if label == "sandbox" { // its rooms are one developer's
		read = namedRoom
	}
	room, err := read(u, u.Seg(1))
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, Realm: u.Sub(), ID: room, Host: u.Host, Path: "/rooms/{id}"}
	if len(u.Fragment) >= 8 && !placeholderSecret(u.Fragment) {
		l.AddSecret("passphrase")
	}
	return l, nil
}
