package matchers

import "strings"

// signal knows Signal's call links and group invitations. Both stand in the fragment; the key is id and secret in one.
//
// From Signal's sources and public pages: a call's key is eight groups of four letters of an alphabet without vowels, compared without
// case; a group's is a message in URL-safe base64 that begins with "Cj". signal.me leads to a person and is no meeting.
func signal() Platform {
	return Platform{
		Name:    "signal",
		Title:   "Signal",
		Hosts:   []string{"signal.link", "signal.group"},
		Anchors: []string{"sgnl://joingroup", "sgnl:\\/\\/joingroup"},
		Docs:    "https://support.signal.org/hc/articles/6460529826970",
		Parse:   parseSignal,
		Forms: []Form{
			{"signal.link/call/#key=<8 groups of 4>", Meeting, JoinWithSecret},
			{"signal.group/#<base64>", GroupInvite, ChatInvite},
		},
	}
}

func parseSignal(u *URL) (Link, error) {
	switch {
	case u.Base == "signal.link" && strings.EqualFold(u.Seg(0), "call"):
		return signalCall(u.FragmentParam("key"))
	case u.Base == "signal.group" || u.Host == "joingroup":
		return signalGroup(u.Fragment)
	}
	return Link{}, NotAMeeting
}

const signalKeyLen = 39

func signalCall(key string) (Link, error) {
	key = lowerASCII(leading(key, func(c byte) bool { return isAlpha(c) || c == '-' }))
	switch {
	case key == "" || len(key) < signalKeyLen:
		return Link{}, Incomplete
	case placeholderToken(key) || strings.Contains(strings.ReplaceAll(key, "-", ""), "bcdfghkm"): // the alphabet in order
		return Link{}, Placeholder
	}
	key = key[:signalKeyLen]
	for i := 0; i < len(key); i++ {
		if (i%5 == 4) != (key[i] == '-') || key[i] != '-' && strings.IndexByte("bcdfghkmnpqrstxz", key[i]) < 0 {
			return Link{}, Incomplete
		}
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: key, Host: "signal.link", Path: "/call/#key={id}"}, nil
}

func signalGroup(fragment string) (Link, error) {
	id := leading(fragment, isB64u)
	switch {
	case id == "" || !strings.HasPrefix(id, "Cj") || len(id) < 40 || len(id) > 120:
		return Link{}, Incomplete
	case placeholderToken(id):
		return Link{}, Placeholder
	}
	return Link{Kind: GroupInvite, Class: ChatInvite, Space: "group", ID: id, Host: "signal.group", Path: "/#{id}"}, nil
}
