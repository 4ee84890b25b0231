package matchers

import "testing"

// Seen in mails and course pages; the words after the version are other things.
func TestTeamViewer(t *testing.T) {
	runPlatform(t, teamviewer(), []hit{
		{"今夜20時から → https://go.teamviewer.com/v15/m45328454 （参加自由）", Link{Kind: Meeting, Class: JoinWithSecret, ID: "m45328454"}},
		{"The group meets [here](http://go.teamviewer.com/v11/m45328454) every other Thursday.", Link{Kind: Meeting, Class: JoinWithSecret, ID: "m45328454"}},
		{"<li>Sprechstunde: <a href=\"https://go.teamviewer.com/m45328454\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Meeting, Class: JoinWithSecret, ID: "m45328454"}},
	}, []string{
		"    expect(parse('https://go.teamviewer.com/v15/m{id}')).toBe(true);",
		"      placeholder: 'https://go.teamviewer.com/v15/m12345678',\n      required: true,",
		"3. Paste the link, for example `https://go.teamviewer.com/v9/${meetingId}`, and press **Save**.",
		"See the [vendor page](https://go.teamviewer.com/v15/en/) for details.",
		"<a href=\"https://go.teamviewer.com/v11/flash.aspx?tid=71\">More</a>",
		"Need help? https://go.teamviewer.com/globex_webinar | Unsubscribe",
		"See the [vendor page](https://www.teamviewer.com/en/download/) for details.",
	})
}
