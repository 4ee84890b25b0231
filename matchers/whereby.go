package matchers

import "strings"

// whereby knows Whereby and its former name appear.in. A room is permanent; with roomKey the link is the host's.
//
// Documented: rooms, subdomains of organisations and roomKey (docs.whereby.com, "Using URL parameters").
func whereby() Platform {
	return Platform{
		Name:  "whereby",
		Title: "Whereby",
		Hosts: []string{"whereby.com", "appear.in"},
		Docs:  "https://docs.whereby.com/reference/using-url-parameters",
		Parse: parseWhereby,
		Whose: customerLabel,
		Forms: []Form{
			{"whereby.com/<room>, <organisation>.whereby.com/<room>", PersonalRoom, PermanentRoom},
			{"…?roomKey=<token>", HostStart, HostCredential},
		},
	}
}

func parseWhereby(u *URL) (Link, error) {
	segs, org := u.Segs(), u.Label()
	switch org {
	case "api", "docs", "support", "help", "cdn", "srv", "embed", "blog", "go", "status", "store", "ideas", "developer", "developers", "accounts", "app", "community", "assets", "static", "mail", "email", "info", "talk":
		return Link{}, NotAMeeting
	}
	key := u.SecretParams("roomKey")
	switch k := u.Param("roomKey"); {
	case cutKey(k):
		key = nil
	case len(k) < minRoomKey:
		if k != "" && all(k, isAlnum) {
			return Link{}, Placeholder // "?roomKey=abc": nobody has such a key, nor then the room
		}
		key = nil
	}
	if len(segs) != 1 || key == nil && (isSitePage(segs[0]) || u.scoped && u.Scheme == "") { // npm's scope "@whereby.com/…" looks like a host without a scheme
		return Link{}, NotAMeeting
	}
	room := leading(segs[0], isWherebyByte)
	if key == nil || !strings.HasPrefix(u.Param("roomKey"), "eyJ") {
		var err error
		if room, err = roomName(u, segs[0]); err != nil {
			return Link{}, err
		}
	}
	switch {
	case org != "" && (placeholderWord(org) || org == "subdomain" || org == "your-subdomain" || key == nil && (org == "demo" || org == "test")):
		return Link{}, Placeholder
	case !all(room, isWherebyByte):
		return Link{}, Incomplete
	case key == nil && (org == "" && genericRoom(room) || sampleAccountRoom(org, room)) && !u.believes(room):
		return Link{}, Placeholder
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: org, ID: room, Org: org, Host: u.Host, Path: "/{id}"}
	if key != nil {
		l.Kind, l.Class = HostStart, HostCredential
		l.AddSecret(key...)
	}
	return l, nil
}

const minRoomKey = 16 // bytes; a key is a JSON web token, much longer

// cutKey: a JSON web token of which the writer left no more than the beginning ("eyJhbGci...") admits nobody.
func cutKey(key string) bool {
	_, payload, _ := strings.Cut(key, ".")
	return strings.HasPrefix(key, "eyJ") && len(strings.Trim(payload, ".…")) < 8
}

func isWherebyByte(c byte) bool { return isB64u(c) || c == '.' || c == '~' || c >= 0x80 }
