package matchers

import "testing"

// Rooms were seen in frames and calendars.
func TestKMeet(t *testing.T) {
	runPlatform(t, kmeet(), []hit{
		{"The group meets [here](https://kmeet.infomaniak.com/ispfvoweodaqjisa) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "ispfvoweodaqjisa"}},
		{"<li>Sprechstunde: <a href=\"https://kmeet.infomaniak.com/flti-imin-fryn-ectq\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "flti-imin-fryn-ectq"}},
	}, []string{
		"3. Paste the link, for example `https://kmeet.infomaniak.com/${roomName}`, and press **Save**.",
		"usage: joinbot [--record] https://kmeet.infomaniak.com/room",
		"{ type: 'custom_call', url: 'https://kmeet.infomaniak.com/room-2' }",
		"    expect(parse('https://kmeet.infomaniak.com/playbattle-\" + id')).toBe(true);",
		"<a href=\"https://kmeet.infomaniak.com/\">More</a>",
		"Need help? https://kmeet.infomaniak.com/external_api.js | Unsubscribe",
	})
}
