package matchers

import "testing"

// Rooms were seen on pages of churches and clubs.
func TestFreeConferenceCall(t *testing.T) {
	runPlatform(t, freeConferenceCall(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://join.freeconferencecall.com/hooliboard\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "hooliboard", Owner: "hooliboard"}},
		{"今夜20時から → https://www.freeconferencecall.com/wall/TWalton7 （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "twalton7", Owner: "twalton7"}},
	}, []string{
		"    expect(parse('https://join.freeconferencecall.com/yourname')).toBe(true);",
		"    'https://bluejeans.com/123456789',\n    'https://freeconferencecall.com/wall/alice',\n",
		"      placeholder: 'https://join.freeconferencecall.com/{user}',\n      required: true,",
		"<a href=\"https://www.freeconferencecall.com/en/us/login\">More</a>",
		"Need help? https://join.freeconferencecall.com/ | Unsubscribe",
		"See the [vendor page](https://www.freeconferencecall.com/support) for details.",
	})
}
