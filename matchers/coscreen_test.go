package matchers

import "testing"

// The shape stands in lists of meeting links.
func TestCoScreen(t *testing.T) {
	runPlatform(t, coscreen(), []hit{
		{"今夜20時から → https://join.coscreen.co/Ops-Leads/9WKvT5nKsTSGMrPKwocU （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "9WKvT5nKsTSGMrPKwocU"}},
		{"The group meets [here](https://join.coscreen.co/globex/9WKvT5nKsTSGMrPKwocU?x=1) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "9WKvT5nKsTSGMrPKwocU"}},
	}, []string{
		"3. Paste the link, for example `https://join.coscreen.co/abc123`, and press **Save**.",
		"usage: joinbot [--record] https://join.coscreen.co/team/XXXXXXXXXXXXXXXXXXXX",
		"<a href=\"https://www.coscreen.co/\">More</a>",
		"Need help? https://join.coscreen.co/ | Unsubscribe",
	})
}
