package matchers

import (
	"slices"
	"strings"
)

// bigbluebutton knows rooms of BigBlueButton, which organisations run on their own hosts, mostly behind Greenlight.
//
// Documented: join links signed with a checksum (docs.bigbluebutton.org, "API reference"); Greenlight 2 puts rooms under /b/, three or
// four groups of three characters, the first from the owner's name; Greenlight 3 under /rooms/<id>/join. Seen: the owner's address of such
// a room, without /join; Greenlight 2 under /gl/ or directly behind a host that is named after the service, and on public servers
// directly behind theirs or under /user/; B3Desk, the front end of the French
// state, whose links name the role and end in a checksum.
func bigbluebutton() Platform {
	return Platform{
		Name:  "bigbluebutton",
		Title: "BigBlueButton",
		Hosts: []string{"senfcall.de", "osmvideo.cloud68.co/user/"}, // public servers whose rooms neither their path nor their name tells
		Anchors: slices.Concat(slashed("/b/"), slashed("/rooms/"), slashed("bigbluebutton/api/join"), slashed("/playback/presentation/"), slashed("/meeting/signin/"), []string{
			"\\x2fb\\x2f", "\\x2frooms\\x2f",
			"://bbb.", ":\\/\\/bbb.", "://greenlight.", ":\\/\\/greenlight.", "://bigbluebutton.", ":\\/\\/bigbluebutton.",
			"://demo.bigbluebutton.", ":\\/\\/demo.bigbluebutton."}),
		Docs:  "https://docs.bigbluebutton.org/development/api/",
		Parse: parseBigBlueButton,
		Forms: []Form{
			{"<host>/b/<abc-def-ghi>, bbb.<domain>/[gl/]<abc-def-ghi>, <host>/rooms/<abc-def-ghi-jkl>[/join]", PersonalRoom, PermanentRoom},
			{"lecture.senfcall.de/<abc-def-ghi>, osmvideo.cloud68.co/user/<abc-def-ghi>", PersonalRoom, PermanentRoom},
			{"<host>/bigbluebutton/api/join?meetingID=&checksum=", PersonalRoom, JoinWithSecret},
			{"<host>/meeting/signin/[<role>/]<number>/[creator/<number>/]hash/<40 hex>", PersonalRoom, JoinWithSecret},
			{"… with the moderator's role", HostStart, HostCredential},
			{"<host>/playback/presentation/<version>/<meeting id>", Recording, PastContent},
		},
	}
}

func parseBigBlueButton(u *URL) (Link, error) {
	if !strings.Contains(u.Host, ".") {
		return Link{}, NotAMeeting
	}
	l := Link{Realm: u.Host, Host: u.Host, Org: u.Host}
	segs := u.Segs()
	for i, seg := range segs {
		switch {
		case seg == "b" && i+1 < len(segs) && i <= 2:
			return greenlightRoom(l, segs[i+1], len(segs) > i+3, "/b/{id}")
		case seg == "gl" && i == 0 && len(segs) == 2 && namedAfterBBB(u.Host):
			return greenlightRoom(l, segs[1], false, "/gl/{id}")
		case i == 0 && len(segs) == 1 && (namedAfterBBB(u.Host) || u.Base != ""):
			return greenlightRoom(l, seg, false, "/{id}")
		case seg == "user" && i == 0 && len(segs) == 2 && u.Base != "":
			return greenlightRoom(l, segs[1], false, "/user/{id}")
		case seg == "rooms" && i+1 < len(segs) && i <= 2:
			if page := u.Seg(i + 2); page != "join" && page != "public" && (page != "" || !ownersRoom(u.Host, segs[i+1])) {
				return Link{}, NotAMeeting
			}
			return greenlightRoom(l, segs[i+1], false, "/rooms/{id}/join")
		case seg == "bigbluebutton" && u.Seg(i+1) == "api" && u.Seg(i+2) == "join":
			return bbbAPI(u, l)
		case seg == "playback" && u.Seg(i+1) == "presentation":
			return bbbPlayback(u, l)
		case seg == "meeting" && u.Seg(i+1) == "signin":
			return b3deskRoom(l, segs[i+2:])
		}
	}
	return Link{}, NotAMeeting
}

// namedAfterBBB: only on such a host does a path of a few short groups alone say that it is a room. The maker's public server is one.
func namedAfterBBB(host string) bool {
	first, _, _ := strings.Cut(host, ".")
	return first == "bbb" || first == "greenlight" || first == "bigbluebutton" || host == "demo.bigbluebutton.org"
}

// ownersRoom: what the owner of a room of Greenlight 3 sees as its address, four groups. Inns have rooms too ("/rooms/the-old-red-fox"): on a
// host that is not named after the service a digit tells the two apart.
func ownersRoom(host, segment string) bool {
	id, ok := greenlightID(segment)
	return ok && len(id) == 15 && (namedAfterBBB(host) || strings.ContainsAny(id, "0123456789"))
}

