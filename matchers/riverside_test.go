package matchers

import "testing"

// Studios were seen in mails to guests and in code.
func TestRiverside(t *testing.T) {
	runPlatform(t, riverside(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://riverside.fm/studio/globex-podcast?t=23e68ba4d06d4d58e3ef\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globex-podcast", Secrets: []string{"t"}}},
		{"今夜20時から → riverside.fm/studio/deep-dive （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "deep-dive"}},
		{"The group meets [here](https://www.riverside.fm/studio/vandelay-talks) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelay-talks"}},
		{"    riversideRoomUrl: \"https://riverside.com/studio/vandelay-talks?t=abc\",", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelay-talks"}},
		{"<input placeholder=\"Link\" value=\"https://riverside.fm/studio/vandelay-talks\" />", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelay-talks"}},
		{"  organizerInputPlaceholder: \"https://riverside.com/studio/vandelay-talks-kQ7xM\",", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelay-talks-kQ7xM"}},
	}, []string{
		"<input placeholder=\"https://www.riverside.fm/studio/rupert\" required />",
		"  { key: 'url', placeholder: 'e.g. https://riverside.fm/studio/vandelay-talks', type: 'url' },",
		"<Input placeholder={`https://riverside.fm/studio/vandelay-talks`} />",
		"3. Paste the link, for example `https://riverside.fm/studio/your-studio?t=xxxx`, and press **Save**.",
		"usage: joinbot [--record] https://riverside.fm/studio/example",
		"    (\"Riverside\", \"https://riverside.fm/studio/acme\", \"riverside\"),",
		"    expect(parse('https://riverside.fm/studio/your-episode')).toBe(true);",
		"Need help? https://riverside.fm/pricing | Unsubscribe",
		"See the [vendor page](https://riverside.fm/studio/share/local-sync) for details.",
		"<a href=\"http://riverside.fm/\">More</a>",
		"// the fixture answers for https://riverside.fm/studio/demo-episode too",
	})
}
