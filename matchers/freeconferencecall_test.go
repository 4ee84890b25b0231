package matchers

import "testing"

// Rooms were seen on pages of churches and clubs.
func TestFreeConferenceCall(t *testing.T) {
	runPlatform(t, freeConferenceCall(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://join.freeconferencecall.com/hooliboard\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "hooliboard", Owner: "hooliboard"}},
		{"今夜20時から → https://www.freeconferencecall.com/wall/TWalton7 （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "twalton7", Owner: "twalton7"}},
		{"    elif 'english' in choice:\n        URL = 'https://www.freeconferencecall.com/wall/TWalton7/viewer'", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "twalton7", Owner: "twalton7"}},
	}, []string{
		"<a href=\"https://www.freeconferencecall.com/wall/recorded_audio?audioRecordingUrl=https%3A%2F%2Frs0000.freeconferencecall.com%2Fstorage%2FsgetFCC2%2FPk4uT%2FHZraw&subscriptionId=25307816\">Demo</a>",
		"See https://www.freeconferencecall.com/wall/TWalton7/settings for the colours of the wall.",
		"    expect(parse('https://join.freeconferencecall.com/yourname')).toBe(true);",
		"    'https://bluejeans.com/123456789',\n    'https://freeconferencecall.com/wall/alice',\n",
		"      placeholder: 'https://join.freeconferencecall.com/{user}',\n      required: true,",
		"<a href=\"https://www.freeconferencecall.com/en/us/login\">More</a>",
		"Need help? https://join.freeconferencecall.com/ | Unsubscribe",
		"See the [vendor page](https://www.freeconferencecall.com/support) for details.",
	})
}
