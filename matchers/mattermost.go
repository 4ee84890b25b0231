package matchers

import "strings"

// mattermost knows calls and invitations of Mattermost, which organisations run on their own hosts.
//
// From its sources: "/call link" prints <site>/<team>/channels/<channel id>?join_call=true; a team's invitation is
// <site>/signup_user_complete/?id=<26>. Ids are 26 characters of z-base-32. Also seen: /login?id=…&md=link&sbr=…, and the invitation in the
// fragment of /landing. A call opens for members of the channel only.
func mattermost() Platform {
	return Platform{
		Name:    "mattermost",
		Title:   "Mattermost",
		Anchors: []string{"join_call", "signup_user_complete", "signup\\_user\\_complete", "/login?id=", "/login%3fid%3d"},
		Docs:    "https://docs.mattermost.com/collaborate/make-calls.html",
		Parse:   parseMattermost,
		Forms: []Form{
			{"<site>/<team>/channels/<channel>?join_call=true", Meeting, ChatInvite},
			{"<site>/signup_user_complete/?id=<26>, <site>/login?id=<26>&md=link", WorkspaceInvite, ChatInvite},
		},
	}
}

func parseMattermost(u *URL) (Link, error) {
	if !strings.Contains(u.Host, ".") {
		return Link{}, NotAMeeting
	}
	l := Link{Realm: mattermostSite(u), Host: u.Host, Org: u.Host}
	segs := u.Segs()
	switch last := lastOf(segs); {
	case strings.EqualFold(leading(u.Param("join_call"), isAlpha), "true"):
		return mattermostCall(u, l)
	case last == "signup_user_complete":
		return mattermostInvite(l, u.Param("id"), mattermostToken(u))
	case last == "login" && (u.Has("sbr") || u.Has("md")):
		return mattermostInvite(l, u.Param("id"), "")
	case strings.Contains(u.Fragment, "signup_user_complete"):
		return mattermostInvite(l, u.FragmentParam("id"), u.FragmentParam("t"))
	}
	return Link{}, NotAMeeting
}

// mattermostToken is the token of an invitation by mail. Mail programs show the JSON before it with its braces, which end a link elsewhere.
func mattermostToken(u *URL) string {
	if tail, ok := strings.CutPrefix(u.Tail(), "{"); ok && u.Has("d") && !u.Has("t") {
		line, _, _ := strings.Cut(tail, "\n")
		_, token, _ := strings.Cut(line, "}&t=")
		return token
	}
	return u.Param("t")
}

func lastOf(segs []string) string {
	if len(segs) == 0 {
		return ""
	}
	return segs[len(segs)-1]
}

// mattermostSite is the host and the path under which the service lies, without the team.
func mattermostSite(u *URL) string {
	site := u.Host
	for i, seg := range u.Segs() {
		next := u.Seg(i + 1)
		if seg == "signup_user_complete" || seg == "login" || seg == "landing" || next == "channels" || seg == "_redirect" {
			break
		}
		site += "/" + strings.ToLower(seg)
	}
	return site
}

// mattermostCall reads …/<team>/channels/<id or name>. By name a channel is unique in its team only.
func mattermostCall(u *URL, l Link) (Link, error) {
	segs := u.Segs()
	n := len(segs)
	if n < 3 || segs[n-2] != "channels" && segs[n-2] != "messages" {
		return Link{}, NotAMeeting
	}
	team, id := strings.ToLower(segs[n-3]), segs[n-1]
	switch {
	case isMattermostID(id):
		if placeholderToken(id) {
			return Link{}, Placeholder
		}
	case placeholderWord(id) || sampleHost(u.Host) || placeholderToken(id):
		return Link{}, Placeholder
	case len(id) > 64 || !all(id, func(c byte) bool { return isAlnum(c) || c == '-' || c == '_' || c == '.' }):
		return Link{}, Incomplete
	default:
		l.Space = team
	}
	l.Kind, l.Class, l.ID, l.Path = Meeting, ChatInvite, id, strings.TrimPrefix(l.Realm, u.Host)+"/"+team+"/channels/{id}?join_call=true"
	return l, nil
}

// mattermostInvite reads a team's invitation, or the token of one sent by mail.
func mattermostInvite(l Link, id, token string) (Link, error) {
	id, token = leading(id, isAlnum), leading(token, isAlnum)
	if id == "" && len(token) >= 64 {
		id = token[:64]
	}
	switch {
	case id == "" || placeholderWord(id) || placeholderToken(id):
		return Link{}, Placeholder
	case len(id) != 64 && !isMattermostID(id) && !(len(id) == 32 && all(id, isHex) && !placeholderHex(id)): // hexadecimal: seen, for the vendor's own server
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = WorkspaceInvite, ChatInvite, "invite", id, strings.TrimPrefix(l.Realm, l.Host)+"/signup_user_complete/?id={id}"
	return l, nil
}

// isMattermostID: 26 of z-base-32. Its alphabet leaves out 0, 2, l and v, but nothing else has this shape, so ids that were masked by
// hand are taken too. Of 26 random characters a good dozen differ.
func isMattermostID(s string) bool {
	return len(s) == 26 && distinct(s) >= 8 && all(s, func(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'z' })
}
