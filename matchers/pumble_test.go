package matchers

import "testing"

// The shape stands in lists of meeting links.
func TestPumble(t *testing.T) {
	runPlatform(t, pumble(), []hit{
		{"Nos vemos el martes a las 18 h: https://meet.pumble.com/7fa72de28b468cbd15e34d5c. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, ID: "7fa72de28b468cbd15e34d5c"}},
		{"rooms:\n  - name: weekly\n    url: https://meet.pumble.com/vwi-dzrw-lyf\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "vwi-dzrw-lyf"}},
	}, []string{
		"    expect(parse('https://meet.pumble.com/{id}')).toBe(true);",
		"      placeholder: 'https://meet.pumble.com/my-room',\n      required: true,",
		"3. Paste the link, for example `https://meet.pumble.com/abc-defg-hij`, and press **Save**.",
		"<a href=\"https://pumble.com/download\">More</a>",
		"Need help? https://meet.pumble.com/ | Unsubscribe",
	})
}
