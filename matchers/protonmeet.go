package matchers

import "strings"

// protonMeet knows Proton Meet: the id stands in the path, the key that decrypts and admits in the fragment. Seen in the clients' sources and
// in public pages.
func protonMeet() Platform {
	return Platform{
		Name:  "proton-meet",
		Title: "Proton Meet",
		Hosts: []string{"meet.proton.me"},
		Docs:  "https://proton.me/support/meet",
		Parse: parseProtonMeet,
		Forms: []Form{{"meet.proton.me/join/id-<10>#pwd-<12>", Meeting, JoinWithSecret}},
	}
}

func parseProtonMeet(u *URL) (Link, error) {
	const prefix, length = "id-", 10
	segment := u.Seg(1)
	if first := u.Seg(0); first != "join" && first != "meeting" || !strings.HasPrefix(segment, prefix) {
		return Link{}, NotAMeeting
	}
	code, err := opaqueCode(segment[len(prefix):], isAlnum, length, length)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, ID: prefix + code, Host: u.Host, Path: "/join/{id}"}
	if key, ok := strings.CutPrefix(u.Fragment, "pwd-"); ok && key != "" && !placeholderSecret(key) {
		l.AddSecret("pwd")
	}
	return l, nil
}
