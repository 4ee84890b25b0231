package matchers

import "testing"

// Consent pages were seen in invitations.
func TestGong(t *testing.T) {
	runPlatform(t, gong(), []hit{
		{"The group meets [here](https://join.gong.io/vandelay/ryka.morgan) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelay/ryka.morgan", Org: "vandelay", Owner: "ryka.morgan"}},
		{"<li>Sprechstunde: <a href=\"https://us-1506.join.gong.io/globex-us/wanda.okafor/board?tkn=oGAPfWnV7RZGYzrGLm3RLC\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globex-us/wanda.okafor", Org: "globex-us", Owner: "wanda.okafor", Secrets: []string{"tkn"}}},
	}, []string{
		"3. Paste the link, for example `https://join.gong.io/mycompany/ryka.morgan`, and press **Save**.",
		"usage: joinbot [--record] https://join.gong.io/{company}/{user}",
		"<a href=\"https://www.gong.io/pricing\">More</a>",
		"Need help? https://app.join.gong.io/call/kq8wzt | Unsubscribe",
		"      meetingUrl: 'https://join.gong.io/acme/host?tkn=x',",
	})
}
