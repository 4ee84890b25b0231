package matchers

import "testing"

// Rooms were seen in mails; most mentions are the home page.
func TestButter(t *testing.T) {
	runPlatform(t, butter(), []hit{
		{"<li>Sprechstunde: <a href=\"https://app.butter.us/globexlabs/workshop-two\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globexlabs/workshop-two", Org: "globexlabs"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/app.butter.us\\/hoolifund\\/pitch-room?x=1\",\"seats\":12}", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "hoolifund/pitch-room", Org: "hoolifund"}},
		{"    href: \"https://join.butter.us/vandelaylabs/onboarding\",\n    engagement: \"live-room\",", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelaylabs/onboarding", Org: "vandelaylabs"}},
	}, []string{
		"usage: joinbot [--record] https://app.butter.us/<org>/<room>",
		"    expect(parse('https://app.butter.us/your-org/your-room')).toBe(true);",
		"      placeholder: 'https://app.butter.us/globexlabs/',\n      required: true,",
		"<a href=\"https://app.butter.us/\">More</a>",
		"Need help? https://www.butter.us/ | Unsubscribe",
		"See the [vendor page](https://app.butter.us/login/reset) for details.",
		"image: https://room-recordings.butter.us/Gifs/e5430eef/output_2.gif",
	})
}