// greenlightRoom reads an id of three or four groups. deep: more path follows than a room has.
func greenlightRoom(l Link, segment string, deep bool, path string) (Link, error) {
	id, ok := greenlightID(segment)
	switch {
	case !ok || deep:
		return Link{}, NotAMeeting
	case sampleGroups(id):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.ID, l.Path = PersonalRoom, PermanentRoom, id, path
	return l, nil
}

// greenlightID cuts out <3>-<3>-<3>[-<3>] of lower-case letters and digits.
func greenlightID(s string) (string, bool) {
	n := 0
	for n < 4 {
		at := n * 4
		if n > 0 && (len(s) < at || s[at-1] != '-') {
			break
		}
		if len(s) < at+3 || !all(s[at:at+3], func(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'z' }) {
			break
		}
		n++
	}
	if n < 3 || len(s) > n*4-1 && (isB64u(s[n*4-1])) {
		return "", false
	}
	return s[:n*4-1], true
}

// sampleGroups: abc-def-ghi, xxx-yyy-zzz, 123-456-789, and words of three letters in every group.
func sampleGroups(id string) bool {
	plain := strings.ReplaceAll(id, "-", "")
	if placeholderToken(plain) || strings.HasPrefix(id, "abc-") || strings.HasPrefix(id, "xxx") || strings.HasPrefix(id, "foo-") || all(plain, isDigit) && placeholderDigits(plain) {
		return true
	}
	for group := range strings.SplitSeq(id, "-") {
		if distinct(group) > 1 {
			return false
		}
	}
	return true
}

// bbbAPI reads a signed link of the API. The checksum makes it valid, the role or password says for whom.
func bbbAPI(u *URL, l Link) (Link, error) {
	id := strings.ReplaceAll(u.Param("meetingID"), "+", " ")
	checksum := leading(u.Param("checksum"), isHex)
	name := withoutGroup(id)
	drawnName := strings.HasPrefix(name, "random-") // what API Mate, the maker's page for trying the API, draws; on a real host such a meeting is one
	switch {
	case name == "" || sampleRoom(name) || placeholderToken(name) || sampleHost(u.Host) && (len(checksum) < 40 || drawnName) || u.Host == "test-install.blindsidenetworks.com":
		return Link{}, Placeholder
	case len(checksum) != 40 && len(checksum) != 64 && len(checksum) != 96 && len(checksum) != 128 || len(id) > maxRoom:
		return Link{}, Incomplete
	}
	l.ID, l.Path = id, "/bigbluebutton/api/join?meetingID={id}"
	l.AddSecret("checksum")
	l.AddSecret(u.SecretParams("password")...)
	l.Kind, l.Class = PersonalRoom, JoinWithSecret
	if strings.EqualFold(u.Param("role"), "moderator") {
		l.Kind, l.Class = HostStart, HostCredential
	}
	return l, nil
}

// withoutGroup cuts the number of a group that Moodle appends to a room's id (…[0]): it is not the bracket of a sample.
func withoutGroup(id string) string {
	name, group, ok := strings.Cut(id, "[")
	if number, closed := strings.CutSuffix(group, "]"); ok && closed && number != "" && all(number, isDigit) {
		return name
	}
	return id
}

// bbbPlayback reads a recording: its id is the internal meeting id, 40 letters and digits or more, "-", and the start in milliseconds.
func bbbPlayback(u *URL, l Link) (Link, error) {
	id := u.Param("meetingId")
	if id == "" {
		id = lastOf(u.Segs())
	}
	meeting, start, _ := strings.Cut(id, "-")
	start = leading(start, isDigit)
	switch {
	case !all(meeting, isAlnum) || len(meeting) < 40 || len(meeting) > 64 || len(start) < 13:
		return Link{}, NotAMeeting
	case placeholderToken(meeting):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Recording, PastContent, "rec", meeting+"-"+start[:13], "/playback/presentation/2.3/{id}"
	return l, nil
}

// b3deskRoom reads what follows /meeting/signin/: the role, in older links none, the meeting's number, who made it, and the checksum.
func b3deskRoom(l Link, segs []string) (Link, error) {
	role := ""
	if len(segs) > 0 && !all(segs[0], isDigit) {
		role, segs = segs[0], segs[1:]
	}
	if len(segs) == 5 && segs[1] == "creator" && all(segs[2], isDigit) {
		segs = append(segs[:1:1], segs[3:]...)
	}
	if len(segs) != 3 || segs[1] != "hash" || !all(segs[0], isDigit) {
		return Link{}, NotAMeeting
	}
	checksum := leading(segs[2], isHex)
	switch {
	case len(checksum) != 40:
		return Link{}, Incomplete
	case placeholderToken(checksum) || sampleHost(l.Host):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.ID, l.Path = PersonalRoom, JoinWithSecret, segs[0], "/meeting/signin/{id}"
	if role == "moderateur" || role == "moderator" {
		l.Kind, l.Class = HostStart, HostCredential
	}
	l.AddSecret("hash")
	return l, nil
}
