package matchers

import "strings"

// googleHangouts knows the video calls of classic Hangouts. All shapes were seen in public pages; a call in a Workspace domain
// names it.
func googleHangouts() Platform {
	return Platform{
		Name:    "google-hangouts",
		Title:   "Google Hangouts",
		Hosts:   []string{"hangouts.google.com", "plus.google.com/hangouts", "talkgadget.google.com/hangouts"},
		Docs:    "https://support.google.com/hangouts",
		Retired: "2022-11-01",
		Parse:   parseHangouts,
		Forms: []Form{
			{"/call/<id>", Meeting, JoinWithSecret},
			{"/hangouts/_/<domain>/<name>", Meeting, JoinWithSecret},
			{"/hangouts/_/<token>, /hangouts/_/event/<token>", Meeting, JoinWithSecret},
			{"/group/<id>", GroupInvite, ChatInvite},
		},
	}
}

func parseHangouts(u *URL) (Link, error) {
	l := Link{Kind: Meeting, Class: JoinWithSecret, Host: u.Host}
	segs := u.Segs()
	switch {
	case u.User != "" || len(segs) < 2:
		return Link{}, NotAMeeting
	case segs[0] == "call":
		l.Path = "/call/{id}"
		return hangoutToken(segs[1], l)
	case segs[0] == "group":
		l.Kind, l.Class, l.Space, l.Path = GroupInvite, ChatInvite, "group", "/group/{id}"
		return hangoutToken(segs[1], l)
	case segs[0] == "hangouts" && segs[1] == "_" && len(segs) > 2:
		return hangoutRoom(segs[2:], l)
	}
	return Link{}, NotAMeeting
}

// hangoutRoom reads what stands behind /hangouts/_/: a domain and a name, or a token, perhaps behind the word for its kind.
func hangoutRoom(segs []string, l Link) (Link, error) {
	switch strings.ToLower(segs[0]) {
	case "api", "present", "static", "widget", "start":
		return Link{}, NotAMeeting
	case "event", "hoaevent", "ytl", "calendar", "stream", "meet":
		if len(segs) < 2 {
			return Link{}, Incomplete
		}
		l.Path = "/hangouts/_/" + strings.ToLower(segs[0]) + "/{id}"
		return hangoutToken(segs[1], l)
	}
	if strings.Contains(segs[0], ".") && len(segs) > 1 {
		domain, name := strings.ToLower(segs[0]), leading(segs[1], func(c byte) bool { return isB64u(c) || c == '.' || c == '+' })
		label, _, _ := strings.Cut(domain, ".")
		switch {
		case sampleOrg(label) || placeholderWord(name):
			return Link{}, Placeholder
		case len(name) < 3:
			return Link{}, Incomplete
		}
		l.Realm, l.Org, l.ID, l.Path = domain, domain, strings.ToLower(name), "/hangouts/_/"+domain+"/{id}"
		return l, nil
	}
	l.Path = "/hangouts/_/{id}"
	return hangoutToken(segs[0], l)
}

// hangoutToken reads an id: 16 to 80 characters seen.
func hangoutToken(segment string, l Link) (Link, error) {
	id := strings.TrimRight(leading(segment, func(c byte) bool { return isB64u(c) || c == '.' }), ".")
	switch {
	case id != "" && (placeholderWord(id) || placeholderToken(id)):
		return Link{}, Placeholder
	case len(id) < 16 || len(id) > 120:
		return Link{}, Incomplete
	}
	l.ID = id
	return l, nil
}
