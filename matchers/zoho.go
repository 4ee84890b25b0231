package matchers

import (
	"slices"
	"strings"
)

// zoho knows Zoho Meeting, Zoho Webinar and calls of Zoho Cliq, in all of Zoho's regions, and the hosts on which it tries new versions.
//
// Documented: joining by key (help.zoho.com, "Join a meeting"); the rest was seen: "t" admits, meeting-start starts as host, meet.zoho.com
// has short codes, videoprv plays a recording.
func zoho() Platform {
	return Platform{
		Name:  "zoho",
		Title: "Zoho Meeting",
		Hosts: zohoHosts(),
		Docs:  "https://help.zoho.com/portal/en/kb/meeting",
		Parse: parseZoho,
		Forms: []Form{
			{"meeting.zoho.<region>/join?key=<number>, /meeting/<number>, …/embedmeeting.jsp?meetingKey=<number>", Meeting, JoinWithSecret},
			{"meeting.zoho.<region>/meeting-start?key=<number>", HostStart, HostCredential},
			{"webinar.zoho.<region>/meeting/register[/embed]?sessionId=<number>", Registration, PublicForm},
			{"meeting.zoho.<region>/meeting/[public/]videoprv?recordingId=<64 hex>", Recording, PastContent},
			{"meet.zoho.<region>/<code>", Meeting, JoinWithSecret},
		},
	}
}

func zohoHosts() []string {
	hosts := []string{"meetinglab.zoho.com", "webinarlab.zoho.com"}
	for _, service := range [...]string{"meeting", "meet", "webinar", "cliq"} {
		for _, region := range [...]string{"com", "eu", "in", "com.au", "com.cn", "jp", "sa", "uk", "ae"} {
			hosts = append(hosts, service+".zoho."+region)
		}
		hosts = append(hosts, service+".zohocloud.ca")
	}
	return hosts
}

func parseZoho(u *URL) (Link, error) {
	l := Link{Host: u.Host}
	l.AddSecret(u.SecretParams("t")...)
	service, _, _ := strings.Cut(u.Base, ".")
	if u.Sub() != "" && u.Sub() != "www" {
		return Link{}, NotAMeeting
	}
	segs := u.Segs()
	last := lastOf(segs)
	switch service {
	case "meet":
		if len(segs) != 1 {
			return Link{}, NotAMeeting
		}
		return zohoCode(l, last, "/{id}")
	case "cliq":
		if len(segs) < 2 || segs[len(segs)-2] != "meetings" {
			return Link{}, NotAMeeting
		}
		return zohoCode(l, last, "/meetings/{id}")
	}
	switch {
	case u.Param("sessionId") != "" && (last == "register" || last == "registration" || last == "embed"):
		l.Kind, l.Class, l.Space = Registration, PublicForm, "webinar"
		return zohoKey(u, l, u.Param("sessionId"), "/meeting/register?sessionId={id}")
	case last == "videoprv":
		return zohoRecording(u, l)
	case strings.HasSuffix(last, "start"):
		l.Kind, l.Class = HostStart, HostCredential
		return zohoKey(u, l, u.Param("key"), "/meeting-start?key={id}")
	case last == "embedmeeting.jsp":
		return zohoKey(u, l, u.Param("meetingKey"), "/meeting/{id}")
	case u.Param("key") != "":
		return zohoKey(u, l, u.Param("key"), "/join?key={id}")
	case len(segs) >= 1 && len(segs) <= 2 && (len(segs) == 1 || segs[0] == "meeting"):
		return zohoKey(u, l, last, "/meeting/{id}")
	}
	return Link{}, NotAMeeting
}

// zohoKey reads a number of 9 to 12 digits; a webinar's session has up to 19. Behind a number that somebody crossed out stand asterisks.
func zohoKey(u *URL, l Link, value, path string) (Link, error) {
	id := leadingNumber(without(value, "- +"))
	most := 12
	if l.Kind == Registration {
		most = 19
	}
	switch {
	case id == "":
		return Link{}, NotAMeeting
	case placeholderDigits(id) || crossedOut(value) || strings.HasPrefix(u.Tail(), "****"):
		return Link{}, Placeholder
	case len(id) < 9 || len(id) > most:
		return Link{}, Incomplete
	}
	if l.Kind == "" {
		l.Kind, l.Class = Meeting, JoinWithSecret
	}
	l.ID, l.Path = id, path
	return l, nil
}

// zohoRecording reads the 64 hexadecimal digits of a recording.
func zohoRecording(u *URL, l Link) (Link, error) {
	id := leading(u.Param("recordingId"), isHex)
	switch {
	case len(id) != 64:
		return Link{}, Incomplete
	case distinct(id) <= 6:
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Recording, PastContent, "rec", strings.ToLower(id), "/meeting/videoprv?recordingId={id}"
	if slices.Contains(u.Segs(), "public") {
		l.Path = "/meeting/public/videoprv?recordingId={id}"
	}
	return l, nil
}

// zohoCode reads abcd-efg-hij, or eight letters and digits or more with a digit among them.
func zohoCode(l Link, segment, path string) (Link, error) {
	code := leading(segment, func(c byte) bool { return isAlnum(c) || c == '-' })
	groups := strings.Split(code, "-")
	shape := len(groups) == 3 && len(groups[0]) >= 3 && len(groups[0]) <= 4 && len(groups[1]) >= 3 && len(groups[1]) <= 4 && len(groups[2]) >= 3 && len(groups[2]) <= 4
	switch {
	case placeholderWord(segment) || placeholderToken(code) || strings.Contains(code, "12345") || strings.HasPrefix(strings.ToLower(code), "abc"):
		return Link{}, Placeholder
	case !shape && (len(groups) != 1 || len(code) < 8 || len(code) > 40 || !strings.ContainsAny(code, "0123456789")):
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Meeting, JoinWithSecret, "code", code, path
	return l, nil
}
