package matchers

import "strings"

// slack knows Slack's huddles, its older calls, and invitations to a workspace or a shared channel.
//
// Documented: invitations and their lifetime (slack.com/help, "Join a Slack workspace" and "Invite members to your workspace"). The
// token shapes were seen in public repositories: zt-<lower-case base 36>-<22 characters>, and enQt<base64> until 2020. A huddle opens
// for members only.
func slack() Platform {
	return Platform{
		Name:  "slack",
		Title: "Slack",
		Hosts: []string{"slack.com"},
		Heads: []string{"huddle", "free-willy", "call", "t", "join", "shared_invite", "share"},
		Docs:  "https://slack.com/help/articles/201330256",
		Parse: parseSlack,
		Whose: slackWorkspace,
		Forms: []Form{
			{"app.slack.com/huddle/<team>/<channel>", Meeting, ChatInvite},
			{"<workspace>.slack.com/call/<R…>", Meeting, ChatInvite},
			{"join.slack.com/t/<workspace>/shared_invite/<token>, <workspace>.slack.com[/join]/shared_invite/<token>", WorkspaceInvite, ChatInvite},
			{"join.slack.com/share/[<I…>/<secret>/]<token>", WorkspaceInvite, ChatInvite},
		},
	}
}

func parseSlack(u *URL) (Link, error) {
	l := Link{Host: u.Host}
	switch seg := u.Seg(0); {
	case seg == "huddle":
		return slackCall(l, "/huddle/", u.Seg(1), u.Seg(2))
	case seg == "free-willy" && u.Seg(2) != "":
		return slackCall(l, "/free-willy/", u.Seg(1), u.Seg(2))
	case seg == "call":
		return slackOldCall(u, l)
	case seg == "t" && (u.Seg(2) == "shared_invite" || u.Seg(2) == "invite"):
		l.Path = "/t/" + u.Seg(1) + "/" + u.Seg(2) + "/{id}"
		return slackInvite(l, u.Seg(1), u.Seg(3))
	case seg == "join" && u.Seg(1) == "shared_invite":
		l.Path = "/join/shared_invite/{id}"
		return slackInvite(l, slackWorkspace(u), u.Seg(2))
	case seg == "shared_invite":
		l.Path = "/shared_invite/{id}"
		return slackInvite(l, slackWorkspace(u), u.Seg(1))
	case seg == "share" && u.Label() == "join":
		l.Path = "/share/{id}"
		return slackInvite(l, "", lastOf(u.Segs())) // "/share/<I…>/<secret>/<token>" of invitations sent by mail, too
	}
	return Link{}, NotAMeeting
}

// slackWorkspace is the workspace that a host names: acme.slack.com, acme.enterprise.slack.com.
func slackWorkspace(u *URL) string {
	label, _, _ := strings.Cut(u.Sub(), ".")
	switch label {
	case "app", "join", "www", "api", "my", "account", "files", "hooks", "status":
		return ""
	}
	return label
}

// slackCall reads the ids of a team and a conversation, or of a team and an older call.
func slackCall(l Link, path, team, room string) (Link, error) {
	team, room = leading(team, isAlnum), leading(room, isAlnum)
	switch {
	case slackSample(team) || slackSample(room):
		return Link{}, Placeholder
	case !slackID(team, "TE") || !slackID(room, "CDGR"):
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space = Meeting, ChatInvite, "huddle"
	l.ID, l.Org, l.Path = team+"/"+room, team, path+"{id}"
	return l, nil
}

// slackOldCall reads /call/<R…>, before it perhaps the caller's name.
func slackOldCall(u *URL, l Link) (Link, error) {
	id := u.Seg(1)
	id = leading(id[strings.LastIndexByte(id, '-')+1:], isAlnum)
	switch {
	case slackSample(id) || placeholderWord(slackWorkspace(u)) && slackWorkspace(u) != "":
		return Link{}, Placeholder
	case !slackID(id, "R"):
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Org, l.Path = Meeting, ChatInvite, "call", id, slackWorkspace(u), "/call/{id}"
	return l, nil
}

// slackID: a letter that names the kind of thing, then 8 to 11 capitals and digits.
func slackID(s, kinds string) bool {
	return len(s) >= 9 && len(s) <= 12 && strings.IndexByte(kinds, s[0]) >= 0 &&
		all(s, func(c byte) bool { return isDigit(c) || 'A' <= c && c <= 'Z' })
}

// slackSample: made up for documentation: T123, T00000000, C0123456789, TXXXXXXXX.
func slackSample(s string) bool {
	if len(s) < 4 {
		return s != ""
	}
	rest := s[1:]
	digits := leading(rest, isDigit)
	return placeholderToken(s) || strings.Contains(rest, "12345") || strings.Contains(rest, "ABCD") || len(digits) == len(rest) && placeholderDigits(digits)
}

func slackInvite(l Link, workspace, segment string) (Link, error) {
	token, ok := slackToken(segment)
	switch {
	case placeholderWord(segment) || placeholderToken(segment) || l.Host == "join.slack.com" && workspace != "" && placeholderWord(workspace):
		return Link{}, Placeholder
	case !ok:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Org = WorkspaceInvite, ChatInvite, "invite", token, strings.ToLower(workspace)
	return l, nil
}

// slackToken cuts a token out: "zt-", 6 to 14 of base 36, "-", 22 characters; "enQt" and base64; or the base64 of 2017.
func slackToken(segment string) (string, bool) {
	if strings.HasPrefix(segment, "enQt") {
		token := leading(segment, isB64u)
		return token, len(token) >= 40 && len(token) <= 256
	}
	rest, ok := strings.CutPrefix(segment, "zt-")
	if !ok {
		token := leading(segment, isB64u)
		return token, isSlack2017(token)
	}
	stamp, secret, _ := strings.Cut(rest, "-")
	secret = leading(secret, func(c byte) bool { return isB64u(c) || c == '~' })
	if len(stamp) < 6 || len(stamp) > 14 || !all(stamp, isAlnum) || len(secret) < 22 {
		return "", false
	}
	return "zt-" + stamp + "-" + secret[:22], true
}

// isSlack2017 reports whether a token has the shape of those of 2017: base64 of a number, the time and hexadecimal digits, hyphens between.
// Later ones are the same behind "zt-", which is "enQt" in base64. A digit at the start makes it begin with M, N or O.
func isSlack2017(token string) bool {
	return len(token) >= 32 && len(token) <= 160 && strings.IndexByte("MNO", token[0]) >= 0 && distinct(token) >= 12 &&
		strings.ContainsAny(token, "0123456789") && token != strings.ToUpper(token)
}
