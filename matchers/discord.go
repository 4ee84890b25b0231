package matchers

import (
	"slices"
	"strings"
)

// discord knows invitations to Discord servers and, through their channels, to its calls. The code is the key: whoever has it is let in.
//
// Documented: invitation codes, vanity codes and expiry (support.discord.com, "Invites 101"; discord.com/developers/docs). Channel links open
// for members only and are none.
func discord() Platform {
	return Platform{
		Name:    "discord",
		Title:   "Discord",
		Hosts:   []string{"discord.gg", "discord.com", "discordapp.com"},
		Anchors: []string{"discord://"},
		Docs:    "https://support.discord.com/hc/en-us/articles/208866998",
		Parse:   parseDiscord,
		Forms:   []Form{{"discord.gg/<code>, discord.com/invite/<code>, discordapp.com/invite/<code>", GroupInvite, ChatInvite}},
	}
}

func parseDiscord(u *URL) (Link, error) {
	segment, path := u.Seg(0), "/{id}"
	switch invite := strings.EqualFold(segment, "invite"); {
	case u.Base == "discord.gg":
		if u.Label() != "" {
			return Link{}, NotAMeeting
		}
		if invite && u.Seg(1) != "" {
			segment = u.Seg(1)
		}
	case !invite || u.Base != "" && !discordClient(u.Label()):
		return Link{}, NotAMeeting
	default:
		segment, path = u.Seg(1), "/invite/{id}"
	}
	host := u.Host
	if u.Base == "" {
		host = "discord.com"
	}
	if regexpFlags(u.Path, segment) {
		return Link{}, NotAMeeting
	}
	return discordCode(Link{Kind: GroupInvite, Class: ChatInvite, Host: host, Path: path}, segment)
}

// regexpFlags: what stands behind the end of a regular expression: /discord.gg\//ig
func regexpFlags(path, segment string) bool {
	return strings.HasSuffix(path, "//"+segment) && len(segment) <= 5 && strings.Trim(segment, "dgimsuvxy") == ""
}

// discordClient: the site, and the test builds of the client.
func discordClient(label string) bool { return label == "" || label == "canary" || label == "ptb" }

// discordCode reads 2 to 32 letters, digits and hyphens.
func discordCode(l Link, segment string) (Link, error) {
	code := strings.TrimRight(leading(segment, func(c byte) bool { return isAlnum(c) || c == '-' }), "-")
	rest := segment[len(code):]
	switch {
	case segment == "":
		return Link{}, NotAMeeting
	case placeholderWord(segment) || discordSample(code) || placeholderToken(code) || all(code, isDigit) && placeholderDigits(code):
		return Link{}, Placeholder
	case discordVendor(code):
		return Link{}, NotAMeeting
	case len(code) < 2 || len(code) > 32 || strings.HasPrefix(rest, "_") || strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "%"):
		return Link{}, Incomplete
	}
	l.ID = code
	return l, nil
}

// discordSample: words that stand for a code.
func discordSample(code string) bool {
	lower := strings.ToLower(code)
	plain := strings.ReplaceAll(lower, "-", "")
	word := plain
	for _, count := range [...]string{"1234", "123"} { // invite123
		word = strings.TrimSuffix(word, count)
	}
	switch word {
	case "invite", "invitelink", "invitecode", "invitehere", "server", "servername", "serverinvite", "discordserver", "discordinvite", "discordlink", "support", "supportserver",
		"alpha", "beta", "gamma", "abc", "abcd", "abcde", "abcdef", "abcxyz", "xyz", "code", "linkhere", "inv", "promocode", "tester", "testers", "vanity", "vanityurl", "discord", "botsupport", "community", "replaceme", "acme":
		return true
	}
	return nobodysServer(plain) || strings.HasPrefix(plain, "your") || strings.HasPrefix(plain, "insert") || strings.HasPrefix(plain, "replace") || strings.HasSuffix(lower, "-here") ||
		strings.Contains(plain, "placeholder") || strings.Contains(plain, "xxx") || strings.Contains(plain, "example")
}

// nobodysServer: names that tests of moderation and mock-ups use, perhaps with a number behind: someserver, fakepromo, spam, mycoolserver, myapp.
func nobodysServer(plain string) bool {
	plain = plain[:max(len(plain)-4, len(strings.TrimRight(plain, "0123456789")))]
	telling := []string{"some", "any", "my", "fake", "test", "testing", "spam", "scam", "sample", "demo", "dummy", "mock", "ignore", "evil"}
	words := append([]string{"a", "the", "your", "one", "thing", "where", "cool", "free", "nitro", "promo", "bot", "server", "guild", "group", "community", "channel",
		"discord", "invite", "inv", "code", "link", "join", "name", "here", "me", "app", "project", "company", "org", "brand", "game", "token", "coin", "nft", "dao"}, telling...)
	return madeOf(plain, words) && slices.ContainsFunc(telling, func(word string) bool { return strings.Contains(plain, word) })
}

// discordVendor: servers of the vendor, open to everybody.
func discordVendor(code string) bool {
	switch strings.ToLower(code) {
	case "discord-developers", "discord-api", "discord-testers", "discord-townhall", "discord-feedback", "discord-events", "hypesquad":
		return true
	}
	return false
}
