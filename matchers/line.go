package matchers

import "strings"

// line knows the group invitations of LINE: ten characters for a group, 38 for an OpenChat. The ticket is id and secret in one. Seen in public pages;
// contacts (line.me/ti/p/) and official accounts are no meetings.
func line() Platform {
	return Platform{
		Name:  "line",
		Title: "LINE",
		Hosts: []string{"line.me/ti/g", "line.me/r/ti/g"},
		Docs:  "https://developers.line.biz/en/docs/line-login/using-line-url-scheme",
		Parse: parseLine,
		Forms: []Form{{"line.me/R/ti/g/<10>, line.me/ti/g2/<38>", GroupInvite, ChatInvite}},
	}
}

func parseLine(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) > 0 && strings.EqualFold(segs[0], "r") {
		segs = segs[1:]
	}
	if len(segs) != 3 || segs[0] != "ti" || u.Label() != "" {
		return Link{}, NotAMeeting
	}
	least, most := 10, 10
	switch segs[1] {
	case "g":
	case "g2":
		least, most = 36, 40
	default:
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(segs[2], isB64u, least, most)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id):
		return Link{}, Incomplete
	}
	return Link{Kind: GroupInvite, Class: ChatInvite, Space: segs[1], ID: id, Host: u.Host, Path: "/ti/" + segs[1] + "/{id}"}, nil
}
