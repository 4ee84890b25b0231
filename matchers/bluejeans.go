package matchers

import "strings"

// bluejeans knows BlueJeans, closed in March 2024. Documented in its time: numbers of nine digits or more, a passcode behind them, and
// SIP addresses at bjn.vc (support.bluejeans.com). Seen: /u/<name> is a user's own room; /s/<code> and, for members, /m/<code> are
// recordings, at length /playback/s/ and /playback/guid/; primetime events.
func bluejeans() Platform {
	return Platform{
		Name:  "bluejeans",
		Title: "BlueJeans",
		Hosts: []string{"bluejeans.com", "bjn.vc"},
		Docs:  "https://web.archive.org/web/2023/https://support.bluejeans.com/",
		Parse: parseBlueJeans,
		Whose: customerLabel,
		Forms: []Form{
			{"bluejeans.com/<number>[/<passcode>][/webrtc]", Meeting, JoinWithSecret},
			{"bluejeans.com/u/<name>", PersonalRoom, PermanentRoom},
			{"primetime.bluejeans.com/a2m/live-event/<code>", Webinar, JoinWithSecret},
			{"primetime.bluejeans.com/a2m/register/<code>", Registration, PublicForm},
			{"bluejeans.com/s/<code>, /m/<code>, /playback/s/<64>, /playback/guid/<72>, /a2m/events/playback/<guid>", Recording, PastContent},
			{"<number>[.<passcode>]@bjn.vc", DialIn, NumberOnly},
		},
		Retired: "2024-03-31",
	}
}

func parseBlueJeans(u *URL) (Link, error) {
	if u.Base == "bjn.vc" {
		if u.Label() == "teams" { // the way of room systems into Teams: the user is the customer's key
			return Link{}, NotAMeeting
		}
		return bluejeansNumber(Link{Kind: DialIn, Class: NumberOnly}, u.User, "")
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, Host: u.Host, Path: "/{id}"}
	switch sub := u.Label(); sub {
	case "support", "store", "community", "api", "developer", "developers", "status", "swdl", "blog", "info", "go", "trust", "help", "docs", "cdn":
		return Link{}, NotAMeeting
	case "primetime", "":
	default:
		l.Org = sub
	}
	switch u.Seg(0) {
	case "u":
		return bluejeansUser(u, l)
	case "s":
		l.Kind, l.Class, l.Space, l.Path = Recording, PastContent, "rec", "/s/{id}"
		return bluejeansToken(l, leading(u.Seg(1), func(c byte) bool { return isB64u(c) || c == '@' }), 4)
	case "playback":
		return bluejeansPlayback(u, l)
	case "m":
		l.Kind, l.Class, l.Space, l.Path = Recording, PastContent, "rec", "/m/{id}"
		return bluejeansToken(l, leading(u.Seg(1), isB64u), 8)
	case "a2m":
		return bluejeansEvent(u, l)
	case "join", "j":
		return bluejeansNumber(l, u.Seg(1), u.Seg(2))
	}
	return bluejeansNumber(l, u.Seg(0), u.Seg(1))
}

// bluejeansUser reads the address of a user's own room.
func bluejeansUser(u *URL, l Link) (Link, error) {
	name := u.Seg(1)
	if name == "" || len(u.Segs()) > 2 {
		return Link{}, NotAMeeting
	}
	room, err := roomName(u, name)
	switch {
	case err != nil:
		return Link{}, err
	case placeholderName(room):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = PersonalRoom, PermanentRoom, "name", room, "/u/{id}"
	return l, nil
}

// bluejeansPlayback reads the long addresses of recordings, which the short ones lead to.
func bluejeansPlayback(u *URL, l Link) (Link, error) {
	way := u.Seg(1)
	if way != "s" && way != "guid" {
		return Link{}, NotAMeeting
	}
	l.Kind, l.Class, l.Space, l.Path = Recording, PastContent, "rec", "/playback/"+way+"/{id}"
	return bluejeansToken(l, leading(u.Seg(2), isB64u), 32)
}

// bluejeansEvent reads the pages of Primetime, the service for large events.
func bluejeansEvent(u *URL, l Link) (Link, error) {
	switch u.Seg(1) {
	case "live-event":
		l.Kind, l.Class, l.Space, l.Path = Webinar, JoinWithSecret, "event", "/a2m/live-event/{id}"
		return bluejeansToken(l, leading(u.Seg(2), isAlnum), 6)
	case "register":
		l.Kind, l.Class, l.Space, l.Path = Registration, PublicForm, "event", "/a2m/register/{id}"
		return bluejeansToken(l, leading(u.Seg(2), isAlnum), 6)
	case "events":
		if u.Seg(2) != "playback" {
			return Link{}, NotAMeeting
		}
		l.Kind, l.Class, l.Space, l.Path = Recording, PastContent, "rec", "/a2m/events/playback/{id}"
		return bluejeansToken(l, leading(u.Seg(3), isB64u), 16)
	}
	return Link{}, NotAMeeting
}

func bluejeansToken(l Link, token string, least int) (Link, error) {
	switch {
	case token == "":
		return Link{}, NotAMeeting
	case placeholderWord(token) || placeholderToken(token):
		return Link{}, Placeholder
	case len(token) < least || len(token) > 96:
		return Link{}, Incomplete
	}
	l.ID = token
	return l, nil
}

// bluejeansNumber reads a number, and the passcode behind it or (in SIP addresses) behind a dot.
func bluejeansNumber(l Link, segment, passcode string) (Link, error) {
	if number, rest, ok := strings.Cut(segment, "."); ok {
		segment, passcode = number, rest
	}
	id, err := dialNumber(segment, 9)
	if err != nil {
		return Link{}, err
	}
	l.ID = id
	if pin := leading(passcode, isDigit); len(pin) >= 4 && len(pin) <= 10 {
		l.AddSecret("passcode")
	}
	return l, nil
}
