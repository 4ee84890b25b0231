package matchers

import "strings"

// telegram knows video chats and live streams of Telegram groups and channels, conference calls, and invitations to closed groups.
//
// Documented: core.telegram.org/api/links. t.me, telegram.me and telegram.dog are one; a user's name is also a subdomain of t.me. The hash of
// a video chat lets its holder speak. t.me/+<digits> is a telephone contact, and a plain name a public channel: neither is a meeting.
func telegram() Platform {
	return Platform{
		Name:  "telegram",
		Title: "Telegram",
		Hosts: []string{"t.me/", "t.me\\/", "t.me%2f", "t.me%252f", `t.me\\/`, `t.me\u002f`, `t.me\x2f`, "t.me&#x2f;", "t.me&#47;", "t.me?v", "t.me?l",
			"telegram.me", "telegram.dog"},
		Anchors: []string{"tg:join?invite=", "tg://join", "tg://resolve", "tg://call", `tg:\/\/join`, `tg:\/\/resolve`, `tg:\/\/call`},
		Docs:    "https://core.telegram.org/api/links",
		Parse:   parseTelegram,
		Forms: []Form{
			{"t.me/<name>?videochat[=<hash>], ?voicechat, ?livestream", Meeting, JoinWithSecret},
			{"t.me/call/<slug>", Meeting, JoinWithSecret},
			{"t.me/+<hash>, t.me/joinchat/<hash>, tg:join?invite=<hash>", GroupInvite, ChatInvite},
		},
	}
}

func parseTelegram(u *URL) (Link, error) {
	if u.Scheme == "tg" {
		return telegramScheme(u)
	}
	if u.Host == "tg" && u.Port == "join" { // "tg:join?invite=", without slashes
		return telegramGroup(Link{Host: "t.me"}, u.Param("invite"), "/+{id}")
	}
	l := Link{Host: u.Host}
	segs := u.Segs()
	name := u.Label()
	if name == "" && len(segs) > 0 {
		name = segs[0]
		switch {
		case strings.EqualFold(name, "joinchat"):
			return telegramGroup(l, u.Seg(1), "/joinchat/{id}")
		case name == "call" && len(segs) > 1:
			return telegramCall(l, segs[1])
		case name[0] == '+':
			return telegramGroup(l, name[1:], "/+{id}")
		}
	}
	return telegramChat(u, l, name)
}

// telegramScheme reads tg://join?invite=, tg://resolve?domain=&videochat=, tg://call?slug=.
func telegramScheme(u *URL) (Link, error) {
	l := Link{Host: "t.me"}
	switch u.Host {
	case "join":
		return telegramGroup(l, u.Param("invite"), "/+{id}")
	case "call":
		return telegramCall(l, u.Param("slug"))
	case "resolve":
		return telegramChat(u, l, u.Param("domain"))
	}
	return Link{}, NotAMeeting
}

// telegramGroup reads the hash of an invitation: 16 or 22 characters.
func telegramGroup(l Link, segment, path string) (Link, error) {
	hash := leading(segment, isB64u)
	switch {
	case hash == "" || placeholderWord(segment) || placeholderToken(hash) || len(hash) >= 16 && hash == strings.ToLower(hash): // drawn ones have capitals
		return Link{}, Placeholder
	case all(hash, isDigit) && len(hash) <= 15:
		return Link{}, NotAMeeting
	case len(hash) < 16:
		return Link{}, Incomplete
	case len(hash) >= 22:
		hash = hash[:22]
	default:
		hash = hash[:16]
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = GroupInvite, ChatInvite, "join", hash, path
	return l, nil
}

func telegramCall(l Link, segment string) (Link, error) {
	slug := leading(segment, isB64u)
	switch {
	case slug == "" || placeholderWord(segment) || placeholderToken(slug):
		return Link{}, Placeholder
	case len(slug) < 8 || len(slug) > 64:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Meeting, JoinWithSecret, "call", slug, "/call/{id}"
	return l, nil
}

// telegramChat reads the video chat or live stream of a public name.
func telegramChat(u *URL, l Link, name string) (Link, error) {
	form := ""
	for _, param := range [...]string{"videochat", "voicechat", "livestream"} {
		if u.Has(param) {
			form = param
		}
	}
	ok := len(name) >= 4 && len(name) <= 32 && isAlpha(name[0]) && all(name, func(c byte) bool { return isAlnum(c) || c == '_' })
	switch {
	case form == "" || len(u.Segs()) > 1:
		return Link{}, NotAMeeting
	case sampleRoom(name) || telegramSample(name):
		return Link{}, Placeholder
	case !ok:
		return Link{}, Incomplete
	}
	l.AddSecret(u.SecretParams(form)...)
	l.Kind, l.Class, l.Space, l.ID, l.Owner, l.Path = Meeting, JoinWithSecret, "chat", name, name, "/{id}"
	if len(l.Secrets) == 0 {
		l.Path += "?" + form
	}
	return l, nil
}

// telegramSample: names that stand for a chat's.
func telegramSample(name string) bool {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "") {
	case "groupchat", "somegroup", "mygroup", "groupname", "group", "channel", "mychannel", "somechannel", "channelname", "chatname", "mychat", "somechat", "username", "durov", "telegram", "publicchat", "domain":
		return true
	}
	return false
}
