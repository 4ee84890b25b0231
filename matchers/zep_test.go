package matchers

import "testing"

// Spaces were seen in Korean pages and programs.
func TestZEP(t *testing.T) {
	runPlatform(t, zep(), []hit{
		{"今夜20時から → https://zep.us/play/gBJ5mI （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "gBJ5mI"}},
		{"The group meets [here](https://zep.us/play/gBJ5mI?x=1) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "gBJ5mI"}},
	}, []string{
		"      placeholder: 'https://zep.us/play/student0',\n      required: true,",
		"3. Paste the link, for example `https://zep.us/play/{code}`, and press **Save**.",
		"usage: joinbot [--record] https://zep.us/play/abc123",
		"See the [vendor page](https://zep.us/) for details.",
		"<a href=\"https://zep.us/en/pricing\">More</a>",
	})
}
