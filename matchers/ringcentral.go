package matchers

import "strings"

// ringcentral knows RingCentral Video, its brands at other telephone companies, and the older RingCentral Meetings, which was Zoom under
// another name.
//
// Documented: join links with "pw" and SIP addresses at rcv.com (support.ringcentral.com, "Joining RingCentral Video meetings"). Seen:
// /conf/on/ and /launcher/ of the browser client, rcvdt:// of the desktop program, and zpk, which makes the holder host.
func ringcentral() Platform {
	return Platform{
		Name:  "ringcentral",
		Title: "RingCentral",
		Hosts: []string{"v.ringcentral.com", "video.ringcentral.com", "meetings.ringcentral.com", "meetings.officeathand.att.com", "meetings-officeathand.att.com", "video.officeathand.att.com",
			"video.unifyoffice.com", "video.cloudoffice.avaya.com", "video.rainbowoffice.com", "meetings.btcloudphone.bt.com", "meetings.businessconnect.telus.com", "video.businessconnect.telus.com", "video-atos.ringcentral.com", "rcv.com"},
		Anchors: []string{"rcvdt://", "rcvdt:\\/\\/"},
		Docs:    "https://support.ringcentral.com",
		Parse:   parseRingCentral,
		Forms: []Form{
			{"v.ringcentral.com/join/<number>, /conf/on/<number>, rcvdt://join/<number>", Meeting, JoinWithSecret},
			{"v.ringcentral.com/join/<name>", PersonalRoom, PermanentRoom},
			{"meetings.ringcentral.com/j/<number>", Meeting, JoinWithSecret},
			{"<number>@rcv.com", DialIn, NumberOnly},
		},
	}
}

func parseRingCentral(u *URL) (Link, error) {
	l := Link{Host: u.Host}
	l.AddSecret(u.SecretParams("pw", "pwd", "zak", "zpk", "tk")...)
	switch {
	case u.Base == "rcv.com":
		return ringcentralSIP(u)
	case u.Scheme == "rcvdt":
		l.Host = "v.ringcentral.com"
		id := u.Seg(0)
		if u.Host != "join" {
			id = u.Host
		}
		return ringcentralNumber(u, l, id, "/join/")
	case strings.HasPrefix(u.Base, "meetings"):
		return ringcentralMeetings(u, l)
	}
	switch u.Seg(0) {
	case "join", "launcher", "j", "m":
		id := u.Seg(1)
		if u.Seg(0) == "launcher" && id == "join" {
			id = u.Seg(2)
		}
		return ringcentralNumber(u, l, id, "/join/")
	case "conf":
		if u.Seg(1) != "on" {
			return Link{}, NotAMeeting
		}
		return ringcentralNumber(u, l, u.Seg(2), "/conf/on/")
	}
	return Link{}, NotAMeeting
}

// ringcentralNumber reads 9 to 12 digits, or a personal meeting name.
func ringcentralNumber(u *URL, l Link, segment, path string) (Link, error) {
	id := leadingNumber(strings.ReplaceAll(segment, "-", ""))
	switch {
	case id != "" && placeholderDigits(id):
		return Link{}, Placeholder
	case len(id) >= 9 && len(id) <= 12:
		l.Kind, l.Class, l.ID, l.Path = Meeting, JoinWithSecret, id, path+"{id}"
		return l, nil
	case id != "":
		return Link{}, Incomplete
	}
	name, err := roomName(u, segment)
	switch {
	case err != nil:
		return Link{}, err
	case len(name) < 5 || !isAlpha(name[0]) || !all(name, func(c byte) bool { return isB64u(c) || c == '.' }):
		return Link{}, Incomplete
	case genericRoom(name) && !u.believes(name):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Fold, l.Owner, l.Path = PersonalRoom, PermanentRoom, "name", name, true, name, path+"{id}"
	return l, nil
}

// ringcentralMeetings reads the Zoom-based service; its numbers are another id space.
func ringcentralMeetings(u *URL, l Link) (Link, error) {
	l.Space = "rcm"
	id, path := u.Seg(1), "/j/{id}"
	switch u.Seg(0) {
	case "j", "w":
	case "s":
		path = "/s/{id}"
	case "join":
		if id == "" {
			id = u.Param("sid") + u.Param("confno") + u.Param("mid")
		}
	default:
		return Link{}, NotAMeeting
	}
	id = leadingNumber(strings.ReplaceAll(id, "-", ""))
	switch {
	case id != "" && placeholderDigits(id):
		return Link{}, Placeholder
	case len(id) < 9 || len(id) > 11:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.ID, l.Path = Meeting, JoinWithSecret, id, path
	if u.SecretParams("zpk", "zak") != nil || u.Seg(0) == "s" {
		l.Kind, l.Class = HostStart, HostCredential
	}
	return l, nil
}

// ringcentralSIP reads <number>[.<pin>]@rcv.com.
func ringcentralSIP(u *URL) (Link, error) {
	if u.User == "" {
		return Link{}, NotAMeeting
	}
	id, pin, _ := strings.Cut(u.User, ".")
	switch {
	case !all(id, isDigit) || len(id) < 9 || len(id) > 12:
		return Link{}, Incomplete
	case placeholderDigits(id):
		return Link{}, Placeholder
	}
	l := Link{Kind: DialIn, Class: NumberOnly, ID: id}
	if all(pin, isDigit) {
		l.AddSecret("pin")
	}
	return l, nil
}
