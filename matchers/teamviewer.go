package matchers

import "strings"

// teamviewer knows the meetings of TeamViewer: "m" and eight digits under the program's version. Remote control sessions and downloads are no
// meetings. Seen in public pages and mails.
func teamviewer() Platform {
	return Platform{
		Name:  "teamviewer",
		Title: "TeamViewer Meeting",
		Hosts: []string{"go.teamviewer.com"},
		Docs:  "https://www.teamviewer.com/en/global/support/knowledge-base/teamviewer-meeting",
		Parse: parseTeamViewer,
		Forms: []Form{{"go.teamviewer.com/v15/m<8 digits>", Meeting, JoinWithSecret}},
	}
}

func parseTeamViewer(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) > 1 && len(segs[0]) <= 3 && strings.HasPrefix(segs[0], "v") && all(segs[0][1:], isDigit) {
		segs = segs[1:]
	}
	if len(segs) != 1 || len(segs[0]) < 2 || segs[0][0] != 'm' || !isDigit(segs[0][1]) {
		return Link{}, NotAMeeting
	}
	number, err := numberCode(segs[0][1:], 8, 9)
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: "m" + number, Host: u.Host, Path: "/{id}"}, nil
}
