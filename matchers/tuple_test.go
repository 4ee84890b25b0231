package matchers

import "testing"

// The shape stands in lists of meeting links; sponsors' pages are common.
func TestTuple(t *testing.T) {
	runPlatform(t, tuple(), []hit{
		{"今夜20時から → https://tuple.app/c/DRaGVPr1fKfQ （参加自由）", Link{Kind: Meeting, Class: JoinWithSecret, ID: "DRaGVPr1fKfQ"}},
		{"The group meets [here](https://tuple.app/c/IoaX8-X5p803lPWb4) every other Thursday.", Link{Kind: Meeting, Class: JoinWithSecret, ID: "IoaX8-X5p803lPWb4"}},
	}, []string{
		"3. Paste the link, for example `https://tuple.app/c/<code>`, and press **Save**.",
		"usage: joinbot [--record] https://tuple.app/c/example",
		"    expect(parse('https://tuple.app/c/room-123')).toBe(true);",
		"Need help? https://tuple.app/ | Unsubscribe",
		"See the [vendor page](https://tuple.app/pricing) for details.",
		"<a href=\"https://tuple.app/lazygit\">More</a>",
	})
}
