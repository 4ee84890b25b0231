package matchers

// webinarJam knows the webinars of WebinarJam and EverWebinar: registration pages, the room link of one registrant, and
// the replay that has the room's token. An account's code may stand before all of them, and a schedule's number before code or token. Seen in
// public pages.
func webinarJam() Platform {
	return Platform{
		Name:  "webinarjam",
		Title: "WebinarJam",
		Hosts: []string{"event.webinarjam.com"},
		Docs:  "https://support.webinarjam.com",
		Parse: parseWebinarJam,
		Forms: []Form{
			{"event.webinarjam.com/[<account>/]register/[<number>/]<code>", Registration, PublicForm},
			{"event.webinarjam.com/[<account>/]go/live/[<number>/]<token>", Webinar, AttendeePersonal},
			{"event.webinarjam.com/[<account>/][go/]replay/[<number>/]<token>", Recording, PastContent},
		},
	}
}

func parseWebinarJam(u *URL) (Link, error) {
	segs, account := u.Segs(), ""
	if len(segs) > 2 && !webinarJamPage(segs[0]) {
		account, segs = "/"+segs[0], segs[1:]
	}
	l := Link{Kind: Webinar, Class: AttendeePersonal, Space: "live", Host: u.Host}
	page, rest := "", segs
	for len(rest) > 0 && webinarJamPage(rest[0]) {
		page, rest = page+"/"+rest[0], rest[1:]
	}
	switch page {
	case "/register":
		return webinarJamForm(u, rest)
	case "/go/live":
	case "/go/replay", "/replay":
		l.Kind, l.Class = Recording, PastContent
	default:
		return Link{}, NotAMeeting
	}
	token, number := afterSchedule(rest)
	id, err := opaqueCode(token, isTalkByte, 12, 20)
	l.ID, l.Path = id, account+page+number+"/{id}"
	return l, err
}

// webinarJamForm reads the code of a registration page. Behind it may stand what embeds the page, or one click that registers.
func webinarJamForm(u *URL, segs []string) (Link, error) {
	code, _ := afterSchedule(segs)
	id, err := opaqueCode(code, isTalkByte, 6, 10)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id) || id != code:
		return Link{}, Incomplete
	}
	return Link{Kind: Registration, Class: PublicForm, ID: id, Host: u.Host, Path: "/register/{id}"}, nil
}

// afterSchedule is the first segment, or the one behind it if the first is the number of a schedule; that number with its slash too.
func afterSchedule(segs []string) (segment, number string) {
	switch {
	case len(segs) == 0:
		return "", ""
	case len(segs) > 1 && len(segs[0]) < 4 && all(segs[0], isDigit):
		return segs[1], "/" + segs[0]
	}
	return segs[0], ""
}

func webinarJamPage(segment string) bool {
	switch segment {
	case "register", "go", "live", "replay":
		return true
	}
	return false
}
